import { describe, expect, test } from "vitest";
import type { BindingView } from "#contracts/wallet-api";
import { BindingStage } from "#contracts/wallet-api";
import { type BindingEvent, RESUMABLE, stepBinding } from "./core.ts";

const product = {
  id: "p",
  bank: { zh: "示范银行", en: "Demo Bank" },
  name: { zh: "借记卡", en: "Debit" },
  kind: "debit",
  art: "a",
} as const;
const terms = { version: "1", text: { zh: "条款", en: "Terms" } };
const events: Readonly<Record<string, BindingEvent>> = {
  cardFound: { kind: "cardFound", product, terms, panSuffix: "0017" },
  green: { kind: "decided", decision: "green", methods: [], status: "active" },
  yellow: { kind: "decided", decision: "yellow", methods: [], status: "inactive" },
  red: { kind: "decided", decision: "red", reason: "cardLost", methods: [] },
  codeSent: { kind: "codeSent", codeSent: { sentTo: "138****8001", expiresAt: 2, resendAt: 1, codesLeft: 2 } },
  activated: { kind: "activated", passId: "pass-1" },
  gone: { kind: "gone" },
};
const at = (stage: BindingView["stage"]): BindingView => ({
  bindingId: "b1",
  deviceId: "d1",
  stage,
  checks: [],
  methods: [],
  startedAt: 0,
  ...(stage === "active" ? { passId: "pass-0" } : {}),
});

/** Stage after each event; "-" is refused. Rows and columns are total. */
const TABLE: Readonly<Record<BindingView["stage"], Readonly<Record<keyof typeof events, string>>>> = {
  preflightFailed: {
    cardFound: "-",
    green: "-",
    yellow: "-",
    red: "-",
    codeSent: "-",
    activated: "-",
    gone: "abandoned",
  },
  awaitingCard: {
    cardFound: "awaitingTerms",
    green: "-",
    yellow: "-",
    red: "-",
    codeSent: "-",
    activated: "-",
    gone: "abandoned",
  },
  awaitingTerms: {
    cardFound: "awaitingTerms",
    green: "awaitingVerification",
    yellow: "awaitingVerification",
    red: "refused",
    codeSent: "-",
    activated: "-",
    gone: "abandoned",
  },
  awaitingVerification: {
    cardFound: "-",
    green: "-",
    yellow: "-",
    red: "-",
    codeSent: "awaitingVerification",
    activated: "active",
    gone: "abandoned",
  },
  active: { cardFound: "-", green: "-", yellow: "-", red: "-", codeSent: "-", activated: "active", gone: "active" },
  refused: { cardFound: "-", green: "-", yellow: "-", red: "-", codeSent: "-", activated: "-", gone: "refused" },
  abandoned: { cardFound: "-", green: "-", yellow: "-", red: "-", codeSent: "-", activated: "-", gone: "abandoned" },
};

describe("binding journey", () => {
  test.each(BindingStage.options.flatMap((stage) => Object.keys(events).map((name) => [stage, name] as const)))(
    "%s meets %s",
    (stage, name) => {
      const before = at(stage);
      const result = stepBinding(before, events[name]!);
      expect(result.ok ? result.value.stage : "-").toBe(TABLE[stage][name]);
      if (!result.ok) expect(result.error).toBe("wrongState");
      expect(before).toEqual(at(stage));
    },
  );

  test("what is learnt on the way stays", () => {
    const steps = ["cardFound", "yellow", "codeSent", "activated"];
    let view = at("awaitingCard");
    for (const name of steps) {
      const next = stepBinding(view, events[name]!);
      if (!next.ok) throw new Error(name);
      view = next.value;
    }
    expect(view).toMatchObject({
      stage: "active",
      passId: "pass-1",
      panSuffix: "0017",
      product,
      terms,
      decision: "yellow",
    });
    const again = stepBinding(view, { kind: "activated", passId: "pass-2" });
    expect(again.ok && again.value.passId).toBe("pass-1");
  });

  test("a journey that can be resumed is one that has not ended", () => {
    expect(BindingStage.options.filter((stage) => !RESUMABLE.includes(stage))).toEqual([
      "preflightFailed",
      "active",
      "refused",
      "abandoned",
    ]);
  });
});
