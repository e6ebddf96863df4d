import type { Clock, Db, KeyStore, Log, Timers } from "#contracts/ports";
import type { FactLog, FactNote } from "#party";
import { shardOf } from "#protocol/bytes";
import { CUPS, encodeMessage, type IsoMessage, parseMessage, responseFact, text } from "#protocol/iso8583";
import type { IssuerLink } from "./issuer-link.ts";
import { KEYS } from "./ports.ts";

/** Reversals we owe an issuer: durable before anyone is told of them, sent until acknowledged. */
export interface SafeStore {
  /** @param why what led to it, kept with it. */
  owe(journeyId: string, issuer: string, reversal: IsoMessage, ...why: readonly FactNote[]): Promise<void>;
  /** That payment has been given up, and its issuer does not know it yet: sent again, it would be taken for a new one. */
  owes(journeyId: string): Promise<boolean>;
  /** An issuer is there again: all that is owed goes now. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

interface OwedRow {
  readonly b: number;
  readonly journey_id: string;
  readonly issuer: string;
  readonly message: Uint8Array;
}

/** So many go side by side: an issuer that gives no answer holds up no other's. */
const OWED_AT_ONCE = 256;

export function createSafeStore(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly keys: KeyStore;
  readonly log: Log;
  readonly facts: FactLog;
  readonly issuers: ReadonlyMap<string, IssuerLink>;
  readonly repeatMs: number;
  readonly answerMs: number;
}): SafeStore {
  const { db, clock, timers, keys, log, facts, issuers } = ports;
  let running = false;
  let working: Promise<void> | undefined;
  let again: "due" | "all" | undefined;
  let cancel = () => {};

  let known: Promise<Set<string>> | undefined;

  /** Journeys we owe a reversal of, read once; a read that fails is tried again by the next who asks. */
  async function owed(): Promise<Set<string>> {
    known ??= db
      .query<{ journey_id: string }>({ text: "select journey_id from owed_reversal" })
      .then((rows) => new Set(rows.map((row) => row.journey_id)));
    try {
      return await known;
    } catch (error) {
      known = undefined;
      throw error;
    }
  }

  async function sendOwed(which: "due" | "all"): Promise<void> {
    const rows = await db.query<OwedRow>(
      {
        text: "select b, journey_id, issuer, message from owed_reversal where next_at <= $1 order by next_at limit $2",
      },
      [which === "all" ? Number.MAX_SAFE_INTEGER : clock.now(), OWED_AT_ONCE],
    );
    await Promise.all(
      rows.map((row) =>
        sendOne(row).catch((error: unknown) =>
          log.error("network.owedReversalFailed", { journeyId: row.journey_id, error }),
        ),
      ),
    );
    if (rows.length === OWED_AT_ONCE) again ??= "due";
  }

  async function sendOne(row: OwedRow): Promise<void> {
    const plain = keys.open(KEYS.safeStore, row.message, row.journey_id);
    const issuer = issuers.get(row.issuer);
    if (plain === undefined || issuer === undefined) {
      log.error("network.owedReversalUnreadable", { journeyId: row.journey_id });
      return putOff(row);
    }
    const answer = await issuer.ask(parseMessage(CUPS, plain), ports.answerMs);
    const code = answer.kind === "answer" ? (text(answer.message, 39) ?? "20") : "98";
    // Any other 0430 is an acknowledgement: the issuer has it, and has done what was to be done.
    if (responseFact(code).act === "retry") return putOff(row);
    await db.transaction(async (tx) => {
      await tx.query({ text: "delete from owed_reversal where b = $1 and journey_id = $2" }, [row.b, row.journey_id]);
      await facts.note(tx, { journeyId: row.journey_id, stage: "complete", code: "reversalDone", outcome: "noted" });
    });
    (await owed()).delete(row.journey_id);
  }

  async function putOff(row: OwedRow): Promise<void> {
    await db.query(
      { text: "update owed_reversal set tries = tries + 1, next_at = $3 where b = $1 and journey_id = $2" },
      [row.b, row.journey_id, clock.now() + ports.repeatMs],
    );
  }

  function wake(which: "due" | "all"): void {
    if (!running) return;
    if (working !== undefined) {
      again = again === "all" ? "all" : which;
      return;
    }
    again = undefined;
    cancel();
    working = sendOwed(which)
      .catch((error: unknown) => log.error("network.safeStoreFailed", { error }))
      .then(() => {
        working = undefined;
        if (again !== undefined) wake(again);
        else if (running) cancel = timers.after(ports.repeatMs, () => wake("due"));
      });
  }

  return {
    async owe(journeyId, issuer, reversal, ...why) {
      const sealed = keys.seal(KEYS.safeStore, encodeMessage(CUPS, reversal), journeyId);
      (await owed()).add(journeyId);
      await db.transaction(async (tx) => {
        await tx.query(
          {
            text: "insert into owed_reversal (b, journey_id, issuer, message, tries, next_at) values ($1, $2, $3, $4, 0, $5) on conflict do nothing",
          },
          [shardOf(journeyId), journeyId, issuer, sealed, clock.now()],
        );
        await facts.note(tx, ...why, { journeyId, stage: "complete", code: "reversalSent", outcome: "noted" });
      });
      wake("due");
    },
    owes: async (journeyId) => (await owed()).has(journeyId),
    wake: () => wake("all"),
    start() {
      running = true;
      wake("due");
    },
    async stop() {
      running = false;
      cancel();
      await working;
    },
  };
}
