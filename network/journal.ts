import type { Cancel, Clock, Db, KeyStore, Log, Timers } from "#contracts/ports";
import { fromAscii, shardOf, toHex } from "#protocol/bytes";
import { type IsoMessage, text } from "#protocol/iso8583";
import { chinaDate, type Instant } from "#protocol/time";
import { KEYS } from "./ports.ts";

/** One request with what became of it. */
interface Entry {
  readonly journeyId: string;
  readonly seq: number;
  readonly at: Instant;
  /** Null: no answer was the right one. */
  readonly answeredAt: Instant | null;
  readonly peer: string;
  readonly mti: string;
  readonly panHash: string | null;
  readonly panSuffix: string | null;
  readonly processingCode: string | null;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  readonly responseCode: string | null;
  readonly settlementDate: string;
}

export interface Journal {
  /** A request that arrived `at`, and the answer that now leaves. */
  record(
    request: IsoMessage,
    answer: IsoMessage | undefined,
    exchange: { readonly journeyId: string; readonly peer: string; readonly at: Instant },
  ): void;
  /** Waits until all that was recorded is written. */
  flushed(): Promise<void>;
}

const BATCH_MAX = 512;
/** So far behind the traffic it is written: one commit then has a crowd of entries. */
const BEHIND_MS = 50;
/** When the database stays away, new entries are left out: the journal is behind the payments and holds none of them up. */
const QUEUE_MAX = 100_000;
/** After a failure: how soon the next try, and for how long they go on. */
const AGAIN_MS = 1000;
const GIVEN_UP_MS = 10 * 60_000;

/** Written in batches behind the traffic; nothing waits for it. */
export function createJournal(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly keys: KeyStore;
  readonly log: Log;
}): Journal {
  const { db, clock, timers, keys, log } = ports;
  let queue: Entry[] = [];
  let writing: Promise<void> = Promise.resolve();
  let cancelDue: Cancel | undefined;
  let seq = clock.now() * 1000;

  async function write(entries: readonly Entry[]): Promise<void> {
    await db.query(
      {
        name: "network.journal",
        text: `insert into journal (b, journey_id, seq, at, answered_at, peer, mti, pan_hash, pan_suffix, processing_code, amount_minor, currency,
            response_code, settlement_date)
          select * from unnest($1::smallint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::bigint[], $12::text[], $13::text[], $14::text[]) on conflict do nothing`,
      },
      [
        entries.map((e) => shardOf(e.journeyId)),
        entries.map((e) => e.journeyId),
        entries.map((e) => e.seq),
        entries.map((e) => e.at),
        entries.map((e) => e.answeredAt),
        entries.map((e) => e.peer),
        entries.map((e) => e.mti),
        entries.map((e) => e.panHash),
        entries.map((e) => e.panSuffix),
        entries.map((e) => e.processingCode),
        entries.map((e) => e.amountMinor),
        entries.map((e) => e.currency),
        entries.map((e) => e.responseCode),
        entries.map((e) => e.settlementDate),
      ],
    );
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, BATCH_MAX);
      try {
        await write(batch);
      } catch (error) {
        log.error("network.journalFailed", { error, entries: queue.length });
        // A database that comes back finds them all; one that never takes them must not be asked for ever.
        if (batch[0]!.at > clock.now() - GIVEN_UP_MS) {
          cancelDue?.();
          cancelDue = timers.after(AGAIN_MS, drainNow);
          return;
        }
      }
      queue = queue.slice(batch.length);
    }
  }

  function drainNow(): void {
    cancelDue?.();
    cancelDue = undefined;
    writing = writing.then(drain);
  }

  return {
    record(request, answer, { journeyId, peer, at }) {
      if (queue.length >= QUEUE_MAX) return;
      const pan = text(request, 2);
      const amount = text(request, 4);
      queue.push({
        journeyId,
        seq: seq++,
        at,
        answeredAt: answer === undefined ? null : clock.now(),
        peer,
        mti: request.mti,
        panHash: pan === undefined ? null : toHex(keys.hmac(KEYS.panHash, fromAscii(pan)).subarray(0, 16)),
        panSuffix: pan?.slice(-4) ?? null,
        processingCode: text(request, 3) ?? null,
        amountMinor: amount === undefined ? null : BigInt(amount),
        currency: text(request, 49) ?? null,
        responseCode: answer === undefined ? null : (text(answer, 39) ?? null),
        settlementDate: text(request, 15) ?? chinaDate(at),
      });
      cancelDue ??= timers.after(BEHIND_MS, drainNow);
    },
    async flushed() {
      drainNow();
      await writing;
      cancelDue?.();
      cancelDue = undefined;
    },
  };
}
