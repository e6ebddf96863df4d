import type { Stage } from "../cause.ts";
import { STAGES } from "../cause.ts";
import type { Cause } from "../codes.ts";
import type { Step } from "../fact.ts";

/** Calls that carry a binding forward, with the stage they belong to. All others tell, ask or undo. */
const FORWARD: Readonly<Record<string, Stage>> = {
  startBinding: "preflight",
  submitCard: "card",
  openPush: "card",
  takePush: "card",
  checkEligibility: "eligibility",
  acceptTerms: "terms",
  requestToken: "decision",
  decideBinding: "decision",
  chooseMethod: "verification",
  sendCode: "verification",
  submitCode: "verification",
  checkCode: "verification",
  activate: "issue",
  personalise: "issue",
  collectPackage: "issue",
  confirmProvisioned: "issue",
};

export function forwardStage(operation: unknown): Stage | undefined {
  return typeof operation === "string" && Object.hasOwn(FORWARD, operation) ? FORWARD[operation] : undefined;
}

/** Calls without which one that carries the binding forward can't be made. */
export const PREPARES: ReadonlySet<string> = new Set(["publicKey"]);

const RANK = new Map(STAGES.map((stage, rank) => [stage, rank]));
export function stageRank(stage: Stage): number {
  return RANK.get(stage)!;
}

/** Steps that show that everything up to a stage has been passed. */
export const PASSES: Readonly<Partial<Record<Step, Stage>>> = {
  preflightPassed: "preflight",
  cardRead: "preflight",
  termsAccepted: "terms",
  bankDecided: "decision", // unless its colour is red
  recommended: "terms",
  tokenIssued: "decision",
  methodChosen: "decision",
  codeMade: "decision",
  codeRight: "verification",
  bankAppApproved: "verification",
  hotlineApproved: "verification",
  tokenActivated: "verification",
  packageMade: "verification",
  packageStored: "issue",
  cardShown: "issue",
};

/** Steps with which another try at verifying begins. */
export const VERIFIES_ANEW: ReadonlySet<string> = new Set(["methodChosen", "codeMade"]);

/** Steps that undo one cause, whatever its stage. */
export const UNDOES: Readonly<Partial<Record<Step, readonly Cause[]>>> = {
  lostModeOff: ["deviceInLostMode", "tokenSuspendedByWallet"],
  reversalDone: ["reversalPending"],
  codeDelivered: ["codeNotDelivered"],
  packageMade: ["keyServiceDown"],
};

/** These stay until they are undone, however far the journey goes on. */
export const STAYS: ReadonlySet<Cause> = new Set(["statesDiffer", "deviceInLostMode", "reversalPending"]);

/** These end a binding: only a new request to the bank overcomes them. */
const ENDS_IT: ReadonlySet<Cause> = new Set(["verificationExpired", "withdrawnByBank"]);

/** Is a call another try at what a cause stopped? */
export function triesAgain(operation: unknown, cause: Cause): boolean {
  const stage = forwardStage(operation);
  return stage !== undefined && (!ENDS_IT.has(cause) || stageRank(stage) <= stageRank("decision"));
}

/** Refusals that name no cause but have only one. */
export const CAUSE_OF_PROBLEM: Readonly<Partial<Record<string, Cause>>> = {
  badRequest: "contractMismatch",
  badCiphertext: "sealedCardUnreadable",
  unknownTerms: "termsSuperseded",
  notSignedIn: "linkNotReady",
  forbidden: "linkNotReady",
  tooMany: "throttled",
};
