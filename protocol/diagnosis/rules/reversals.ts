import type { Evidence } from "../evidence/evidence.ts";
import type { Kept } from "../evidence/kept.ts";
import type { Claim } from "./claim.ts";
import { lastOf } from "./silence.ts";

/*
 * A payment that the bank left unanswered, or whose answer was lost. Source: diagnosis §3.2, §3.3.
 */

/** A payment taken back because the till heard nothing: done, or still on its way. */
export function reversalClaim(evidence: Evidence): Claim | undefined {
  const sent = lastOf(evidence, ["reversalSent"]) ?? reversalSeen(evidence);
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

/** Who asks for a reversal has sent one, also when nobody can read whether he says so. */
function reversalSeen({ facts }: Evidence): Kept | undefined {
  return facts.findLast(({ fact }) => fact.data["operation"] === "0420");
}

/** F39 of an answer that the network gives in the bank's place because the bank gave none. */
const BANK_SILENT: ReadonlySet<unknown> = new Set(["68", "91", "98"]);

/** The network waited for the bank in vain, and refused in its place: it may not approve there. */
export function standInRefused(evidence: Evidence): Claim | undefined {
  const silent = evidence.hops.find(
    ({ from, to, asked }) => from === "network" && to === "issuer" && asked.at(-1)?.fact.code === "unanswered",
  );
  const refused = evidence.facts.findLast(
    ({ fact }) => fact.party === "network" && fact.code === "decided" && BANK_SILENT.has(fact.data["answer"]),
  );
  if (silent === undefined || refused === undefined) return undefined;
  return {
    cause: "standInRefused",
    how: "silence",
    stoppedBy: { kind: "party", party: "network" },
    stage: "authorise",
    time: refused.time,
    basis: [silent.asked.at(-1)!, refused],
    or: [],
    needs: [],
  };
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
