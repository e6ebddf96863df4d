import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chinaDate,
  chinaTime,
  type ExpiryYymm,
  endOfExpiry,
  instant,
  isExpired,
  parseExpiry,
  toF7,
  toYymmdd,
} from "./index.ts";

describe("China time", () => {
  test.each<[string, string, string]>([
    ["2026-11-24T02:00:00Z", "1124100000", "261124"],
    ["2026-12-31T15:59:59Z", "1231235959", "261231"],
    ["2026-12-31T16:00:00Z", "0101000000", "270101"],
    ["2028-02-28T16:00:00Z", "0229000000", "280229"],
    ["1999-12-31T16:00:00.999Z", "0101000000", "000101"],
  ])("%s is F7 %s and 9A %s", (iso, f7, yymmdd) => {
    const at = instant(Date.parse(iso));
    expect([toF7(at), toYymmdd(at)]).toEqual([f7, yymmdd]);
    expect(chinaDate(at) + chinaTime(at)).toBe(f7);
  });

  test("as the machine's own calendar of Shanghai has it", () => {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: "Asia/Shanghai",
      year: "2-digit",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    // From 1992 on China keeps one time all year.
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1992, 0), max: Date.UTC(2099, 0) }), (ms) => {
        const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
        const at = instant(ms);
        expect(toYymmdd(at)).toBe(`${part["year"]}${part["month"]}${part["day"]}`);
        expect(chinaTime(at)).toBe(`${part["hour"]}${part["minute"]}${part["second"]}`);
      }),
      { numRuns: 300 },
    );
  });
});

describe("expiry", () => {
  test.each(["3112", "0001", "9912"])("%s is one", (text) => {
    expect(parseExpiry(text)).toEqual({ ok: true, value: text });
  });
  test.each(["", "311", "3100", "3113", "12/31", "31 2", "３１１２", "31122"])("%j is none", (text) => {
    expect(parseExpiry(text)).toEqual({ ok: false, error: "badExpiry" });
  });

  test("a card is good to the last millisecond of its month, in China", () => {
    const expiry = "3111" as ExpiryYymm;
    const end = Date.parse("2031-11-30T16:00:00Z");
    expect(endOfExpiry(expiry)).toBe(end);
    expect([isExpired(expiry, instant(end - 1)), isExpired(expiry, instant(end))]).toEqual([false, true]);
  });

  test("two digits of a year: to 49 they are 20xx, from 50 on 19xx", () => {
    expect(endOfExpiry("4912" as ExpiryYymm)).toBe(Date.parse("2049-12-31T16:00:00Z"));
    expect(endOfExpiry("5001" as ExpiryYymm)).toBe(Date.parse("1950-01-31T16:00:00Z"));
  });
});

test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%d is no moment", (ms) => {
  expect(() => instant(ms)).toThrow(RangeError);
});
