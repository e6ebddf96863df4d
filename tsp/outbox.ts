import type { PaymentNotice, TokenView } from "#contracts/common";
import type { IssuerApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import type { Clock, Db, Log, Queries, Random, Timers } from "#contracts/ports";
import type { WalletTspApi } from "#contracts/wallet-api";
import type { FactLog } from "#party";
import { shardOf } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import type { Instant } from "#protocol/time";
import { type Token, viewOf } from "./token.ts";

type Topic = "wallet.notifyToken" | "issuer.notifyToken" | "wallet.notifyBinding" | "wallet.notifyPayment";

export interface BindingNotice {
  readonly bindingId: string;
  readonly cause?: Cause | undefined;
  readonly ended: boolean;
  readonly cured: boolean;
}

interface Row {
  readonly b: number;
  readonly id: string;
  readonly topic: Topic;
  readonly body: unknown;
  readonly tries: number;
  readonly journey_id: string;
  readonly token_ref: string | null;
  readonly version: bigint | null;
}

type Told = { readonly tokenRef: string; readonly version: bigint };

async function add(
  db: Queries,
  random: Random,
  at: Instant,
  notice: {
    readonly b: number;
    readonly topic: Topic;
    readonly body: unknown;
    readonly journeyId: string;
    readonly told?: Told;
  },
): Promise<void> {
  const { b, topic, body, journeyId, told } = notice;
  await db.query(
    {
      text: `insert into outbox (b, id, topic, body, tries, next_at, journey_id, token_ref, version)
        values ($1, $2, $3, $4::jsonb, 0, $5, $6, $7, $8)`,
    },
    [b, random.uuid(), topic, JSON.stringify(body), at, journeyId, told?.tokenRef ?? null, told?.version ?? null],
  );
}

/** Tells wallet and bank of a token, in the transaction of the change itself, and notes that they have to know it. */
export async function announce(
  db: Queries,
  token: Token,
  random: Random,
  at: Instant,
  to: readonly ("wallet" | "issuer")[] = ["wallet", "issuer"],
  differs = false,
): Promise<void> {
  const { b, tokenRef, bindingId: journeyId } = token;
  const told: Told = { tokenRef, version: token.version + 1n };
  await db.query(
    {
      text: `insert into told (b, token_ref, peer, version, acknowledged, at, differs)
        select $1, $2, peer, $4, -1, $5, $6 from unnest($3::text[]) as peer
        on conflict (b, token_ref, peer) do update set version = greatest(told.version, excluded.version), at = excluded.at,
          differs = told.differs or excluded.differs`,
    },
    [b, tokenRef, to, told.version, at, differs],
  );
  const view: TokenView = viewOf(token);
  if (to.includes("wallet"))
    await add(db, random, at, { b, topic: "wallet.notifyToken", body: { token: view }, journeyId, told });
  if (to.includes("issuer")) {
    const body = {
      bindingId: token.bindingId,
      tokenRef,
      status: token.state.kind,
      deviceName: token.deviceName,
      tokenSuffix: view.tokenSuffix,
      at,
    };
    await add(db, random, at, { b, topic: "issuer.notifyToken", body, journeyId, told });
  }
}

/** Tells the wallet that something in a binding changed. */
export function tellBinding(db: Queries, notice: BindingNotice, random: Random, at: Instant): Promise<void> {
  const { bindingId } = notice;
  return add(db, random, at, {
    b: shardOf(bindingId),
    topic: "wallet.notifyBinding",
    body: notice,
    journeyId: bindingId,
  });
}

/** Tells the holder of a payment that ended here, so that the bank never heard of it. */
export function tellDeclined(
  db: Queries,
  declined: { readonly tokenRef: string; readonly notice: PaymentNotice },
  random: Random,
  at: Instant,
): Promise<void> {
  return add(db, random, at, {
    b: shardOf(declined.tokenRef),
    topic: "wallet.notifyPayment",
    body: declined,
    journeyId: declined.notice.journeyId,
  });
}

/** Nothing that the receiver has against the notice itself. */
const LATER: ReadonlySet<string> = new Set(["peerUnavailable", "internal", "tooMany", "stale"]);
const POLL_MS = 1000;
const RETRY_MAX_MS = 60_000;
const BATCH = 64;

export interface Relay {
  start(): void;
  nudge(): void;
  stop(): Promise<void>;
}

/** Sends the outbox, at least once each and in order of time; a row goes when its receiver has it. */
export function createRelay(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly issuer: Calls<IssuerApi>;
  readonly wallet: Calls<WalletTspApi>;
  readonly facts: FactLog;
}): Relay {
  const { db, clock, timers, log } = ports;
  let running = false;
  let busy = false;
  let again = false;
  let cancel = () => {};
  let working: Promise<void> = Promise.resolve();

  function hand(row: Row) {
    const context = { journeyId: row.journey_id || row.id, idempotencyKey: row.id };
    switch (row.topic) {
      case "wallet.notifyToken":
        return ports.wallet.notifyToken(row.body as never, context);
      case "wallet.notifyBinding":
        return ports.wallet.notifyBinding(row.body as never, context);
      case "wallet.notifyPayment":
        return ports.wallet.notifyPayment(row.body as never, context);
      case "issuer.notifyToken":
        return ports.issuer.notifyToken(row.body as never, context);
    }
  }

  async function send(row: Row): Promise<void> {
    const sent = await hand(row);
    const later = !sent.ok && LATER.has(sent.error.code);
    if (!sent.ok && !later) log.warn("tsp.noticeRefused", { topic: row.topic, code: sent.error.code });
    if (later) {
      const next = clock.now() + Math.min(RETRY_MAX_MS, 500 * 2 ** Math.min(row.tries, 10));
      await db.query({ text: "update outbox set tries = tries + 1, next_at = $3 where b = $1 and id = $2" }, [
        row.b,
        row.id,
        next,
      ]);
      return;
    }
    await db.transaction(async (tx) => {
      if (sent.ok) await acknowledged(tx, row);
      await tx.query({ text: "delete from outbox where b = $1 and id = $2" }, [row.b, row.id]);
    });
  }

  async function acknowledged(tx: Queries, { b, token_ref, topic, version, journey_id }: Row): Promise<void> {
    if (token_ref === null) return;
    const peer = topic === "issuer.notifyToken" ? "issuer" : "wallet";
    const rows = await tx.query<{ together: boolean }>(
      {
        text: `update told set acknowledged = greatest(acknowledged, $4), differs = differs and $4 < version
          where b = $1 and token_ref = $2 and peer = $3 and (differs or acknowledged < $4) returning not differs as together`,
      },
      [b, token_ref, peer, version],
    );
    if (rows[0]?.together !== true || !(await wasOnRecord(tx, journey_id))) return;
    const stage = "issue";
    await ports.facts.note(tx, {
      journeyId: journey_id,
      stage,
      code: "statesDiffer",
      outcome: "passed",
      data: { peer },
    });
  }

  async function wasOnRecord(tx: Queries, journeyId: string): Promise<boolean> {
    const rows = await tx.query<{ open: boolean }>(
      {
        text: `select outcome = 'failed' as open from fact where b = $1 and journey_id = $2 and code = 'statesDiffer'
          order by seq desc limit 1`,
      },
      [shardOf(journeyId), journeyId],
    );
    return rows[0]?.open === true;
  }

  async function drain(): Promise<void> {
    for (let full = true; full && running; ) {
      const rows = await db.query<Row>(
        {
          name: "tsp.outbox-due",
          text: `select b, id, topic, body, tries, journey_id, token_ref, version from outbox
            where next_at <= $1 order by next_at limit ${BATCH}`,
        },
        [clock.now()],
      );
      for (const row of rows) await send(row);
      full = rows.length === BATCH;
    }
  }

  function wake(): void {
    if (!running) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    cancel();
    working = drain()
      .catch((error: unknown) => log.error("tsp.outboxFailed", { error }))
      .then(() => {
        busy = false;
        if (again) wake();
        else if (running) cancel = timers.after(POLL_MS, wake);
      });
  }

  return {
    start() {
      running = true;
      wake();
    },
    nudge: wake,
    async stop() {
      running = false;
      cancel();
      await working;
    },
  };
}
