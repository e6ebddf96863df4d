import type { Cause } from "../codes.ts";
import { compareCauses } from "../order.ts";
import type { Claim } from "./claim.ts";
import type { BrokenHop } from "./hop-patterns.ts";
import { forwardStage, stageRank } from "./operations.ts";
import { ABSORBS, FIRST_OF_ALL, FOLLOWS_FROM } from "./relations.ts";

/** Says what the lost answer or notice beside it means. */
const EXPLAINS_HOPS: ReadonlySet<Cause> = new Set(["answerLostReversed", "standInRefused", "appReturnLost"]);

/** The one claim to tell, what else stands open beside it, and what only followed. */
export interface Selection {
  readonly chosen: Claim;
  readonly also: readonly Claim[];
  readonly consequences: readonly Claim[];
}

/**
 * Which of several claims is the finding. Source: diagnosis §1.
 * 1. What endangers money or identity. 2. What a party states: roots before what followed, earlier stages first, and
 * within a stage the hardest to cure. 3. Broken hops. 4. What silence shows.
 */
export function select(claims: {
  readonly stated: readonly Claim[];
  readonly broken: readonly BrokenHop[];
  readonly silent: readonly Claim[];
}): Selection | undefined {
  const stated = withoutAbsorbed(oneEach(claims.stated));
  const broken = claims.broken.filter(({ hop }) => !stated.some((claim) => speaksOf(claim, hop))).toSorted(byWeight);
  const all: readonly Claim[] = [
    ...stated.toSorted(bySeverity),
    ...claims.silent.filter(({ cause }) => EXPLAINS_HOPS.has(cause)),
    ...broken,
    ...claims.silent,
  ];
  const chosen = all.find(({ cause }) => FIRST_OF_ALL.has(cause)) ?? all[0];
  if (chosen === undefined) return undefined;
  const others = oneEach(all.filter(({ cause }) => cause !== chosen.cause));
  const followed = (claim: Claim) => (FOLLOWS_FROM[claim.cause] ?? []).includes(chosen.cause);
  // What only silence says is told alone: beside a cause that is known it is one of its shadows.
  const open = others.filter((claim) => claim.how !== "silence" || FIRST_OF_ALL.has(claim.cause));
  return { chosen, also: open.filter((claim) => !followed(claim)), consequences: others.filter(followed) };

  function bySeverity(a: Claim, b: Claim): number {
    return (
      Number(isConsequence(a, stated)) - Number(isConsequence(b, stated)) ||
      stageRank(a.stage) - stageRank(b.stage) ||
      compareCauses(a.cause, b.cause)
    );
  }
}

function isConsequence(claim: Claim, among: readonly Claim[]): boolean {
  const roots = FOLLOWS_FROM[claim.cause] ?? [];
  return among.some(({ cause }) => roots.includes(cause));
}

/** The caller says itself what became of this very call. */
function speaksOf({ basis }: Claim, { from, to, operation }: BrokenHop["hop"]): boolean {
  return basis.some(
    ({ fact }) => fact.party === from && fact.data["peer"] === to && fact.data["operation"] === operation,
  );
}

const STRENGTH = { stated: 0, relayed: 1, pattern: 2, silence: 3, code: 4 } as const;

/** The strongest claim of each cause; of equally strong ones the latest, of repeated ones the one nearest to its author. */
function oneEach(claims: readonly Claim[]): readonly Claim[] {
  const best = new Map<Cause, Claim>();
  for (const claim of claims) {
    const known = best.get(claim.cause);
    const better =
      known === undefined ||
      STRENGTH[claim.how] < STRENGTH[known.how] ||
      (claim.how === known.how && (claim.how === "relayed" ? claim.time < known.time : claim.time >= known.time));
    if (better) best.set(claim.cause, claim);
  }
  return [...best.values()];
}

function withoutAbsorbed(claims: readonly Claim[]): readonly Claim[] {
  const absorbed = new Set(claims.flatMap(({ cause }) => ABSORBS[cause] ?? []));
  return claims.filter(({ cause }) => !absorbed.has(cause));
}

/** Calls that carry the journey before those that only tell; then the latest. */
function byWeight(a: BrokenHop, b: BrokenHop): number {
  const weight = ({ hop }: BrokenHop) => (forwardStage(hop.operation) === undefined ? 1 : 0);
  const contradiction = ({ cause }: BrokenHop) => (cause === "factsContradict" ? 1 : 0);
  return contradiction(a) - contradiction(b) || weight(a) - weight(b) || b.time - a.time;
}
