import { concat, DecodeError, fromAscii, toLatin1 } from "#protocol/bytes";
import { encodeMessage, parseMessage } from "./codec.ts";
import type { IsoMessage } from "./message.ts";
import { CUPS } from "./spec.ts";

/** The 46 bytes before a CUPS message. Source: spec iso8583 §1. */
export interface CupsHeader {
  /** True: test traffic (top bit of the version byte). */
  readonly test: boolean;
  /** Institution ids, up to 11 characters. */
  readonly destination: string;
  readonly source: string;
  /** "00000", or why the network refused the message. Members receive others, and never make them. */
  readonly rejectCode: string;
}

export const HEADER_BYTES = 46;
const MAX_TOTAL = 1938;
const VERSION = 2;

export interface CupsFrame {
  readonly header: CupsHeader;
  readonly message: IsoMessage;
}

export function encodeCupsFrame(header: CupsHeader, message: IsoMessage): Uint8Array {
  const payload = encodeMessage(CUPS, message);
  return concat(encodeHeader(header, HEADER_BYTES + payload.length), payload);
}

export function encodeHeader(header: CupsHeader, totalLength: number): Uint8Array {
  if (totalLength > MAX_TOTAL) throw new RangeError(`header: message over ${MAX_TOTAL} bytes`);
  return concat(
    Uint8Array.of(HEADER_BYTES, (header.test ? 0x80 : 0) | VERSION),
    fromAscii(String(totalLength).padStart(4, "0")),
    institution(header.destination),
    institution(header.source),
    Uint8Array.of(0, 0, 0, 0),
    fromAscii("00000000"),
    Uint8Array.of(0),
    fromAscii(header.rejectCode),
  );
}

function institution(id: string): Uint8Array {
  if (id.length > 11) throw new RangeError("header: institution id over 11 characters");
  return fromAscii(id.padEnd(11, " "));
}

/** Header and the bytes after it. @throws {DecodeError} */
export function parseHeader(bytes: Uint8Array): { readonly header: CupsHeader; readonly payload: Uint8Array } {
  if (bytes.length < HEADER_BYTES) throw new DecodeError("truncated", bytes.length, ["header"]);
  if (bytes[0] !== HEADER_BYTES) throw new DecodeError("badLength", 0, ["header"]);
  const version = bytes[1]! & 0x7f;
  if (version !== 1 && version !== 2) throw new DecodeError("badValue", 1, ["header", "version"]);
  const length = toLatin1(bytes.subarray(2, 6));
  if (!/^\d{4}$/.test(length)) throw new DecodeError("badDigit", 2, ["header", "length"]);
  if (Number(length) !== bytes.length || bytes.length > MAX_TOTAL)
    throw new DecodeError("badLength", 2, ["header", "length"]);
  const id = (at: number, name: string) => {
    const text = toLatin1(bytes.subarray(at, at + 11)).trimEnd();
    if (!/^[0-9A-Za-z]{1,11}$/.test(text)) throw new DecodeError("badDigit", at, ["header", name]);
    return text;
  };
  const rejectCode = toLatin1(bytes.subarray(41, 46));
  if (!/^\d{5}$/.test(rejectCode)) throw new DecodeError("badDigit", 41, ["header", "reject"]);
  return {
    header: { test: (bytes[1]! & 0x80) !== 0, destination: id(6, "destination"), source: id(17, "source"), rejectCode },
    payload: bytes.subarray(HEADER_BYTES),
  };
}

/** A whole frame. Offsets count from the first header byte. @throws {DecodeError} */
export function parseCupsFrame(bytes: Uint8Array): CupsFrame {
  const { header, payload } = parseHeader(bytes);
  try {
    return { header, message: parseMessage(CUPS, payload) };
  } catch (error) {
    if (error instanceof DecodeError) throw new DecodeError(error.code, error.at + HEADER_BYTES, error.path);
    throw error;
  }
}

/** The header of an answer: the ids change places. */
export function answerHeader(request: CupsHeader): CupsHeader {
  return { ...request, destination: request.source, source: request.destination, rejectCode: "00000" };
}
