import { EFFORTS } from "./cause.ts";
import { CAUSES } from "./causes/index.ts";
import { CAUSE_CODES, type Cause } from "./codes.ts";

const EFFORT_RANK = new Map(EFFORTS.map((effort, rank) => [effort, rank]));
const CODE_RANK = new Map(CAUSE_CODES.map((cause, rank) => [cause, rank]));

function effortRank(cause: Cause): number {
  return EFFORT_RANK.get(CAUSES[cause].effort)!;
}

/** Order of two causes that fail together: hardest to cure first, then as the journey meets them. */
export function compareCauses(a: Cause, b: Cause): number {
  return effortRank(a) - effortRank(b) || CODE_RANK.get(a)! - CODE_RANK.get(b)!;
}

/** Each cause once, hardest to cure first: the order in which a person is told, so that nobody walks twice. */
export function hardestFirst(causes: readonly Cause[]): Cause[] {
  return [...new Set(causes)].sort(compareCauses);
}
