import type { Evidence } from "../evidence/evidence.ts";
import type { Kept } from "../evidence/kept.ts";
import type { Claim } from "./claim.ts";
import { lastOf } from "./silence.ts";

/** A payment taken back because the till heard nothing: done, or still on its way. Source: diagnosis §3.3. */
export function reversalClaim(evidence: Evidence): Claim | undefined {
  const sent = lastOf(evidence, ["reversalSent"]);
  if (sent === undefined) return undefined;
  const done = lastOf(evidence, ["reversalDone"]);
  const approved = lastOf(evidence, ["authorised"]);
  if (done !== undefined) {
    // Without the bank's approval there was nothing to take back: the till only made sure.
    return approved === undefined && evidence.readable("issuer")
      ? undefined
      : { ...claim("answerLostReversed", done), stoppedBy: { kind: "party", party: "acquirer" } };
  }
  if (approved === undefined && evidence.readable("issuer")) return undefined;
  return { ...claim("reversalPending", sent), stoppedBy: { kind: "party", party: "network" } };
}

function claim(cause: "answerLostReversed" | "reversalPending", at: Kept): Claim {
  return {
    cause,
    how: "silence",
    stoppedBy: { kind: "unclear" },
    stage: "complete",
    time: at.time,
    basis: [at],
    or: [],
    needs: ["issuer"],
  };
}
