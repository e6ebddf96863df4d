import { type Brand, err, ok, type Result } from "#protocol/bytes";

/** A holder's name in the one form in which names are compared. Only `normaliseHolderName` makes one. */
export type HolderName = Brand<string, "HolderName">;

/** What keyboards and older systems write for the middle dot of a transcribed name; U+00B7 is the one kept. */
const MIDDLE_DOTS = /[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff0e\uff65]/gu;
const HAN = /\p{Script=Han}/u;
/** A full stop beside a Chinese character stands for the middle dot: NFKC makes one of the full-width ．. */
const STOP_BESIDE_HAN = /(?<=\p{Script=Han})\.|\.(?=\p{Script=Han})/gu;
/** Copying from a page brings zero-width characters along. */
const INVISIBLE = /\p{Cf}/gu;
const ALLOWED = /^[\p{L}\p{M}\p{Nd}·'’.,/() -]{1,60}$/u;

/**
 * One form for one name: NFKC, one kind of middle dot, no spaces in a Chinese name, single spaces and upper case in a
 * Latin one. Source: card-product §3.
 */
export function normaliseHolderName(text: string): Result<HolderName, "badName"> {
  const dotted = text.replace(MIDDLE_DOTS, "·").normalize("NFKC").replace(MIDDLE_DOTS, "·").replace(INVISIBLE, "");
  const name = (HAN.test(dotted) ? dotted.replace(/\s+/gu, "").replace(STOP_BESIDE_HAN, "·") : dotted)
    .replace(/\s+/gu, " ")
    .trim()
    .toUpperCase()
    .normalize("NFKC");
  return ALLOWED.test(name) ? ok(name as HolderName) : err("badName");
}

/** Whether two writings are exactly one name; false when either cannot be a name. */
export function sameHolderName(a: string, b: string): boolean {
  const left = normaliseHolderName(a);
  const right = normaliseHolderName(b);
  return left.ok && right.ok && left.value === right.value;
}
