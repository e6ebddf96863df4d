import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CurrencyCode, currency, exponentOf, formatMoney, fromN12, money, parseAmount, toN12 } from "./index.ts";

const CODES: readonly CurrencyCode[] = ["156", "344", "446", "840", "978", "392"];
const code = fc.constantFrom(...CODES);
const minor = fc.bigInt({ min: 0n, max: 999_999_999_999n });

describe("twelve digits", () => {
  test("any sum that fits, there and back", () => {
    fc.assert(
      fc.property(minor, code, (value, of) => {
        const digits = toN12(money(value, of));
        expect(digits).toMatch(/^\d{12}$/);
        expect(fromN12(digits, of)).toEqual(money(value, of));
      }),
    );
  });
  test.each([-1n, 1_000_000_000_000n])("%d does not fit", (value) => {
    expect(() => toN12(money(value))).toThrow(RangeError);
  });
  test.each(["", "12345678901", "1234567890123", "12345678901x", " 23456789012"])(
    "%j are not twelve digits",
    (digits) => {
      expect(() => fromN12(digits, "156")).toThrow(RangeError);
    },
  );
});

describe("what people write", () => {
  test.each<[string, CurrencyCode, bigint]>([
    ["12.34", "156", 1234n],
    ["12", "156", 1200n],
    ["0.5", "156", 50n],
    [" 0.05 ", "840", 5n],
    ["1000", "392", 1000n],
  ])("%j in %s", (text, of, expected) => {
    expect(parseAmount(text, of)).toEqual({ ok: true, value: money(expected, of) });
  });

  test.each<[string, CurrencyCode]>([
    ["", "156"],
    ["12.345", "156"],
    ["12.5", "392"],
    ["-1", "156"],
    ["1e3", "156"],
    ["1,000", "156"],
    [".5", "156"],
    ["12.", "156"],
    ["12345678901", "156"],
    ["１２", "156"],
  ])("%j in %s is no amount", (text, of) => {
    expect(parseAmount(text, of)).toEqual({ ok: false, error: "badAmount" });
  });

  test.each<[bigint, CurrencyCode, string]>([
    [1234n, "156", "¥12.34"],
    [-5n, "156", "-¥0.05"],
    [0n, "156", "¥0.00"],
    [123_400n, "156", "¥1,234.00"],
    [123_456_789_00n, "840", "$123,456,789.00"],
    [1_234_567n, "392", "JP¥1,234,567"],
    [100n, "344", "HK$1.00"],
  ])("%d of %s is shown as %s", (value, of, text) => {
    expect(formatMoney(money(value, of))).toBe(text);
  });

  test("what is shown reads back as the same sum", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9_999_999_999n }), code, (value, of) => {
        const text = formatMoney(money(value, of)).replace(/[^\d.]/g, "");
        expect(parseAmount(text, of)).toEqual({ ok: true, value: money(value, of) });
      }),
    );
  });
});

test("ISO 4217: yen have no cents, and a code that we do not keep is none", () => {
  expect(CODES.map(exponentOf)).toEqual([2, 2, 2, 2, 2, 0]);
  expect(["156", "392", "999", "toString", ""].map(currency)).toEqual(["156", "392", undefined, undefined, undefined]);
});
