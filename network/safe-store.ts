import type { Clock, Db, KeyStore, Log, Timers } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import { CUPS, encodeMessage, type IsoMessage, parseMessage } from "#protocol/iso8583";
import type { IssuerLink } from "./issuer-link.ts";
import { KEYS } from "./ports.ts";

/** Reversals we owe an issuer: durable before anyone is told of them, sent until acknowledged. */
export interface SafeStore {
  owe(journeyId: string, issuer: string, reversal: IsoMessage): Promise<void>;
  /** An issuer is there again: all that is owed goes now. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

export function createSafeStore(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly keys: KeyStore;
  readonly log: Log;
  readonly issuers: ReadonlyMap<string, IssuerLink>;
  readonly repeatMs: number;
  readonly answerMs: number;
}): SafeStore {
  const { db, clock, timers, keys, log, issuers } = ports;
  let running = false;
  let working: Promise<void> | undefined;
  let again: "due" | "all" | undefined;
  let cancel = () => {};

  async function sendOwed(which: "due" | "all"): Promise<void> {
    const rows = await db.query<{ b: number; journey_id: string; issuer: string; message: Uint8Array }>(
      {
        text: "select b, journey_id, issuer, message from owed_reversal where next_at <= $1 order by next_at limit 256",
      },
      [which === "all" ? Number.MAX_SAFE_INTEGER : clock.now()],
    );
    for (const row of rows) {
      const plain = keys.open(KEYS.safeStore, row.message, row.journey_id);
      const issuer = issuers.get(row.issuer);
      if (plain === undefined || issuer === undefined) {
        log.error("network.owedReversalUnreadable", { journeyId: row.journey_id });
        continue;
      }
      const answer = await issuer.ask(parseMessage(CUPS, plain), ports.answerMs);
      // Any 0430 is an acknowledgement: the issuer has it, and has done what was to be done.
      if (answer.kind === "answer")
        await db.query({ text: "delete from owed_reversal where b = $1 and journey_id = $2" }, [row.b, row.journey_id]);
      else {
        await db.query(
          { text: "update owed_reversal set tries = tries + 1, next_at = $3 where b = $1 and journey_id = $2" },
          [row.b, row.journey_id, clock.now() + ports.repeatMs],
        );
      }
    }
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
    async owe(journeyId, issuer, reversal) {
      const sealed = keys.seal(KEYS.safeStore, encodeMessage(CUPS, reversal), journeyId);
      await db.query(
        {
          text: "insert into owed_reversal (b, journey_id, issuer, message, tries, next_at) values ($1, $2, $3, $4, 0, $5) on conflict do nothing",
        },
        [shardOf(journeyId), journeyId, issuer, sealed, clock.now()],
      );
      wake("due");
    },
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
