import type { Stage } from "../cause.ts";
import { type Cause, isCause } from "../codes.ts";
import type { Kept } from "../evidence/kept.ts";
import type { FactData, Step } from "../fact.ts";
import {
  CAUSE_OF_PROBLEM,
  forwardStage,
  PASSES,
  STAYS,
  stageRank,
  triesAgain,
  UNDOES,
  VERIFIES_ANEW,
} from "./operations.ts";
import { CURED_BY } from "./relations.ts";

/** Checks that fail together are written within this time of each other, when no request groups them. */
export const ONE_ATTEMPT_MS = 2_000;

/** What a keeper said of a cause, and at which stage. `heard`: it only repeats what it was answered. */
export interface Said {
  readonly at: Kept;
  readonly cause: Cause;
  readonly stage: Stage;
  readonly heard: boolean;
}

/** Over once the token is active again. */
const SUSPENSIONS: ReadonlySet<Cause> = new Set([
  "tokenSuspendedByIssuer",
  "tokenSuspendedByWallet",
  "deviceInLostMode",
]);

/**
 * Has it been overcome by what the same keeper says later: cured, passed, or tried again? Only the keeper's own words
 * count, so that nothing comes back to life when another party can't be read.
 *
 * @param kept all that the keeper holds
 */
export function overcome(kept: readonly Kept[], said: Said): boolean {
  return kept.slice(said.at.index + 1).some((later) => ends(kept, later, said));
}

function ends(kept: readonly Kept[], later: Kept, { at, cause, stage, heard }: Said): boolean {
  const { code, outcome, data, party } = later.fact;
  // Said again: the later word counts.
  if (code === cause) return outcome !== "noted";
  if ((UNDOES[code as Step] ?? []).includes(cause)) return true;
  if (SUSPENSIONS.has(cause) && (code === "tokenState" || code === "tokenChanged")) return data["status"] === "active";
  if (code === "recordChanged" || (code === "received" && data["operation"] === "recordChanged"))
    return (CURED_BY[String(data["what"])] ?? []).includes(cause);
  if (STAYS.has(cause)) return false;
  if (isCause(code)) {
    // Another check of the stage failed in a later attempt: this one no longer did.
    const again = !heard && outcome === "failed" && party === at.fact.party && later.fact.stage === at.fact.stage;
    return again && !sameAttempt(kept, at, later);
  }
  const forward = forwardStage(data["operation"]);
  const other = data["hop"] !== at.fact.data["hop"];
  switch (code) {
    case "received":
      return triesAgain(data["operation"], cause) && data["hop"] !== requestBefore(kept, at);
    case "sent":
      if (forward === undefined || !other) return false;
      return stageRank(forward) > stageRank(stage) || (heard && forward === stage);
    case "answered":
      return heard && data["operation"] === at.fact.data["operation"] && (other || refusalOf(data) === undefined);
    case "resumed":
      return true;
    case "cardRead":
      if (stage === "card") return party === at.fact.party;
      break;
    case "bankDecided":
    case "recommended":
      if (data["colour"] === "red") return false;
      break;
  }
  if (VERIFIES_ANEW.has(code) && stage === "verification") return true;
  const passes = PASSES[code as Step];
  return passes !== undefined && stageRank(stage) <= stageRank(passes);
}

/** The key of the request that was being handled when a fact was written. */
export function requestBefore(kept: readonly Kept[], { fact, index }: Kept): unknown {
  if (fact.code === "decided") return fact.data["hop"];
  return kept.slice(0, index).findLast((before) => before.fact.code === "received")?.fact.data["hop"];
}

/** In a verification each answer is a try of its own; elsewhere one request is one attempt. */
function sameAttempt(kept: readonly Kept[], one: Kept, other: Kept): boolean {
  const request = requestBefore(kept, one);
  if (request !== undefined && one.fact.party === one.keeper && one.fact.stage !== "verification")
    return requestBefore(kept, other) === request;
  return other.fact.at - one.fact.at <= ONE_ATTEMPT_MS;
}

/** The causes that an answer names, or the only one that its problem code can have; none when it refuses nothing. */
export function refusalsOf(data: FactData): readonly Cause[] {
  const { cause, causes, answer } = data;
  const named = [cause, ...(typeof causes === "string" ? causes.split(",") : [])].filter(
    (one): one is Cause => typeof one === "string" && isCause(one),
  );
  if (named.length > 0) return [...new Set(named)];
  const only = typeof answer === "string" ? CAUSE_OF_PROBLEM[answer] : undefined;
  return only === undefined ? [] : [only];
}

export function refusalOf(data: FactData): Cause | undefined {
  return refusalsOf(data)[0];
}
