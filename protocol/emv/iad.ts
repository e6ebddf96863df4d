import { concat, DecodeError } from "#protocol/bytes";

/** What the card decided: declined, approved offline, go online. */
export type CryptogramType = "AAC" | "TC" | "ARQC";

/** PBOC issuer application data, tag 9F10, in its short form of 8 bytes or with issuer discretionary data behind. */
export interface Iad {
  /** Derivation key index: which issuer master key. */
  readonly dki: number;
  /** Cryptogram version number: 1 is the standard list, 17 the short one. */
  readonly cvn: number;
  /** Card verification results, 4 bytes. */
  readonly cvr: Uint8Array;
  /** 1: triple DES, 4: SM4. */
  readonly algorithm: number;
  /** Issuer discretionary data with its length byte, when there is any. */
  readonly discretionary: Uint8Array;
}

const HEAD_BYTES = 8;
const MAX_BYTES = 32;

/** @throws {DecodeError}. Source: spec emv-card §7. */
export function parseIad(bytes: Uint8Array): Iad {
  if (bytes.length < HEAD_BYTES) throw new DecodeError("truncated", bytes.length, ["9F10"]);
  if (bytes.length > MAX_BYTES) throw new DecodeError("badLength", MAX_BYTES, ["9F10"]);
  if (bytes[0] !== 7) throw new DecodeError("badLength", 0, ["9F10"]);
  if (bytes[3] !== 3) throw new DecodeError("badLength", 3, ["9F10"]);
  return {
    dki: bytes[1]!,
    cvn: bytes[2]!,
    cvr: bytes.subarray(3, 7),
    algorithm: bytes[7]!,
    discretionary: bytes.subarray(HEAD_BYTES),
  };
}

export function encodeIad(iad: Iad): Uint8Array {
  return concat(Uint8Array.of(7, iad.dki, iad.cvn), iad.cvr, Uint8Array.of(iad.algorithm), iad.discretionary);
}

const TYPES: readonly CryptogramType[] = ["AAC", "TC", "ARQC"];

/** In qUICS there is no 9F27: bits 6-5 of the CVR's second byte say which cryptogram this is. Undefined for the reserved value. */
export function cryptogramTypeOf(cvr: Uint8Array): CryptogramType | undefined {
  return TYPES[(cvr[1]! >> 4) & 0b11];
}

/** CVR of a first and only cryptogram: "second GENERATE AC not requested" and nothing special. */
export function cvrOf(type: CryptogramType): Uint8Array {
  return Uint8Array.of(3, 0x80 | (TYPES.indexOf(type) << 4), 0, 0);
}

/** Cryptogram information data, tag 9F27, that the terminal sets itself in qUICS. */
export function cidOf(type: CryptogramType): Uint8Array {
  return Uint8Array.of({ AAC: 0x00, TC: 0x40, ARQC: 0x80 }[type]);
}
