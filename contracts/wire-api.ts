import * as v from "valibot";
import { Id, Suffix, Words } from "./common.ts";
import { operation } from "./operation.ts";
import { TokenRefusal } from "./token-authorisation.ts";
import { WireRow } from "./wire.ts";

const HexText = v.pipe(v.string(), v.regex(/^(?:[0-9A-F]{2})*$/));

/** One thing that makes a cryptogram other than it should be. With a tag: what the card computed over, and what the message says. */
const Difference = v.object({
  id: v.string(),
  words: Words,
  tag: v.optional(v.string()),
  signed: v.optional(HexText),
  message: v.optional(HexText),
});
export type CryptogramDifference = v.InferOutput<typeof Difference>;

/**
 * How an application cryptogram is checked, step by step, and why it does not fit when it does not. Keys appear by their
 * handle and check value only.
 */
export const CryptogramExplanation = v.object({
  journeyId: Id,
  tokenSuffix: Suffix,
  psn: v.string(),
  /** Which of the TSP's master keys, by the index in the IAD. */
  keyClass: v.picklist(["secureElement", "user", "device"]),
  cvn: v.number(),
  atc: v.number(),
  verdict: v.picklist(["right", "wrong"]),
  /** What goes into the computation, in its order; `signed` where the card had another value. */
  inputs: v.array(v.object({ tag: v.string(), value: HexText, signed: v.optional(HexText) })),
  keys: v.array(
    v.object({
      role: v.picklist(["master", "card", "session"]),
      /** Of keys that are kept; the others are derived for this one check. */
      handle: v.optional(v.string()),
      version: v.optional(v.number()),
      checkValue: HexText,
    }),
  ),
  /** Both halves of what the session key is derived from: the counter and its complement. */
  sessionInput: HexText,
  /** The data, padded to blocks of 8 bytes. */
  blocks: v.array(HexText),
  /** Computed over the message as it stands. */
  expected: HexText,
  got: HexText,
  why: v.array(Difference),
  /** Everything else that has to be right besides the cryptogram, in the order in which it is looked at. */
  checks: v.array(
    v.object({
      id: v.picklist(["amount", "decision", "cryptogram", "key", "counter", "holder"]),
      passed: v.boolean(),
      words: Words,
    }),
  ),
  /** Computations that were tried to find the difference. */
  tried: v.number(),
  /** What the TSP answered at the time. */
  answered: v.optional(
    v.object({ outcome: v.picklist(["accepted", "refused", "failed"]), reason: v.optional(TokenRefusal) }),
  ),
});
export type CryptogramExplanation = v.InferOutput<typeof CryptogramExplanation>;

const Seq = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** What the wire view asks for beyond the rows it is told. Demo and sandbox only. */
export const wireApi = {
  reveal: operation({
    summary: "A row with the token's number readable; the card's own, keys and codes stay hidden",
    request: v.object({ seq: Seq }),
    answer: WireRow,
    readOnly: true,
  }),
  explain: operation({
    summary: "How the cryptogram of the payment that a row belongs to is checked, and why it does not fit",
    request: v.object({ seq: Seq }),
    answer: CryptogramExplanation,
    readOnly: true,
  }),
} as const;
export type WireApi = typeof wireApi;
