import type { Instant } from "#protocol/time";
import type { Witness } from "../cause.ts";
import type { FactData } from "../fact.ts";
import type { ImportedFact } from "./journeys.ts";
import { readReasons } from "./reasons.ts";

export type Colour = "green" | "yellow" | "red";

/** A bank's decision as its own log shows it: what it decided, and why. */
export interface ImportedDecision {
  readonly keeper: Witness;
  readonly at: Instant;
  readonly key: string;
  readonly colour: Colour;
  readonly reasons: readonly string[];
  /** What the wallet advised, where the request said so. */
  readonly advice: Colour | undefined;
  /** Nothing is offered by which the holder could verify. */
  readonly noMethod?: boolean;
}

export function requestFact(keeper: Witness, at: Instant, key: string): ImportedFact {
  return {
    keeper,
    at,
    stage: "decision",
    code: "received",
    data: { peer: "tsp", operation: "decideBinding", hop: key },
  };
}

export function adviceFact(keeper: Witness, at: Instant, colour: Colour): ImportedFact {
  return { keeper, at, stage: "decision", code: "recommended", data: { colour } };
}

export function decisionFacts(decision: ImportedDecision): readonly ImportedFact[] {
  const { keeper, at, key, colour, reasons, advice, noMethod } = decision;
  // A refusal without a word, after the wallet advised against, was for that; otherwise it was a plain one.
  const unsaid = advice === "red" ? "WALLET_RECOMMENDED_DECISION_RED" : "GENERIC_DECLINE";
  const said = reasons.length === 0 ? [unsaid] : reasons;
  const { certain, possible } = colour === "red" ? readReasons(said) : { certain: [], possible: [] };
  const failed = noMethod === true && colour === "yellow" ? (["noUsableMethod"] as const) : certain;
  const answer: FactData = {
    peer: "tsp",
    operation: "decideBinding",
    hop: key,
    answer: colour === "red" ? "refused" : "ok",
    colour,
    ...(possible.length > 0 ? { candidates: possible.join(",") } : {}),
  };
  return [
    ...failed.map(
      (code): ImportedFact => ({
        keeper,
        at,
        stage: code === "noUsableMethod" ? "verification" : "decision",
        code,
        outcome: "failed",
      }),
    ),
    { keeper, at, stage: "decision", code: "bankDecided", data: { colour } },
    { keeper, at, stage: "decision", code: "decided", data: answer },
  ];
}

const STATUSES: Readonly<Record<string, string>> = {
  INACTIVE: "inactive",
  PENDING_2FA: "inactive",
  PENDING_ACTIVATION: "inactive",
  ACTIVE: "active",
  ACTIVATED: "active",
  RESUMED: "active",
  SUSPENDED: "suspended",
  PAUSED: "suspended",
  DEACTIVATED: "deleted",
  DELETED: "deleted",
};
const SUSPENDERS: Readonly<Record<string, string>> = {
  ISSUER: "issuer",
  TOKEN_REQUESTOR: "wallet",
  WALLET_PROVIDER: "wallet",
  CARDHOLDER: "holder",
  MOBILE_PIN_LOCKED: "wallet",
};

/** A token's state as a notification tells it; undefined for words that say nothing of it. */
export function stateFact(
  keeper: Witness,
  at: Instant,
  status: string,
  suspendedBy: readonly string[],
): ImportedFact | undefined {
  const known = Object.hasOwn(STATUSES, status) ? STATUSES[status]! : undefined;
  if (known === undefined) return undefined;
  const by = suspendedBy
    .map((one) => (Object.hasOwn(SUSPENDERS, one) ? SUSPENDERS[one]! : undefined))
    .find((one) => one !== undefined);
  return {
    keeper,
    at,
    stage: "issue",
    code: "tokenState",
    data: { status: known, ...(by === undefined ? {} : { by }) },
  };
}

/** Suspended by somebody: that is why the card does not pay. */
export function suspensionFact(keeper: Witness, at: Instant, suspendedBy: readonly string[]): ImportedFact | undefined {
  const code = suspendedBy.includes("ISSUER")
    ? "tokenSuspendedByIssuer"
    : suspendedBy.length > 0
      ? "tokenSuspendedByWallet"
      : undefined;
  return code === undefined ? undefined : { keeper, at, stage: "issue", code, outcome: "failed" };
}
