import { concat, xor } from "#protocol/bytes";
import { type CardCipher, macAlgorithm3, padMethod1, padMethod2 } from "#protocol/crypto";
import { commonSessionInput, deriveCommonSessionKey, derivePbocSessionKey } from "./keys.ts";

/** How a card computes its cryptogram: which key, which padding, what ends the data. */
export type CryptogramScheme = "pboc" | "cvn10" | "cvn18" | "csk";

interface SchemeRule {
  readonly keyOf: (cardKey: Uint8Array, atc: number, cipher: CardCipher) => Uint8Array;
  readonly pad: (data: Uint8Array) => Uint8Array;
  /** The last data element: CVR (4 bytes of the IAD) or the whole IAD. */
  readonly tail: "cvr" | "iad";
}

const common = (cardKey: Uint8Array, atc: number, cipher: CardCipher) =>
  deriveCommonSessionKey(cardKey, commonSessionInput(atc), cipher);

/** Source: spec emv-crypto §4; JR/T 0025 (pboc), VIS (cvn10, cvn18), EMV CCD (csk). */
export const SCHEMES: Readonly<Record<CryptogramScheme, SchemeRule>> = {
  pboc: { keyOf: derivePbocSessionKey, pad: padMethod2, tail: "cvr" },
  cvn10: { keyOf: (cardKey) => cardKey.slice(), pad: padMethod1, tail: "cvr" },
  cvn18: { keyOf: common, pad: padMethod2, tail: "iad" },
  csk: { keyOf: common, pad: padMethod2, tail: "iad" },
};

/** Tags of the minimum data set, in the order they are concatenated; the CVR or IAD follows. */
export const CRYPTOGRAM_TAGS = ["9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37", "82", "9F36"] as const;
export type CryptogramTag = (typeof CRYPTOGRAM_TAGS)[number];
/** Bytes of each element of the list. */
export const CRYPTOGRAM_LENGTHS: Readonly<Record<CryptogramTag, number>> = {
  "9F02": 6,
  "9F03": 6,
  "9F1A": 2,
  "95": 5,
  "5F2A": 2,
  "9A": 3,
  "9C": 1,
  "9F37": 4,
  "82": 2,
  "9F36": 2,
};

/**
 * Data an application cryptogram is computed over. With `tail` = CVR these are the 37 bytes of CVN 01.
 *
 * @returns undefined when a value is missing or has another length: such a message can carry no valid cryptogram.
 */
export function cryptogramData(
  lookUp: (tag: CryptogramTag) => Uint8Array | undefined,
  tail: Uint8Array,
): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (const tag of CRYPTOGRAM_TAGS) {
    const value = lookUp(tag);
    if (value?.length !== CRYPTOGRAM_LENGTHS[tag]) return undefined;
    parts.push(value);
  }
  return concat(...parts, tail);
}

/** MAC algorithm 3 over padded data: the step all schemes share. 8 bytes. */
export function cryptogramUnder(
  sessionKey: Uint8Array,
  data: Uint8Array,
  scheme: CryptogramScheme,
  cipher: CardCipher,
): Uint8Array {
  return macAlgorithm3(sessionKey, SCHEMES[scheme].pad(data), cipher);
}

/** The application cryptogram of a card key at an ATC. The session key is wiped before this returns. */
export function applicationCryptogram(
  scheme: CryptogramScheme,
  cardKey: Uint8Array,
  atc: number,
  data: Uint8Array,
  cipher: CardCipher,
): Uint8Array {
  const sessionKey = SCHEMES[scheme].keyOf(cardKey, atc, cipher);
  const cryptogram = cryptogramUnder(sessionKey, data, scheme, cipher);
  sessionKey.fill(0);
  return cryptogram;
}

/**
 * ARPC method 1: one triple-DES block over the ARQC with the response code mixed in.
 *
 * @param key session key (PBOC, CCD) or card key (Visa CVN 10).
 * @param responseCode 2 bytes: the ASCII of tag 8A in PBOC.
 */
export function arpcMethod1(
  key: Uint8Array,
  arqc: Uint8Array,
  responseCode: Uint8Array,
  cipher: CardCipher,
): Uint8Array {
  if (arqc.length !== 8 || responseCode.length !== 2) throw new RangeError("arpc: wants 8 bytes and 2 bytes");
  return cipher.tdes(key, xor(arqc, concat(responseCode, new Uint8Array(6))));
}

/** ARPC method 2: the first four MAC bytes over ARQC, card status update and up to 8 proprietary bytes. */
export function arpcMethod2(
  key: Uint8Array,
  arqc: Uint8Array,
  csu: Uint8Array,
  proprietary: Uint8Array,
  cipher: CardCipher,
): Uint8Array {
  if (arqc.length !== 8 || csu.length !== 4 || proprietary.length > 8)
    throw new RangeError("arpc: wants 8, 4 and up to 8 bytes");
  return macAlgorithm3(key, padMethod2(concat(arqc, csu, proprietary)), cipher).slice(0, 4);
}
