import { describe, expect, test } from "vitest";
import {
  ACTOR_WORDS,
  ANSWER_CODES,
  CAUSE_CODES,
  CAUSES,
  candidatesOf,
  EFFORT_WORDS,
  type Fact,
  MILESTONE_WORDS,
  NON_FAILURE_ENTRIES,
  OPERATION_WORDS,
  RETRY_WORDS,
  SETTERS,
  STAGE_WORDS,
  STEPS,
  STOPPER_WORDS,
  sentenceOf,
  type Words,
} from "#protocol/diagnosis";
import { instant } from "#protocol/time";

const HAN = /\p{Script=Han}/u;

function complete(words: Words): boolean {
  return (
    HAN.test(words.zh) &&
    words.en.trim() !== "" &&
    !HAN.test(words.en) &&
    !/\b(undefined|null)\b/.test(words.zh + words.en)
  );
}

test.each(CAUSE_CODES)("%s has a name, what happened and steps in both languages", (cause) => {
  const { name, what, remedy, evidence } = CAUSES[cause];
  expect([name, what, ...remedy].filter((words) => !complete(words))).toEqual([]);
  expect(remedy.length).toBeGreaterThan(0);
  expect(evidence).not.toBe("");
  expect(/[。？]$/.test(what.zh) && /[.?”]$/.test(what.en)).toBe(true);
  for (const step of remedy) expect(/[。；？，]$/.test(step.zh) && /[.,?”]$/.test(step.en)).toBe(true);
});

test("every other text is complete", () => {
  const all: Words[] = [
    ...[ACTOR_WORDS, RETRY_WORDS, STAGE_WORDS, STOPPER_WORDS, EFFORT_WORDS, OPERATION_WORDS].flatMap((table) =>
      Object.values<Words>(table),
    ),
    ...Object.values(MILESTONE_WORDS).flatMap(({ what, next }) => [what, next]),
    ...Object.values(NON_FAILURE_ENTRIES).flatMap(({ asked, answer }) => [asked, answer]),
  ];
  expect(all.filter((words) => !complete(words))).toEqual([]);
});

test("nobody is blamed, and nobody suspected, in what a holder reads", () => {
  const blame = /您错|骗|欺诈|嫌疑|黑名单|可疑|fraud|suspici|your fault|blacklist/i;
  const wrong = CAUSE_CODES.filter((cause) => {
    const { what, remedy } = CAUSES[cause];
    return [what, ...remedy].some(({ zh, en }) => blame.test(zh) || blame.test(en));
  });
  expect(wrong).toEqual([]);
});

test("the most frequent cause says what helps and what does not", () => {
  const steps = CAUSES.reservedPhoneMismatch.remedy;
  expect(steps.map(({ zh }) => zh).join("")).toMatch(/证件.*网点.*预留手机号.*网银.*没有用.*不用重来/);
  expect(steps.map(({ en }) => en).join(" ")).toMatch(/branch.*ID document.*reserved phone.*does not help.*goes on/);
});

describe("sentences", () => {
  const fact = (code: Fact["code"], more: Partial<Fact> = {}): Fact => ({
    journeyId: "b",
    at: instant(0),
    party: "issuer",
    stage: "decision",
    code,
    outcome: "noted",
    data: {},
    ...more,
  });

  test.each([...STEPS, ...CAUSE_CODES])("%s reads as a sentence, with data and without", (code) => {
    const data = {
      peer: "tsp",
      operation: "decideBinding",
      hop: "h",
      answer: "ok",
      colour: "red",
      status: "active",
      by: "issuer",
      what: "reservedPhone",
      method: "smsCode",
    };
    for (const one of [
      fact(code),
      fact(code, { data }),
      fact(code, { outcome: "failed" }),
      fact(code, { outcome: "passed" }),
    ]) {
      const words = sentenceOf(one);
      expect(complete(words)).toBe(true);
      expect(words.zh + words.en).not.toMatch(/[{}]/);
    }
  });

  test("a hop reads as a story", () => {
    const hop = { peer: "issuer", operation: "decideBinding", hop: "h" };
    expect(sentenceOf(fact("sent", { party: "tsp", data: hop }))).toEqual({
      zh: "令牌服务方向银行发出请求：银行决定",
      en: "The token service asked the bank: decide on the binding",
    });
    expect(
      sentenceOf(fact("answered", { party: "tsp", data: { ...hop, answer: "ok", cause: "nameMismatch" } })),
    ).toEqual({
      zh: "令牌服务方收到银行的应答：银行决定（姓名不符）",
      en: "The token service got the answer of the bank: decide on the binding (Name differs)",
    });
  });

  test("values and peers that nobody knows do no harm", () => {
    const words = sentenceOf(fact("sent", { data: { peer: "__proto__", operation: "constructor", hop: "h" } }));
    expect(words.zh).toContain("对方");
  });
});

describe("answer codes", () => {
  test.each(ANSWER_CODES)("%s: candidates by setter; several have a check", (code) => {
    for (const setter of [undefined, ...SETTERS]) {
      const { causes, check } = candidatesOf(code, setter);
      expect(new Set(causes).size).toBe(causes.length);
      if (causes.length !== 1) expect(check !== undefined && complete(check)).toBe(true);
    }
    expect(candidatesOf(code, undefined).causes.length).toBeGreaterThan(0);
  });

  test("the setter changes the meaning", () => {
    expect(candidatesOf("05", "network").causes).toEqual(["networkRiskDeclined"]);
    expect(candidatesOf("05", "issuer").causes).toContain("issuerRefusesRisk");
    expect(candidatesOf("14", "tsp").causes).toEqual(["tokenUnknown", "tokenDeleted"]);
    expect(candidatesOf("96", "issuer").causes).toEqual([]);
    expect(candidatesOf("constructor", undefined).causes).toEqual([]);
  });
});
