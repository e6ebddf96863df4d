/** Where in a journey a cause lies; earlier stages come first in each list. */
export const STAGES = [
  "preflight",
  "card",
  "eligibility",
  "terms",
  "decision",
  "verification",
  "issue",
  "between", // two parties, at any stage
  "tap",
  "authorise",
  "complete",
  "ride",
  "shop",
  "code",
] as const;
export type Stage = (typeof STAGES)[number];

/** Who writes facts. `bankApp` and `carrier` speak through the issuer, `terminal` through the acquirer. */
export const WITNESSES = [
  "device",
  "wallet",
  "tsp",
  "issuer",
  "bankApp",
  "carrier",
  "network",
  "acquirer",
  "terminal",
  "gate",
  "merchant",
] as const;
export type Witness = (typeof WITNESSES)[number];

const KNOWN_WITNESSES: ReadonlySet<unknown> = new Set(WITNESSES);
export function isWitness(value: unknown): value is Witness {
  return KNOWN_WITNESSES.has(value);
}

/** Who stopped a journey. `peer`: the party that the finding names, when the cause can happen to any. */
export type Stopper = Witness | "holder" | "link" | "peer" | "unclear";

/** Who must act. `peerOps`: the operations of the party that the finding names. */
export type Actor =
  | "holder"
  | "branch"
  | "hotline"
  | "bankOps"
  | "walletOps"
  | "tspOps"
  | "networkOps"
  | "acquirerOps"
  | "merchant"
  | "operator"
  | "peerOps"
  | "nobody";

/** `now`; `after` the remedy is done; `wait`: the system goes on by itself and tells; `no`: another way or another card. */
export type Retry = "now" | "after" | "wait" | "no";

/**
 * How hard the cure is for the holder, hardest first: causes that fail together are told in this order, so that
 * nobody goes to the branch twice, and nobody goes there for a card that will never do.
 */
export const EFFORTS = [
  "replace", // nothing helps this card, device or shop: take another
  "branch",
  "hotline",
  "operations", // somebody else must mend something; the holder can only wait for them
  "otherDevice",
  "app", // the bank's app, an account, money
  "settings", // on this device or till, at once
  "retype",
  "wait",
] as const;
export type Effort = (typeof EFFORTS)[number];

export interface Words {
  readonly zh: string;
  readonly en: string;
}

export interface CauseEntry {
  readonly stage: Stage;
  /** Who can have stopped the journey so; the finding names one. */
  readonly stoppers: readonly Stopper[];
  readonly actor: Actor;
  readonly retry: Retry;
  readonly effort: Effort;
  /** What proves it, for engineers. */
  readonly evidence: string;
  /** A few words, for lists. */
  readonly name: Words;
  /** What happened, to the holder. `{from}` and `{to}` stand for the two parties of a hop. */
  readonly what: Words;
  /** What to do, in order. */
  readonly remedy: readonly Words[];
}
