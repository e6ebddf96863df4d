import { describe, expect, test } from "vitest";
import { DEFAULT_POLICY } from "./policy.ts";
import { readPolicy } from "./policy-file.ts";

describe("a policy file", () => {
  test("an empty one is the defaults", () => {
    expect(readPolicy({})).toEqual({ ok: true, value: DEFAULT_POLICY });
  });

  test("parts are laid over the defaults, lists and tables as a whole; sums are digits in text", () => {
    const read = readPolicy({
      payment: { singleMaxMinor: "100000" },
      binding: {
        devicesPerCard: 2,
        checkColours: { customerRecordStale: "orange" },
        methods: { yellow: ["callCentre"] },
        rules: [
          {
            ruleId: "camera",
            when: {
              all: [{ source: ["camera"] }, { not: { any: [{ walletReason: ["0G"] }, { tspScoreAtLeast: 9 }] } }],
            },
            colour: "orange",
          },
        ],
      },
      maintenance: [{ kind: "daily", fromMinute: 120, toMinute: 150 }],
      hotline: { toHour: 24 },
    });
    expect(read).toMatchObject({
      ok: true,
      value: {
        payment: { singleMaxMinor: 1_000_00n, dayMaxMinor: DEFAULT_POLICY.payment.dayMaxMinor },
        binding: {
          devicesPerCard: 2,
          cardsPerDevice: DEFAULT_POLICY.binding.cardsPerDevice,
          methods: { yellow: ["callCentre"], orange: DEFAULT_POLICY.binding.methods.orange },
        },
        hotline: { fromHour: 8, toHour: 24 },
      },
    });
    expect(read.ok && read.value.binding.rules).toHaveLength(1);
    expect(read.ok && read.value.maintenance).toHaveLength(1);
  });

  test.each<[string, unknown, readonly string[]]>([
    ["no object", 7, ["policy: wants Object"]],
    ["an unknown part", { bindings: {} }, ["bindings: not known"]],
    ["an unknown field", { binding: { devicePerCard: 5 } }, ["binding.devicePerCard: not known"]],
    ["a sum as a number", { payment: { singleMaxMinor: 100 } }, ["payment.singleMaxMinor: wants string"]],
    [
      "a sum with a point",
      { payment: { singleMaxMinor: "1.5" } },
      ["payment.singleMaxMinor: wants minor units as digits"],
    ],
    [
      "red without a cause",
      { binding: { rules: [{ ruleId: "x", when: { riskMark: ["watch"] }, colour: "red" }] } },
      ["binding.rules.0: a red rule wants a cause"],
    ],
    [
      "one rule twice",
      {
        binding: {
          rules: [
            { ruleId: "x", when: { all: [] }, colour: "yellow" },
            { ruleId: "x", when: { all: [] }, colour: "orange" },
          ],
        },
      },
      ["binding.rules: x twice"],
    ],
    [
      "a hotline that closes before it opens",
      { hotline: { fromHour: 22 } },
      ["hotline.fromHour: the hotline closes before it opens"],
    ],
    ["six tries", { code: { tries: 6 } }, ["code.tries: wants <=5"]],
    [
      "two faults",
      { code: { tries: "many" }, transfer: { quoteMs: 0 } },
      ["code.tries: wants number", "transfer.quoteMs: wants >=1"],
    ],
  ])("%s", (_what, json, faults) => {
    expect(readPolicy(json)).toEqual({ ok: false, error: faults });
  });

  test.each<[string, object[], object, string]>([
    ["a last tier that ends", [{ upToMinor: "5", fixedMinor: "1" }], {}, "the last tier must not end"],
    [
      "tiers that fall",
      [{ upToMinor: "5", fixedMinor: "1" }, { upToMinor: "4", fixedMinor: "1" }, { basisPoints: 1 }],
      {},
      "tiers must rise",
    ],
    ["a least above the cap", [{ basisPoints: 1 }], { minMinor: "9", maxMinor: "8" }, "the least is more than the cap"],
  ])("a fee table with %s", (_what, tiers, more, fault) => {
    const rule = {
      ruleId: "r",
      scope: { to: "banks" },
      tiers,
      minMinor: "0",
      maxMinor: "9",
      words: { zh: "费", en: "fee" },
      ...more,
    };
    expect(readPolicy({ fees: { waivers: [], rules: [rule] } })).toEqual({
      ok: false,
      error: [`fees.rules.0: ${fault}`],
    });
  });
});
