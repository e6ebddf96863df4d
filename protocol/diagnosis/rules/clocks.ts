import type { Witness } from "../cause.ts";
import type { ClockPair } from "../evidence/clocks.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Kept } from "../evidence/kept.ts";
import type { Claim } from "./claim.ts";
import { CHAIN } from "./needs.ts";

/** Stamps of one hop that contradict beyond tolerance: two clocks apart, or an order that no clocks explain. */
export function clockClaims(evidence: Evidence): readonly Claim[] {
  const { impossible, apart, odd } = evidence.clocks;
  const pair = impossible[0] ?? apart[0];
  if (pair === undefined) return [];
  const other = odd === pair.one ? pair.other : pair.one;
  return [
    {
      cause: impossible.length > 0 ? "factsContradict" : "clocksDisagree",
      how: "pattern",
      stoppedBy: impossible.length > 0 || odd === undefined ? { kind: "unclear" } : { kind: "party", party: odd },
      stage: "between",
      time: 0,
      basis: stampsOf(evidence, pair),
      or: [],
      needs: CHAIN,
      parties: { from: other, to: odd ?? pair.other },
    },
  ];
}

function stampsOf(evidence: Evidence, { one, other }: ClockPair): readonly Kept[] {
  const ends: readonly Witness[] = [one, other];
  const hop = evidence.hops.find(({ from, to }) => ends.includes(from) && ends.includes(to));
  return hop === undefined ? [] : [...hop.asked, ...hop.taken];
}
