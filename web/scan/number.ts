import { iinRangeOf, iinRangesOf, luhnOk, networkOf } from "#protocol/pan";
import type { Sign } from "./decode.ts";

/** A row of digits on a card. */
export type NumberRead =
  | {
      readonly kind: "card";
      readonly digits: string;
      /** Our table has its range, and with it the length that it must have. */
      readonly listed: boolean;
      readonly credit: boolean;
    }
  /** Whole and sure, but no number of a bank card: a transit or member card. */
  | { readonly kind: "other"; readonly digits: string };

/** Digits that were taken for letters. */
const LOOKALIKES: Readonly<Record<string, string>> = { O: "0", o: "0", D: "0", Q: "0", I: "1", l: "1", "|": "1" };
const SURE_FROM = 0.3;
const LEAST_DIGITS = 12;
const MOST_DIGITS = 19;
/** What numbers of a network may be long, where no table says it of the range. Source: the networks' own publications. */
const LENGTHS: Readonly<Partial<Record<NonNullable<ReturnType<typeof networkOf>>, readonly number[]>>> = {
  unionPay: [16, 17, 18, 19],
  visa: [16],
  mastercard: [16],
  amex: [15],
  jcb: [16],
  diners: [14, 16],
  discover: [16],
  mir: [16],
};

/**
 * The number that a row of signs is, taken whole: never a part of a longer row of digits, whose head may pass Luhn by chance.
 * Undefined: no number, or not sure enough.
 */
export function numberIn(signs: readonly Sign[]): NumberRead | undefined {
  const inked = signs.filter(({ text }) => text.trim() !== "");
  const digitAt = inked.map(({ text }) => (/^\d$/.test(text) ? text : LOOKALIKES[text]));
  const from = digitAt.findIndex((digit) => digit !== undefined);
  const to = digitAt.findLastIndex((digit) => digit !== undefined);
  if (from < 0) return undefined;
  const run = digitAt.slice(from, to + 1);
  // A sign that is no digit amid them: one was misread.
  if (run.some((digit) => digit === undefined) || run.length < LEAST_DIGITS || run.length > MOST_DIGITS)
    return undefined;
  if (inked.slice(from, to + 1).some(({ sure }) => sure < SURE_FROM)) return undefined;
  const digits = run.join("");
  const clean = run.length === inked.length;
  return judged(digits, clean);
}

function judged(digits: string, clean: boolean): NumberRead | undefined {
  const range = iinRangeOf(digits);
  if (range !== undefined)
    return luhnOk(digits) ? { kind: "card", digits, listed: true, credit: range.kind === "credit" } : undefined;
  // A known range at another length: digits are missing, or one too many was seen. With signs beside it, one may be the rest.
  if (iinRangesOf(digits).length > 0 || !clean) return undefined;
  const network = networkOf(digits);
  if (network === undefined) return { kind: "other", digits };
  const lengthFits = LENGTHS[network]?.includes(digits.length) === true;
  return lengthFits && luhnOk(digits) ? { kind: "card", digits, listed: false, credit: false } : undefined;
}
