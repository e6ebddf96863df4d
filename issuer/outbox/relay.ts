import type { Calls } from "#contracts/operation";
import type { Clock, Db, KeyStore, Log, MessageSender, Statement, Timers } from "#contracts/ports";
import type { TspIssuerApi } from "#contracts/tsp-api";
import { type Instant, instant } from "#protocol/time";
import { openText, parseNotice } from "./row.ts";

export interface OutboxRelay {
  start(): void;
  /** Something was written: look now rather than at the next poll. */
  nudge(): void;
  /** Waits for what is being sent. */
  stop(): Promise<void>;
}

interface OutboxRow {
  readonly due_at: bigint;
  readonly b: number;
  readonly id: string;
  readonly kind: "paymentNotice" | "text";
  readonly payload: Uint8Array;
  readonly useless_after: bigint | null;
  readonly attempts: number;
}

const BATCH = 64;
const POLL_MS = 1000;
const RETRY_MAX_MS = 5 * 60_000;

const DUE: Statement = {
  name: "issuer-outbox-due",
  text: `select due_at, b, id, kind, payload, useless_after, attempts from outbox where due_at <= $1 order by due_at limit ${BATCH}`,
};
const SENT: Statement = {
  name: "issuer-outbox-sent",
  text: `
    delete from outbox o using unnest($1::bigint[], $2::smallint[], $3::text[]) as i(due_at, b, id)
    where o.due_at = i.due_at and o.b = i.b and o.id = i.id`,
};
const FAILED: Statement = {
  name: "issuer-outbox-failed",
  text: `
    update outbox o set attempts = o.attempts + 1, due_at = i.again_at
    from unnest($1::bigint[], $2::smallint[], $3::text[], $4::bigint[]) as i(due_at, b, id, again_at)
    where o.due_at = i.due_at and o.b = i.b and o.id = i.id`,
};

const keysOf = (rows: readonly OutboxRow[]) => [
  rows.map((row) => row.due_at),
  rows.map((row) => row.b),
  rows.map((row) => row.id),
];

/** Sends what lies in the outbox, at least once each; a row goes when its receiver has it, or when it helps nobody. */
export function createOutboxRelay(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly keys: KeyStore;
  readonly sender: MessageSender;
  readonly tsp: Calls<TspIssuerApi>;
  readonly log: Log;
}): OutboxRelay {
  const { db, clock, timers, keys, sender, tsp, log } = ports;
  let running = false;
  let again = false;
  let working: Promise<void> = Promise.resolve();
  let cancelPoll: () => void = () => {};

  async function send(row: OutboxRow, now: Instant): Promise<"done" | "later"> {
    if (row.useless_after !== null && row.useless_after <= now) return "done";
    if (row.kind === "text") {
      await sender.send({ id: row.id, ...openText(keys, row.id, row.payload) });
      return "done";
    }
    const sent = await tsp.notifyPayment(parseNotice(row.payload), { journeyId: row.id, idempotencyKey: row.id });
    if (sent.ok) return "done";
    const { code } = sent.error;
    if (code === "peerUnavailable" || code === "internal" || code === "tooMany" || code === "stale") return "later";
    log.warn("issuer.noticeRefused", { id: row.id, code });
    return "done";
  }

  /** True when there may be more at once. */
  async function sendBatch(): Promise<boolean> {
    const now = clock.now();
    const rows = await db.query<OutboxRow>(DUE, [now]);
    if (rows.length === 0) return false;
    const outcomes = await Promise.all(
      rows.map((row) =>
        send(row, now).catch((error: unknown) => {
          log.warn("issuer.outboxFailed", {
            id: row.id,
            kind: row.kind,
            error: error instanceof Error ? error.name : "unknown",
          });
          return "later" as const;
        }),
      ),
    );
    const done = rows.filter((_, i) => outcomes[i] === "done");
    const later = rows.filter((_, i) => outcomes[i] === "later");
    if (done.length > 0) await db.query(SENT, keysOf(done));
    if (later.length > 0) {
      await db.query(FAILED, [
        ...keysOf(later),
        later.map((row) => instant(now + Math.min(1000 * 2 ** Math.min(row.attempts, 16), RETRY_MAX_MS))),
      ]);
    }
    return rows.length === BATCH;
  }

  async function drain(): Promise<void> {
    try {
      do again = false;
      while ((await sendBatch()) || again);
    } catch (error) {
      log.error("issuer.outboxStopped", { error: error instanceof Error ? error.name : "unknown" });
    }
  }

  let busy = false;
  function wake(): void {
    if (!running) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    cancelPoll();
    working = drain().then(() => {
      busy = false;
      if (again) wake();
      else if (running) cancelPoll = timers.after(POLL_MS, wake);
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
      cancelPoll();
      await working;
    },
  };
}
