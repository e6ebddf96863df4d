import type { Words } from "../cause.ts";
import { type Cause, isCause } from "../codes.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Fact } from "../fact.ts";
import type { BareAnswer } from "./answer-code.ts";
import { overcome } from "./overcome.ts";

/** Refusals between parties that name no cause, with those they can have. */
const CANDIDATES: Readonly<Record<string, readonly Cause[]>> = {
  internal: [],
  cardNotSupported: ["issuerNotEnrolled", "productExcluded", "networkUnsupported", "iinUnknown"],
  badCard: ["panMistyped", "nameMismatch", "expiryMismatch", "cvnMismatch"],
};

const LOOK_INSIDE: Words = {
  zh: "应答只说明对方内部出错：请对方查自己的记录。",
  en: "The answer says only that the other failed inside: it has to look at its own records.",
};
const LOOK_AT_CHECKS: Words = {
  zh: "请对方看是哪一项检查没有通过。",
  en: "The other looks which of its checks did not pass.",
};

/** What a refusal may mean: by its own list, or by its problem code. */
function candidatesIn({ code, data }: Fact): readonly Cause[] | undefined {
  if (code !== "answered" && code !== "decided") return undefined;
  const { candidates, answer } = data;
  if (typeof candidates === "string") return candidates.split(",").filter(isCause);
  return code === "answered" && typeof answer === "string" && Object.hasOwn(CANDIDATES, answer)
    ? CANDIDATES[answer]
    : undefined;
}

/** The last refusal of which no more is known than its problem code, or what it may mean. */
export function bareProblem(evidence: Evidence): BareAnswer | undefined {
  const refused = evidence.facts.findLast(
    ({ fact }) => fact.code === "answered" || (fact.code === "decided" && fact.data["candidates"] !== undefined),
  );
  if (refused === undefined) return undefined;
  const causes = candidatesIn(refused.fact);
  const hop = evidence.hops.find(({ asked, taken }) => asked.includes(refused) || taken.includes(refused));
  if (causes === undefined || hop === undefined) return undefined;
  const { stage } = refused.fact;
  const kept = evidence.keepers.get(refused.keeper)!;
  if (overcome(kept, { at: refused, cause: "contractMismatch", stage, heard: true })) return undefined;
  const [cause, ...or] = causes;
  return {
    ask: [hop.to],
    check: cause === undefined ? LOOK_INSIDE : LOOK_AT_CHECKS,
    claim:
      cause === undefined
        ? undefined
        : {
            cause,
            how: "code",
            stoppedBy: { kind: "party", party: hop.to },
            stage,
            time: refused.time,
            basis: [refused],
            or,
            nextCheck: LOOK_AT_CHECKS,
            needs: [],
            parties: { from: hop.from, to: hop.to },
          },
  };
}
