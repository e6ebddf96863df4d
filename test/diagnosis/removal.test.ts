import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CAUSES, type Cause, diagnose, hardestFirst } from "#protocol/diagnosis";
import { type Plan, placeOf, planArbitrary, STATED_CAUSES, tell } from "./journeys.ts";
import { BINDING_PARTIES, without } from "./story.ts";

const RUNS = 10_000;
const plain: Plan = {
  truth: "nameMismatch",
  earlier: [],
  together: [],
  carries: true,
  lossEvery: 12,
  skews: [0, 0, 0, 0],
  method: "smsCode",
  afterMs: 1_000,
  noticeLost: false,
};

describe("whole evidence", () => {
  test.each(STATED_CAUSES)("%s is found, proven", (truth) => {
    expect(diagnose(tell({ ...plain, truth }))).toMatchObject({ cause: truth, certainty: "proven" });
  });

  test("whatever failed and was cured before, whatever got lost and was repeated: the true cause is found", () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => {
        const { cause, certainty } = diagnose(tell(plan));
        return cause === plan.truth && certainty === (placeOf(plan.truth) === undefined ? "inferred" : "proven");
      }),
      { numRuns: RUNS },
    );
  });
});

describe("one party's facts taken away", () => {
  test("the same cause, or an honest unclear that includes it or asks the missing party; never another", () => {
    fc.assert(
      fc.property(planArbitrary, fc.constantFrom(...BINDING_PARTIES), (plan, party) => {
        const { cause, certainty, between, ask } = diagnose(without(tell(plan), party));
        return certainty === "unclear" ? between.includes(plan.truth) || ask.includes(party) : cause === plan.truth;
      }),
      { numRuns: RUNS },
    );
  });

  test.each(STATED_CAUSES.filter((cause) => CAUSES[cause].stoppers.includes("issuer")))(
    "%s: the bank can't be read, and its answer named the cause: inferred, or unclear among what reads as one",
    (truth) => {
      const finding = diagnose(without(tell({ ...plain, truth }), "issuer"));
      const asked = placeOf(truth)!.during !== "wait"; // an answer carried it
      if (!asked) expect(finding).toMatchObject({ certainty: "unclear", ask: ["issuer"] });
      else if (finding.certainty === "unclear") expect(finding.between).toContain(truth);
      else expect(finding).toMatchObject({ cause: truth, certainty: "inferred" });
    },
  );
});

describe("several checks fail together", () => {
  const together = planArbitrary.chain((plan) => {
    const others = STATED_CAUSES.filter((cause) => cause !== plan.truth && sameCheck(cause, plan.truth));
    return fc
      .subarray(others, { maxLength: Math.min(4, others.length) })
      .map((chosen) => ({ ...plan, together: chosen }));
  });

  test("all are listed, hardest to cure first", () => {
    fc.assert(
      fc.property(together, (plan) => {
        const { cause, also } = diagnose(tell(plan));
        const all = hardestFirst([plan.truth, ...plan.together]);
        return [cause, ...also].filter((one) => all.includes(one!)).join() === all.join();
      }),
      { numRuns: RUNS },
    );
  });

  test("taken away: one of them, or unclear; never a cause that was not there", () => {
    fc.assert(
      fc.property(together, fc.constantFrom(...BINDING_PARTIES), (plan, party) => {
        const { cause, certainty } = diagnose(without(tell(plan), party));
        return certainty === "unclear" || [plan.truth, ...plan.together].includes(cause!);
      }),
      { numRuns: RUNS },
    );
  });
});

function sameCheck(one: Cause, other: Cause): boolean {
  const [a, b] = [placeOf(one), placeOf(other)];
  if (a === undefined || b === undefined) return false;
  return a.by === b.by && a.during === b.during && !ESCALATING.has(one) && !ESCALATING.has(other);
}
/** These replace each other instead of standing side by side. */
const ESCALATING: ReadonlySet<Cause> = new Set([
  "codeWrong",
  "codeSuperseded",
  "codeExpired",
  "codeTriesUsedUp",
  "methodUsedUp",
  "bankAppNotReady",
  "bankAppDeclined",
  "faceCheckFailed",
  "usbKeyNotAccepted",
  "verificationExpired",
]);
