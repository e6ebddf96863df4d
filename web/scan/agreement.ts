import type { Reading } from "./reader.ts";

/** A card that enough frames agree on. */
export interface AgreedCard {
  readonly pan: string;
  readonly credit: boolean;
  /** MM/YY, where frames agree on it too. */
  readonly expiry?: string;
}
export type Agreed = { readonly kind: "card"; readonly card: AgreedCard } | { readonly kind: "otherCard" };

/** How many of the last frames must say the same. */
interface Rule {
  readonly needs: number;
  readonly of: number;
}
/** Where our table knows range and length, and where only Luhn and the network speak for the number. */
const LISTED: Rule = { needs: 2, of: 3 };
const UNLISTED: Rule = { needs: 3, of: 5 };

export interface Agreement {
  /** Takes the next frame's reading; tells what is agreed on now, if anything. */
  hear(reading: Reading): Agreed | undefined;
}

/** One frame may be misread; two that were taken apart are not misread alike. */
export function createAgreement(): Agreement {
  let last: readonly Reading[] = [];
  return {
    hear(reading) {
      last = [...last.slice(1 - UNLISTED.of), reading];
      const { number } = reading;
      if (number === undefined) return undefined;
      const { needs, of } = number.kind === "card" && number.listed ? LISTED : UNLISTED;
      const heard = last.slice(-of);
      const same = heard.filter((one) => one.number?.digits === number.digits);
      // Two card numbers in sight, or one misread: neither until the frames agree again. Digits that are no card's number may be
      // a part of one, and do not speak against it.
      const differing = heard.some((one) => one.number?.kind === "card" && one.number.digits !== number.digits);
      if (same.length < needs || differing) return undefined;
      if (number.kind === "other") return { kind: "otherCard" };
      const expiry = commonExpiry(same);
      const { digits: pan, credit } = number;
      return { kind: "card", card: { pan, credit, ...(expiry === undefined ? {} : { expiry }) } };
    },
  };
}

function commonExpiry(readings: readonly Reading[]): string | undefined {
  const seen = readings.map(({ expiry }) => expiry).filter((expiry) => expiry !== undefined);
  return seen.find((expiry, i) => seen.indexOf(expiry) !== i);
}
