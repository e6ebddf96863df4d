import { concat, DecodeError } from "#protocol/bytes";

/** A command APDU in its short form (ISO 7816-4 cases 1 to 4). */
export interface Command {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  /** Bytes of answer wanted, 1 to 256; absent in cases 1 and 3. */
  readonly le?: number;
}

/** @throws {DecodeError} */
export function parseCommand(bytes: Uint8Array): Command {
  if (bytes.length < 4) throw new DecodeError("truncated", bytes.length, ["APDU"]);
  const [cla, ins, p1, p2] = bytes as unknown as [number, number, number, number];
  const head = { cla, ins, p1, p2 };
  if (bytes.length === 4) return { ...head, data: new Uint8Array() };
  if (bytes.length === 5) return { ...head, data: new Uint8Array(), le: bytes[4] || 256 };
  const lc = bytes[4]!;
  if (lc === 0) throw new DecodeError("badLength", 4, ["APDU"]);
  if (bytes.length < 5 + lc) throw new DecodeError("truncated", bytes.length, ["APDU"]);
  const data = bytes.subarray(5, 5 + lc);
  if (bytes.length === 5 + lc) return { ...head, data };
  if (bytes.length === 6 + lc) return { ...head, data, le: bytes[5 + lc] || 256 };
  throw new DecodeError("leftover", 6 + lc, ["APDU"]);
}

export function encodeCommand(command: Command): Uint8Array {
  const { cla, ins, p1, p2, data, le } = command;
  if (data.length > 255) throw new RangeError("apdu: at most 255 bytes of data");
  return concat(
    Uint8Array.of(cla, ins, p1, p2),
    data.length > 0 ? concat(Uint8Array.of(data.length), data) : data,
    le === undefined ? new Uint8Array() : Uint8Array.of(le & 0xff),
  );
}

export const SW = {
  ok: 0x9000,
  selectedFileInvalidated: 0x6283,
  authenticationFailed: 0x6300,
  wrongLength: 0x6700,
  securityStatus: 0x6982,
  authenticationBlocked: 0x6983,
  referenceDataInvalidated: 0x6984,
  conditionsNotSatisfied: 0x6985,
  commandNotAllowed: 0x6986,
  wrongData: 0x6a80,
  functionNotSupported: 0x6a81,
  fileNotFound: 0x6a82,
  recordNotFound: 0x6a83,
  wrongParameters: 0x6a86,
  dataObjectNotFound: 0x6a88,
  instructionNotSupported: 0x6d00,
  classNotSupported: 0x6e00,
  noPreciseDiagnosis: 0x6f00,
} as const;

export interface CardResponse {
  readonly data: Uint8Array;
  readonly sw: number;
}

/** @throws {DecodeError} */
export function parseResponse(bytes: Uint8Array): CardResponse {
  if (bytes.length < 2) throw new DecodeError("truncated", bytes.length, ["APDU"]);
  if (bytes.length > 258) throw new DecodeError("badLength", 258, ["APDU"]);
  const end = bytes.length - 2;
  return { data: bytes.subarray(0, end), sw: (bytes[end]! << 8) | bytes[end + 1]! };
}

export function encodeResponse(data: Uint8Array, sw: number): Uint8Array {
  return concat(data, Uint8Array.of(sw >> 8, sw & 0xff));
}
