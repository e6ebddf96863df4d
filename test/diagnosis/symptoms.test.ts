import { describe, expect, test } from "vitest";
import {
  askNext,
  CAUSE_CODES,
  CAUSES,
  type Cause,
  type Leaf,
  MOST_QUESTIONS,
  type Next,
  NON_FAILURES,
  SYMPTOMS,
  type Words,
} from "#protocol/diagnosis";

interface Path {
  readonly answers: readonly string[];
  readonly leaf: Leaf;
}
function paths(at: Next, answers: readonly string[] = []): readonly Path[] {
  return at.kind === "leaf"
    ? [{ answers, leaf: at }]
    : at.answers.flatMap(({ id, next }) => paths(next, [...answers, id]));
}
const all = paths(SYMPTOMS);
const reached = new Set(
  all.flatMap(({ leaf }) => leaf.candidates.map(({ is }) => ("cause" in is ? is.cause : is.nonFailure))),
);

/** What a holder never meets by that name: told as one with `issuerRefusesRisk`, or seen by operations only. */
const NOT_MET: readonly Cause[] = ["walletAdvisesNo", "tspRefusesRisk", "clocksDisagree", "factsContradict"];

describe("symptoms", () => {
  test("at most five questions to something to say", () => {
    expect(all.filter(({ answers }) => answers.length > MOST_QUESTIONS)).toEqual([]);
  });

  test("every cause that a holder can meet, and every question that is none, is reached", () => {
    const lost = [...CAUSE_CODES, ...NON_FAILURES].filter(
      (one) => !reached.has(one) && !(NOT_MET as readonly string[]).includes(one),
    );
    expect(lost).toEqual([]);
    expect(NOT_MET.filter((cause) => reached.has(cause))).toEqual([]);
  });

  test("answers lead where the tree says, by name and by number", () => {
    for (const { answers, leaf } of all) {
      expect(askNext(answers)).toEqual({ ok: true, value: leaf });
      let at: Next = SYMPTOMS;
      const numbers = answers.map((id) => {
        if (at.kind === "leaf") throw new Error("too long");
        const i: number = at.answers.findIndex((one) => one.id === id);
        at = at.answers[i]!.next;
        return String(i + 1);
      });
      expect(askNext(numbers)).toEqual({ ok: true, value: leaf });
    }
  });

  test("each candidate stands once in its leaf, and its sign is complete; ids differ in their question", () => {
    const han = /\p{Script=Han}/u;
    const complete = ({ zh, en }: Words) => han.test(zh) && en !== "" && !han.test(en);
    for (const { leaf } of all) {
      const names = leaf.candidates.map(({ is }) => JSON.stringify(is));
      expect(new Set(names).size).toBe(names.length);
      expect(leaf.candidates.filter(({ sign }) => !complete(sign))).toEqual([]);
      expect(names.length).toBeGreaterThan(0);
    }
    const check = (at: Next): void => {
      if (at.kind === "leaf") return;
      expect(complete(at.asks)).toBe(true);
      expect(new Set(at.answers.map(({ id }) => id)).size).toBe(at.answers.length);
      for (const { says, next } of at.answers) {
        expect(complete(says)).toBe(true);
        check(next);
      }
    };
    check(SYMPTOMS);
  });

  test("the phone that changed leads to the reserved phone first", () => {
    const next = askNext(["adding", "could-not-add", "yes", "changed"]);
    expect(next.ok && next.value.kind === "leaf" && next.value.candidates[0]!.is).toEqual({
      cause: "reservedPhoneMismatch",
    });
    const masked = askNext(["verifying", "no-code", "no"]);
    expect(masked.ok && masked.value.kind === "leaf" && masked.value.candidates[0]!.is).toEqual({
      cause: "reservedPhoneMismatch",
    });
  });

  test("an answer that the question does not have is a fault with a place", () => {
    expect(askNext(["adding", "nothing"])).toMatchObject({
      ok: false,
      error: { en: expect.stringContaining("answer 2: wants one of could-not-add") },
    });
    expect(askNext(["adding", "terms", "more"])).toMatchObject({
      ok: false,
      error: { en: "answer 3: there is no further question" },
    });
    expect(askNext(["0"]).ok).toBe(false);
    expect(askNext(["99"]).ok).toBe(false);
  });

  test("what is told of the most secret ones is neutral", () => {
    expect(CAUSES.accountRestricted.name.zh).not.toMatch(/限制|冻结/);
  });
});
