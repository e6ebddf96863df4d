import { DecodeError, toLatin1 } from "#protocol/bytes";
import type { FieldValue, IsoMessage } from "./message.ts";
import type { FieldKind, FieldSpec, MessageSpec } from "./spec.ts";

/** Larger than any message of either dialect; one buffer serves every call, since encoding never waits. */
const scratch = new Uint8Array(16_384);
/** ISO 8583 has no field behind this one. */
const LAST_FIELD = 128;

const ZERO = 0x30;
const isDigit = (code: number) => code >= ZERO && code <= ZERO + 9;

/** By character code: 1 where the kind has that character. A sign stands before its digits and is checked apart. */
const alphabet = (holds: (code: number) => boolean) =>
  Uint8Array.from({ length: 256 }, (_, code) => Number(holds(code)));
const DIGITS = alphabet(isDigit);
const ALPHABETS: Readonly<Record<FieldKind, Uint8Array | undefined>> = {
  n: DIGITS,
  xn: DIGITS,
  /** 0-9 and, in a track, the separators and the pad of its packed form. */
  z: alphabet((code) => isDigit(code) || code === 0x3d || (code >= 0x41 && code <= 0x46)),
  an: undefined,
  ans: undefined,
  b: undefined,
};
const isSign = (code: number) => code === 0x43 || code === 0x44;

/**
 * A message without its header.
 *
 * @throws {DecodeError} with offset and path, never a value: truncated, badLength, badDigit, badTag (a field that the dialect does not have), leftover.
 */
export function parseMessage(spec: MessageSpec, bytes: Uint8Array): IsoMessage {
  const ascii = spec.packing === "ascii";
  const mtiBytes = ascii ? 4 : 2;
  if (bytes.length < mtiBytes + 8) throw new DecodeError("truncated", bytes.length, ["bitmap"]);
  const mti = ascii ? digits(bytes, 0, 4, "MTI") : packed(bytes, 0, 4, false, "MTI");
  let at = mtiBytes;
  const bitmap = at;
  const bitmapBytes = (bytes[at]! & 0x80) !== 0 ? 16 : 8;
  at += bitmapBytes;
  if (at > bytes.length) throw new DecodeError("truncated", bytes.length, ["bitmap"]);
  const fields: Record<number, FieldValue> = {};
  const last = lastField(bytes, bitmap, bitmapBytes);
  // The greatest first: the table behind the fields is then made once, and not grown again and again.
  if (last > 1) fields[last] = "";
  for (let byte = 0; byte < bitmapBytes; byte++) {
    const map = bytes[bitmap + byte]!;
    if (map === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      if ((map & (0x80 >> bit)) === 0) continue;
      const number = byte * 8 + bit + 1;
      if (number === 1) continue;
      const field = spec.fields[number];
      if (field === undefined) throw new DecodeError("badTag", bitmap + byte, [`F${number}`]);
      at = ascii ? readAscii(bytes, at, number, field, fields) : readPacked(bytes, at, number, field, fields);
    }
  }
  if (at !== bytes.length) throw new DecodeError("leftover", at);
  return { mti, fields };
}

/** The greatest field that a bitmap names; 0 for none. */
function lastField(bytes: Uint8Array, bitmap: number, bitmapBytes: number): number {
  for (let byte = bitmapBytes - 1; byte >= 0; byte--) {
    const map = bytes[bitmap + byte]!;
    if (map !== 0) return 8 * byte + 8 - (31 - Math.clz32(map & -map));
  }
  return 0;
}

function digits(bytes: Uint8Array, at: number, length: number, name: string): string {
  for (let i = at; i < at + length; i++) if (!isDigit(bytes[i]!)) throw new DecodeError("badDigit", i, [name]);
  return toLatin1(bytes, at, at + length);
}

function readAscii(
  bytes: Uint8Array,
  start: number,
  number: number,
  field: FieldSpec,
  into: Record<number, FieldValue>,
): number {
  let at = start;
  let length = field.length;
  if (field.prefix > 0) {
    if (at + field.prefix > bytes.length) throw new DecodeError("truncated", bytes.length, [`F${number}`]);
    length = 0;
    for (let i = 0; i < field.prefix; i++) {
      const code = bytes[at + i]!;
      if (!isDigit(code)) throw new DecodeError("badLength", at + i, [`F${number}`]);
      length = length * 10 + code - ZERO;
    }
    if (length > field.length) throw new DecodeError("badLength", at, [`F${number}`]);
    at += field.prefix;
  }
  const end = at + length;
  if (end > bytes.length) throw new DecodeError("truncated", bytes.length, [`F${number}`]);
  if (field.kind === "b") into[number] = bytes.slice(at, end);
  else {
    const wrong = strangerIn(field.kind, bytes, at, end);
    if (wrong >= 0) throw new DecodeError("badDigit", wrong, [`F${number}`]);
    into[number] = toLatin1(bytes, at, end);
  }
  return end;
}

/** Where the first byte stands that a field of this kind cannot have, or -1. */
function strangerIn(kind: FieldKind, bytes: Uint8Array, start: number, end: number): number {
  const known = ALPHABETS[kind];
  if (known === undefined || start === end) return -1;
  let at = start;
  if (kind === "xn" && !isSign(bytes[at++]!)) return start;
  for (; at < end; at++) if (known[bytes[at]!] === 0) return at;
  return -1;
}

/** Digits and track are packed two a byte: fixed fields right-aligned with a leading zero, variable ones left-aligned. */
const isPackedKind = (kind: FieldKind) => kind === "n" || kind === "z";

const padIsBehind = (field: FieldSpec) => field.prefix > 0 || field.padBehind === true;

function packed(bytes: Uint8Array, at: number, length: number, leftAligned: boolean, name: string): string {
  const size = (length + 1) >> 1;
  let text = "";
  for (let i = 0; i < size; i++) {
    const byte = bytes[at + i]!;
    text += nibble(byte >> 4, at + i, name) + nibble(byte & 0x0f, at + i, name);
  }
  if (length % 2 === 0) return text;
  const pad = leftAligned ? text.at(-1) : text[0];
  if (pad !== "0") throw new DecodeError("badDigit", leftAligned ? at + size - 1 : at, [name]);
  return leftAligned ? text.slice(0, -1) : text.slice(1);
}

function nibble(value: number, at: number, name: string): string {
  if (value <= 9) return String.fromCharCode(ZERO + value);
  // Only a track has a separator (D) between its numbers.
  if (value === 0x0d && name === "F35") return "D";
  throw new DecodeError("badDigit", at, [name]);
}

function readPacked(
  bytes: Uint8Array,
  start: number,
  number: number,
  field: FieldSpec,
  into: Record<number, FieldValue>,
): number {
  const name = `F${number}`;
  let at = start;
  let length = field.length;
  if (field.prefix > 0) {
    const size = (field.prefix + 1) >> 1;
    if (at + size > bytes.length) throw new DecodeError("truncated", bytes.length, [name]);
    length = 0;
    for (let i = 0; i < size; i++) {
      const byte = bytes[at + i]!;
      if (byte >> 4 > 9 || (byte & 0x0f) > 9) throw new DecodeError("badLength", at + i, [name]);
      length = length * 100 + (byte >> 4) * 10 + (byte & 0x0f);
    }
    if (length > field.length) throw new DecodeError("badLength", at, [name]);
    at += size;
  }
  const size = isPackedKind(field.kind) ? (length + 1) >> 1 : length;
  const end = at + size;
  if (end > bytes.length) throw new DecodeError("truncated", bytes.length, [name]);
  if (field.kind === "b") into[number] = bytes.slice(at, end);
  else if (isPackedKind(field.kind)) into[number] = packed(bytes, at, length, padIsBehind(field), name);
  else into[number] = String.fromCharCode(...bytes.subarray(at, end));
  return end;
}

/**
 * The wire form, without header.
 *
 * @throws {RangeError} naming the field, never its value: the message was made by us.
 */
export function encodeMessage(spec: MessageSpec, message: IsoMessage): Uint8Array {
  return scratch.slice(0, writeMessage(spec, message, scratch, 0));
}

/** The wire form behind what already stands in `out`. Returns where it ends. @throws {RangeError} as `encodeMessage`. */
export function writeMessage(spec: MessageSpec, message: IsoMessage, out: Uint8Array, start: number): number {
  const { mti, fields } = message;
  const ascii = spec.packing === "ascii";
  if (mti.length !== 4) throw new RangeError("MTI: wants four digits");
  let at = ascii ? writeText(out, start, mti, DIGITS, "MTI") : writePacked(out, start, mti, false, "MTI");
  const bitmap = at;
  let last = LAST_FIELD;
  while (last > 1 && fields[last] === undefined) last -= 1;
  const bitmapBytes = last > 64 ? 16 : 8;
  out.fill(0, at, at + bitmapBytes);
  if (bitmapBytes === 16) out[bitmap] = 0x80;
  at += bitmapBytes;
  for (let number = 2; number <= last; number++) {
    const value = fields[number];
    if (value === undefined) continue;
    const field = spec.fields[number];
    if (field === undefined) throw new RangeError(`F${number}: not in dialect ${spec.name}`);
    out[bitmap + ((number - 1) >> 3)]! |= 0x80 >> ((number - 1) & 7);
    checkLength(number, field, value);
    at = ascii ? writeAscii(out, at, number, field, value) : writeBcd(out, at, number, field, value);
  }
  return at;
}

function checkLength(number: number, field: FieldSpec, value: FieldValue): void {
  if ((field.kind === "b") !== (typeof value !== "string"))
    throw new RangeError(`F${number}: wants ${field.kind === "b" ? "bytes" : "text"}`);
  const wrong = field.prefix === 0 ? value.length !== field.length : value.length > field.length;
  if (wrong)
    throw new RangeError(`F${number}: wants ${field.prefix === 0 ? "" : "up to "}${field.length}, got ${value.length}`);
}

function writeAscii(out: Uint8Array, start: number, number: number, field: FieldSpec, value: FieldValue): number {
  let at = start;
  if (field.prefix > 0) {
    const length = value.length;
    if (field.prefix === 3) out[at++] = ZERO + Math.floor(length / 100);
    out[at++] = ZERO + (Math.floor(length / 10) % 10);
    out[at++] = ZERO + (length % 10);
  }
  if (typeof value !== "string") {
    out.set(value, at);
    return at + value.length;
  }
  if (field.kind === "xn" && value.length > 0) {
    if (!isSign(value.charCodeAt(0))) throw stranger(`F${number}`);
    out[at++] = value.charCodeAt(0);
    return writeText(out, at, value.slice(1), DIGITS, number);
  }
  return writeText(out, at, value, ALPHABETS[field.kind], number);
}

function writeText(
  out: Uint8Array,
  start: number,
  value: string,
  known: Uint8Array | undefined,
  name: string | number,
): number {
  const { length } = value;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (known === undefined ? code > 0xff : known[code] !== 1)
      throw stranger(typeof name === "number" ? `F${name}` : name);
    out[start + i] = code;
  }
  return start + length;
}

const stranger = (name: string) => new RangeError(`${name}: a character that its kind does not have`);

function writeBcd(out: Uint8Array, start: number, number: number, field: FieldSpec, value: FieldValue): number {
  let at = start;
  if (field.prefix > 0)
    at = writePacked(out, at, String(value.length).padStart(field.prefix === 3 ? 4 : 2, "0"), false, `F${number}`);
  if (typeof value !== "string") {
    out.set(value, at);
    return at + value.length;
  }
  if (isPackedKind(field.kind)) return writePacked(out, at, value, padIsBehind(field), `F${number}`);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0xff) throw new RangeError(`F${number}: a character outside one byte`);
    out[at++] = code;
  }
  return at;
}

function writePacked(out: Uint8Array, start: number, value: string, leftAligned: boolean, name: string): number {
  const even = value.length % 2 === 0 ? value : leftAligned ? `${value}0` : `0${value}`;
  let at = start;
  for (let i = 0; i < even.length; i += 2)
    out[at++] = (packedDigit(even.charCodeAt(i), name) << 4) | packedDigit(even.charCodeAt(i + 1), name);
  return at;
}

function packedDigit(code: number, name: string): number {
  if (isDigit(code)) return code - ZERO;
  if (name === "F35" && (code === 0x44 || code === 0x3d)) return 0x0d;
  throw new RangeError(`${name}: wants digits`);
}
