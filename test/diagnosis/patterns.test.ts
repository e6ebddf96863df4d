import { describe, expect, test } from "vitest";
import { diagnose, type Finding } from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import { type Call, story, TSP_ISSUER, WALLET_TSP, without } from "./story.ts";

const decide: Call = { ...TSP_ISSUER, operation: "decideBinding", stage: "decision" };
const request: Call = { ...WALLET_TSP, operation: "requestToken", stage: "decision" };
const line = { kind: "link", from: "tsp", to: "issuer" };

function brief({ cause, certainty, stoppedBy, between }: Finding) {
  return { cause, certainty, stoppedBy, between };
}

// Row by row the table of diagnosis §1.
describe("a hop leaves four facts", () => {
  test("none: the cause lies before it", () => {
    const s = story();
    s.fails("wallet", "osTooOld");
    expect(brief(diagnose(s.holdings()))).toEqual({
      cause: "osTooOld",
      certainty: "proven",
      stoppedBy: { kind: "party", party: "wallet" },
      between: [],
    });
  });

  test("sent only: the other never received it; nothing changed there", () => {
    const s = story();
    s.lost(decide, "sent");
    expect(brief(diagnose(s.holdings()))).toEqual({
      cause: "requestNotReceived",
      certainty: "inferred",
      stoppedBy: line,
      between: [],
    });
  });

  test("sent only, and the other was restarted since: it was down, the line need not be at fault", () => {
    const s = story();
    s.lost(decide, "sent");
    const finding = diagnose(s.holdings(undefined, { issuer: { upSince: instant(s.now() - 1_000) } }));
    expect(brief(finding)).toMatchObject({
      cause: "requestNotReceived",
      stoppedBy: { kind: "party", party: "issuer" },
    });
  });

  test("sent only, and the other can't be read: not the same as silent", () => {
    const s = story();
    s.lost(decide, "sent");
    const finding = diagnose(without(s.holdings(), "issuer"));
    expect(brief(finding)).toEqual({
      cause: undefined,
      certainty: "unclear",
      stoppedBy: { kind: "unclear" },
      between: ["requestNotReceived", "receiverStuck", "answerLost"],
    });
    expect(finding.ask).toEqual(["issuer"]);
    expect(finding.retry.kind).toBe("wait");
    expect(finding.actor).toBe("nobody");
  });

  test("received, not decided: stuck there", () => {
    const s = story();
    s.lost(decide, "received");
    expect(brief(diagnose(s.holdings()))).toMatchObject({
      cause: "receiverStuck",
      certainty: "inferred",
      stoppedBy: { kind: "party", party: "issuer" },
    });
    expect(diagnose(s.holdings()).actor).toBe("bankOps");
  });

  test("decided, not answered: the answer was lost", () => {
    const s = story();
    s.lost(decide, "decided");
    expect(brief(diagnose(s.holdings()))).toMatchObject({
      cause: "answerLost",
      certainty: "inferred",
      stoppedBy: line,
    });
  });

  test("decided after the caller had given up, each by its own clock: too late", () => {
    const s = story();
    s.skew("issuer", -90_000);
    s.side({ ...decide, key: "k" }, "sent");
    s.side({ ...decide, key: "k" }, "received");
    s.wait(10_000);
    s.side({ ...decide, key: "k" }, "unanswered");
    s.wait(5_000);
    s.side({ ...decide, key: "k" }, "decided", { answer: "ok" });
    expect(brief(diagnose(s.holdings()))).toMatchObject({
      cause: "answerTooLate",
      stoppedBy: { kind: "party", party: "issuer" },
    });
  });

  test("one stamp for sending and giving up says nothing of how long it waited", () => {
    const s = story();
    for (const code of ["sent", "received", "decided", "unanswered"] as const) s.side({ ...decide, key: "k" }, code);
    const holdings = s
      .holdings()
      .map((holding) =>
        holding.party === "tsp"
          ? { ...holding, facts: holding.facts.map((fact) => ({ ...fact, at: holding.facts[0]!.at })) }
          : holding,
      );
    expect(diagnose(holdings).cause).toBe("answerLost");
  });

  test("answered late, as the caller says itself", () => {
    const s = story();
    s.call(decide, { answer: "ok", lateMs: 4_000 });
    expect(diagnose(s.holdings()).cause).toBe("answerTooLate");
  });

  test("answered after it was given up", () => {
    const s = story();
    for (const code of ["sent", "received", "unanswered", "decided", "answered"] as const)
      s.side({ ...decide, key: "k" }, code, { answer: "ok" });
    expect(diagnose(s.holdings()).cause).toBe("answerTooLate");
  });

  test("received without having been sent: no order of the facts is possible, and that is said", () => {
    const s = story();
    s.call(decide);
    s.side({ ...decide, key: "not ours" }, "received");
    s.wait(60_000);
    expect(brief(diagnose(s.holdings()))).toMatchObject({
      cause: "factsContradict",
      certainty: "unclear",
      stoppedBy: { kind: "unclear" },
    });
  });

  test("answered by one who holds nothing of it", () => {
    const s = story();
    s.call(decide);
    s.side({ ...decide, key: "k" }, "sent");
    s.side({ ...decide, key: "k" }, "answered", { answer: "ok" });
    expect(diagnose(s.holdings()).cause).toBe("factsContradict");
  });
});

describe("hops in a journey", () => {
  test("refused for load at the far end: it is named, not the one that passed it on", () => {
    const s = story();
    const outer = { ...request, key: "outer" };
    const inner = { ...decide, key: "inner" };
    s.call({ ...TSP_ISSUER, operation: "checkEligibility", stage: "eligibility" });
    s.side(outer, "sent");
    s.side(outer, "received");
    s.side(inner, "sent");
    s.side(inner, "answered", { answer: "tooMany" });
    s.side(outer, "decided", { answer: "tooMany" });
    s.side(outer, "answered", { answer: "tooMany" });
    expect(brief(diagnose(s.holdings()))).toMatchObject({
      cause: "throttled",
      stoppedBy: { kind: "party", party: "issuer" },
    });
    expect(diagnose(s.holdings()).also).toEqual([]);
  });

  test("what the caller says itself of a call is not told twice", () => {
    const s = story();
    s.lost({ ...decide, key: "k" }, "decided");
    s.fails("tsp", "issuerAnswerInvalid", { peer: "issuer", operation: "decideBinding" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: "issuerAnswerInvalid", also: [] });
  });

  test("a request is on its way for a while before anything is wrong", () => {
    const s = story();
    s.side({ ...decide, key: "k" }, "sent");
    s.wait(5_000);
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, certainty: "proven", milestone: "bankDue" });
    s.wait(60_000);
    expect(diagnose(s.holdings())).toMatchObject({ cause: "requestNotReceived" });
  });

  test("retries with one key are one hop: the last state counts", () => {
    const s = story();
    const call = { ...decide, key: "same" };
    s.lost(call, "sent");
    s.lost(call, "received");
    expect(diagnose(s.holdings()).cause).toBe("receiverStuck");
    s.call(call);
    expect(diagnose(s.holdings()).cause).toBeUndefined();
  });

  test("a hop that is open because the next one is, is not the finding", () => {
    const s = story();
    s.lost(request, "received", () => s.lost(decide, "sent"));
    expect(brief(diagnose(s.holdings()))).toMatchObject({ cause: "requestNotReceived", stoppedBy: line });
  });

  test("a stated refusal beats the answer that got lost on its way back", () => {
    const s = story();
    s.lost(decide, "decided", () => s.fails("issuer", "cardExpired"));
    expect(diagnose(s.holdings())).toMatchObject({ cause: "cardExpired", certainty: "proven", also: ["answerLost"] });
  });

  test("a newer attempt that got stuck replaces what was refused before it", () => {
    const s = story();
    s.call(decide, { answer: "ok" }, () => s.fails("issuer", "nameMismatch"));
    s.wait(60_000);
    s.lost(decide, "sent");
    expect(diagnose(s.holdings())).toMatchObject({ cause: "requestNotReceived", also: [] });
  });

  test("a newer attempt on its way: waiting, whatever was refused before it", () => {
    const s = story();
    s.call(decide, { answer: "ok" }, () => s.fails("issuer", "nameMismatch"));
    s.wait(60_000);
    s.side({ ...decide, key: "again" }, "sent");
    expect(diagnose(s.holdings())).toMatchObject({ cause: undefined, milestone: "bankDue" });
  });

  test("notices that got lost do not outweigh the refusal they carried", () => {
    const s = story();
    s.fails("issuer", "hotlineRefused");
    s.wait(5_000);
    s.lost({ from: "tsp", to: "wallet", operation: "notifyBinding", stage: "verification" }, "sent");
    expect(diagnose(s.holdings())).toMatchObject({ cause: "hotlineRefused", also: ["requestNotReceived"] });
  });
});

describe("clocks", () => {
  test("apart beyond tolerance, among three: the odd one is named", () => {
    const s = story();
    s.skew("tsp", 400_000);
    s.call(request, { answer: "ok" }, () => s.call(decide));
    expect(diagnose(s.holdings())).toMatchObject({
      cause: "clocksDisagree",
      certainty: "inferred",
      stoppedBy: { kind: "party", party: "tsp" },
      actor: "tspOps",
    });
  });

  test.each([60_000, -110_000])("apart by %i ms: nobody is wrong", (ms) => {
    const s = story();
    s.skew("issuer", ms);
    s.call(decide);
    expect(diagnose(s.holdings()).cause).toBeUndefined();
  });

  test("of two alone it stays open which one is off", () => {
    const s = story();
    s.skew("issuer", -600_000);
    s.call(decide);
    expect(diagnose(s.holdings(["tsp", "issuer"]))).toMatchObject({
      cause: "clocksDisagree",
      stoppedBy: { kind: "unclear" },
    });
  });

  test("ten minutes ahead, and a newer attempt is still seen to be newer", () => {
    const s = story();
    s.skew("issuer", 600_000);
    s.call(decide, { answer: "ok" }, () => s.fails("issuer", "nameMismatch"));
    s.wait(60_000);
    s.lost(decide, "sent");
    expect(diagnose(s.holdings()).cause).toBe("requestNotReceived");
  });

  test("an answer before its request on any clocks", () => {
    const s = story();
    const call = { ...decide, key: "k" };
    s.side(call, "sent");
    s.side(call, "answered", { answer: "ok" });
    s.wait(300_000);
    s.side(call, "received");
    s.wait(300_000);
    s.side(call, "decided", { answer: "ok" });
    expect(diagnose(s.holdings())).toMatchObject({ cause: "factsContradict", certainty: "unclear" });
  });
});
