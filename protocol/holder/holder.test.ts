import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  idNumberCheck,
  maskIdNumber,
  maskMobile,
  normaliseHolderName,
  parseIdNumber,
  parseMobile,
  sameHolderName,
} from "./index.ts";

describe("holder name", () => {
  test.each([
    ["张伟", "张伟"],
    [" 张 伟　", "张伟"],
    ["买买提•艾力", "买买提·艾力"],
    ["买买提・艾力", "买买提·艾力"],
    ["买买提．艾力", "买买提·艾力"],
    ["买买提･艾力", "买买提·艾力"],
    ["买买提 · 艾力", "买买提·艾力"],
    ["买买提.艾力", "买买提·艾力"],
    ["ｚｈａｎｇ　ｗｅｉ", "ZHANG WEI"],
    ["  john  q.  smith ", "JOHN Q. SMITH"],
    ["o'neill-jones", "O'NEILL-JONES"],
    ["张\u200b伟\ufeff", "张伟"],
    ["é", "É"],
  ])("%j becomes %j", (typed, kept) => {
    expect(normaliseHolderName(typed)).toEqual({ ok: true, value: kept });
  });

  test.each(["", "   ", "张\u0000伟", "a\nb<script>", "🙂", "名".repeat(61)])("%j is no name", (typed) => {
    expect(normaliseHolderName(typed)).toEqual({ ok: false, error: "badName" });
  });

  test("comparison is exact: one different character is another person", () => {
    expect(sameHolderName("买买提•艾力", "买买提．艾力")).toBe(true);
    expect(sameHolderName("zhang wei", "ZHANG  WEI")).toBe(true);
    expect(sameHolderName("张伟", "张玮")).toBe(false);
    expect(sameHolderName("张伟", "张伟明")).toBe(false);
    expect(sameHolderName("ZHANG WEI", "WEI ZHANG")).toBe(false);
    expect(sameHolderName("买买提·艾力", "买买提艾力")).toBe(false);
    expect(sameHolderName("", "")).toBe(false);
  });

  test("a normalised name normalises to itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (typed) => {
        const once = normaliseHolderName(typed);
        if (once.ok) expect(normaliseHolderName(once.value)).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("resident identity number (GB 11643)", () => {
  // Vectors: card-product §3.
  test.each([
    ["11010519491231002", "X"],
    ["44052418800101001", "4"],
  ])("%s has check %s", (body, check) => {
    expect(idNumberCheck(body)).toBe(check);
    expect(parseIdNumber(body + check).ok).toBe(true);
  });

  test("its parts", () => {
    expect(parseIdNumber(" 11010519491231002x ")).toEqual({
      ok: true,
      value: { number: "11010519491231002X", area: "110105", birthDate: "19491231", sex: "female" },
    });
    const parsed = parseIdNumber("11010519491231002X");
    if (parsed.ok) expect(maskIdNumber(parsed.value.number)).toBe("110*************2X");
  });

  test.each([
    ["wrong check", "110105194912310021"],
    ["15 digits, the old form", "110105491231002"],
    ["letters", "1101051949123100AX"],
    ["starts with 0", `01010519491231002${idNumberCheck("01010519491231002")}`],
    ["30 February", `11010519490230002${idNumberCheck("11010519490230002")}`],
    ["month 13", `11010519491331002${idNumberCheck("11010519491331002")}`],
    ["29 February of 1900", `11010519000229002${idNumberCheck("11010519000229002")}`],
    ["empty", ""],
  ])("%s is refused", (_why, number) => {
    expect(parseIdNumber(number)).toEqual({ ok: false, error: "badIdNumber" });
  });

  test("29 February of a leap year is a date", () => {
    expect(parseIdNumber(`11010520000229002${idNumberCheck("11010520000229002")}`).ok).toBe(true);
  });

  test("any single changed digit is found", () => {
    fc.assert(
      fc.property(fc.nat(16), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const body = "11010519491231002";
        const changed = body.slice(0, at) + String((Number(body[at]) + by) % 10) + body.slice(at + 1);
        expect(parseIdNumber(`${changed}X`).ok).toBe(false);
      }),
    );
  });
});

describe("mobile number", () => {
  test.each([
    ["13800138000", "13800138000"],
    ["+86 138-0013-8000", "13800138000"],
    ["86-15952923386", "15952923386"],
    ["0086 19912345678", "19912345678"],
    ["１３８００１３８０００", "13800138000"],
  ])("%s", (typed, kept) => {
    expect(parseMobile(typed)).toEqual({ ok: true, value: kept });
  });

  test.each(["12800138000", "1380013800", "138001380000", "1410000000000", "010-88886666", "+85298765432", ""])(
    "%j is none",
    (typed) => {
      expect(parseMobile(typed)).toEqual({ ok: false, error: "badMobile" });
    },
  );

  test("the mask shows three and four digits of any number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }), (digits) => {
        const parsed = parseMobile(String(digits));
        if (!parsed.ok) throw new Error("wants a number");
        expect(maskMobile(parsed.value)).toMatch(/^1\d{2}\*{4}\d{4}$/);
        expect(maskMobile(parsed.value).slice(-4)).toBe(String(digits).slice(-4));
      }),
    );
  });
});
