import * as v from "valibot";
import type { Instant } from "#protocol/time";
import type { Words } from "./common.ts";
import type { CallContext } from "./operation.ts";

/** `sms`: the carrier that brings texts to phones. `phone` calls the wallet server; `device` is the card inside it. */
export const PARTY_NAMES = [
  "phone",
  "device",
  "terminal",
  "acquirer",
  "network",
  "tsp",
  "issuer",
  "wallet",
  "sms",
] as const;
export type PartyName = (typeof PARTY_NAMES)[number];

export const WIRE_KINDS = ["apdu", "iso8583", "token", "json", "sms"] as const;
export type WireKind = (typeof WIRE_KINDS)[number];

interface Passed {
  readonly at: Instant;
  readonly from: PartyName;
  readonly to: PartyName;
  /** The line was down: nothing left the sender. */
  readonly notSent?: true;
}

/**
 * One message as it passed between two parties, for the wire view. It may hold a PAN: only the describer shows it, masked.
 * It is handed over as it is, and read only when somebody looks.
 */
export type WireEvent =
  | (Passed & { readonly kind: "apdu"; readonly terminalId: string; readonly bytes: Uint8Array })
  | (Passed & { readonly kind: "iso8583"; readonly bytes: Uint8Array })
  | (Passed & { readonly kind: "token"; readonly bytes: Uint8Array })
  | (Passed & {
      readonly kind: "json";
      readonly operation: string;
      readonly part: "request" | "answer" | "event";
      /** Joins a request and its answer. */
      readonly call: number;
      readonly context?: CallContext;
      readonly value: unknown;
      /** The answer is a refusal. */
      readonly refused?: true;
    })
  | (Passed & { readonly kind: "sms"; readonly text: string });

export interface WireTap {
  record(event: WireEvent): void;
}

const Short = v.pipe(v.string(), v.maxLength(120));
const Long = v.pipe(v.string(), v.maxLength(600));
const Place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000));

/** A line of a decoded message; children indent below. Values are masked where the field is secret. */
export interface WireNode {
  /** "F55", "9F26", "header". */
  readonly id: string;
  readonly name: Words;
  readonly value?: string | undefined;
  /** Where it stands in the message: bytes of hex, characters of a JSON text. */
  readonly at?: number | undefined;
  readonly lengthBytes?: number | undefined;
  readonly masked?: true | undefined;
  readonly children?: readonly WireNode[] | undefined;
}

const NODES_DEEP = 32;
const LongWords = v.object({ zh: Long, en: Long });

/** No deeper than a message can be: a file from elsewhere is not to fill the stack. */
function nodeSchema(deep: number): v.GenericSchema<unknown, WireNode> {
  const children =
    deep === 0 ? v.strictTuple([]) : v.lazy(() => v.pipe(v.array(nodeSchema(deep - 1)), v.maxLength(400)));
  return v.strictObject({
    id: Short,
    name: LongWords,
    value: v.optional(v.pipe(v.string(), v.maxLength(4000))),
    at: v.optional(Place),
    lengthBytes: v.optional(Place),
    masked: v.optional(v.literal(true)),
    children: v.optional(children),
  });
}

/** How a hop ended, as far as this message shows it. */
export const WIRE_OUTCOMES = ["ok", "refused", "noAnswer", "notSent", "unreadable"] as const;
export type WireOutcome = (typeof WIRE_OUTCOMES)[number];

/** What the wire view shows. `raw` has every secret nibble or character replaced by "*". */
export const WireRow = v.strictObject({
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  from: v.picklist(PARTY_NAMES),
  to: v.picklist(PARTY_NAMES),
  kind: v.picklist(WIRE_KINDS),
  part: v.picklist(["request", "answer", "event"]),
  /** Of a call its operation, of ISO 8583 its MTI, of an APDU the command. */
  operation: Short,
  /** The same for a request and its answer. */
  exchange: Short,
  outcome: v.picklist(WIRE_OUTCOMES),
  title: LongWords,
  /** One plain sentence on what this message says. */
  words: LongWords,
  /** And one on why it is there. */
  why: LongWords,
  /** Hex of bytes; a JSON text or a short message as they are. */
  form: v.picklist(["hex", "text"]),
  raw: v.pipe(v.string(), v.maxLength(64 * 1024)),
  nodes: v.pipe(v.array(nodeSchema(NODES_DEEP)), v.maxLength(400)),
  /** Names of what it belongs to: journey, sale, call. Rows that share one are of the same journey. */
  links: v.pipe(v.array(Short), v.maxLength(12)),
  /** Carries an application cryptogram that can be explained. */
  cryptogram: v.optional(v.literal(true)),
});
export type WireRow = Readonly<v.InferOutput<typeof WireRow>>;
