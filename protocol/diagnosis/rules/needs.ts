import type { Stage, Witness } from "../cause.ts";
import { CAUSES } from "../causes/index.ts";
import type { Cause } from "../codes.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { forwardStage, stageRank } from "./operations.ts";
import { refusalOf } from "./overcome.ts";
import { FOLLOWS_FROM } from "./relations.ts";

/** A binding goes along this chain; each asks the next. */
export const CHAIN: readonly Witness[] = ["wallet", "tsp", "issuer"];

/**
 * Whose facts could change a verdict that rests on one keeper's word: those before it in the chain (a newer attempt may
 * be stuck there), those after it that were asked too and whose answer is not known, and those who would state the root.
 */
export function needsOf(evidence: Evidence, keeper: Witness, cause: Cause, stage: Stage): readonly Witness[] {
  const roots = (FOLLOWS_FROM[cause] ?? []).flatMap((root) =>
    CAUSES[root].stoppers.filter(isParty).map((party) => evidence.keeperOf(party)),
  );
  if (evidence.kind === "payment") return [...new Set(roots)];
  const place = CHAIN.indexOf(keeper);
  const before = place < 0 ? [] : CHAIN.slice(0, place);
  const after = CHAIN.slice(place + 1).filter((party) => askedInVain(evidence, party, stage));
  return [...new Set([...before, ...after, ...roots])].filter((party) => party !== keeper);
}

/** Was it asked at this stage or later without our knowing what it said? */
function askedInVain(evidence: Evidence, party: Witness, stage: Stage): boolean {
  return evidence.hops.some(({ to, operation, asked }) => {
    const forward = forwardStage(operation);
    if (to !== party || forward === undefined || stageRank(forward) < stageRank(stage) || asked.length === 0)
      return false;
    const { code, data } = asked.at(-1)!.fact;
    const clean = data["colour"] === "green" || data["colour"] === "yellow" || data["colour"] === "orange";
    return code !== "answered" || !(clean || refusalOf(data) !== undefined);
  });
}

export function isParty(stopper: string): stopper is Witness {
  return stopper !== "holder" && stopper !== "link" && stopper !== "peer" && stopper !== "unclear";
}
