import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BindingStage, type BindingView } from "#contracts/wallet-api";
import { CAUSE_CODES } from "#protocol/diagnosis";
import { type BindingEvent, goesOnByItself, RESUMABLE, stepBinding, wantsCase } from "./core.ts";

const product = {
  id: "p",
  bank: { zh: "示范银行", en: "Demo Bank" },
  name: { zh: "借记卡", en: "Debit" },
  kind: "debit",
  art: "a",
} as const;
const terms = { version: "1", text: { zh: "条款", en: "Terms" } };
const sms = { methodId: "sms", kind: "smsCode", sentTo: "138****8001", open: true } as const;
const events = {
  cardFound: { kind: "cardFound", product, terms, panSuffix: "0017", source: "typed" },
  asked: { kind: "asked", at: 5, nextTryAt: 9 },
  unanswered: { kind: "unanswered", party: "issuer", nextTryAt: 20, causes: [] },
  termsChanged: { kind: "termsChanged", terms: { ...terms, version: "2" } },
  termsDeclined: { kind: "termsDeclined" },
  reconsidered: { kind: "reconsidered" },
  green: { kind: "decided", decision: "green", causes: [], methods: [], status: "active" },
  yellow: { kind: "decided", decision: "yellow", causes: [], methods: [sms], verifyBy: 99, status: "inactive" },
  orange: { kind: "decided", decision: "orange", causes: [], methods: [], verifyBy: 99, status: "inactive" },
  red: { kind: "decided", decision: "red", causes: ["cardReportedLost"], methods: [] },
  methods: { kind: "methods", methods: [sms] },
  methodChosen: { kind: "methods", methods: [sms], chosen: "sms" },
  codeSent: {
    kind: "codeSent",
    methodId: "sms",
    codeSent: { sentTo: "138****8001", expiresAt: 2, resendAt: 1, codesLeft: 2 },
  },
  stepFailed: { kind: "stepFailed", causes: ["codeWrong"] },
  activated: { kind: "activated", passId: "pass-1" },
  ended: { kind: "ended", causes: ["withdrawnByBank"] },
  cured: { kind: "cured", at: 7 },
  gone: { kind: "gone" },
} as const satisfies Readonly<Record<string, BindingEvent>>;
type EventName = keyof typeof events;
const EVENTS = Object.keys(events) as EventName[];

/** The stages as they are met; a refusal by the bank, by the holder and by an end in the middle differ. */
type Place = BindingView["stage"] | "refusedByHolder" | "refusedForGood";
const PLACES: readonly Place[] = [...BindingStage.options, "refusedByHolder", "refusedForGood"];
function at(place: Place): BindingView {
  const refused = place === "refused" || place === "refusedByHolder" || place === "refusedForGood";
  return {
    bindingId: "b1",
    deviceId: "d1",
    stage: refused ? "refused" : place,
    checks: [],
    causes: [],
    source: "typed",
    methods: [],
    startedAt: 0,
    ...(place === "active" ? { passId: "pass-0" } : {}),
    ...(place === "awaitingBank" ? { waitingFor: { party: "tsp", since: 3, nextTryAt: 4 } } : {}),
    ...(place === "refused" ? { decision: "red", causes: ["cardReportedLost"] } : {}),
    ...(place === "refusedByHolder" ? { causes: ["termsDeclined"] } : {}),
    ...(place === "refusedForGood" ? { causes: ["withdrawnByBank"] } : {}),
  };
}

/** Stage after each event that is taken; every other pair is refused. */
const STAYS = "=";
const TABLE: Readonly<Record<Place, Readonly<Partial<Record<EventName, BindingView["stage"] | typeof STAYS>>>>> = {
  preflightFailed: { gone: "abandoned" },
  awaitingCard: { cardFound: "awaitingTerms", stepFailed: STAYS, gone: "abandoned" },
  awaitingTerms: {
    cardFound: STAYS,
    asked: "awaitingBank",
    termsDeclined: "refused",
    stepFailed: STAYS,
    gone: "abandoned",
  },
  awaitingBank: {
    unanswered: STAYS,
    termsChanged: "awaitingTerms",
    green: "awaitingVerification",
    yellow: "awaitingVerification",
    orange: "awaitingVerification",
    red: "refused",
    ended: "refused",
    cured: STAYS,
    gone: "abandoned",
  },
  awaitingVerification: {
    methods: STAYS,
    methodChosen: STAYS,
    codeSent: STAYS,
    stepFailed: STAYS,
    activated: "active",
    ended: "refused",
    cured: STAYS,
    gone: "abandoned",
  },
  active: { activated: STAYS, ended: STAYS, gone: STAYS },
  refused: { cardFound: "awaitingTerms", asked: "awaitingBank", ended: STAYS, cured: STAYS, gone: "abandoned" },
  refusedByHolder: {
    termsDeclined: STAYS,
    reconsidered: "awaitingTerms",
    ended: STAYS,
    cured: STAYS,
    gone: "abandoned",
  },
  refusedForGood: { ended: STAYS, cured: STAYS, gone: "abandoned" },
  abandoned: { ended: STAYS, gone: STAYS },
};

describe("binding journey", () => {
  test.each(PLACES.flatMap((place) => EVENTS.map((name) => [place, name] as const)))("%s meets %s", (place, name) => {
    const before = at(place);
    const result = stepBinding(before, events[name]);
    const expected = TABLE[place][name];
    expect(result.ok ? result.value.stage : "-").toBe(expected === STAYS ? before.stage : (expected ?? "-"));
    if (!result.ok) expect(result.error).toBe("wrongState");
    expect(before).toEqual(at(place));
  });

  test("the drawing in docs/states/binding.md shows these steps and no others", () => {
    const text = readFileSync(join(import.meta.dirname, "../../docs/states/binding.md"), "utf8");
    const drawn = [...text.matchAll(/^\s+(\w+) --> (\w+): (.+)$/gm)].flatMap(([, from, to, names]) =>
      names!.split(", ").map((name) => `${from} ${name} ${to}`),
    );
    const stageOf = (place: Place) => at(place).stage;
    const steps = PLACES.flatMap((place) =>
      Object.entries(TABLE[place]).flatMap(([name, to]) => (to === STAYS ? [] : [`${stageOf(place)} ${name} ${to}`])),
    );
    expect([...new Set(drawn)].sort()).toEqual([...new Set(steps)].sort());
  });

  function run(names: readonly EventName[], from: BindingView = at("awaitingCard")): BindingView {
    return names.reduce((view, name) => {
      const next = stepBinding(view, events[name]);
      if (!next.ok) throw new Error(name);
      return next.value;
    }, from);
  }

  test("what is learnt on the way stays", () => {
    const view = run(["cardFound", "asked", "yellow", "codeSent", "activated"]);
    expect(view).toMatchObject({ stage: "active", passId: "pass-1", panSuffix: "0017", product, terms });
    expect(view).toMatchObject({ decision: "yellow", methodId: "sms" });
    const again = stepBinding(view, { kind: "activated", passId: "pass-2" });
    expect(again.ok && again.value.passId).toBe("pass-1");
  });

  test("who is waited for is known from the first question on, and forgotten with the answer", () => {
    const waiting = run(["cardFound", "asked", "unanswered"]);
    expect(waiting.waitingFor).toEqual({ party: "issuer", since: 5, nextTryAt: 20 });
    expect(run(["yellow"], waiting).waitingFor).toBeUndefined();
  });

  test("what stood in the way is forgotten when the journey goes on", () => {
    const wrong = run(["cardFound", "asked", "yellow", "codeSent", "stepFailed"]);
    expect(wrong.causes).toEqual(["codeWrong"]);
    expect(wantsCase(wrong)).toBe(true);
    expect(run(["activated"], wrong).causes).toEqual([]);
    expect(run(["asked"], run(["cardFound", "asked", "red"])).causes).toEqual([]);
  });

  test("a decision without a token is a refusal, whatever its colour", () => {
    const next = stepBinding(at("awaitingBank"), { kind: "decided", decision: "green", causes: [], methods: [] });
    expect(next.ok && next.value).toMatchObject({ stage: "refused", decision: "red" });
  });

  test("an end takes the means of verifying with it", () => {
    const ended = run(["ended"], run(["cardFound", "asked", "yellow", "codeSent"]));
    expect(ended).toMatchObject({ stage: "refused", causes: ["withdrawnByBank"], methods: [] });
    for (const field of ["codeSent", "methodId", "verifyBy", "decision"]) expect(ended).not.toHaveProperty(field);
  });

  test("a journey that can be resumed is one that has not ended", () => {
    expect(BindingStage.options.filter((stage) => !RESUMABLE.includes(stage))).toEqual([
      "preflightFailed",
      "active",
      "refused",
      "abandoned",
    ]);
  });

  test("a journey goes on by itself only when all that stops it passes by itself", () => {
    expect(goesOnByItself([])).toBe(false);
    expect(goesOnByItself(["issuerMaintenance"])).toBe(true);
    expect(goesOnByItself(["issuerMaintenance", "nameMismatch"])).toBe(false);
    expect(CAUSE_CODES.filter((cause) => goesOnByItself([cause]))).not.toContain("addLimitReached");
  });
});
