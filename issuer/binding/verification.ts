import { err, ok, type Result } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";

/*
 * The life of one binding at the bank, from its decision to the end of its token. Drawn in docs/states/verification.md.
 * Codes have a state of their own (codes.ts).
 */

export type VerifiedBy = "green" | "smsCode" | "bankApp" | "callCentre" | "branch";

/** `shut`: too many failed face checks. */
export type AppState = "idle" | "asked" | "shut";
/** `awaitingSecond`: wrong answers; only a supervisor other than the agent may go on. */
export type CallState = "none" | "open" | "awaitingSecond";

export type Verification =
  /** Red. Asked anew it is decided anew. */
  | { readonly kind: "refused" }
  /** The holder has to prove to be the holder. `disowned`: he said that the masked phone is not his. */
  | { readonly kind: "waiting"; readonly app: AppState; readonly call: CallState; readonly disowned: boolean }
  /** Proved, and the TSP has not said yet that the token lives. */
  | { readonly kind: "verified"; readonly by: VerifiedBy }
  | { readonly kind: "live"; readonly by: VerifiedBy }
  /** The bank ended it, with its reason. */
  | { readonly kind: "ended"; readonly because: Cause }
  /** Its token is gone. */
  | { readonly kind: "over" };

export type VerificationEvent =
  | { readonly kind: "decided"; readonly colour: "green" | "yellow" | "orange" | "red" }
  | { readonly kind: "codePassed" }
  | { readonly kind: "notMyNumber" }
  | { readonly kind: "phoneChanged" }
  | { readonly kind: "appAsked" }
  /** `fits`: the proof was made for this binding, by its customer, in time. */
  | { readonly kind: "appApproved"; readonly fits: boolean }
  | { readonly kind: "appDeclined" }
  | { readonly kind: "faceFailed"; readonly last: boolean }
  | { readonly kind: "callAsked" }
  | { readonly kind: "callAnswered"; readonly right: boolean }
  /** `second`: by a supervisor who is not the agent of the call. */
  | { readonly kind: "callOverridden"; readonly second: boolean }
  | { readonly kind: "callRefused" }
  | { readonly kind: "branchApproved" }
  /** The bank ends it: a reason of its own, or the card is gone. */
  | { readonly kind: "withdrawn"; readonly because: Cause }
  /** `by`: what it lives by when the bank itself has not seen a proof. */
  | { readonly kind: "tokenLives"; readonly by: "green" | "smsCode" }
  | { readonly kind: "tokenGone" };

export type Effect =
  | "activate" // tell the TSP that the holder was verified
  | "refuse" // tell the TSP that the binding is over
  | "methodsChanged"
  | "voidCodes"; // codes that are out are dead

export interface Stepped {
  readonly state: Verification;
  readonly effects: readonly Effect[];
}

export type StepFault = "wrongState" | "otherJourney" | "notSecond";

export const WAITING: Verification = { kind: "waiting", app: "idle", call: "none", disowned: false };

/** Pure: reads no clock and writes nothing; the caller stores state and effects together. */
export function stepVerification(state: Verification, event: VerificationEvent): Result<Stepped, StepFault> {
  switch (event.kind) {
    case "decided":
      if (state.kind !== "refused") return err("wrongState"); // The first word that agreed stands.
      if (event.colour === "red") return to(state);
      // Green waits as well: for the token, or for a proof that wallet or TSP wants all the same.
      return to(WAITING);
    case "codePassed":
      // Again after it has passed: the TSP may have missed the first answer.
      if (state.kind === "verified") return to(state);
      return state.kind === "waiting" && !state.disowned ? to({ kind: "verified", by: "smsCode" }) : err("wrongState");
    case "notMyNumber":
      if (state.kind !== "waiting") return err("wrongState");
      return to({ ...state, disowned: true }, state.disowned ? [] : ["voidCodes", "methodsChanged"]);
    case "phoneChanged":
      if (state.kind !== "waiting") return err("wrongState");
      return to({ ...state, disowned: false }, ["voidCodes", "methodsChanged"]);
    case "appAsked":
      if (state.kind !== "waiting" || state.app === "shut") return err("wrongState");
      return to({ ...state, app: "asked" });
    case "appApproved":
      if (!event.fits) return err("otherJourney");
      if (state.kind === "verified") return to(state, ["activate"]);
      if (state.kind !== "waiting" || state.app !== "asked") return err("wrongState");
      return to({ kind: "verified", by: "bankApp" }, ["activate"]);
    case "appDeclined":
      if (state.kind !== "waiting" || state.app !== "asked") return err("wrongState");
      return to({ kind: "ended", because: "bankAppDeclined" }, ["refuse"]);
    case "faceFailed":
      if (state.kind !== "waiting" || state.app !== "asked") return err("wrongState");
      return to(event.last ? { ...state, app: "shut" } : state, ["methodsChanged"]);
    case "callAsked":
      if (state.kind !== "waiting") return err("wrongState");
      return to(state.call === "none" ? { ...state, call: "open" } : state);
    case "callAnswered":
      if (state.kind !== "waiting" || state.call !== "open") return err("wrongState");
      if (!event.right) return to({ ...state, call: "awaitingSecond" });
      return to({ kind: "verified", by: "callCentre" }, ["activate"]);
    case "callOverridden":
      if (state.kind !== "waiting" || state.call !== "awaitingSecond") return err("wrongState");
      if (!event.second) return err("notSecond");
      return to({ kind: "verified", by: "callCentre" }, ["activate"]);
    case "callRefused":
      if (state.kind !== "waiting" || state.call === "none") return err("wrongState");
      return to({ kind: "ended", because: "hotlineRefused" }, ["refuse"]);
    case "branchApproved":
      if (state.kind !== "waiting") return err("wrongState");
      return to({ kind: "verified", by: "branch" }, ["activate"]);
    case "withdrawn":
      if (state.kind !== "waiting" && state.kind !== "verified") return err("wrongState");
      return to({ kind: "ended", because: event.because }, ["refuse"]);
    case "tokenLives":
      if (state.kind === "live") return to(state);
      if (state.kind === "verified") return to({ kind: "live", by: state.by });
      // Green, or the TSP owns the codes: then the bank learns of the proof by its token.
      return state.kind === "waiting" ? to({ kind: "live", by: event.by }) : err("wrongState");
    case "tokenGone":
      if (state.kind === "refused") return err("wrongState");
      return to(state.kind === "ended" ? state : { kind: "over" });
  }
}

function to(state: Verification, effects: readonly Effect[] = []): Result<Stepped, never> {
  return ok({ state, effects });
}
