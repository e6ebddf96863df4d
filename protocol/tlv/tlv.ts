import { concat, DecodeError } from "#protocol/bytes";

/** One data object. `tag` is upper-case hex, "9F26"; `at` its offset in the outermost bytes. A template carries its children too. */
export interface Tlv {
  readonly tag: string;
  readonly value: Uint8Array;
  readonly children?: readonly Tlv[];
  readonly at: number;
}

/** What a writer needs: a primitive's value, or a template's parts. */
export interface TlvInput {
  readonly tag: string;
  readonly value: Uint8Array | readonly TlvInput[];
}

/** Deeper nesting than any card uses is an attack on the stack, not a message. */
const MAX_DEPTH = 8;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, "0"));

/**
 * BER-TLV as EMV uses it: tags of 1 to 3 bytes, definite lengths in the fewest bytes, 00 between objects skipped.
 *
 * @throws {DecodeError} with the offset and the path of tags.
 * Source: EMV Book 3, annex B. Vectors: test/vectors/tlv.json.
 */
export function parseTlv(bytes: Uint8Array): readonly Tlv[] {
  return parseLevel(bytes, 0, bytes.length, []);
}

function parseLevel(bytes: Uint8Array, from: number, to: number, path: readonly string[]): readonly Tlv[] {
  const items: Tlv[] = [];
  let at = from;
  while (at < to) {
    if (bytes[at] === 0x00) {
      at += 1;
      continue;
    }
    const start = at;
    const tag = readTag(bytes, at, to, path);
    at += tag.length / 2;
    const inside = [...path, tag];
    const length = readLength(bytes, at, to, inside);
    at += length.size;
    if (at + length.value > to) throw new DecodeError("truncated", at, inside);
    const value = bytes.subarray(at, at + length.value);
    if ((bytes[start]! & 0x20) !== 0) {
      if (inside.length > MAX_DEPTH) throw new DecodeError("badLength", start, path);
      items.push({ tag, value, at: start, children: parseLevel(bytes, at, at + length.value, inside) });
    } else items.push({ tag, value, at: start });
    at += length.value;
  }
  return items;
}

/** The tag at an offset, as hex. Low five bits all set: more bytes follow, each but the last with its top bit set. */
export function readTag(bytes: Uint8Array, at: number, to: number, path: readonly string[]): string {
  let tag = HEX[bytes[at]!]!;
  if ((bytes[at]! & 0x1f) !== 0x1f) return tag;
  for (let next = at + 1; next < to; next++) {
    if (next - at > 2) throw new DecodeError("badTag", at, path);
    tag += HEX[bytes[next]!]!;
    if ((bytes[next]! & 0x80) === 0) return tag;
  }
  throw new DecodeError("truncated", at, path);
}

function readLength(
  bytes: Uint8Array,
  at: number,
  to: number,
  path: readonly string[],
): { value: number; size: number } {
  if (at >= to) throw new DecodeError("truncated", at, path);
  const first = bytes[at]!;
  if (first < 0x80) return { value: first, size: 1 };
  const more = first & 0x7f;
  if (more < 1 || more > 2) throw new DecodeError("badLength", at, path);
  if (at + more >= to) throw new DecodeError("truncated", at, path);
  const value = more === 1 ? bytes[at + 1]! : (bytes[at + 1]! << 8) | bytes[at + 2]!;
  // The fewest bytes: one meaning, one spelling, so that what was signed is what is read.
  if (value < (more === 1 ? 0x80 : 0x100)) throw new DecodeError("badLength", at, path);
  return { value, size: 1 + more };
}

/** @throws {RangeError} on a tag that is not hex or a value over 65,535 bytes: our mistakes. */
export function encodeTlv(items: readonly TlvInput[]): Uint8Array {
  return concat(
    ...items.flatMap(({ tag, value }) => {
      const content = value instanceof Uint8Array ? value : encodeTlv(value);
      return [tagBytes(tag), lengthBytes(content.length), content];
    }),
  );
}

export function tagBytes(tag: string): Uint8Array {
  if (!/^(?:[0-9A-F]{2}){1,3}$/.test(tag)) throw new RangeError("tlv: wants a tag of 1 to 3 bytes in upper-case hex");
  return Uint8Array.from({ length: tag.length / 2 }, (_, i) => Number.parseInt(tag.slice(2 * i, 2 * i + 2), 16));
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  if (length < 0x10000) return Uint8Array.of(0x82, length >> 8, length & 0xff);
  throw new RangeError("tlv: value over 65,535 bytes");
}

/** The first object with this tag, templates searched in order, deeper ones too. */
export function findTag(items: readonly Tlv[], tag: string): Uint8Array | undefined {
  for (const item of items) {
    if (item.tag === tag) return item.value;
    const inside = item.children === undefined ? undefined : findTag(item.children, tag);
    if (inside !== undefined) return inside;
  }
  return undefined;
}
