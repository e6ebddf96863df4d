import type {
  BindingReason,
  CodeSent,
  Decision,
  Product,
  Terms,
  TokenStatus,
  VerificationMethod,
} from "#contracts/common";
import type { BindingView } from "#contracts/wallet-api";
import { err, ok, type Result } from "#protocol/bytes";

/** The binding journey. Each event may come twice or late; what cannot change anything leaves the journey as it is. */
export type BindingEvent =
  | { readonly kind: "cardFound"; readonly product: Product; readonly terms: Terms; readonly panSuffix: string }
  | {
      readonly kind: "decided";
      readonly decision: Decision;
      readonly reason?: BindingReason | undefined;
      readonly methods: VerificationMethod[];
      readonly status?: TokenStatus | undefined;
    }
  | { readonly kind: "codeSent"; readonly codeSent: CodeSent }
  | { readonly kind: "activated"; readonly passId: string }
  | { readonly kind: "gone" };

export function stepBinding(view: BindingView, event: BindingEvent): Result<BindingView, "wrongState"> {
  switch (event.kind) {
    case "cardFound":
      if (view.stage !== "awaitingCard" && view.stage !== "awaitingTerms") return err("wrongState");
      return ok({
        ...view,
        stage: "awaitingTerms",
        product: event.product,
        terms: event.terms,
        panSuffix: event.panSuffix,
      });
    case "decided": {
      if (view.stage !== "awaitingTerms") return err("wrongState");
      const decided = { ...view, decision: event.decision, reason: event.reason, methods: event.methods };
      if (event.decision === "red" || event.status === undefined) return ok({ ...decided, stage: "refused" });
      // Active comes by `activated`, with the pass.
      return ok({ ...decided, stage: "awaitingVerification" });
    }
    case "codeSent":
      return view.stage === "awaitingVerification" ? ok({ ...view, codeSent: event.codeSent }) : err("wrongState");
    case "activated":
      if (view.stage === "active") return ok(view);
      return view.stage === "awaitingVerification"
        ? ok({ ...view, stage: "active", passId: event.passId })
        : err("wrongState");
    case "gone":
      return view.stage === "active" || view.stage === "refused" ? ok(view) : ok({ ...view, stage: "abandoned" });
  }
}

/** Stages from which a journey can go on after a closed page. */
export const RESUMABLE: readonly BindingView["stage"][] = ["awaitingCard", "awaitingTerms", "awaitingVerification"];
