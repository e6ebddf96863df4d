import { DecodeError, toHex } from "#protocol/bytes";
import { findTag, parseTlv } from "#protocol/tlv";
import { CRYPTOGRAM_TAGS } from "./cryptogram.ts";

/** What a cryptogram hangs on: the values it covers, the issuer's data, itself. */
const PRINTED: readonly string[] = [...CRYPTOGRAM_TAGS, "9F10", "9F26"];
const DIGITS = 6;
const ABSENT = "-".repeat(DIGITS);

/**
 * A short print of the chip data of a payment, tag by tag: two parties that had the same data have the same print, and of
 * two prints one sees which tags differ. A check against faults, not against somebody who wants two values to look alike.
 *
 * @param chip F55
 * @returns undefined: these bytes are no TLV
 */
export function chipPrint(chip: Uint8Array): string | undefined {
  try {
    const items = parseTlv(chip);
    return PRINTED.map((tag) => printOf(findTag(items, tag))).join("");
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Tags whose values differ between two prints. */
export function differingTags(one: string, other: string): readonly string[] {
  const part = (print: string, i: number) => print.slice(i * DIGITS, (i + 1) * DIGITS);
  return PRINTED.filter((_, i) => part(one, i) !== part(other, i));
}

/** 24 bits of FNV-1a. */
function printOf(value: Uint8Array | undefined): string {
  if (value === undefined) return ABSENT;
  let hash = 0x811c9dc5;
  for (const byte of value) hash = Math.imul(hash ^ byte, 0x01000193);
  return toHex(Uint8Array.of(hash >>> 16, hash >>> 8, hash));
}
