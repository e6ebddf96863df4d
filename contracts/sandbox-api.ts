import * as v from "valibot";
import { Empty, Id } from "./common.ts";
import { operation } from "./operation.ts";

/** Where a fault can stand: the lines between the parties, a phone's to its wallet server, and a terminal's field. */
export const FAULT_EDGES = [
  "field",
  "deviceToWallet",
  "walletToTsp",
  "tspToIssuer",
  "issuerToTsp",
  "tspToWallet",
  "tspToNetwork",
  "networkToAcquirer",
  "acquirerToNetwork",
  "networkToTsp",
  "networkToIssuer",
] as const;

/**
 * What is done to what passes. Calls: `dropRequest` never arrives; `dropAnswer` is carried out, and the answer is lost;
 * `twice` arrives twice; `busy` is refused for load; `spoilAnswer` comes back unreadable; `spoilRequest` arrives without its fields; `late` is answered only
 * after the caller has given up; `swapDeviceKey` names another key for the device than it has; `strange` is refused since
 * the caller is not known there. Frames: `dropRequest` and `dropAnswer` likewise by direction, `twice`, `alter` (messages
 * of ISO 8583: a value is another, or left out). Both: `delay`, `flipByte` (of a call, in its answer), and `cut`, which
 * takes the line down until it is lifted. In the field `cut` and `dropAnswer` are a card taken away too early.
 */
export const FAULT_KINDS = [
  "spoilRequest",
  "swapDeviceKey",
  "late",
  "strange",
  "dropRequest",
  "dropAnswer",
  "twice",
  "busy",
  "spoilAnswer",
  "flipByte",
  "alter",
  "delay",
  "cut",
] as const;

export const FaultSpec = v.object({
  edge: v.picklist(FAULT_EDGES),
  /** Of a call; for `alter` the type of the message, such as 0200. Absent: any. */
  operation: v.optional(v.pipe(v.string(), v.maxLength(40))),
  does: v.picklist(FAULT_KINDS),
  /** What `alter` changes: a field such as F22, or a tag of the chip data such as F55.9F37. */
  at: v.optional(
    v.pipe(v.string(), v.regex(/^F(?:[2-9]|[1-9]\d|1[01]\d|12[0-8])(?:\.[0-9A-F]{2,6})?$/, "wants F22 or F55.9F37")),
  ),
  /** What it makes of it: a field's text, a tag's bytes in hex. Absent: it is left out. */
  becomes: v.optional(v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/), v.maxLength(200))),
  /** How often; absent: until it is lifted. */
  times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
  /** Of a delay; absent: three seconds. */
  delayMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60_000))),
});
export type FaultSpec = v.InferOutput<typeof FaultSpec>;

/** A fault that stands, and how often it was met. */
export const StandingFault = v.object({ faultId: Id, fault: FaultSpec, hits: v.number() });
export type StandingFault = v.InferOutput<typeof StandingFault>;

/** Controls of a sandbox and of the demo. Never in a production profile. */
export const sandboxApi = {
  addFault: operation({
    summary: "Let something go wrong on a line",
    request: FaultSpec,
    answer: v.object({ faultId: Id }),
  }),
  liftFault: operation({
    summary: "Put it right again; without an id, everything",
    request: v.object({ faultId: v.optional(Id) }),
    answer: Empty,
  }),
  faults: operation({
    summary: "What is wrong at the moment",
    request: Empty,
    answer: v.object({ faults: v.array(StandingFault) }),
    readOnly: true,
  }),
  advanceClock: operation({
    summary: "Move the system's time on; what falls due happens",
    request: v.object({ ms: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(400 * 86_400_000)) }),
    answer: v.object({ now: v.number() }),
  }),
  clock: operation({
    summary: "What the system's clock says, and how far it is ahead of the machine's",
    request: Empty,
    answer: v.object({ now: v.number(), aheadMs: v.number() }),
    readOnly: true,
  }),
  comeBack: operation({
    summary: "The clock shows the machine's time again",
    request: Empty,
    answer: v.object({ now: v.number() }),
  }),
  allWell: operation({
    summary: "Everything back to normal: every line whole, the clock the machine's",
    request: Empty,
    answer: v.object({ now: v.number() }),
  }),
} as const;
export type SandboxApi = typeof sandboxApi;
