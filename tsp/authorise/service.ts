import * as v from "valibot";
import { PaymentNotice, type Suspender } from "#contracts/common";
import type { KeyClass } from "#contracts/device-package";
import type { ArqcRequest, Clock, Db, GroupCommit, KeyStore, Queries, Random, Statement } from "#contracts/ports";
import {
  RESPONSE_OF_REFUSAL,
  type TokenAnswer,
  type TokenRefusal,
  type TokenRequest,
} from "#contracts/token-authorisation";
import { shardOf } from "#protocol/bytes";
import { ASSURANCE, DEMO_TRID } from "#protocol/paytoken";
import type { ExpiryYymm, Instant } from "#protocol/time";
import { announce, tellDeclined } from "../outbox.ts";
import { MASTER_KEYS } from "../ports.ts";
import { saveToken, tokenByPan } from "../store.sql.ts";
import type { KeyRange, Token } from "../token.ts";
import { openPan } from "../vault.ts";
import { causeOf } from "./cause.ts";
import { decidePayment, MAY_BE_REPEATS, type PayingToken, repeatOf } from "./core.ts";

/** As narrow as the decision allows: one of these is read for each payment. */
interface VaultRow {
  readonly b: number;
  readonly token_pan: string;
  readonly pan_ref: string;
  readonly status: string;
  readonly suspended_by: Suspender[] | null;
  readonly token_expiry: ExpiryYymm;
  readonly previous_expiry: ExpiryYymm | null;
  readonly psn: string;
  readonly key_source: PayingToken["keySource"];
  readonly key_ranges: readonly KeyRange[] | null;
  readonly atc_high: number;
  readonly atc_seen: bigint;
  readonly cryptogram_failures: number;
  readonly version: bigint;
  readonly pan_sealed: Uint8Array;
  readonly par: string;
}
interface Held {
  token: PayingToken;
  readonly sealed: Uint8Array;
  readonly par: string;
  changed: boolean;
  /** As it was left here, not as it was just read: whoever changed it since makes the write miss it. */
  readonly remembered: boolean;
}

/** Each row is looked up by its key: a join that the planner may turn around is not written here (docs/adr/0007). */
const READ: Statement = {
  name: "tsp.read-tokens",
  text: `select i.b, i.token_pan, t.pan_ref, t.status, case when t.status = 'suspended' then t.suspended_by end as suspended_by,
      t.token_expiry, t.previous_expiry, t.psn, t.key_source, case when t.key_source = 'hce' then t.key_ranges end as key_ranges,
      u.atc_high, u.atc_seen, u.cryptogram_failures, u.version, c.pan_sealed, c.par
    from unnest($1::smallint[], $2::text[]) as i(b, token_pan),
    lateral (select * from token t where t.b = i.b and t.token_pan = i.token_pan limit 1) t,
    lateral (select * from token_use u where u.b = i.b and u.token_pan = i.token_pan limit 1) u,
    lateral (select * from card c where c.b = t.b and c.pan_ref = t.pan_ref limit 1) c`,
};
/** What was accepted before: only asked for when a payment is refused that may be the repeat of one. */
const SPENT: Statement = {
  name: "tsp.read-spent",
  text: `select s.token_pan, s.journey_id from unnest($1::smallint[], $2::text[], $3::int[], $4::text[]) as i(b, token_pan, atc, journey_id),
    lateral (select * from spent s where s.b = i.b and s.token_pan = i.token_pan and s.atc = i.atc limit 1) s
    where s.journey_id = i.journey_id`,
};
/**
 * One statement a batch. A token that another writer changed since it was read is left alone, its payments with it; they
 * name it by its place \`n\` in the batch.
 */
const WRITE: Statement = {
  name: "tsp.spend",
  text: `with saved as (
      update token_use u set atc_high = i.atc_high, atc_seen = i.atc_seen, cryptogram_failures = i.failures, version = u.version + 1
      from unnest($1::smallint[], $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::int[]) with ordinality
        as i(b, token_pan, version, atc_high, atc_seen, failures, n)
      where u.b = i.b and u.token_pan = i.token_pan and u.version = i.version
      returning i.n::integer as n),
    done as materialized (select coalesce(array_agg(n), '{}') as ns from saved),
    kept as (
      insert into spent (b, token_pan, atc, journey_id, at)
      select b, token_pan, atc, journey_id, $12
      from unnest($7::integer[], $8::smallint[], $9::text[], $10::int[], $11::text[]) as p(n, b, token_pan, atc, journey_id)
      where n = any((select ns from done)::integer[]))
    select n from saved`,
};

/** One cause a journey: a payment that is refused again for the same is one refusal. */
const REFUSE: Statement = {
  name: "tsp.refuse",
  text: `insert into refusal (b, journey_id, cause, at, data) values ($1, $2, $3, $4, $5::jsonb)
    on conflict do nothing returning b`,
};

interface Refused {
  readonly request: TokenRequest;
  readonly position: number;
  readonly reason: TokenRefusal;
  /** As it was when it was refused. */
  readonly token?: PayingToken;
}

const ROUNDS_MAX = 16;
/** Tokens remembered, the longest here first to go: about 100 MB when full. */
const REMEMBERED_MAX = 200_000;

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

  /** Tokens as the last accepted payment left them. */
  const remembered = new Map<string, Held>();

  /**
   * The tokens of a batch. A remembered one serves payments alone, since only an accepted payment is fenced by its write: what
   * else is asked for, and what would be refused, is answered by a token that was just read.
   */
  async function held(open: readonly { readonly request: TokenRequest }[]): Promise<Map<string, Held>> {
    const translated = new Set(
      open.filter(({ request }) => request.kind === "translate").map(({ request }) => request.tokenPan),
    );
    const vault = new Map<string, Held>();
    const unknown = new Set<string>();
    for (const { request } of open) {
      const known = translated.has(request.tokenPan) ? undefined : remembered.get(request.tokenPan);
      if (known === undefined) unknown.add(request.tokenPan);
      else if (!vault.has(request.tokenPan)) vault.set(request.tokenPan, { ...known });
    }
    if (unknown.size === 0) return vault;
    const pans = [...unknown];
    for (const row of await db.query<VaultRow>(READ, [pans.map(shardOf), pans])) {
      const token = payingTokenOf(row);
      vault.set(row.token_pan, { token, sealed: row.pan_sealed, par: row.par, changed: false, remembered: false });
    }
    return vault;
  }

  /** What was written is what the next payment finds, if nobody else writes in between. */
  function remember(written: Held): void {
    const { tokenPan, state, version } = written.token;
    remembered.delete(tokenPan);
    if (state.kind !== "active") return;
    if (remembered.size >= REMEMBERED_MAX) remembered.delete(remembered.keys().next().value!);
    const token = { ...written.token, version: version + 1n };
    remembered.set(tokenPan, { ...written, token, changed: false, remembered: true });
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

  /** Which of these the token was spent for, as "token/journey". */
  async function spentBefore(
    repeats: readonly { readonly request: TokenRequest; readonly atc: number }[],
  ): Promise<ReadonlySet<string>> {
    if (repeats.length === 0) return new Set();
    const rows = await db.query<{ token_pan: string; journey_id: string }>(SPENT, [
      repeats.map(({ request }) => shardOf(request.tokenPan)),
      repeats.map(({ request }) => request.tokenPan),
      repeats.map(({ atc }) => atc),
      repeats.map(({ request }) => request.journeyId),
    ]);
    return new Set(rows.map((row) => `${row.token_pan}/${row.journey_id}`));
  }

  async function round(open: readonly { request: TokenRequest; position: number }[], answers: TokenAnswer[]) {
    const vault = await held(open);
    const now = clock.now();
    /** Remembered tokens that would refuse: they are read, and decide again. */
    const doubted = new Set<string>();
    const doubtful: (typeof open)[number][] = [];
    const spent: { request: TokenRequest; atc: number }[] = [];
    const refused: Refused[] = [];
    for (const item of open) {
      const { request, position } = item;
      if (doubted.has(request.tokenPan)) continue;
      const held = vault.get(request.tokenPan);
      if (held === undefined) {
        answers[position] = { id: request.id, outcome: "refused", reason: "unknownToken" };
        refused.push({ request, position, reason: "unknownToken" });
        continue;
      }
      if (request.kind === "translate") {
        answers[position] = accepted(request, held, false);
        continue;
      }
      const decision = decidePayment(held.token, request, now, verify);
      if (decision.kind === "refused" && held.remembered) {
        doubted.add(request.tokenPan);
        continue;
      }
      if (decision.kind === "accepted") {
        spent.push({ request, atc: decision.atc });
        answers[position] = accepted(request, held, decision.holderVerified);
      } else {
        answers[position] = { id: request.id, outcome: "refused", reason: decision.reason };
        refused.push({ request, position, reason: decision.reason, token: held.token });
        if (MAY_BE_REPEATS.has(decision.reason)) doubtful.push(item);
      }
      if (decision.token !== undefined) {
        held.token = decision.token;
        held.changed = true;
      }
    }
    for (const tokenPan of doubted) vault.delete(tokenPan);
    const written = [...vault.values()].filter((held) => held.changed);
    const missed = await save(
      written.map((held) => held.token),
      doubted.size === 0 ? spent : spent.filter(({ request }) => !doubted.has(request.tokenPan)),
      now,
    );
    for (const held of written) if (!missed.has(held.token.tokenPan)) remember(held);
    const stale = new Set([...missed, ...doubted]);
    for (const tokenPan of stale) remembered.delete(tokenPan);
    const repeats = doubtful.flatMap(({ request, position }) => {
      const held = vault.get(request.tokenPan)!;
      const first = repeatOf(held.token, request, verify);
      return first === undefined ? [] : [{ request, position, held, ...first }];
    });
    const known = await spentBefore(repeats);
    for (const { request, position, held, holderVerified } of repeats)
      if (known.has(`${request.tokenPan}/${request.journeyId}`))
        answers[position] = accepted(request, held, holderVerified);
    const final = refused.filter(
      ({ request, position }) => !stale.has(request.tokenPan) && answers[position]?.outcome === "refused",
    );
    if (final.length > 0) await keepRefusals(final, now);
    return open.filter(({ request }) => stale.has(request.tokenPan));
  }

  /** Why each was refused, for whoever asks later; and the holder hears of it, since the bank never will. */
  async function keepRefusals(refused: readonly Refused[], now: Instant): Promise<void> {
    await db.transaction(async (tx) => {
      for (const { request, reason, token } of refused) {
        const { cause, data } = causeOf(reason, token, request, verify);
        const first = await tx.query(REFUSE, [
          shardOf(request.journeyId),
          request.journeyId,
          cause,
          now,
          JSON.stringify(data),
        ]);
        if (first.length === 0 || token === undefined || token.state.kind === "deleted") continue;
        const { tokenRef } = (await tokenByPan(tx, token.b, token.tokenPan))!;
        const notice: PaymentNotice = {
          noticeId: request.journeyId,
          journeyId: request.journeyId,
          kind: "declined",
          amount: { minor: `${BigInt(request.amountMinor)}`, currency: request.currency as "156" },
          merchantName: request.merchantName?.trim() ?? "",
          responseCode: RESPONSE_OF_REFUSAL[reason],
          cause,
          at: now,
        };
        if (v.is(PaymentNotice, notice)) await tellDeclined(tx, { tokenRef, notice }, ports.random, now);
      }
    });
    ports.nudge();
  }

  /** Tokens that another writer was first at. A token that wrong cryptograms suspend is told of in the same transaction. */
  async function save(
    changed: readonly PayingToken[],
    spent: readonly { request: TokenRequest; atc: number }[],
    now: Instant,
  ): Promise<ReadonlySet<string>> {
    if (changed.length === 0) return new Set();
    const suspended = changed.filter((token) => token.state.kind === "suspended");
    if (suspended.length === 0) return write(db, changed, spent, now);
    const stale = await db.transaction(async (tx) => {
      const missed = await write(tx, changed, spent, now);
      for (const { b, tokenPan, state } of suspended) {
        if (missed.has(tokenPan)) continue;
        const token: Token = { ...(await tokenByPan(tx, b, tokenPan))!, state, changedAt: now };
        await saveToken(tx, token);
        await announce(tx, token, ports.random, now);
      }
      return missed;
    });
    ports.nudge();
    return stale;
  }

  async function write(
    on: Queries,
    changed: readonly PayingToken[],
    spent: readonly { request: TokenRequest; atc: number }[],
    now: Instant,
  ): Promise<ReadonlySet<string>> {
    const places = new Map(changed.map((token, i) => [token.tokenPan, i + 1]));
    const rows = await on.query<{ n: number }>(WRITE, [
      changed.map((token) => token.b),
      changed.map((token) => token.tokenPan),
      changed.map((token) => token.version),
      changed.map((token) => token.window.high),
      changed.map((token) => token.window.seen),
      changed.map((token) => token.cryptogramFailures),
      spent.map(({ request }) => places.get(request.tokenPan)!),
      spent.map(({ request }) => shardOf(request.tokenPan)),
      spent.map(({ request }) => request.tokenPan),
      spent.map(({ atc }) => atc),
      spent.map(({ request }) => request.journeyId),
      now,
    ]);
    if (rows.length === changed.length) return new Set();
    const saved = new Set(rows.map((row) => row.n));
    return new Set(changed.filter((_, i) => !saved.has(i + 1)).map((token) => token.tokenPan));
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
        open = await round(open, answers).catch((error: unknown) => {
          // Nobody knows what was written.
          for (const { tokenPan } of requests) remembered.delete(tokenPan);
          throw error;
        });
      }
      return answers;
    },
  });
}

function payingTokenOf(row: VaultRow): PayingToken {
  return {
    b: row.b,
    tokenPan: row.token_pan,
    panRef: row.pan_ref,
    state:
      row.status === "suspended"
        ? { kind: "suspended", by: row.suspended_by ?? [] }
        : { kind: row.status as "inactive" | "active" | "deleted" },
    tokenExpiry: row.token_expiry,
    previousExpiry: row.previous_expiry,
    psn: row.psn,
    keySource: row.key_source,
    keyRanges: row.key_ranges ?? [],
    window: { high: row.atc_high, seen: row.atc_seen },
    cryptogramFailures: row.cryptogram_failures,
    version: row.version,
  };
}
