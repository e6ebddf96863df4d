import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_FEES, type FeeTable, type Order, quoteFee } from "./fees.ts";

const order = (amountMinor: bigint, toBank = "ABC", more: Partial<Order> = {}): Order => ({
  toBank,
  amountMinor,
  productId: "demo-debit",
  ...more,
});
const fee = (amountMinor: bigint, toBank?: string, more?: Partial<Order>) => {
  const { feeMinor, ruleId } = quoteFee(DEFAULT_FEES, order(amountMinor, toBank, more));
  return [Number(feeMinor), ruleId];
};

describe("the bank's fee table, in fen", () => {
  test.each<[string, bigint, string, Partial<Order>, number, string]>([
    ["within the bank", 99_999_99n, "own", {}, 0, "own"],
    ["to the allied bank", 99_999_99n, "LHB", {}, 0, "allied"],
    ["small", 1_000_00n, "ABC", {}, 0, "small"],
    ["a fen above small", 1_000_01n, "ABC", {}, 2_00, "banks"],
    ["the end of the first tier", 2_000_00n, "ABC", {}, 2_00, "banks"],
    ["the second tier", 2_000_01n, "ABC", {}, 5_00, "banks"],
    ["the third", 10_000_00n, "ABC", {}, 10_00, "banks"],
    ["the fourth", 50_000_00n, "ABC", {}, 15_00, "banks"],
    ["0.03 %", 100_000_00n, "ABC", {}, 30_00, "banks"],
    ["a little more than half a fen goes up", 100_016_67n, "ABC", {}, 30_01, "banks"],
    ["a little less goes down", 100_016_66n, "ABC", {}, 30_00, "banks"],
    ["the cap", 500_000_00n, "ABC", {}, 50_00, "banks"],
    ["a youth card", 5_000_00n, "ABC", { productId: "demo-youth" }, 0, "youth"],
    ["a youth card, more", 5_000_01n, "ABC", { productId: "demo-youth" }, 10_00, "banks"],
    ["a named category", 1_000_00n, "ABC", { merchantCategory: "6211" }, 5_00, "cash-like"],
    ["a named category, at least", 10_00n, "ABC", { merchantCategory: "6211" }, 1_00, "cash-like"],
    ["a named category, at most", 99_999_00n, "own", { merchantCategory: "4829" }, 50_00, "cash-like"],
    ["any other merchant", 99_999_00n, "ABC", { merchantCategory: "5812" }, 0, "free"],
  ])("%s", (_what, amountMinor, toBank, more, feeMinor, ruleId) => {
    expect(fee(amountMinor, toBank, more)).toEqual([feeMinor, ruleId]);
  });

  test("no amount is no order", () => {
    for (const amountMinor of [0n, -1n]) expect(() => quoteFee(DEFAULT_FEES, order(amountMinor))).toThrow(RangeError);
  });
});

const minor = (max: bigint) => fc.bigInt({ min: 0n, max });
const tables: fc.Arbitrary<FeeTable> = fc
  .record({
    min: minor(10_00n),
    span: minor(100_00n),
    first: fc.bigInt({ min: 1n, max: 5_000_00n }),
    fixed: minor(50_00n),
    basisPoints: fc.integer({ min: 0, max: 500 }),
    waived: minor(2_000_00n),
  })
  .map(({ min, span, first, fixed, basisPoints, waived }) => ({
    waivers: [
      { ruleId: "w", scope: { to: "banks" as const }, amountAtMostMinor: waived, words: { zh: "免", en: "free" } },
    ],
    rules: [
      {
        ruleId: "r",
        scope: { to: "banks" as const, except: ["XYZ"] },
        tiers: [{ upToMinor: first, fixedMinor: fixed }, { basisPoints }],
        minMinor: min,
        maxMinor: min + span,
        words: { zh: "费", en: "fee" },
      },
    ],
  }));

test("of any table: never below zero, within its least and its cap, free only where a row says so", () => {
  fc.assert(
    fc.property(
      tables,
      fc.bigInt({ min: 1n, max: 10_000_000_00n }),
      fc.constantFrom("ABC", "XYZ", "own"),
      (table, amountMinor, toBank) => {
        const { feeMinor, ruleId } = quoteFee(table, order(amountMinor, toBank));
        const { minMinor, maxMinor } = table.rules[0]!;
        const waived = toBank !== "own" && amountMinor <= table.waivers[0]!.amountAtMostMinor!;
        expect(ruleId).toBe(waived ? "w" : toBank === "ABC" ? "r" : "free");
        if (ruleId === "r") expect(feeMinor >= minMinor && feeMinor <= maxMinor).toBe(true);
        else expect(feeMinor).toBe(0n);
      },
    ),
    { numRuns: 1000 },
  );
});
