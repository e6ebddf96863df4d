import type { Reading } from "./reader.ts";

/** A card that enough frames agree on. */
export interface AgreedCard {
  readonly pan: string;
  readonly credit: boolean;
  /** MM/YY, where frames agree on it too. */
  readonly expiry?: string;
}
export type Agreed = { readonly kind: "card"; readonly card: AgreedCard } | { readonly kind: "otherCard" };

/** The last frames that count. */
const FRAMES = 3;
/** Where our table knows range and length, two of the last three must say the same; else all three. */
const LISTED_NEEDS = 2;
const UNLISTED_NEEDS = 3;
/** Frames that a settled number waits for the expiry date before it goes without. */
const EXPIRY_WAITS = 3;

export interface Agreement {
  /** Takes the next frame's reading; tells what is agreed on now, if anything. */
  hear(reading: Reading): Agreed | undefined;
}

/** One frame may be misread; two that were taken apart are not misread alike. */
export function createAgreement(): Agreement {
  let last: readonly Reading[] = [];
  let waited = 0;
  return {
    hear(reading) {
      last = [...last.slice(1 - FRAMES), reading];
      const { number } = reading;
      if (number === undefined) return undefined;
      const same = last.filter((one) => one.number?.digits === number.digits);
      const differing = last.filter((one) => one.number !== undefined && one.number.digits !== number.digits);
      const needs = number.kind === "card" && number.listed ? LISTED_NEEDS : UNLISTED_NEEDS;
      // Two numbers in sight, or one misread: neither until the frames agree again.
      if (same.length < needs || differing.length > 0) return undefined;
      if (number.kind === "other") return { kind: "otherCard" };
      const expiry = commonExpiry(same);
      if (expiry === undefined && waited < EXPIRY_WAITS) {
        waited += 1;
        if (waited < EXPIRY_WAITS) return undefined;
      }
      const { digits: pan, credit } = number;
      return { kind: "card", card: { pan, credit, ...(expiry === undefined ? {} : { expiry }) } };
    },
  };
}

function commonExpiry(readings: readonly Reading[]): string | undefined {
  const seen = readings.map(({ expiry }) => expiry).filter((expiry) => expiry !== undefined);
  return seen.find((expiry, i) => seen.indexOf(expiry) !== i);
}
