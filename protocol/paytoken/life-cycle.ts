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
  | { readonly kind: "idvPassed" }
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
      return state.kind === "inactive" ? ok({ kind: "active" }) : err("wrongState");
    case "suspend": {
      if (state.kind !== "active" && state.kind !== "suspended") return err("wrongState");
      const by = state.kind === "suspended" ? state.by : [];
      return ok({ kind: "suspended", by: SUSPENDERS.filter((party) => party === event.by || by.includes(party)) });
    }
    case "resume": {
      if (state.kind === "active") return ok(state);
      if (state.kind !== "suspended") return err("wrongState");
      if (!state.by.includes(event.by)) return err("notYours");
      const by = state.by.filter((party) => party !== event.by);
      return ok(by.length === 0 ? { kind: "active" } : { kind: "suspended", by });
    }
    case "delete":
      return ok({ kind: "deleted" });
  }
}
