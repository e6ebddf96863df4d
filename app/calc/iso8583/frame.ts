import { concat, DecodeError, fromAscii, fromUint, toHex, toLatin1, toUint } from "#protocol/bytes";
import {
  CUPS,
  type CupsHeader,
  encodeHeader,
  HEADER_BYTES,
  type MessageSpec,
  POS_BCD,
  parseHeader,
} from "#protocol/iso8583";

export const DIALECTS: Readonly<Record<"cups" | "bcd", MessageSpec>> = { cups: CUPS, bcd: POS_BCD };
export type Dialect = keyof typeof DIALECTS;

/** How gateways put a length before a frame: four ASCII digits, or two bytes. */
export type LengthPrefix = "ascii4" | "binary2";

/** What stands before a message: a length, the network's header, or the terminal's TPDU and header. */
export interface Framing {
  readonly lengthPrefix?: LengthPrefix;
  /** CUPS. With its bytes, because members fill the reserved ones as they like. */
  readonly header?: CupsHeader & { readonly hex: string };
  /** POS: TPDU of 5 bytes, or with the 6 bytes of header behind it. */
  readonly tpdu?: string;
}

export interface Framed {
  readonly framing: Framing;
  readonly payload: Uint8Array;
  /** Where the payload begins in what was given. */
  readonly payloadAt: number;
}

const TPDU_BYTES = 5;
const POS_HEADER_BYTES = 6;
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/**
 * The ways in which the bytes can be read, most likely first; never empty.
 *
 * @throws {DecodeError} when a header is there and is wrong.
 */
export function framings(dialect: Dialect, bytes: Uint8Array): readonly Framed[] {
  const inside = dialect === "cups" ? cupsInside : posInside;
  const readings = prefixes(dialect, bytes).map(({ lengthPrefix, size }) =>
    inside(bytes.subarray(size), { lengthPrefix }, size),
  );
  return startsLikeMessage(dialect, bytes) || readings.length === 0 ? [inside(bytes, {}, 0), ...readings] : readings;
}

/** Whether the bytes begin like a message of this dialect, behind a length that is right or without one. */
export function looksLike(dialect: Dialect, bytes: Uint8Array): boolean {
  return startsLikeMessage(dialect, bytes) || prefixes(dialect, bytes).length > 0;
}

function prefixes(dialect: Dialect, bytes: Uint8Array): readonly { lengthPrefix: LengthPrefix; size: number }[] {
  return (["ascii4", "binary2"] as const).flatMap((lengthPrefix) => {
    const size = lengthPrefix === "ascii4" ? 4 : 2;
    const head = bytes.subarray(0, size);
    if (bytes.length <= size || (lengthPrefix === "ascii4" && !head.every(isDigit))) return [];
    const length = lengthPrefix === "ascii4" ? Number(toLatin1(head)) : toUint(head);
    const fits = length === bytes.length - size && startsLikeMessage(dialect, bytes.subarray(size));
    return fits ? [{ lengthPrefix, size }] : [];
  });
}

function startsLikeMessage(dialect: Dialect, bytes: Uint8Array): boolean {
  if (dialect === "cups")
    return bytes[0] === HEADER_BYTES || (bytes[0] === 0x30 && bytes.subarray(0, 4).every(isDigit));
  return bytes[0] === 0x60 || (bytes[0]! >> 4 === 0 && bytes[0] !== 0);
}

function cupsInside(bytes: Uint8Array, framing: Framing, at: number): Framed {
  if (bytes[0] !== HEADER_BYTES) return { framing, payload: bytes, payloadAt: at };
  try {
    const { header, payload } = parseHeader(bytes);
    const hex = toHex(bytes.subarray(0, HEADER_BYTES)).toUpperCase();
    return { framing: { ...framing, header: { ...header, hex } }, payload, payloadAt: at + HEADER_BYTES };
  } catch (error) {
    if (error instanceof DecodeError) throw new DecodeError(error.code, error.at + at, error.path);
    throw error;
  }
}

function posInside(bytes: Uint8Array, framing: Framing, at: number): Framed {
  if (bytes[0] !== 0x60) return { framing, payload: bytes, payloadAt: at };
  // The header's first byte is the application type, 60 to 63; a message's is never that high.
  const size = TPDU_BYTES + (bytes[TPDU_BYTES]! >> 4 === 6 ? POS_HEADER_BYTES : 0);
  const tpdu = toHex(bytes.subarray(0, size)).toUpperCase();
  return { framing: { ...framing, tpdu }, payload: bytes.subarray(size), payloadAt: at + size };
}

/** Puts back what stands before a message; the lengths are made new. */
export function frame(
  framing: Framing,
  tpdu: Uint8Array | undefined,
  header: Uint8Array | undefined,
  payload: Uint8Array,
): Uint8Array {
  const total = HEADER_BYTES + payload.length;
  const before =
    header !== undefined
      ? concat(header.subarray(0, 2), fromAscii(String(total).padStart(4, "0")), header.subarray(6))
      : (tpdu ?? new Uint8Array());
  const whole = concat(before, payload);
  if (framing.lengthPrefix === undefined) return whole;
  const length =
    framing.lengthPrefix === "ascii4" ? fromAscii(String(whole.length).padStart(4, "0")) : fromUint(whole.length, 2);
  return concat(length, whole);
}

/** Header bytes of a new message. */
export function newHeader(destination: string, source: string, test: boolean): Uint8Array {
  return encodeHeader({ destination, source, test, rejectCode: "00000" }, HEADER_BYTES);
}
