import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChipData } from "#acquirer/terminal";
import { type Money, money } from "#protocol/money";
import type { ExpiryYymm } from "#protocol/time";
import type { BenchCard } from "./cards.ts";

/** What a process that makes taps is told: cards by the serial of their first tap, and how many rounds over all of them. */
export interface TapOrder {
  readonly cards: readonly BenchCard[];
  readonly firstSerial: number;
  readonly cardsInAll: number;
  readonly rounds: number;
  readonly at: number;
}

/** Field 55 of each tap, all of one length, round after round. */
export interface TapBatch {
  readonly stride: number;
  readonly bytes: Uint8Array;
}

/** One tap that was made before the clock runs: the terminal has read the card, the payment is still to be made. */
export interface Tap {
  readonly card: BenchCard;
  readonly amount: Money;
  readonly chip: ChipData;
}

/** ¥1.00 to ¥99.99, by the tap's serial. */
export function amountOf(serial: number): Money {
  return money(100n + BigInt((serial * 37) % 9900));
}

/** Taps in the order they are used: card after card, so that one card's counter rises once a round. */
export interface Taps {
  readonly total: number;
  readonly left: number;
  /** Undefined when all are used up. */
  next(): Tap | undefined;
}

/**
 * Real taps: for each the terminal kernel talks APDUs to the applet of a secure element, which derives its session key and
 * computes the cryptogram. Made before the measurement, so that devices do not eat the cores of the parties.
 */
export async function makeTaps(cards: readonly BenchCard[], total: number, at: number, processes = 2): Promise<Taps> {
  const rounds = Math.ceil(total / cards.length);
  const share = Math.ceil(cards.length / processes);
  const batches = await Promise.all(
    Array.from({ length: processes }, (_, i) =>
      inProcess({
        cards: cards.slice(i * share, (i + 1) * share),
        firstSerial: i * share,
        cardsInAll: cards.length,
        rounds,
        at,
      }),
    ),
  );
  const sizes = batches.map(({ bytes, stride }) => bytes.length / stride / rounds);
  let serial = 0;
  return {
    total: rounds * cards.length,
    get left() {
      return rounds * cards.length - serial;
    },
    next() {
      const round = Math.floor(serial / cards.length);
      if (round === rounds) return undefined;
      const index = serial % cards.length;
      serial += 1;
      const batch = Math.floor(index / share);
      const { stride, bytes } = batches[batch]!;
      const start = (round * sizes[batch]! + (index % share)) * stride;
      const card = cards[index]!;
      return {
        card,
        amount: amountOf(round * cards.length + index),
        chip: {
          tokenPan: card.tokenPan,
          expiry: card.tokenExpiry as ExpiryYymm,
          psn: card.psn.padStart(3, "0"),
          field55: bytes.subarray(start, start + stride),
          cardClaimsVerification: true,
        },
      };
    },
  };
}

function inProcess(order: TapOrder): Promise<TapBatch> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("./tap-maker.ts", import.meta.url)), { serialization: "advanced" });
    child.once("message", (batch) => resolve(batch as TapBatch));
    child.once("exit", (code) => reject(new Error(`taps: the maker ended with ${code}`)));
    child.send(order);
  });
}
