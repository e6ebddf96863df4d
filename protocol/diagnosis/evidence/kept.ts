import type { Witness } from "../cause.ts";
import type { Fact } from "../fact.ts";

/** A fact with the party that keeps it: the bank keeps what its app and the carrier said, the wallet what the device said. */
export interface Kept {
  readonly fact: Fact;
  readonly keeper: Witness;
  /** Place among all that the keeper holds, in the order of things. */
  readonly index: number;
  /** `fact.at` on one clock for all parties, as far as the hops between them tell. */
  readonly time: number;
}

/** The device stamps with its own clock; all others that speak through somebody are stamped by him. */
export function clockOf({ fact, keeper }: { readonly fact: Fact; readonly keeper: Witness }): Witness {
  return fact.party === "device" ? "device" : keeper;
}
