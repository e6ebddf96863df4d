import { describe, expect, test } from "vitest";
import { diagnose, hardestFirst } from "#protocol/diagnosis";
import { type Call, type Story, story, TSP_ISSUER, WALLET_TSP, without } from "./story.ts";

const decide: Call = { ...TSP_ISSUER, operation: "decideBinding", stage: "decision" };
const request: Call = { ...WALLET_TSP, operation: "requestToken", stage: "decision" };

describe("which of several causes is the finding", () => {
  test("checks that fail together: all of them, hardest to cure first", () => {
    const s = story();
    s.call(decide, { answer: "ok" }, () => {
      s.fails("issuer", "nameMismatch");
      s.fails("issuer", "reservedPhoneMismatch");
      s.fails("issuer", "cardFrozenByHolder");
    });
    expect(diagnose(s.holdings())).toMatchObject({
      cause: "reservedPhoneMismatch",
      also: ["cardFrozenByHolder", "nameMismatch"],
      actor: "branch",
    });
  });

  test("a check of what was entered, made when the bank decides, stands among the bank's checks", () => {
    const s = story();
    s.call(decide, { answer: "ok" }, () => {
      s.fails("issuer", "cvnMismatch"); // its table says: when the card is entered
      s.fails("issuer", "cardClosed");
    });
    expect(diagnose(s.holdings())).toMatchObject({ cause: "cardClosed", also: ["cvnMismatch"] });
  });

  test("the order of effort: another card, branch, hotline, somebody else, another device, app, here, typing, waiting", () => {
    expect(
      hardestFirst([
        "issuerMaintenance",
        "nameMismatch",
        "userVerificationOff",
        "cardNotActivated",
        "boundElsewhere",
        "iinUnknown",
        "cardReportedLost",
        "reservedPhoneMismatch",
        "cardClosed",
        "cardClosed",
      ]),
    ).toEqual([
      "cardClosed",
      "reservedPhoneMismatch",
      "cardReportedLost",
      "iinUnknown",
      "boundElsewhere",
      "cardNotActivated",
      "userVerificationOff",
      "nameMismatch",
      "issuerMaintenance",
    ]);
  });

  test("checks of three parties in one decision stand together", () => {
    const s = story();
    s.fails("wallet", "walletAdvisesNo");
    s.call(request, { answer: "ok" }, () => {
      s.fails("tsp", "tspRefusesRisk");
      s.call(decide, { answer: "ok" }, () => s.fails("issuer", "cardExpired"));
    });
    expect(diagnose(s.holdings())).toMatchObject({ cause: "cardExpired", also: ["walletAdvisesNo", "tspRefusesRisk"] });
  });

  test("the second attempt shows what is still wrong; what was put right is gone", () => {
    const s = story();
    s.call(decide, { answer: "ok" }, () => {
      s.fails("issuer", "nameMismatch");
      s.fails("issuer", "cardNotActivated");
    });
    s.wait(3_600_000);
    s.call(decide, { answer: "ok" }, () => s.fails("issuer", "nameMismatch"));
    expect(diagnose(s.holdings())).toMatchObject({ cause: "nameMismatch", also: [] });
  });

  test("a repeat of the same request is no new attempt", () => {
    const s = story();
    const same = { ...decide, key: "same" };
    s.call(same, { answer: "ok" }, () => s.fails("issuer", "cardExpired"));
    s.side(same, "sent");
    s.side(same, "received");
    s.side(same, "answered", { answer: "ok" });
    expect(diagnose(s.holdings()).cause).toBe("cardExpired");
  });

  test("an earlier stage before a later one: the wallet's check after the bank's refusal began a new attempt", () => {
    const s = story();
    s.call(decide, { answer: "ok" }, () => s.fails("issuer", "cardNotActivated"));
    s.wait(60_000);
    s.fails("wallet", "deviceSlotsFull");
    expect(diagnose(s.holdings())).toMatchObject({ cause: "deviceSlotsFull", also: [] });
  });

  test("states that differ are told before a refusal", () => {
    const s = story();
    s.note("issuer", "tokenState", { status: "deleted" }, { stage: "issue" });
    s.note("tsp", "tokenState", { status: "active" }, { stage: "issue" });
    s.fails("device", "deviceStorageFailed");
    s.wait(120_000);
    expect(diagnose(s.holdings())).toMatchObject({ cause: "statesDiffer", also: ["deviceStorageFailed"] });
  });

  test("clocks apart stand beside a refusal, not before it", () => {
    const s = story();
    s.skew("issuer", 600_000);
    s.call(decide, { answer: "ok" }, () => s.fails("issuer", "cardExpired"));
    expect(diagnose(s.holdings())).toMatchObject({ cause: "cardExpired", also: ["clocksDisagree"] });
  });
});

describe("a verification", () => {
  const submit = (s: Story, outcome?: () => void) =>
    s.call({ ...WALLET_TSP, operation: "submitCode", stage: "verification" }, undefined, () =>
      s.call({ ...TSP_ISSUER, operation: "checkCode", stage: "verification" }, undefined, outcome),
    );

  test("wrong, wrong, void: only the last is worth telling", () => {
    const s = story();
    submit(s, () => s.fails("issuer", "codeWrong"));
    s.wait(10_000);
    submit(s, () => s.fails("issuer", "codeWrong"));
    s.wait(10_000);
    submit(s, () => {
      s.fails("issuer", "codeWrong");
      s.fails("issuer", "codeTriesUsedUp");
    });
    expect(diagnose(s.holdings())).toMatchObject({ cause: "codeTriesUsedUp", also: [], consequences: [] });
  });

  test("wrong, then a new code: nothing is wrong any more", () => {
    const s = story();
    submit(s, () => s.fails("issuer", "codeWrong"));
    s.call({ ...WALLET_TSP, operation: "sendCode", stage: "verification" }, undefined, () =>
      s.call({ ...TSP_ISSUER, operation: "sendCode", stage: "verification" }, undefined, () =>
        s.note("issuer", "codeMade", {}, { stage: "verification" }),
      ),
    );
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "codeDue" });
  });

  test("wrong, then time ran out: start again", () => {
    const s = story();
    submit(s, () => s.fails("issuer", "codeWrong"));
    s.wait(1_800_000);
    s.fails("tsp", "verificationExpired");
    expect(diagnose(s.holdings())).toMatchObject({ cause: "verificationExpired", also: [], consequences: [] });
  });

  test("not delivered, then time ran out: that the code never came is the cause", () => {
    const s = story();
    s.fails("carrier", "codeNotDelivered");
    s.wait(1_800_000);
    s.fails("tsp", "verificationExpired");
    expect(diagnose(s.holdings())).toMatchObject({ cause: "codeNotDelivered", consequences: ["verificationExpired"] });
  });

  test("time ran out, and the bank can't be read: there may be more behind it", () => {
    const s = story();
    s.fails("tsp", "verificationExpired");
    expect(diagnose(without(s.holdings(), "issuer"))).toMatchObject({
      cause: undefined,
      certainty: "unclear",
      between: ["verificationExpired"],
      ask: ["issuer"],
    });
  });

  test("a late answer after the end changes nothing", () => {
    const s = story();
    s.fails("tsp", "verificationExpired");
    s.call({ ...WALLET_TSP, operation: "submitCode", stage: "verification" }, { answer: "wrongState" });
    expect(diagnose(s.holdings()).cause).toBe("verificationExpired");
  });

  test("refused with a problem code that has only one cause, and with one that has many", () => {
    const busy = story();
    busy.call(decide, { answer: "tooMany" });
    expect(diagnose(without(busy.holdings(), "issuer"))).toMatchObject({ cause: "throttled", certainty: "inferred" });
    const inside = story();
    inside.call(decide, { answer: "internal" });
    expect(diagnose(inside.holdings())).toMatchObject({
      cause: undefined,
      certainty: "unclear",
      between: [],
      ask: ["issuer"],
    });
    inside.call(decide);
    expect(diagnose(inside.holdings())).toMatchObject({ cause: undefined, certainty: "proven" });
    const card = story();
    card.call(decide, { answer: "badCard" });
    expect(diagnose(card.holdings()).between).toContain("cvnMismatch");
  });

  test("when it makes sense to ask again is told with the cause", () => {
    const s = story();
    s.fails("issuer", "smsDailyCap", { retryAt: 1_790_000_500_000 });
    expect(diagnose(s.holdings()).retry).toEqual({ kind: "wait", at: 1_790_000_500_000 });
    const later = story();
    later.fails("wallet", "addLimitReached", { retryAfterMs: 1_000 });
    expect(diagnose(later.holdings()).retry.at).toBe(later.now() + 1_000);
  });
});
