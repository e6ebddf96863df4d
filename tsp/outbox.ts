import type { IssuerApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import type { Clock, Db, Log, Queries, Random, Timers } from "#contracts/ports";
import type { WalletTspApi } from "#contracts/wallet-api";
import type { Instant } from "#protocol/time";
import { type Token, viewOf } from "./token.ts";

type Topic = "wallet.notifyToken" | "issuer.notifyToken";

/** Tells wallet and bank, in the transaction of the change itself. */
export async function announce(db: Queries, token: Token, random: Random, at: Instant): Promise<void> {
  const add = (topic: Topic, body: unknown) =>
    db.query(
      { text: "insert into outbox (b, id, topic, body, tries, next_at) values ($1, $2, $3, $4::jsonb, 0, $5)" },
      [token.b, random.uuid(), topic, JSON.stringify(body), at],
    );
  await add("wallet.notifyToken", { token: viewOf(token) });
  await add("issuer.notifyToken", {
    bindingId: token.bindingId,
    tokenRef: token.tokenRef,
    status: token.state.kind,
    deviceName: token.deviceName,
    tokenSuffix: token.tokenPan.slice(-4),
    at,
  });
}

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
}): Relay {
  const { db, clock, timers, log } = ports;
  let running = false;
  let busy = false;
  let again = false;
  let cancel = () => {};
  let working: Promise<void> = Promise.resolve();

  async function send(row: { b: number; id: string; topic: Topic; body: unknown; tries: number }): Promise<void> {
    const context = { journeyId: row.id, idempotencyKey: row.id };
    const sent =
      row.topic === "wallet.notifyToken"
        ? await ports.wallet.notifyToken(row.body as never, context)
        : await ports.issuer.notifyToken(row.body as never, context);
    const later = !sent.ok && (sent.error.code === "peerUnavailable" || sent.error.code === "internal");
    if (!sent.ok && !later) log.warn("tsp.noticeRefused", { topic: row.topic, code: sent.error.code });
    if (later) {
      const next = clock.now() + Math.min(RETRY_MAX_MS, 500 * 2 ** Math.min(row.tries, 10));
      await db.query({ text: "update outbox set tries = tries + 1, next_at = $3 where b = $1 and id = $2" }, [
        row.b,
        row.id,
        next,
      ]);
    } else await db.query({ text: "delete from outbox where b = $1 and id = $2" }, [row.b, row.id]);
  }

  async function drain(): Promise<void> {
    for (let full = true; full && running; ) {
      const rows = await db.query<{ b: number; id: string; topic: Topic; body: unknown; tries: number }>(
        {
          name: "tsp.outbox-due",
          text: `select b, id, topic, body, tries from outbox where next_at <= $1 order by next_at limit ${BATCH}`,
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
