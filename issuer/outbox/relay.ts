import type { TokenView } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import type { Clock, Db, KeyStore, Log, MessageSender, Sealer, Statement, Timers } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { TspIssuerApi } from "#contracts/tsp-api";
import { err, fromUtf8, type Result } from "#protocol/bytes";
import { type Instant, instant } from "#protocol/time";
import { type OutboxKind, openRenewal, openText, parseCall, parseNotice, type TspCallName } from "./row.ts";

export interface OutboxRelay {
  start(): void;
  /** Something was written: look now rather than at the next poll. */
  nudge(): void;
  /** Resolves when all that was due has been tried, or after `waitMs`. */
  settle(waitMs: number): Promise<void>;
  /** Waits for what is being sent. */
  stop(): Promise<void>;
}

/** Hears of each text, by its row's id. */
export interface TextWatch {
  taken(id: string): Promise<void>;
  /** The carrier refused it for the first time; it is tried again. */
  refused(id: string): Promise<void>;
}

interface OutboxRow {
  readonly due_at: bigint;
  readonly b: number;
  readonly id: string;
  readonly kind: OutboxKind;
  readonly payload: Uint8Array;
  readonly useless_after: bigint | null;
  readonly attempts: number;
  readonly serial: bigint;
}

const BATCH = 64;
const POLL_MS = 1000;
const RETRY_MAX_MS = 5 * 60_000;

const DUE: Statement = {
  name: "issuer-outbox-due",
  text: `select due_at, b, id, kind, payload, useless_after, attempts, serial from outbox where due_at <= $1
    order by due_at limit ${BATCH}`,
};
/** A row that was written anew while it was being sent stays. */
const SENT: Statement = {
  name: "issuer-outbox-sent",
  text: `
    delete from outbox o using unnest($1::bigint[], $2::smallint[], $3::text[], $4::bigint[]) as i(due_at, b, id, serial)
    where o.due_at = i.due_at and o.b = i.b and o.id = i.id and o.serial = i.serial`,
};
const FAILED: Statement = {
  name: "issuer-outbox-failed",
  text: `
    update outbox o set attempts = o.attempts + 1, due_at = i.again_at
    from unnest($1::bigint[], $2::smallint[], $3::text[], $4::bigint[], $5::bigint[]) as i(due_at, b, id, serial, again_at)
    where o.due_at = i.due_at and o.b = i.b and o.id = i.id and o.serial = i.serial`,
};
/** Nobody knows what became of it, or it may be right another time. */
const LATER: ReadonlySet<string> = new Set(["peerUnavailable", "internal", "tooMany", "stale"]);

const keysOf = (rows: readonly OutboxRow[]) => [
  rows.map((row) => row.due_at),
  rows.map((row) => row.b),
  rows.map((row) => row.id),
  rows.map((row) => row.serial),
];

/** Sends what lies in the outbox, at least once each; a row goes when its receiver has it, or when it helps nobody. */
export function createOutboxRelay(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly keys: KeyStore;
  readonly sealer: Sealer;
  readonly sender: MessageSender;
  readonly tsp: Calls<TspIssuerApi>;
  readonly log: Log;
  readonly texts: TextWatch;
  /** What the TSP answered to a proof: the token as it is then. */
  readonly onActivated: (bindingId: string, token: TokenView) => Promise<void>;
}): OutboxRelay {
  const { db, clock, timers, keys, sealer, sender, tsp, log, texts, onActivated } = ports;
  let running = false;
  let again = false;
  let working: Promise<void> = Promise.resolve();
  let cancelPoll: () => void = () => {};

  async function sendText(row: OutboxRow): Promise<"done" | "later"> {
    try {
      await sender.send({ id: row.id, ...openText(keys, row.id, row.payload) });
    } catch (error) {
      warn(row, error);
      if (row.attempts === 0) await texts.refused(row.id);
      return "later";
    }
    await texts.taken(row.id);
    return "done";
  }

  async function callTsp(row: OutboxRow): Promise<Result<unknown, Problem>> {
    switch (row.kind) {
      case "paymentNotice":
        return tsp.notifyPayment(parseNotice(row.payload), { journeyId: row.id, idempotencyKey: row.id });
      case "renewCard":
        return renewCard(row);
      case "text":
        throw new RangeError("outbox: texts do not go to the TSP");
      default: {
        const { journeyId, key, request } = parseCall(row.payload);
        const calls = tsp as Record<
          TspCallName,
          (request: unknown, context: CallContext) => Promise<Result<unknown, Problem>>
        >;
        const answer = await calls[row.kind](request, { journeyId, idempotencyKey: key });
        if (row.kind === "activate" && answer.ok)
          await onActivated((request as { bindingId: string }).bindingId, answer.value as TokenView);
        return answer;
      }
    }
  }

  async function renewCard(row: OutboxRow): Promise<Result<unknown, Problem>> {
    const { key, card, newCard } = openRenewal(keys, row.id, row.payload);
    const context = { journeyId: row.id, idempotencyKey: key };
    const recipient = await tsp.publicKey({}, context);
    if (!recipient.ok) return err(problem("peerUnavailable"));
    const [cardJwe, newCardJwe] = await Promise.all(
      [card, newCard].map((one) => sealer.sealTo(recipient.value, fromUtf8(JSON.stringify(one)))),
    );
    return tsp.renewCard({ cardJwe: cardJwe!, newCardJwe: newCardJwe! }, context);
  }

  async function send(row: OutboxRow, now: Instant): Promise<"done" | "later"> {
    if (row.useless_after !== null && row.useless_after <= now) return "done";
    if (row.kind === "text") return sendText(row);
    const sent = await callTsp(row);
    if (sent.ok) return "done";
    if (LATER.has(sent.error.code)) return "later";
    log.warn("issuer.messageRefused", { id: row.id, kind: row.kind, code: sent.error.code });
    return "done";
  }

  function warn(row: OutboxRow, error: unknown): void {
    log.warn("issuer.outboxFailed", {
      id: row.id,
      kind: row.kind,
      error: error instanceof Error ? error.name : "unknown",
    });
  }

  /** True when there may be more at once. */
  async function sendBatch(): Promise<boolean> {
    const now = clock.now();
    const rows = await db.query<OutboxRow>(DUE, [now]);
    if (rows.length === 0) return false;
    const outcomes = await Promise.all(
      rows.map((row) =>
        send(row, now).catch((error: unknown) => {
          warn(row, error);
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

  async function quiet(): Promise<void> {
    for (let before: Promise<void> | undefined; before !== working; ) {
      before = working;
      await before;
    }
  }

  return {
    start() {
      running = true;
      wake();
    },
    nudge: wake,
    async settle(waitMs) {
      wake();
      let cancel: () => void = () => {};
      const late = new Promise<void>((resolve) => {
        cancel = timers.after(waitMs, resolve);
      });
      await Promise.race([quiet(), late]);
      cancel();
    },
    async stop() {
      running = false;
      cancelPoll();
      await quiet();
    },
  };
}
