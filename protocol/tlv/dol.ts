import { concat, DecodeError } from "#protocol/bytes";
import { formatOf } from "./tags.ts";
import { readTag, tagBytes } from "./tlv.ts";

/** A data object list (PDOL, CDOL, DDOL): which values the card wants, and in how many bytes. */
export interface DolEntry {
  readonly tag: string;
  readonly length: number;
}

/** @throws {DecodeError} */
export function parseDol(bytes: Uint8Array): readonly DolEntry[] {
  const entries: DolEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = readTag(bytes, at, bytes.length, []);
    at += tag.length / 2;
    const length = bytes[at];
    if (length === undefined) throw new DecodeError("truncated", at, [tag]);
    if (length > 0x7f) throw new DecodeError("badLength", at, [tag]);
    entries.push({ tag, length });
    at += 1;
  }
  return entries;
}

export function encodeDol(entries: readonly DolEntry[]): Uint8Array {
  return concat(...entries.flatMap(({ tag, length }) => [tagBytes(tag), Uint8Array.of(length)]));
}

export function dolLength(entries: readonly DolEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.length, 0);
}

/**
 * The concatenated values a list asks for. What the terminal does not know is zeros; numbers keep their right end, all
 * else its left end. Source: EMV Book 3, 5.4.
 */
export function buildDol(entries: readonly DolEntry[], lookUp: (tag: string) => Uint8Array | undefined): Uint8Array {
  return concat(...entries.map(({ tag, length }) => fitted(lookUp(tag), length, formatOf(tag))));
}

function fitted(value: Uint8Array | undefined, length: number, format: string): Uint8Array {
  const bytes = new Uint8Array(length);
  if (value === undefined) return bytes;
  if (format === "n") {
    const kept = value.subarray(Math.max(0, value.length - length));
    bytes.set(kept, length - kept.length);
  } else {
    if (format === "cn") bytes.fill(0xff);
    bytes.set(value.subarray(0, length));
  }
  return bytes;
}

/** The values of a list as the card received them. @throws {DecodeError} when their sum is not the length. */
export function splitDol(entries: readonly DolEntry[], data: Uint8Array): ReadonlyMap<string, Uint8Array> {
  if (data.length !== dolLength(entries)) throw new DecodeError("badLength", 0, ["DOL"]);
  const values = new Map<string, Uint8Array>();
  let at = 0;
  for (const { tag, length } of entries) {
    values.set(tag, data.subarray(at, at + length));
    at += length;
  }
  return values;
}
