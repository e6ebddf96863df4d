import type {
  CardSource,
  CodeSent,
  Decision,
  Product,
  Terms,
  TokenStatus,
  VerificationMethod,
} from "#contracts/common";
import type { BindingView } from "#contracts/wallet-api";
import { err, ok, type Result } from "#protocol/bytes";
import { type Cause, hardestFirst, type Witness } from "#protocol/diagnosis";

/** The binding journey. Each event may come twice or late; what cannot change anything leaves the journey as it is. */
export type BindingEvent =
  | {
      readonly kind: "cardFound";
      readonly product: Product;
      readonly terms: Terms;
      readonly panSuffix: string;
      readonly source: (typeof CardSource.options)[number];
    }
  /** The bank is being asked, for the first time or anew after a refusal. */
  | { readonly kind: "asked"; readonly at: number; readonly nextTryAt: number }
  /** Nobody answered, or somebody answered "later". */
  | {
      readonly kind: "unanswered";
      readonly party: Witness;
      readonly nextTryAt: number;
      readonly causes: readonly Cause[];
    }
  | { readonly kind: "termsChanged"; readonly terms: Terms }
  | { readonly kind: "termsDeclined" }
  /** The holder thinks again of terms that he declined. */
  | { readonly kind: "reconsidered" }
  | {
      readonly kind: "decided";
      readonly decision: Decision;
      readonly causes: readonly Cause[];
      readonly retryAt?: number | undefined;
      readonly methods: readonly VerificationMethod[];
      readonly verifyBy?: number | undefined;
      readonly status?: TokenStatus | undefined;
    }
  | { readonly kind: "methods"; readonly methods: readonly VerificationMethod[]; readonly chosen?: string | undefined }
  | { readonly kind: "codeSent"; readonly methodId: string; readonly codeSent: CodeSent }
  /** One step failed; the journey stands where it stood. */
  | { readonly kind: "stepFailed"; readonly causes: readonly Cause[]; readonly retryAt?: number | undefined }
  | { readonly kind: "activated"; readonly passId: string }
  /** Bank or TSP ended it. */
  | { readonly kind: "ended"; readonly causes: readonly Cause[] }
  /** What stopped it was cured at the bank. */
  | { readonly kind: "cured"; readonly at: number }
  | { readonly kind: "gone" };

export function stepBinding(view: BindingView, event: BindingEvent): Result<BindingView, "wrongState"> {
  const { stage } = view;
  switch (event.kind) {
    case "cardFound": {
      // After a refusal another card, or the same one without its typing error, may be tried.
      const another = stage === "refused" && view.decision === "red";
      if (stage !== "awaitingCard" && stage !== "awaitingTerms" && !another) return err("wrongState");
      const { product, terms, panSuffix, source } = event;
      return ok({ ...progress(view), stage: "awaitingTerms", product, terms, panSuffix, source });
    }
    case "asked": {
      const anew = stage === "refused" && view.decision === "red";
      if (stage !== "awaitingTerms" && !anew) return err("wrongState");
      const waitingFor = { party: "tsp" as const, since: event.at, nextTryAt: event.nextTryAt };
      return ok({ ...progress(view), stage: "awaitingBank", waitingFor });
    }
    case "unanswered": {
      if (stage !== "awaitingBank") return err("wrongState");
      const waitingFor = { party: event.party, since: view.waitingFor!.since, nextTryAt: event.nextTryAt };
      return ok({ ...view, waitingFor, causes: hardestFirst(event.causes) });
    }
    case "termsChanged":
      if (stage !== "awaitingBank") return err("wrongState");
      return ok({ ...progress(view), stage: "awaitingTerms", terms: event.terms, causes: ["termsSuperseded"] });
    case "termsDeclined":
      if (stage === "refused" && view.causes.includes("termsDeclined")) return ok(view);
      if (stage !== "awaitingTerms") return err("wrongState");
      return ok({ ...progress(view), stage: "refused", causes: ["termsDeclined"] });
    case "reconsidered":
      if (stage !== "refused" || !view.causes.includes("termsDeclined")) return err("wrongState");
      return ok({ ...progress(view), stage: "awaitingTerms" });
    case "decided": {
      if (stage !== "awaitingBank") return err("wrongState");
      const { decision, causes, retryAt, verifyBy, status } = event;
      const decided = {
        ...progress(view),
        decision,
        causes: hardestFirst(causes),
        methods: [...event.methods],
        ...(retryAt === undefined ? {} : { retryAt }),
        ...(verifyBy === undefined ? {} : { verifyBy }),
      };
      if (decision === "red" || status === undefined) return ok({ ...decided, decision: "red", stage: "refused" });
      // Active comes by `activated`, with the pass.
      return ok({ ...decided, stage: "awaitingVerification" });
    }
    case "methods": {
      if (stage !== "awaitingVerification") return err("wrongState");
      const { methods, chosen } = event;
      const next = { ...view, methods: [...methods] };
      return ok(chosen === undefined ? next : { ...progress(next), methodId: chosen });
    }
    case "codeSent":
      return stage === "awaitingVerification"
        ? ok({ ...progress(view), methodId: event.methodId, codeSent: event.codeSent })
        : err("wrongState");
    case "stepFailed":
      if (stage !== "awaitingCard" && stage !== "awaitingTerms" && stage !== "awaitingVerification")
        return err("wrongState");
      return ok({
        ...progress(view),
        causes: hardestFirst(event.causes),
        ...(event.retryAt === undefined ? {} : { retryAt: event.retryAt }),
      });
    case "activated":
      if (stage === "active") return ok(view);
      return stage === "awaitingVerification"
        ? ok({ ...progress(view), stage: "active", passId: event.passId })
        : err("wrongState");
    case "ended":
      if (stage === "awaitingBank" || stage === "awaitingVerification")
        return ok({ ...closed(view), stage: "refused", causes: hardestFirst(event.causes) });
      return stage === "active" || stage === "refused" || stage === "abandoned" ? ok(view) : err("wrongState");
    case "cured":
      if (stage === "refused") return ok({ ...view, retryAt: event.at });
      // The bank may have answered before it was cured: it is asked once more.
      if (stage === "awaitingBank") return ok({ ...view, waitingFor: { ...view.waitingFor!, nextTryAt: event.at } });
      return stage === "awaitingVerification" ? ok(view) : err("wrongState");
    case "gone":
      return stage === "active" ? ok(view) : ok({ ...closed(view), stage: "abandoned" });
  }
}

/** Without what stood in the way until now. */
function progress({ retryAt: _r, waitingFor: _w, ...view }: BindingView): BindingView {
  return { ...view, causes: [] };
}

/** What was decided no longer holds: there is nothing left to verify. */
function closed(view: BindingView): BindingView {
  const { decision: _d, verifyBy: _v, codeSent: _c, methodId: _m, ...rest } = progress(view);
  return { ...rest, methods: [], causes: view.causes };
}

/** Stages from which a journey can go on after a closed page. */
export const RESUMABLE: readonly BindingView["stage"][] = [
  "awaitingCard",
  "awaitingTerms",
  "awaitingBank",
  "awaitingVerification",
];

/** Something stands in the way. */
function isFailing({ stage, causes }: BindingView): boolean {
  return causes.length > 0 || stage === "preflightFailed" || stage === "refused";
}

/** Ways on which the holder names the journey to a person. */
export function isSpoken({ kind }: VerificationMethod): boolean {
  return kind === "callCentre" || kind === "branch";
}

/** It fails, or the holder is on his way to somebody who will ask for the code. */
export function wantsCase(view: BindingView): boolean {
  return isFailing(view) || view.methods.some((method) => method.methodId === view.methodId && isSpoken(method));
}

/** After these the journey goes on by itself. Others that pass with time are for the holder to try again. */
const PASSES_BY_ITSELF: ReadonlySet<Cause> = new Set([
  "issuerMaintenance",
  "issuerAnswerInvalid",
  "tokenRangeEmpty",
  "keyServiceDown",
  "requestNotReceived",
  "receiverStuck",
  "answerLost",
  "answerTooLate",
  "linkNotReady",
  "throttled",
]);
export function goesOnByItself(causes: readonly Cause[]): boolean {
  return causes.length > 0 && causes.every((cause) => PASSES_BY_ITSELF.has(cause));
}
