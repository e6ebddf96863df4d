import type { Words } from "./cause.ts";
import { CAUSES } from "./causes/index.ts";
import type { Cause } from "./codes.ts";
import { hardestFirst } from "./order.ts";

/*
 * What a holder may hear. Never: that somebody suspects fraud, which rule or score spoke, a legal restriction, which of
 * several entries was wrong before the others have shown who is there, or whether a number exists. See ADR 21.
 */

/** Told to the holder as one: "your bank wants to speak with you". */
const NEUTRAL: ReadonlySet<Cause> = new Set([
  "walletAdvisesNo",
  "tspRefusesRisk",
  "issuerRefusesRisk",
  "accountRestricted",
  "networkRiskDeclined",
]);

/** What the holder typed and the bank compared. A stranger with the number alone must not learn them one by one. */
const ENTRIES: ReadonlySet<Cause> = new Set([
  "cardNotFound",
  "nameMismatch",
  "identityMismatch",
  "expiryMismatch",
  "cvnMismatch",
  "reservedPhoneMismatch",
]);

/** The code under which a holder sees a cause. */
export function forHolder(cause: Cause): Cause {
  return NEUTRAL.has(cause) ? "issuerRefusesRisk" : cause;
}

/** The name under which a holder sees a cause: those that read as one have one. */
export function nameForHolder(cause: Cause): Words {
  return CAUSES[forHolder(cause)].name;
}

export function isSecret(cause: Cause): boolean {
  return NEUTRAL.has(cause);
}

/**
 * What a holder may be told of checks that failed together, hardest first. One wrong entry is named: all the others have
 * shown who is there. Two or more read as "no card matches what was entered". While any is wrong, nothing is said of the
 * state of a card that may be a stranger's.
 */
export function toldToHolder(causes: readonly Cause[]): Cause[] {
  const entries = causes.filter((cause) => ENTRIES.has(cause));
  if (entries.length === 0) return hardestFirst(causes);
  const rest = causes.filter((cause) => CAUSES[cause].stage !== "decision" && !ENTRIES.has(cause));
  return hardestFirst([...(new Set(entries).size === 1 ? entries : (["cardNotFound"] as const)), ...rest]);
}
