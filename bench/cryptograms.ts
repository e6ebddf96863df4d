import { nodeCipher, openKeyStore } from "#platform/keystore";
import { seededRandom } from "#platform/random";
import { hexBytes } from "#protocol/bytes";
import { applicationCryptogram } from "#protocol/emv";
import { makeTokenPan } from "#protocol/paytoken";
import { MASTER_KEYS } from "#tsp";
import { timeBlock } from "./codec.ts";
import { median } from "./median.ts";

export interface CryptogramFigures {
  readonly perSecond: number;
  readonly micros: number;
}

const CARDS = 5000;
const PSN = "01";
/** The 37 bytes of CVN 01: what a qUICS card signs. */
const DATA = hexBytes(
  "000000001234 000000000000 0156 0000000000 0156 261124 00 a1b2c3d4 0000 0001 03a00000".replaceAll(" ", ""),
);

/** Whole checks, one after the other on one core: card key from the master key, session key, MAC, comparison. */
export function measureCryptograms(options: { readonly blocks: number; readonly blockMs: number }): CryptogramFigures {
  const keys = openKeyStore({ memory: true }, seededRandom(1));
  keys.ensure(MASTER_KEYS.secureElement, "imkAc");
  const random = seededRandom(2);
  const requests = Array.from({ length: CARDS }, (_, i) => {
    const pan = makeTokenPan("debit", (limit) => random.below(limit));
    const atc = 1 + (i % 0xfffe);
    const data = DATA.slice();
    data[31] = atc >> 8;
    data[32] = atc & 0xff;
    const cardKey = keys.deriveCardKey(MASTER_KEYS.secureElement, { pan, psn: PSN });
    return { pan, psn: PSN, atc, data, arqc: applicationCryptogram("pboc", cardKey, atc, data, nodeCipher) };
  });
  let next = 0;
  const check = () => {
    if (!keys.verifyArqc(MASTER_KEYS.secureElement, requests[next++ % CARDS]!))
      throw new Error("cryptograms: one of our own does not fit");
  };
  timeBlock(check, options.blockMs);
  const micros = median(Array.from({ length: options.blocks }, () => timeBlock(check, options.blockMs)));
  return { micros, perSecond: 1_000_000 / micros };
}
