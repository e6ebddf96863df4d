import { DecodeError } from "#protocol/bytes";

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
    const size = lengthSizeAt(bytes, at, to, path, tag);
    const length = lengthAt(bytes, at, size);
    // The fewest bytes: one meaning, one spelling, so that what was signed is what is read.
    if (size !== lengthSize(length)) throw new DecodeError("badLength", at, [...path, tag]);
    at += size;
    if (at + length > to) throw new DecodeError("truncated", at, [...path, tag]);
    const value = bytes.subarray(at, at + length);
    if ((bytes[start]! & 0x20) !== 0) {
      if (path.length >= MAX_DEPTH) throw new DecodeError("badLength", start, path);
      items.push({ tag, value, at: start, children: parseLevel(bytes, at, at + length, [...path, tag]) });
    } else items.push({ tag, value, at: start });
    at += length;
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

function lengthSizeAt(bytes: Uint8Array, at: number, to: number, path: readonly string[], tag: string): number {
  if (at >= to) throw new DecodeError("truncated", at, [...path, tag]);
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const more = first & 0x7f;
  if (more < 1 || more > 2) throw new DecodeError("badLength", at, [...path, tag]);
  if (at + more >= to) throw new DecodeError("truncated", at, [...path, tag]);
  return 1 + more;
}

function lengthAt(bytes: Uint8Array, at: number, size: number): number {
  return size === 1 ? bytes[at]! : size === 2 ? bytes[at + 1]! : (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

/** @throws {RangeError} on a tag that is not hex or a value over 65,535 bytes: our mistakes. */
export function encodeTlv(items: readonly TlvInput[]): Uint8Array {
  const out = new Uint8Array(sizeOf(items));
  writeItems(items, out, 0);
  return out;
}

function sizeOf(items: readonly TlvInput[]): number {
  let size = 0;
  for (const { tag, value } of items) {
    const length = contentLength(value);
    size += tagBytes(tag).length + lengthSize(length) + length;
  }
  return size;
}

const contentLength = (value: TlvInput["value"]): number =>
  value instanceof Uint8Array ? value.length : sizeOf(value);

function writeItems(items: readonly TlvInput[], out: Uint8Array, start: number): number {
  let at = start;
  for (const { tag, value } of items) {
    const name = tagBytes(tag);
    out.set(name, at);
    at = writeLength(contentLength(value), out, at + name.length);
    if (value instanceof Uint8Array) {
      out.set(value, at);
      at += value.length;
    } else at = writeItems(value, out, at);
  }
  return at;
}

/** Tags by their names, read once each: there are some tens of them. */
const known = new Map<string, Uint8Array>();
const KNOWN_MAX = 1024;

/** The caller leaves the bytes as they are. */
export function tagBytes(tag: string): Uint8Array {
  const before = known.get(tag);
  if (before !== undefined) return before;
  if (!/^(?:[0-9A-F]{2}){1,3}$/.test(tag)) throw new RangeError("tlv: wants a tag of 1 to 3 bytes in upper-case hex");
  const bytes = Uint8Array.from({ length: tag.length / 2 }, (_, i) => Number.parseInt(tag.slice(2 * i, 2 * i + 2), 16));
  if (known.size < KNOWN_MAX) known.set(tag, bytes);
  return bytes;
}

function lengthSize(length: number): number {
  if (length > 0xffff) throw new RangeError("tlv: value over 65,535 bytes");
  return length < 0x80 ? 1 : length < 0x100 ? 2 : 3;
}

function writeLength(length: number, out: Uint8Array, start: number): number {
  let at = start;
  const size = lengthSize(length);
  if (size > 1) out[at++] = 0x7f + size;
  if (size > 2) out[at++] = length >> 8;
  out[at++] = length & 0xff;
  return at;
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
