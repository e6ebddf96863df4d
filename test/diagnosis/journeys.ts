import fc from "fast-check";
import type { Cause, FactData, Holding, Witness } from "#protocol/diagnosis";
import { CAUSES } from "#protocol/diagnosis";
import { type Call, ISSUER_TSP, type Story, story, TSP_ISSUER, TSP_WALLET, WALLET_TSP } from "./story.ts";

/*
 * Bindings as they go in life, with one true cause at the end: every party writes what it would write, earlier tries
 * failed and were cured, requests were repeated, clocks are a little off. Made here; no journey of a real person.
 */

/** Where a cause comes up, and who says so. */
interface Place {
  readonly by: Witness;
  readonly during:
    | "preflight"
    | "card"
    | "eligibility"
    | "terms"
    | "decision"
    | "choose"
    | "send"
    | "submit"
    | "wait"
    | "store";
}

const BY_STAGE: Readonly<Partial<Record<string, Place["during"]>>> = {
  preflight: "preflight",
  card: "eligibility",
  eligibility: "eligibility",
  terms: "terms",
  decision: "decision",
  verification: "submit",
  issue: "store",
};

const PLACES: Readonly<Partial<Record<Cause, Place>>> = {
  addLimitReached: { by: "issuer", during: "decision" },
  notSignedIn: { by: "wallet", during: "preflight" },
  cameraRefused: { by: "device", during: "card" },
  scanUnreadable: { by: "device", during: "card" },
  panMistyped: { by: "device", during: "card" },
  networkUnsupported: { by: "tsp", during: "eligibility" },
  numberIsToken: { by: "tsp", during: "eligibility" },
  termsDeclined: { by: "wallet", during: "terms" },
  termsSuperseded: { by: "issuer", during: "decision" },
  alreadyOnThisDevice: { by: "tsp", during: "decision" },
  walletAdvisesNo: { by: "wallet", during: "decision" },
  boundElsewhere: { by: "issuer", during: "decision" },
  noUsableMethod: { by: "issuer", during: "choose" },
  codeNotSent: { by: "issuer", during: "send" },
  codeNotDelivered: { by: "carrier", during: "wait" },
  smsDailyCap: { by: "issuer", during: "send" },
  methodUsedUp: { by: "issuer", during: "send" },
  codeWrong: { by: "issuer", during: "submit" },
  codeSuperseded: { by: "issuer", during: "submit" },
  codeExpired: { by: "issuer", during: "submit" },
  codeTriesUsedUp: { by: "issuer", during: "submit" },
  bankAppNotReady: { by: "bankApp", during: "wait" },
  bankAppDeclined: { by: "bankApp", during: "wait" },
  faceCheckFailed: { by: "bankApp", during: "wait" },
  usbKeyNotAccepted: { by: "bankApp", during: "wait" },
  hotlineClosed: { by: "issuer", during: "choose" },
  hotlineRefused: { by: "issuer", during: "wait" },
  verificationExpired: { by: "tsp", during: "wait" },
  proofForOtherJourney: { by: "tsp", during: "wait" },
  tokenRangeEmpty: { by: "tsp", during: "decision" },
  keyServiceDown: { by: "tsp", during: "store" },
  deviceStorageFailed: { by: "device", during: "store" },
  deviceKeyChanged: { by: "tsp", during: "store" },
  deviceInLostMode: { by: "wallet", during: "store" },
  withdrawnByBank: { by: "issuer", during: "wait" },
  pushDataInvalid: { by: "tsp", during: "card" },
  pushDataExpired: { by: "tsp", during: "card" },
  linkNotReady: { by: "tsp", during: "decision" },
  contractMismatch: { by: "tsp", during: "decision" },
  throttled: { by: "tsp", during: "decision" },
};

export function placeOf(cause: Cause): Place | undefined {
  const { stage, stoppers } = CAUSES[cause];
  const known = PLACES[cause];
  if (known !== undefined) return known;
  const during = BY_STAGE[stage];
  const by = stoppers[0] as Witness;
  return during === undefined || !["device", "wallet", "tsp", "issuer"].includes(by) ? undefined : { by, during };
}

const STAGE_OF: Readonly<Record<Place["during"], Call["stage"]>> = {
  preflight: "preflight",
  card: "card",
  eligibility: "eligibility",
  terms: "terms",
  decision: "decision",
  choose: "verification",
  send: "verification",
  submit: "verification",
  wait: "verification",
  store: "issue",
};

/** Causes that a party states in a binding. The others are patterns of hops, or of silence. */
const SHOWN_BY_PATTERN: readonly Cause[] = [
  "requestNotReceived",
  "receiverStuck",
  "answerLost",
  "answerTooLate",
  "clocksDisagree",
  "factsContradict",
  "statesDiffer",
  "codeUnclaimed",
  "appReturnLost",
  "personalisationIncomplete",
  "deviceOffline",
  "walletServiceDown",
];
export const STATED_CAUSES: readonly Cause[] = (Object.keys(CAUSES) as Cause[]).filter(
  (cause) => placeOf(cause) !== undefined && !SHOWN_BY_PATTERN.includes(cause),
);

export interface Plan {
  readonly truth: Cause;
  /** Failed before and was put right. */
  readonly earlier: readonly Cause[];
  /** Fail together with the truth, by the same party. */
  readonly together: readonly Cause[];
  /** Do answers name the cause, or only say that the call was answered? */
  readonly carries: boolean;
  /** One call in so many is lost once and repeated with its key. */
  readonly lossEvery: number;
  readonly skews: readonly [number, number, number, number];
  /** The way to verify. */
  readonly method: "smsCode" | "bankApp" | "callCentre";
  readonly afterMs: number;
  readonly noticeLost: boolean;
}

const HOP_TRUTHS = ["requestNotReceived", "receiverStuck", "answerLost"] as const;

const skew = fc.integer({ min: -50_000, max: 50_000 });

export const planArbitrary: fc.Arbitrary<Plan> = fc.record({
  truth: fc.oneof(
    { arbitrary: fc.constantFrom(...STATED_CAUSES), weight: 4 },
    { arbitrary: fc.constantFrom(...HOP_TRUTHS), weight: 1 },
  ),
  earlier: fc.array(fc.constantFrom(...STATED_CAUSES), { maxLength: 2 }),
  together: fc.constant([]),
  carries: fc.boolean(),
  lossEvery: fc.integer({ min: 2, max: 12 }),
  skews: fc.tuple(skew, skew, skew, skew),
  method: fc.constantFrom("smsCode", "bankApp", "callCentre"),
  afterMs: fc.integer({ min: 0, max: 15_000 }),
  noticeLost: fc.boolean(),
});

class Stopped extends Error {}

/** Tells the journey up to its cause. */
export function tell(plan: Plan): readonly Holding[] {
  const s = story();
  const clocks: readonly Witness[] = ["wallet", "tsp", "issuer", "device"];
  clocks.forEach((party, i) => {
    s.skew(party, plan.skews[i]!);
  });
  const teller = createTeller(s, plan);
  for (const cause of plan.earlier) {
    teller.attempt(cause, []);
    s.wait(45_000);
    if (cause === "deviceInLostMode") s.note("wallet", "lostModeOff", {}, { stage: "issue" });
  }
  teller.attempt(plan.truth, plan.together);
  if (plan.noticeLost) s.lost({ ...TSP_WALLET, operation: "notifyBinding", stage: "verification" }, "sent");
  s.wait(plan.afterMs);
  return s.holdings();
}

function createTeller(s: Story, plan: Plan) {
  let calls = 0;
  let truth: Cause;
  let together: readonly Cause[];
  let answer: FactData = { answer: "ok" };
  const hopTruth = () => (HOP_TRUTHS as readonly Cause[]).includes(truth);

  function strike(during: Place["during"], by?: Witness): void {
    const place = placeOf(truth);
    if (place === undefined || hopTruth() || place.during !== during || (by !== undefined && place.by !== by)) return;
    for (const cause of [truth, ...together]) s.fails(place.by, cause, {}, STAGE_OF[during]);
    if (plan.carries) answer = { answer: "ok", cause: truth };
    throw new Stopped();
  }

  /** Runs `inside`; a refusal inside is answered all the way back, then stops the teller. */
  function call(given: Call, inside: () => void): void {
    calls += 1;
    const whole = { ...given, key: `call-${calls}` };
    const breaks = hopTruth() && calls % 3 === 0 && calls > 2;
    if (breaks) {
      s.lost(whole, truth === "requestNotReceived" ? "sent" : truth === "receiverStuck" ? "received" : "decided");
      throw new Stopped();
    }
    if (calls % plan.lossEvery === 0) s.lost(whole, "sent");
    s.side(whole, "sent");
    s.side(whole, "received");
    let stopped: Stopped | undefined;
    try {
      inside();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      stopped = error;
      if (hopTruth()) {
        // The hop behind broke: this one is given up by its caller too.
        s.side(whole, "unanswered", { answer: "peerUnavailable" });
        throw error;
      }
    }
    s.side(whole, "decided", answer);
    s.side(whole, "answered", answer);
    if (stopped !== undefined) throw stopped;
  }

  function through(
    operation: string,
    bankOperation: string,
    stage: Call["stage"],
    atTsp: () => void,
    atBank: () => void,
  ): void {
    call({ ...WALLET_TSP, operation, stage }, () => {
      atTsp();
      call({ ...TSP_ISSUER, operation: bankOperation, stage }, atBank);
    });
  }

  function walk(): void {
    s.note("wallet", "resumed", {}, { stage: "preflight" });
    strike("preflight");
    s.note("wallet", "preflightPassed", {}, { stage: "preflight" });
    strike("card", "device");
    if (placeOf(truth)?.during === "card")
      call({ ...WALLET_TSP, operation: "takePush", stage: "card" }, () => strike("card", "tsp"));
    s.note("device", "cardRead", { by: "typed" }, { stage: "card" });
    through(
      "checkEligibility",
      "checkEligibility",
      "eligibility",
      () => strike("eligibility", "tsp"),
      () => strike("eligibility", "issuer"),
    );
    strike("eligibility");
    strike("terms");
    s.note("wallet", "termsAccepted", {}, { stage: "terms" });
    if (truth === "walletAdvisesNo") s.fails("wallet", truth);
    call({ ...WALLET_TSP, operation: "requestToken", stage: "decision" }, () => {
      strike("decision", "tsp");
      call({ ...TSP_ISSUER, operation: "decideBinding", stage: "decision" }, () => {
        strike("decision", "issuer");
        s.note("issuer", "bankDecided", { colour: truth === "walletAdvisesNo" ? "red" : "yellow" });
        if (truth === "walletAdvisesNo") throw new Stopped();
      });
      s.note("tsp", "tokenIssued", { status: "inactive" });
    });
    s.note("wallet", "methodChosen", { method: plan.method }, { stage: "verification" });
    through(
      "chooseMethod",
      "chooseMethod",
      "verification",
      () => {},
      () => strike("choose", "issuer"),
    );
    verify();
    store();
  }

  function verify(): void {
    const place = placeOf(truth);
    const needsCode = place?.during === "send" || place?.during === "submit" || place?.by === "carrier";
    if (plan.method === "smsCode" || needsCode) {
      through(
        "sendCode",
        "sendCode",
        "verification",
        () => strike("send", "tsp"),
        () => {
          s.note("issuer", "codeMade", {}, { stage: "verification" });
          strike("send", "issuer");
          s.note("issuer", "codeSent", {}, { stage: "verification" });
        },
      );
      strike("wait");
      through(
        "submitCode",
        "checkCode",
        "verification",
        () => strike("submit", "tsp"),
        () => {
          strike("submit", "issuer");
          s.note("issuer", "codeRight", {}, { stage: "verification" });
        },
      );
      s.note("tsp", "tokenActivated", {}, { stage: "issue" });
      return;
    }
    strike("wait");
    s.note("issuer", plan.method === "bankApp" ? "bankAppApproved" : "hotlineApproved", {}, { stage: "verification" });
    call({ ...ISSUER_TSP, operation: "activate", stage: "issue" }, () =>
      s.note("tsp", "tokenActivated", {}, { stage: "issue" }),
    );
    call({ ...TSP_WALLET, operation: "notifyToken", stage: "issue" }, () =>
      s.note("wallet", "tokenState", { status: "active" }, { stage: "issue" }),
    );
  }

  function store(): void {
    call({ ...WALLET_TSP, operation: "personalise", stage: "issue" }, () => {
      strike("store", "tsp");
      s.note("tsp", "packageMade", {}, { stage: "issue" });
    });
    strike("store");
    s.note("device", "packageStored", {}, { stage: "issue" });
    s.note("wallet", "cardShown", {}, { stage: "issue" });
  }

  return {
    attempt(cause: Cause, others: readonly Cause[]): void {
      truth = cause;
      together = others;
      answer = { answer: "ok" };
      try {
        walk();
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
      }
    },
  };
}
