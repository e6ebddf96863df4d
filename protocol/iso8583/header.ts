import { DecodeError, toLatin1 } from "#protocol/bytes";
import { parseMessage, writeMessage } from "./codec.ts";
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
const SPACE = 0x20;

export interface CupsFrame {
  readonly header: CupsHeader;
  readonly message: IsoMessage;
}

/** One buffer serves every call, since encoding never waits. */
const scratch = new Uint8Array(16_384);

export function encodeCupsFrame(header: CupsHeader, message: IsoMessage): Uint8Array {
  const end = writeMessage(CUPS, message, scratch, HEADER_BYTES);
  writeHeader(header, end, scratch);
  return scratch.slice(0, end);
}

/** A frame around a message that was encoded before. */
export function cupsFrame(header: CupsHeader, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  writeHeader(header, frame.length, frame);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export function encodeHeader(header: CupsHeader, totalLength: number): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES);
  writeHeader(header, totalLength, out);
  return out;
}

function writeHeader(header: CupsHeader, totalLength: number, out: Uint8Array): void {
  if (totalLength > MAX_TOTAL) throw new RangeError(`header: message over ${MAX_TOTAL} bytes`);
  out[0] = HEADER_BYTES;
  out[1] = (header.test ? 0x80 : 0) | VERSION;
  writeAscii(String(totalLength).padStart(4, "0"), out, 2);
  writeAscii(institution(header.destination), out, 6);
  writeAscii(institution(header.source), out, 17);
  out.fill(0, 28, 32);
  writeAscii("00000000", out, 32);
  out[40] = 0;
  writeAscii(header.rejectCode, out, 41);
}

function institution(id: string): string {
  if (id.length > 11) throw new RangeError("header: institution id over 11 characters");
  return id.padEnd(11, " ");
}

function writeAscii(text: string, out: Uint8Array, at: number): void {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
}

/** Header and the bytes after it. @throws {DecodeError} */
export function parseHeader(bytes: Uint8Array): { readonly header: CupsHeader; readonly payload: Uint8Array } {
  if (bytes.length < HEADER_BYTES) throw new DecodeError("truncated", bytes.length, ["header"]);
  if (bytes[0] !== HEADER_BYTES) throw new DecodeError("badLength", 0, ["header"]);
  const version = bytes[1]! & 0x7f;
  if (version !== 1 && version !== 2) throw new DecodeError("badValue", 1, ["header", "version"]);
  const length = toLatin1(bytes, 2, 6);
  if (!/^\d{4}$/.test(length)) throw new DecodeError("badDigit", 2, ["header", "length"]);
  if (Number(length) !== bytes.length || bytes.length > MAX_TOTAL)
    throw new DecodeError("badLength", 2, ["header", "length"]);
  const rejectCode = toLatin1(bytes, 41, 46);
  if (!/^\d{5}$/.test(rejectCode)) throw new DecodeError("badDigit", 41, ["header", "reject"]);
  return {
    header: {
      test: (bytes[1]! & 0x80) !== 0,
      destination: readInstitution(bytes, 6, "destination"),
      source: readInstitution(bytes, 17, "source"),
      rejectCode,
    },
    payload: bytes.subarray(HEADER_BYTES),
  };
}

function readInstitution(bytes: Uint8Array, at: number, name: string): string {
  let end = at + 11;
  while (end > at && bytes[end - 1] === SPACE) end -= 1;
  const id = toLatin1(bytes, at, end);
  if (!/^[0-9A-Za-z]{1,11}$/.test(id)) throw new DecodeError("badDigit", at, ["header", name]);
  return id;
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
