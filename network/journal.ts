import type { Clock, Db, KeyStore, Log } from "#contracts/ports";
import { fromAscii, shardOf, toHex } from "#protocol/bytes";
import { type IsoMessage, text } from "#protocol/iso8583";
import { chinaDate } from "#protocol/time";
import { KEYS } from "./ports.ts";

interface Entry {
  readonly journeyId: string;
  readonly seq: number;
  readonly at: number;
  readonly direction: "in" | "out";
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

/** Which card an exchange is about, without its number. */
export interface CardMark {
  readonly panHash: string | null;
  readonly panSuffix: string | null;
}

export interface Journal {
  /** Of a request's number, for its own entry and its answer's. */
  mark(message: IsoMessage): CardMark;
  record(message: IsoMessage, card: CardMark, journeyId: string, direction: "in" | "out", peer: string): void;
  /** Waits until all that was recorded is written. */
  flushed(): Promise<void>;
}

const NO_CARD: CardMark = { panHash: null, panSuffix: null };
const BATCH_MAX = 512;
/** When the database stays away, old entries give way: the journal is behind the payments and holds none of them up. */
const QUEUE_MAX = 100_000;

/** Written in batches behind the traffic; nothing waits for it. */
export function createJournal(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly log: Log;
}): Journal {
  const { db, clock, keys, log } = ports;
  let queue: Entry[] = [];
  let writing: Promise<void> | undefined;
  let seq = clock.now() * 1000;

  async function write(entries: readonly Entry[]): Promise<void> {
    await db.query(
      {
        name: "network.journal",
        text: `insert into journal (b, journey_id, seq, at, direction, peer, mti, pan_hash, pan_suffix, processing_code, amount_minor, currency, response_code, settlement_date)
          select * from unnest($1::smallint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::bigint[], $12::text[], $13::text[], $14::text[]) on conflict do nothing`,
      },
      [
        entries.map((e) => shardOf(e.journeyId)),
        entries.map((e) => e.journeyId),
        entries.map((e) => e.seq),
        entries.map((e) => e.at),
        entries.map((e) => e.direction),
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
      queue = queue.slice(BATCH_MAX);
      await write(batch).catch((error: unknown) =>
        log.error("network.journalFailed", { error, entries: batch.length }),
      );
    }
  }

  return {
    mark(message) {
      const pan = text(message, 2);
      if (pan === undefined) return NO_CARD;
      return { panHash: toHex(keys.hmac(KEYS.panHash, fromAscii(pan)).subarray(0, 16)), panSuffix: pan.slice(-4) };
    },
    record(message, card, journeyId, direction, peer) {
      const amount = text(message, 4);
      const at = clock.now();
      if (queue.length < QUEUE_MAX) {
        queue.push({
          journeyId,
          seq: seq++,
          at,
          direction,
          peer,
          mti: message.mti,
          panHash: card.panHash,
          panSuffix: card.panSuffix,
          processingCode: text(message, 3) ?? null,
          amountMinor: amount === undefined ? null : BigInt(amount),
          currency: text(message, 49) ?? null,
          responseCode: text(message, 39) ?? null,
          settlementDate: text(message, 15) ?? chinaDate(at),
        });
      }
      writing ??= Promise.resolve()
        .then(drain)
        .finally(() => {
          writing = undefined;
        });
    },
    async flushed() {
      while (writing !== undefined) await writing;
    },
  };
}
