import type { KeyClass } from "#contracts/device-package";
import type { ArqcRequest, Clock, Db, GroupCommit, KeyStore, Queries, Random, Statement } from "#contracts/ports";
import type { TokenAnswer, TokenRequest } from "#contracts/token-authorisation";
import { shardOf } from "#protocol/bytes";
import { ASSURANCE, DEMO_TRID } from "#protocol/paytoken";
import type { Instant } from "#protocol/time";
import { announce } from "../outbox.ts";
import { MASTER_KEYS } from "../ports.ts";
import { type Token, type TokenRow, tokenOf } from "../token.ts";
import { openPan } from "../vault.ts";
import { decidePayment, MAY_BE_REPEATS, repeatOf } from "./core.ts";

interface VaultRow extends TokenRow {
  readonly pan_sealed: Uint8Array;
  readonly par: string;
}
interface Held {
  token: Token;
  readonly sealed: Uint8Array;
  readonly par: string;
  changed: boolean;
}

const READ: Statement = {
  name: "tsp.read-tokens",
  text: `select t.b, t.token_pan, t.token_ref, t.pan_ref, c.pan_suffix, t.binding_id, t.device_id, t.device_name, t.device_key, t.wallet_account,
      t.key_source, t.status, t.suspended_by, t.token_expiry, t.psn, t.card_kind, t.key_ranges, t.next_atc, t.atc_high, t.atc_seen,
      t.cryptogram_failures, t.version, t.changed_at, c.pan_sealed, c.par
    from unnest($1::smallint[], $2::text[]) as i(b, token_pan)
    join token t on t.b = i.b and t.token_pan = i.token_pan
    join card c on c.b = t.b and c.pan_ref = t.pan_ref`,
};
/** What was accepted before: only asked for when a payment is refused that may be the repeat of one. */
const SPENT: Statement = {
  name: "tsp.read-spent",
  text: `select s.token_pan, s.journey_id, s.atc from unnest($1::smallint[], $2::text[], $3::text[]) as i(b, token_pan, journey_id)
    join spent s on s.b = i.b and s.token_pan = i.token_pan and s.journey_id = i.journey_id`,
};
/** One statement a batch. A token that another writer changed since it was read is left alone, its payments with it. */
const WRITE: Statement = {
  name: "tsp.spend",
  text: `with saved as (
      update token t set atc_high = i.atc_high, atc_seen = i.atc_seen, cryptogram_failures = i.failures, status = i.status,
        suspended_by = case when i.status = 'suspended' then array['tsp'] else t.suspended_by end,
        changed_at = case when i.status = 'suspended' then $12 else t.changed_at end, version = t.version + 1
      from unnest($1::smallint[], $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::int[], $7::text[])
        as i(b, token_pan, version, atc_high, atc_seen, failures, status)
      where t.b = i.b and t.token_pan = i.token_pan and t.version = i.version
      returning t.b, t.token_pan),
    kept as (
      insert into spent (b, token_pan, journey_id, atc, at)
      select p.b, p.token_pan, p.journey_id, p.atc, $12
      from unnest($8::smallint[], $9::text[], $10::text[], $11::int[]) as p(b, token_pan, journey_id, atc)
      join saved s on s.b = p.b and s.token_pan = p.token_pan
      on conflict do nothing)
    select token_pan from saved`,
};

const ROUNDS_MAX = 16;

/** `authoriseToken`: requests of one tick and one lane are decided together, and answered once they are durable. */
export function createAuthoriser(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly groupCommit: GroupCommit;
  readonly random: Random;
  /** Called when a suspension is to be told to others. */
  readonly nudge: () => void;
  readonly lanes: number;
}): (request: TokenRequest) => Promise<TokenAnswer> {
  const { db, clock, keys } = ports;

  async function read(requests: readonly TokenRequest[]): Promise<Map<string, Held>> {
    const pans = [...new Set(requests.map((request) => request.tokenPan))];
    const rows = await db.query<VaultRow>(READ, [pans.map(shardOf), pans]);
    return new Map(
      rows.map((row) => [row.token_pan, { token: tokenOf(row), sealed: row.pan_sealed, par: row.par, changed: false }]),
    );
  }

  function accepted(request: TokenRequest, held: Held, holderVerified: boolean): TokenAnswer {
    return {
      id: request.id,
      outcome: "accepted",
      pan: openPan(keys, held.token.panRef, held.sealed).expose(),
      par: held.par,
      trid: DEMO_TRID,
      tokenExpiry: held.token.tokenExpiry,
      assurance: ASSURANCE.issuerOneFactor,
      holderVerified,
    };
  }

  const verify = (keyClass: KeyClass, arqc: ArqcRequest) => keys.verifyArqc(MASTER_KEYS[keyClass], arqc);

  /** ATC of each of these that was accepted before, by token and journey. */
  async function spentBefore(requests: readonly TokenRequest[]): Promise<ReadonlyMap<string, number>> {
    if (requests.length === 0) return new Map();
    const rows = await db.query<{ token_pan: string; journey_id: string; atc: number }>(SPENT, [
      requests.map((request) => shardOf(request.tokenPan)),
      requests.map((request) => request.tokenPan),
      requests.map((request) => request.journeyId),
    ]);
    return new Map(rows.map((row) => [`${row.token_pan}/${row.journey_id}`, row.atc]));
  }

  async function round(open: readonly { request: TokenRequest; position: number }[], answers: TokenAnswer[]) {
    const vault = await read(open.map(({ request }) => request));
    const now = clock.now();
    const doubtful: (typeof open)[number][] = [];
    const spent: { request: TokenRequest; atc: number }[] = [];
    for (const item of open) {
      const { request, position } = item;
      const held = vault.get(request.tokenPan);
      if (held === undefined) {
        answers[position] = { id: request.id, outcome: "refused", reason: "unknownToken" };
        continue;
      }
      if (request.kind === "translate") {
        answers[position] = accepted(request, held, false);
        continue;
      }
      const decision = decidePayment(held.token, request, now, verify);
      if (decision.kind === "accepted") {
        spent.push({ request, atc: decision.atc });
        answers[position] = accepted(request, held, decision.holderVerified);
      } else {
        answers[position] = { id: request.id, outcome: "refused", reason: decision.reason };
        if (MAY_BE_REPEATS.has(decision.reason)) doubtful.push(item);
      }
      if (decision.token !== undefined) {
        held.token = decision.token;
        held.changed = true;
      }
    }
    const changed = [...vault.values()].filter((held) => held.changed).map((held) => held.token);
    const stale = await save(changed, spent, now);
    const known = await spentBefore(doubtful.map((item) => item.request));
    for (const { request, position } of doubtful) {
      const atc = known.get(`${request.tokenPan}/${request.journeyId}`);
      const held = vault.get(request.tokenPan)!;
      const first = atc === undefined ? undefined : repeatOf(held.token, request, verify);
      if (first !== undefined && first.atc === atc) answers[position] = accepted(request, held, first.holderVerified);
    }
    return open.filter(({ request }) => stale.has(request.tokenPan));
  }

  /** Tokens that another writer was first at. A token that wrong cryptograms suspend is told of in the same transaction. */
  async function save(
    changed: readonly Token[],
    spent: readonly { request: TokenRequest; atc: number }[],
    now: Instant,
  ): Promise<ReadonlySet<string>> {
    if (changed.length === 0) return new Set();
    const suspended = changed.filter((token) => token.state.kind === "suspended");
    if (suspended.length === 0) return write(db, changed, spent, now);
    const stale = await db.transaction(async (tx) => {
      const missed = await write(tx, changed, spent, now);
      for (const token of suspended)
        if (!missed.has(token.tokenPan)) await announce(tx, { ...token, changedAt: now }, ports.random, now);
      return missed;
    });
    ports.nudge();
    return stale;
  }

  async function write(
    on: Queries,
    changed: readonly Token[],
    spent: readonly { request: TokenRequest; atc: number }[],
    now: Instant,
  ): Promise<ReadonlySet<string>> {
    const rows = await on.query<{ token_pan: string }>(WRITE, [
      changed.map((token) => token.b),
      changed.map((token) => token.tokenPan),
      changed.map((token) => token.version),
      changed.map((token) => token.window.high),
      changed.map((token) => token.window.seen),
      changed.map((token) => token.cryptogramFailures),
      changed.map((token) => token.state.kind),
      spent.map(({ request }) => shardOf(request.tokenPan)),
      spent.map(({ request }) => request.tokenPan),
      spent.map(({ request }) => request.journeyId),
      spent.map(({ atc }) => atc),
      now,
    ]);
    const saved = new Set(rows.map((row) => row.token_pan));
    return new Set(changed.map((token) => token.tokenPan).filter((pan) => !saved.has(pan)));
  }

  return ports.groupCommit.create<TokenRequest, TokenAnswer>({
    lanes: ports.lanes,
    maxBatch: 128,
    shardOf: (request) => shardOf(request.tokenPan),
    async commit(requests) {
      const answers = new Array<TokenAnswer>(requests.length);
      let open: readonly { request: TokenRequest; position: number }[] = requests.map((request, position) => ({
        request,
        position,
      }));
      for (let rounds = 0; open.length > 0; rounds++) {
        if (rounds === ROUNDS_MAX) throw new RangeError("authorise: a token never stands still");
        open = await round(open, answers);
      }
      return answers;
    },
  });
}
