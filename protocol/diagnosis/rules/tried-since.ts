import type { Evidence } from "../evidence/evidence.ts";
import type { Claim } from "./claim.ts";
import { CHAIN } from "./needs.ts";
import { stageRank, triesAgain } from "./operations.ts";
import { requestBefore } from "./overcome.ts";

/**
 * Has the holder tried again since a party said so? A request from nearer to the holder is newer than its words, or
 * somebody nearer to the holder has stopped a newer try. Had it come so far, the party itself would hold what came of it.
 */
export function triedSince(evidence: Evidence, claim: Claim, stated: readonly Claim[]): boolean {
  if (evidence.kind === "payment") return false;
  const place = CHAIN.indexOf(claim.basis[0]!.keeper);
  const nearer = CHAIN.slice(0, Math.max(place, 0));
  return (
    evidence.hops.some(
      ({ from, operation, asked }) =>
        nearer.includes(from) && triesAgain(operation, claim.cause) && asked.length > 0 && asked[0]!.time > claim.time,
    ) || stated.some((other) => nearer.includes(other.basis[0]!.keeper) && stoppedEarlier(evidence, other, claim))
  );
}

/** Did `newer` stop a later attempt, at a place that this attempt of `claim` had passed? */
function stoppedEarlier(evidence: Evidence, newer: Claim, claim: Claim): boolean {
  if (newer.how !== "stated" || newer.time <= claim.time || stageRank(newer.stage) > stageRank(claim.stage))
    return false;
  const said = newer.basis[0]!;
  // What the wallet checks before it asks anybody.
  if (said.keeper === "wallet") return stageRank(newer.stage) < stageRank("decision");
  const kept = evidence.keepers.get(said.keeper)!;
  const request = requestBefore(kept, said);
  const begun = kept.findIndex(({ fact }) => fact.code === "received" && fact.data["hop"] === request);
  const carrier = requestBefore(evidence.keepers.get(claim.basis[0]!.keeper)!, claim.basis[0]!);
  const passedOn = kept.findIndex(({ fact }) => fact.code === "sent" && fact.data["hop"] === carrier);
  return begun >= 0 && passedOn < begun;
}
