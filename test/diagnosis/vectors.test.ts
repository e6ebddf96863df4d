import { describe, expect, test } from "vitest";
import { hexBytes } from "#protocol/bytes";
import {
  CAUSE_CODES,
  CAUSES,
  type Cause,
  diagnose,
  type Holding,
  type StoppedBy,
  type Witness,
} from "#protocol/diagnosis";
import { chipPrint } from "#protocol/emv";
import { instant } from "#protocol/time";
import { encodeTlv } from "#protocol/tlv";
import {
  BINDING_PARTIES,
  type Call,
  PAYMENT_PARTIES,
  type Story,
  story,
  TSP_ISSUER,
  TSP_WALLET,
  WALLET_TSP,
  without,
} from "./story.ts";

// One smallest evidence a cause: stated by a party that sees it, and what is left when that party can't be read.

const KEEPER: Readonly<Partial<Record<Witness, Witness>>> = {
  device: "wallet",
  bankApp: "issuer",
  carrier: "issuer",
  terminal: "acquirer",
  gate: "acquirer",
  merchant: "acquirer",
};
const keeperOf = (party: Witness) => KEEPER[party] ?? party;
const isPayment = (cause: Cause) =>
  CAUSES[cause].stage in { tap: 1, authorise: 1, complete: 1, ride: 1, shop: 1, code: 1 };

/** Who states it, where the table names no party. */
const SEEN_BY: Readonly<Partial<Record<Cause, Witness>>> = {
  termsDeclined: "wallet",
  bankAppDeclined: "bankApp",
  issuerAnswerInvalid: "tsp",
  codeUnclaimed: "tsp",
  requestNotReceived: "tsp",
  receiverStuck: "tsp",
  answerLost: "tsp",
  answerTooLate: "tsp",
  linkNotReady: "tsp",
  contractMismatch: "tsp",
  throttled: "tsp",
  clocksDisagree: "tsp",
  factsContradict: "tsp",
};
const seenBy = (cause: Cause) => SEEN_BY[cause] ?? (CAUSES[cause].stoppers[0] as Witness);

function expectedStopper(cause: Cause): StoppedBy {
  const [stopper] = CAUSES[cause].stoppers;
  switch (stopper) {
    case "holder":
    case "unclear":
      return { kind: stopper };
    case "link":
      return { kind: "link", from: "tsp", to: "issuer" };
    case "peer":
      return { kind: "party", party: "issuer" };
    default:
      return { kind: "party", party: stopper! };
  }
}

function stated(cause: Cause): Story {
  const s = story(isPayment(cause) ? "iso-1124160000-000123-48020000-48020000" : "binding-1");
  const between = SEEN_BY[cause] === "tsp" && CAUSES[cause].stage === "between";
  s.fails(seenBy(cause), cause, between ? { peer: "issuer", operation: "decideBinding" } : {});
  return s;
}

describe("stated by a party that sees it", () => {
  test.each(CAUSE_CODES.filter((cause) => cause !== "factsContradict"))("%s: proven", (cause) => {
    expect(diagnose(stated(cause).holdings())).toMatchObject({
      cause,
      certainty: "proven",
      stoppedBy: expectedStopper(cause),
      retry: { kind: CAUSES[cause].retry },
      also: [],
      consequences: [],
    });
  });

  test("records that contradict each other are never certain, whoever says so", () => {
    expect(diagnose(stated("factsContradict").holdings())).toMatchObject({
      cause: "factsContradict",
      certainty: "unclear",
      stoppedBy: { kind: "unclear" },
    });
  });

  test("who must act is in the table; where it is the party named, its operations", () => {
    for (const cause of CAUSE_CODES) {
      const { actor } = diagnose(stated(cause).holdings());
      expect(actor).toBe(CAUSES[cause].actor === "peerOps" ? "bankOps" : CAUSES[cause].actor);
    }
  });
});

/** What reads as one on the way to the holder is not certain at second hand. */
const AMBIGUOUS: readonly Cause[] = ["issuerRefusesRisk", "cardNotFound"];
const repeatable = CAUSE_CODES.filter((cause) => ["tsp", "issuer", "network"].includes(keeperOf(seenBy(cause))));

describe("repeated by the one who asked, its author unread", () => {
  test.each(repeatable.filter((cause) => !AMBIGUOUS.includes(cause) && cause !== "factsContradict"))(
    "%s: inferred",
    (cause) => {
      const { holdings, author } = repeated(cause);
      expect(diagnose(without(holdings, author))).toMatchObject({ cause, certainty: "inferred", ask: [] });
    },
  );

  test.each(AMBIGUOUS)("%s: several causes read so: unclear", (cause) => {
    const { holdings, author } = repeated(cause);
    const finding = diagnose(without(holdings, author));
    expect(finding).toMatchObject({ cause: undefined, certainty: "unclear" });
    expect(finding.between).toContain(cause);
  });
});

function repeated(cause: Cause): { readonly holdings: readonly Holding[]; readonly author: Witness } {
  const s = story(isPayment(cause) ? "iso-1124160000-000123-48020000-48020000" : "binding-1");
  const author = keeperOf(seenBy(cause));
  const chain: readonly Witness[] = isPayment(cause)
    ? author === "tsp"
      ? ["acquirer", "network", "tsp"]
      : author === "issuer"
        ? ["acquirer", "network", "issuer"]
        : ["acquirer", "network"]
    : author === "issuer"
      ? ["wallet", "tsp", "issuer"]
      : ["wallet", "tsp"];
  const pass = (i: number): void => {
    if (i === chain.length - 1) {
      s.fails(seenBy(cause), cause);
      return;
    }
    const call = {
      from: chain[i]!,
      to: chain[i + 1]!,
      operation: isPayment(cause) ? "0200" : "requestToken",
      stage: CAUSES[cause].stage,
    };
    s.call(call, { answer: "refused", cause }, () => pass(i + 1));
  };
  pass(0);
  return { holdings: s.holdings(), author };
}

const submit: Call = { ...WALLET_TSP, operation: "submitCode", stage: "verification" };
const request: Call = { ...WALLET_TSP, operation: "requestToken", stage: "decision" };
const notify: Call = { ...TSP_WALLET, operation: "notifyToken", stage: "issue" };

function codeSent(): Story {
  const s = story();
  s.call({ ...WALLET_TSP, operation: "sendCode", stage: "verification" }, undefined, () =>
    s.call({ ...TSP_ISSUER, operation: "sendCode", stage: "verification" }, undefined, () => {
      s.note("issuer", "codeMade", {}, { stage: "verification" });
      s.note("issuer", "codeSent", {}, { stage: "verification" });
    }),
  );
  return s;
}

function activated(): Story {
  const s = story();
  s.call(request, undefined, () => s.note("tsp", "tokenIssued", { status: "inactive" }));
  s.note("issuer", "bankAppApproved", {}, { stage: "verification" });
  s.call({ from: "issuer", to: "tsp", operation: "activate", stage: "issue" }, undefined, () =>
    s.note("tsp", "tokenActivated", {}, { stage: "issue" }),
  );
  return s;
}

describe("what silence shows", () => {
  test("codeUnclaimed: sent, and nobody types it", () => {
    const s = codeSent();
    s.wait(60_000);
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "codeDue", actor: "holder" });
    s.wait(180_000);
    const finding = diagnose(s.holdings());
    expect(finding).toMatchObject({ cause: "codeUnclaimed", certainty: "inferred", stoppedBy: { kind: "unclear" } });
    expect(finding.nextCheck?.zh).toContain("号码");
    for (const party of BINDING_PARTIES) expect(diagnose(without(s.holdings(), party)).certainty).toBe("unclear");
  });

  test("not when something was typed, delivered badly, or chosen instead", () => {
    for (const go of [
      (s: Story) => s.call(submit),
      (s: Story) => s.note("wallet", "methodChosen", { method: "bankApp" }, { stage: "verification" }),
      (s: Story) => s.fails("carrier", "codeNotDelivered"),
    ]) {
      const s = codeSent();
      go(s);
      s.wait(300_000);
      expect(diagnose(s.holdings()).cause).not.toBe("codeUnclaimed");
    }
  });

  test("appReturnLost: approved and active, and the wallet does not know", () => {
    const s = activated();
    s.wait(30_000);
    const finding = diagnose(s.holdings());
    expect(finding).toMatchObject({
      cause: "appReturnLost",
      certainty: "inferred",
      stoppedBy: { kind: "party", party: "wallet" },
      actor: "nobody",
    });
    for (const party of BINDING_PARTIES) {
      const { certainty, cause } = diagnose(without(s.holdings(), party));
      if (certainty !== "unclear") expect(cause).toBe("appReturnLost");
    }
  });

  test("personalisationIncomplete: active, told, and not stored", () => {
    const s = activated();
    s.call(notify, undefined, () => s.note("wallet", "tokenState", { status: "active" }, { stage: "issue" }));
    s.note("tsp", "packageMade", {}, { stage: "issue" });
    s.wait(30_000);
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "storing" });
    s.wait(60_000);
    expect(diagnose(s.holdings())).toMatchObject({
      cause: "personalisationIncomplete",
      stoppedBy: { kind: "party", party: "device" },
    });
    s.note("device", "packageStored", {}, { stage: "issue" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "ready", certainty: "proven" });
  });

  test("verificationExpired: the time in the token's own fact has passed", () => {
    const s = story();
    s.call(request, undefined, () => s.note("tsp", "tokenIssued", { status: "inactive", verifyBy: s.now() + 600_000 }));
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "methodDue" });
    s.wait(700_000);
    expect(diagnose(s.holdings())).toMatchObject({ cause: "verificationExpired", certainty: "inferred" });
  });

  test("issuerRefusesRisk: red, and no check of the bank says why", () => {
    const s = story();
    s.call(request, undefined, () =>
      s.call({ ...TSP_ISSUER, operation: "decideBinding", stage: "decision" }, undefined, () =>
        s.note("issuer", "bankDecided", { colour: "red" }),
      ),
    );
    expect(diagnose(s.holdings())).toMatchObject({ cause: "issuerRefusesRisk", certainty: "inferred" });
    expect(diagnose(without(s.holdings(), "issuer"))).toMatchObject({ cause: undefined, certainty: "unclear" });
  });

  test("statesDiffer: stopped here, live there, after every change had time to arrive", () => {
    const s = activated();
    s.note("issuer", "tokenState", { status: "active" }, { stage: "issue" });
    s.note("wallet", "tokenState", { status: "active" }, { stage: "issue" });
    s.note("tsp", "tokenChanged", { status: "suspended", by: "issuer" }, { stage: "issue" });
    s.wait(30_000);
    expect(diagnose(s.holdings()).cause).not.toBe("statesDiffer");
    s.wait(60_000);
    expect(diagnose(s.holdings())).toMatchObject({
      cause: "statesDiffer",
      actor: "tspOps",
      stoppedBy: { kind: "party", party: "tsp" },
    });
    s.note("issuer", "tokenState", { status: "suspended" }, { stage: "issue" });
    s.note("wallet", "tokenState", { status: "suspended" }, { stage: "issue" });
    s.wait(90_000);
    expect(diagnose(s.holdings()).cause).not.toBe("statesDiffer");
  });
});

describe("payments", () => {
  const PAYMENT = "iso-1124160000-000123-48020000-48020000";
  const sale = (from: Witness, to: Witness): Call => ({
    from,
    to,
    operation: "0200",
    stage: "authorise",
    key: "000123",
  });

  function approvedUnheard(): Story {
    const s = story(PAYMENT);
    s.note("acquirer", "saleKept", {}, { stage: "authorise" });
    s.lost(sale("acquirer", "network"), "decided", () =>
      s.call(sale("network", "issuer"), { answer: "00" }, () =>
        s.note("issuer", "authorised", {}, { stage: "complete" }),
      ),
    );
    s.note("acquirer", "reversalSent", {}, { stage: "complete" });
    return s;
  }

  test("reversalPending before everything else: the amount may be held", () => {
    expect(diagnose(approvedUnheard().holdings())).toMatchObject({
      cause: "reversalPending",
      also: ["answerLost"],
      retry: { kind: "wait" },
    });
  });

  test("answerLostReversed once it is acknowledged", () => {
    const s = approvedUnheard();
    s.note("acquirer", "reversalDone", {}, { stage: "complete" });
    expect(diagnose(s.holdings(PAYMENT_PARTIES)).cause).toBe("answerLostReversed");
  });

  test("a reversal of what the bank never approved holds nothing: the refusal is the finding", () => {
    const s = story(PAYMENT);
    s.lost(sale("acquirer", "network"), "decided", () => s.fails("issuer", "fundsInsufficient"));
    s.note("acquirer", "reversalSent", {}, { stage: "complete" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: "fundsInsufficient", certainty: "proven" });
    expect(diagnose(without(s.holdings(), "issuer"))).toMatchObject({ cause: undefined, certainty: "unclear" });
  });

  function silentBank(): Story {
    const s = story(PAYMENT);
    s.call(sale("acquirer", "network"), { answer: "98" }, () => s.lost(sale("network", "issuer"), "sent"));
    return s;
  }

  test("the bank is silent, and the network refuses in its place", () => {
    expect(diagnose(silentBank().holdings())).toMatchObject({
      cause: "standInRefused",
      certainty: "inferred",
      stoppedBy: { kind: "party", party: "network" },
      also: ["requestNotReceived"],
    });
    for (const party of PAYMENT_PARTIES) {
      const { cause, certainty, between, ask } = diagnose(without(silentBank().holdings(), party));
      if (certainty === "unclear") expect(between.includes("standInRefused") || ask.includes(party)).toBe(true);
      else expect(cause).toBe("standInRefused");
    }
  });

  test("the bank did answer, and wrote down no request: it was not the request that got lost", () => {
    const s = story(PAYMENT);
    s.side(sale("network", "issuer"), "sent");
    s.note("issuer", "authorised", {}, { stage: "complete" });
    s.side(sale("network", "issuer"), "unanswered");
    expect(diagnose(s.holdings())).toMatchObject({
      cause: "answerLost",
      stoppedBy: { kind: "link", from: "network", to: "issuer" },
    });
  });

  test("a lost card suspends the token: the card is the cause, the token only followed", () => {
    const s = story(PAYMENT);
    s.fails("issuer", "cardReportedLost");
    s.fails("tsp", "tokenSuspendedByIssuer");
    expect(diagnose(s.holdings())).toMatchObject({
      cause: "cardReportedLost",
      consequences: ["tokenSuspendedByIssuer"],
      also: [],
    });
    // Without the bank one sees the suspension only, and knows that something is behind it.
    const finding = diagnose(without(s.holdings(), "issuer"));
    expect(finding).toMatchObject({ certainty: "unclear", ask: ["issuer"] });
  });

  test.each([
    ["51", "issuer", "fundsInsufficient", "inferred"],
    ["51", undefined, "fundsInsufficient", "inferred"],
    ["05", "issuer", undefined, "unclear"],
    ["05", "network", "networkRiskDeclined", "inferred"],
    ["54", "tsp", "tokenExpired", "inferred"],
    ["54", undefined, undefined, "unclear"],
    ["96", undefined, undefined, "unclear"],
    ["ZZ", "issuer", undefined, "unclear"],
  ] as const)("only F39 %s is known, set by %s: %s, %s", (code, setter, cause, certainty) => {
    const s = story(PAYMENT);
    s.call(sale("acquirer", "network"), { answer: code, ...(setter === undefined ? {} : { setter }) });
    const finding = diagnose(s.holdings(["acquirer", "network"]));
    expect([finding.cause, finding.certainty]).toEqual([cause, certainty]);
    if (certainty === "unclear") expect(finding.nextCheck?.zh).toBeTruthy();
  });

  /** What the till kept of the chip, and what came to the TSP, which finds no fit. */
  function noFit(cause: Cause, changed: readonly string[] = []): Story {
    const given = Object.fromEntries(["9F02", "9F37", "9F10", "9F26"].map((tag) => [tag, "01020304"]));
    const got = Object.fromEntries(
      Object.entries(given).map(([tag, hex]) => [tag, changed.includes(tag) ? "ff" : hex]),
    );
    const print = (values: Readonly<Record<string, string>>) =>
      chipPrint(encodeTlv(Object.entries(values).map(([tag, hex]) => ({ tag, value: hexBytes(hex) }))))!;
    const s = story(PAYMENT);
    s.note("acquirer", "saleKept", { chip: print(given) }, { stage: "authorise" });
    s.call(sale("acquirer", "network"), { answer: "59" }, () => s.fails("tsp", cause, { chip: print(got) }));
    return s;
  }

  test.each(["cryptogramWrong", "verificationNotProven"] as const)(
    "%s, and the till gave the same chip data: so it is; other data: they were changed on the way",
    (cause) => {
      expect(diagnose(noFit(cause).holdings())).toMatchObject({ cause, certainty: "proven" });
      for (const tag of ["9F37", "9F10", "9F26"])
        expect(diagnose(noFit(cause, [tag]).holdings())).toMatchObject({
          cause: "signedDataDiffers",
          certainty: "inferred",
          stoppedBy: { kind: "party", party: "tsp" },
        });
    },
  );

  test.each(["cryptogramWrong", "verificationNotProven"] as const)(
    "%s, and nobody can read what the till gave: it may have been changed on the way",
    (cause) => {
      for (const changed of [[], ["9F37"]])
        expect(diagnose(without(noFit(cause, changed).holdings(), "acquirer"))).toMatchObject({
          certainty: "unclear",
          between: [cause, "signedDataDiffers"],
          ask: ["acquirer"],
        });
    },
  );

  test("a reversal that the network could not pass on is pending, also when nobody can read the acquirer", () => {
    const s = approvedUnheard();
    s.side({ ...sale("acquirer", "network"), operation: "0420" }, "received");
    s.note("network", "linkNotReady", { peer: "issuer", operation: "0420" }, { stage: "authorise", outcome: "failed" });
    for (const holdings of [s.holdings(), without(s.holdings(), "acquirer")])
      expect(diagnose(holdings)).toMatchObject({ cause: "reversalPending", retry: { kind: "wait" } });
    expect(diagnose(without(s.holdings(), "issuer"))).toMatchObject({ certainty: "unclear" });
  });

  test("a fact beats an answer code", () => {
    const s = story(PAYMENT);
    s.call(sale("acquirer", "network"), { answer: "05" }, () => s.fails("tsp", "cryptogramWrong"));
    expect(diagnose(s.holdings())).toMatchObject({ cause: "cryptogramWrong", certainty: "proven" });
  });

  test("approved", () => {
    const s = story(PAYMENT);
    s.call(sale("acquirer", "network"), { answer: "00" }, () =>
      s.note("issuer", "authorised", {}, { stage: "complete" }),
    );
    s.note("acquirer", "saleApproved", {}, { stage: "complete" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "paid", certainty: "proven" });
  });
});

describe("journeys in which nothing is wrong", () => {
  test("nobody knows of it", () => {
    expect(diagnose(story().holdings())).toMatchObject({ cause: undefined, milestone: "unknown", certainty: "proven" });
    expect(diagnose([])).toMatchObject({ cause: undefined, milestone: "unknown" });
  });

  test("nobody knows of it, and one could not be asked: unclear, ask that one", () => {
    expect(diagnose(without(story().holdings(), "issuer"))).toMatchObject({ certainty: "unclear", ask: ["issuer"] });
  });

  test("lost mode ended, a card suspended, a card removed", () => {
    const s = activated();
    s.note("device", "packageStored", {}, { stage: "issue" });
    s.note("wallet", "lostModeOn", {}, { stage: "issue" });
    s.fails("wallet", "deviceInLostMode");
    s.note("tsp", "tokenChanged", { status: "suspended", by: "wallet" }, { stage: "issue" });
    s.fails("tsp", "deviceInLostMode");
    expect(diagnose(s.holdings())).toMatchObject({
      cause: "deviceInLostMode",
      stoppedBy: { kind: "party", party: "wallet" },
    });
    s.note("wallet", "lostModeOff", {}, { stage: "issue" });
    s.note("tsp", "tokenChanged", { status: "active", by: "wallet" }, { stage: "issue" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "ready" });
    s.note("tsp", "tokenChanged", { status: "suspended", by: "holder" }, { stage: "issue" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "paused" });
    s.note("tsp", "tokenChanged", { status: "deleted", by: "holder" }, { stage: "issue" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "removed" });
  });

  test("cured at the bank, before the holder comes back", () => {
    const s = story();
    s.call(
      { ...TSP_ISSUER, operation: "decideBinding", stage: "decision" },
      { answer: "ok", cause: "reservedPhoneMismatch" },
      () => s.fails("issuer", "reservedPhoneMismatch"),
    );
    expect(diagnose(s.holdings()).cause).toBe("reservedPhoneMismatch");
    s.note("issuer", "recordChanged", { what: "customerRecord" });
    expect(diagnose(s.holdings()).cause).toBe("reservedPhoneMismatch");
    s.note("issuer", "recordChanged", { what: "reservedPhone" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "cured", certainty: "proven" });
  });

  test("cured, told on to the token service only, and the bank can't be read: the wallet's old answer is not dug up", () => {
    const s = story();
    const refused = { answer: "ok", cause: "reservedPhoneMismatch" } as const;
    s.call(request, refused, () =>
      s.call({ ...TSP_ISSUER, operation: "decideBinding", stage: "decision" }, refused, () =>
        s.fails("issuer", "reservedPhoneMismatch"),
      ),
    );
    s.note("issuer", "recordChanged", { what: "reservedPhone" });
    s.note("tsp", "recordChanged", { what: "reservedPhone" });
    for (const holdings of [s.holdings(), ...BINDING_PARTIES.map((party) => without(s.holdings(), party))])
      expect(diagnose(holdings).cause).toBeUndefined();
  });

  test("what the device tells late goes where it belongs", () => {
    const s = story();
    const began = s.now();
    s.wait(600_000);
    s.note("wallet", "preflightPassed", {}, { stage: "preflight" });
    s.note("wallet", "termsAccepted", {}, { stage: "terms" });
    s.skew("device", began - s.now());
    s.fails("device", "deviceOffline");
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "bankDue" });
  });

  test("those who speak through the bank were read with it, though another asker got no answer from them", () => {
    const s = story();
    s.fails("tsp", "verificationExpired");
    const lost = (["bankApp", "carrier", "device"] as const).map((party) => ({
      party,
      reachable: false,
      askedAt: instant(s.now()),
      facts: [],
    }));
    expect(diagnose([...s.holdings(), ...lost])).toMatchObject({
      cause: "verificationExpired",
      certainty: "proven",
      unreachable: [],
    });
    expect(diagnose([...without(s.holdings(), "issuer"), ...lost])).toMatchObject({
      certainty: "unclear",
      unreachable: ["issuer"],
    });
  });

  test("a party asked twice is one party", () => {
    const s = story();
    s.fails("issuer", "cardExpired");
    const twice = [
      ...s.holdings(),
      ...s.holdings(["issuer"]),
      { party: "issuer", reachable: false, askedAt: instant(s.now()), facts: [] } as const,
    ];
    expect(diagnose(twice)).toMatchObject({ cause: "cardExpired", certainty: "proven", unreachable: [] });
  });
});
