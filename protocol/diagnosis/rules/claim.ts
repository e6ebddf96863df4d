import type { Stage, Witness, Words } from "../cause.ts";
import type { Cause } from "../codes.ts";
import type { Kept } from "../evidence/kept.ts";
import type { StoppedBy } from "../finding.ts";

/** One reason to believe in one cause. */
export interface Claim {
  readonly cause: Cause;
  /**
   * `stated`: a party that can see it says so. `relayed`: another repeats it. `pattern`: the facts of a hop show it.
   * `silence`: it follows from what nobody says. `code`: only an answer code is known.
   */
  readonly how: "stated" | "relayed" | "pattern" | "silence" | "code";
  readonly stoppedBy: StoppedBy;
  readonly stage: Stage;
  readonly time: number;
  readonly basis: readonly Kept[];
  /** What else fits the same facts, and what would tell. */
  readonly or: readonly Cause[];
  readonly nextCheck?: Words;
  /** Who must be readable for it to be certain. */
  readonly needs: readonly Witness[];
  readonly parties?: { readonly from: Witness; readonly to: Witness };
  readonly retryAt?: number;
}
