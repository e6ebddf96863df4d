import type { Instant } from "#protocol/time";
import type { Stage, Witness } from "./cause.ts";
import type { Cause } from "./codes.ts";

/**
 * What happened without stopping anything. The first five are what a hop between two parties leaves:
 * A `sent`; B `received`; B `decided`, in the transaction of its own state; A was `answered`, or at its deadline was not.
 */
export const STEPS = [
  "sent",
  "received",
  "decided",
  "answered",
  "unanswered",
  // device and wallet
  "preflightPassed",
  "cardRead", // data.by: camera, typed, bankApp
  "termsAccepted",
  "recommended", // data.colour
  "methodChosen", // data.method
  "resumed",
  "packageStored", // the device has its data and keys
  "cardShown", // the pass is there
  "lostModeOn",
  "lostModeOff",
  // tsp
  "tokenIssued",
  "tokenActivated",
  "tokenChanged", // data.status, data.by
  "packageMade",
  "tokenState", // data.status: what a party holds of the token now
  // issuer
  "bankDecided", // data.colour
  "codeMade",
  "codeSent", // the carrier took it
  "codeDelivered", // positive receipt
  "codeRight",
  "bankAppApproved",
  "hotlineApproved",
  "recordChanged", // data.what: reservedPhone, status, expiry, …: a desk or the holder cured something
  // paying
  "cardPresented",
  "cryptogramMade",
  "saleKept",
  "saleApproved",
  "tokenAccepted",
  "routed",
  "authorised",
  "reversalSent",
  "reversalDone",
] as const;
export type Step = (typeof STEPS)[number];
export type FactCode = Step | Cause;

/** Masked, always: no PAN, DPAN, CVN2, code or key; last four digits at most. */
export type FactData = Readonly<Record<string, string | number | boolean>>;

/** One party's statement on one journey, written with its own state and its own clock. */
export interface Fact {
  readonly journeyId: string;
  readonly at: Instant;
  readonly party: Witness;
  readonly stage: Stage;
  readonly code: FactCode;
  /** A cause is `failed` when it stopped the journey here, `passed` when the check was made and held. Steps are `noted`. */
  readonly outcome: "passed" | "failed" | "noted";
  readonly data: FactData;
}

/**
 * Data of the hop steps: `peer` and `operation` name the hop, `hop` is its idempotency key, the same on both sides.
 * `decided` and `answered` carry `answer`: "ok" or a problem code, and `cause` when the answer named one.
 */
export interface HopData {
  readonly peer: Witness;
  readonly operation: string;
  readonly hop: string;
  readonly answer?: string;
  readonly cause?: Cause;
  readonly lateMs?: number;
}

/** What one party holds of a journey. A party that could not be asked is not one that was silent. */
export interface Holding {
  readonly party: Witness;
  readonly reachable: boolean;
  /** When it was asked: it holds nothing else up to here. */
  readonly askedAt: Instant;
  /** Since when the party has been running without a break; absent when it could not be asked. */
  readonly upSince?: Instant | undefined;
  readonly facts: readonly Fact[];
}
