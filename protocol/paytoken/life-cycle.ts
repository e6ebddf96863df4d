import { err, ok, type Result } from "#protocol/bytes";

export type Suspender = "holder" | "wallet" | "issuer" | "tsp";
const SUSPENDERS: readonly Suspender[] = ["holder", "wallet", "issuer", "tsp"];

/** A suspended token remembers who suspended it: each must release it himself. */
export type TokenState =
  | { readonly kind: "inactive" }
  | { readonly kind: "active" }
  | { readonly kind: "suspended"; readonly by: readonly Suspender[] }
  | { readonly kind: "deleted" };

export type TokenEvent =
  /** `heldBy`: who holds the whole device suspended at that moment (lost mode). */
  | { readonly kind: "idvPassed"; readonly heldBy?: readonly Suspender[] }
  | { readonly kind: "suspend"; readonly by: Suspender }
  | { readonly kind: "resume"; readonly by: Suspender }
  | { readonly kind: "delete" };

/**
 * The life of a payment token. Pure: the caller stores the new state and tells the other parties.
 * A repeated event that changes nothing is answered with the same state, so that every call can be sent again.
 *
 * Errors: `wrongState`; `notYours` when someone else's suspension would have to be lifted.
 */
export function stepToken(state: TokenState, event: TokenEvent): Result<TokenState, "wrongState" | "notYours"> {
  switch (event.kind) {
    case "idvPassed":
      if (state.kind === "active") return ok(state);
      if (state.kind !== "inactive") return err("wrongState");
      return ok(suspendedBy((party) => event.heldBy?.includes(party) === true));
    case "suspend": {
      if (state.kind !== "active" && state.kind !== "suspended") return err("wrongState");
      const by = state.kind === "suspended" ? state.by : [];
      return ok(suspendedBy((party) => party === event.by || by.includes(party)));
    }
    case "resume": {
      if (state.kind === "active") return ok(state);
      if (state.kind !== "suspended") return err("wrongState");
      if (!state.by.includes(event.by)) return err("notYours");
      const { by } = state;
      return ok(suspendedBy((party) => party !== event.by && by.includes(party)));
    }
    case "delete":
      return ok({ kind: "deleted" });
  }
}

function suspendedBy(holds: (party: Suspender) => boolean): TokenState {
  const by = SUSPENDERS.filter(holds);
  return by.length === 0 ? { kind: "active" } : { kind: "suspended", by };
}
