/*
 * Network → TSP: `authoriseToken` on a persistent framed link. A frame carries many requests or many answers as one
 * JSON array, so that a burst is one write and one batch. Answers may come in any order.
 */

import * as v from "valibot";
import { DecodeError, fromUtf8, toUtf8 } from "#protocol/bytes";
import type { ResponseCode } from "#protocol/iso8583";

const Digits = (length: number) => v.pipe(v.string(), v.regex(new RegExp(`^\\d{${length}}$`)));
const HexText = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/), v.maxLength(1024));

/** 1e999 is a number too, and would come back as null. */
const Serial = v.pipe(v.number(), v.safeInteger());

/** `authorise`: check everything and spend the ATC. `translate`: reversals, refunds and advices, which pass whatever the token's state. */
export const TokenRequest = v.object({
  id: Serial,
  kind: v.picklist(["authorise", "translate"]),
  /** Hash of the original F7, F11, F32, F33: a retransmission gets its first answer. */
  journeyId: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  tokenPan: v.pipe(v.string(), v.regex(/^\d{12,19}$/)),
  /** F14, or from track 2. */
  expiry: v.optional(Digits(4)),
  /** F4, minor units, and F49. */
  amountMinor: v.pipe(v.string(), v.regex(/^\d{1,12}$/)),
  currency: Digits(3),
  /** F22. */
  entryMode: Digits(3),
  /** F13, MMDD. */
  localDate: v.optional(Digits(4)),
  /** F43, as far as the holder of a refused payment is told where it was. */
  merchantName: v.optional(v.pipe(v.string(), v.maxLength(40))),
  /** F18. */
  mcc: Digits(4),
  /** F3. */
  processingCode: Digits(6),
  /** F55 in hex; empty without chip data. */
  chipData: HexText,
});
export type TokenRequest = v.InferOutput<typeof TokenRequest>;

/** Why the TSP refuses; the network turns each into F39 by a total table. */
export const TokenRefusal = v.picklist([
  "unknownToken",
  "tokenInactive",
  "tokenSuspended",
  "tokenDeleted",
  "expiryMismatch",
  "tokenExpired",
  "domain", // presentment mode or merchant category not allowed for this token
  "noChipData",
  "badChipData",
  "dataMismatch", // amount or currency in F55 is not F4, F49
  "badCryptogram",
  "notArqc", // the card itself declined (AAC), or a TC where an ARQC is due
  "atcReplayed",
  "atcOutsideWindow",
  "keyNotIssued", // single-use key of that ATC was never issued, was revoked, or has expired
  "holderNotVerified", // the key class says no finger was asked, and the merchant is not transit
]);
export type TokenRefusal = v.InferOutput<typeof TokenRefusal>;

/** What the refusals look like to acquirer and holder. Total: a new refusal without a code does not compile. */
export const RESPONSE_OF_REFUSAL: Readonly<Record<TokenRefusal, ResponseCode>> = {
  unknownToken: "14",
  tokenInactive: "21",
  tokenSuspended: "62",
  tokenDeleted: "14",
  expiryMismatch: "54",
  tokenExpired: "54",
  domain: "57",
  noChipData: "57",
  badChipData: "30",
  dataMismatch: "30",
  badCryptogram: "59",
  notArqc: "59",
  atcReplayed: "94",
  atcOutsideWindow: "59",
  keyNotIssued: "63",
  holderNotVerified: "57",
};

export const TokenAnswer = v.variant("outcome", [
  v.object({
    id: Serial,
    outcome: v.literal("accepted"),
    pan: v.pipe(v.string(), v.regex(/^\d{12,19}$/)),
    /** Funding card's expiry when the TSP knows it. */
    panExpiry: v.optional(Digits(4)),
    par: v.string(),
    trid: v.string(),
    tokenExpiry: Digits(4),
    /** Two digits: token assurance method. */
    assurance: Digits(2),
    /** CDCVM, from the key class and the CVR; never from CTQ. */
    holderVerified: v.boolean(),
  }),
  v.object({ id: Serial, outcome: v.literal("refused"), reason: TokenRefusal }),
  v.object({ id: Serial, outcome: v.literal("failed") }), // the TSP could not tell: nothing was spent
]);
export type TokenAnswer = v.InferOutput<typeof TokenAnswer>;

function frame(items: readonly unknown[]): Uint8Array {
  return fromUtf8(JSON.stringify(items));
}

function parse<T>(bytes: Uint8Array, item: v.GenericSchema<unknown, T>): readonly T[] {
  const text = toUtf8(bytes);
  if (text === undefined) throw new DecodeError("badDigit", 0, ["frame"]);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new DecodeError("badValue", 0, ["frame"]);
  }
  const items = v.safeParse(v.array(item), json);
  if (!items.success) {
    const path = items.issues[0].path?.map((step) => String(step.key)) ?? [];
    throw new DecodeError("badValue", 0, ["frame", ...path]);
  }
  return items.output;
}

export const encodeTokenRequests = (requests: readonly TokenRequest[]): Uint8Array => frame(requests);
export const encodeTokenAnswers = (answers: readonly TokenAnswer[]): Uint8Array => frame(answers);
/** @throws {DecodeError} */
export const parseTokenRequests = (bytes: Uint8Array): readonly TokenRequest[] => parse(bytes, TokenRequest);
/** @throws {DecodeError} */
export const parseTokenAnswers = (bytes: Uint8Array): readonly TokenAnswer[] => parse(bytes, TokenAnswer);
