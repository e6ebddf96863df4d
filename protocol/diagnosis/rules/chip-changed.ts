import { differingTags } from "#protocol/emv";
import type { Cause } from "../codes.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Kept } from "../evidence/kept.ts";
import type { Claim } from "./claim.ts";

/** What chip data that were changed on the way can look like to the token service. */
const LOOKS_LIKE: ReadonlySet<Cause> = new Set(["cryptogramWrong", "verificationNotProven"]);

/**
 * A cryptogram that fits nothing: was the card's key another, or did somebody on the way change what it covers? Only the
 * till's end can tell, since it kept what the card gave. When it cannot be read, both fit.
 */
export function chipChanged(evidence: Evidence, claim: Claim): Claim {
  if (!LOOKS_LIKE.has(claim.cause)) return claim;
  const said = evidence.facts.findLast(({ fact }) => fact.code === claim.cause && fact.data["chip"] !== undefined);
  const got = said === undefined ? undefined : printIn(said);
  if (said === undefined || got === undefined) return claim;
  const kept = evidence.facts.findLast(({ fact }) => fact.code === "saleKept" && fact.data["chip"] !== undefined);
  const given = kept === undefined ? undefined : printIn(kept);
  if (kept === undefined || given === undefined)
    return { ...claim, or: [...claim.or, "signedDataDiffers"], needs: [...claim.needs, "acquirer"] };
  return differingTags(given, got).length === 0
    ? claim
    : { ...claim, cause: "signedDataDiffers", how: "pattern", basis: [kept, said], or: [] };
}

function printIn({ fact }: Kept): string | undefined {
  const print = fact.data["chip"];
  return typeof print === "string" ? print : undefined;
}
