import type { Actor, Retry, Witness, Words } from "./cause.ts";
import type { Cause } from "./codes.ts";
import type { Fact } from "./fact.ts";
import type { Milestone } from "./texts/milestones.ts";

/** `proven`: a party states it. `inferred`: only one cause fits the pattern. `unclear`: more than one does. */
export type Certainty = "proven" | "inferred" | "unclear";

export type StoppedBy =
  | { readonly kind: "party"; readonly party: Witness }
  | { readonly kind: "link"; readonly from: Witness; readonly to: Witness }
  | { readonly kind: "holder" }
  | { readonly kind: "unclear" }
  /** Nothing stopped it. */
  | { readonly kind: "nobody" };

/** What became of a journey, and what helps. */
export interface Finding {
  readonly journeyId: string | undefined;
  /** Absent when nothing is wrong, and when it is unclear which of several it is. */
  readonly cause: Cause | undefined;
  readonly certainty: Certainty;
  /** When it is unclear: the causes that fit what is known. One alone: it was so, and what came after can't be read. */
  readonly between: readonly Cause[];
  /** The one check that separates them. */
  readonly nextCheck: Words | undefined;
  /** Whose facts would settle it. */
  readonly ask: readonly Witness[];
  readonly stoppedBy: StoppedBy;
  readonly actor: Actor;
  readonly retry: { readonly kind: Retry; readonly at: number | undefined };
  /** What else must be cured, hardest first. */
  readonly also: readonly Cause[];
  /** What only followed from the cause. */
  readonly consequences: readonly Cause[];
  readonly unreachable: readonly Witness[];
  /** How far the journey got. */
  readonly milestone: Milestone;
  /** For what lies between two parties: who asked, and who was asked. */
  readonly parties: { readonly from: Witness; readonly to: Witness } | undefined;
  /** The facts that the finding rests on. */
  readonly basis: readonly Fact[];
}
