import fc from "fast-check";
import * as v from "valibot";
import { expect, test } from "vitest";
import { CaseCode } from "#contracts/facts";
import { makeCaseCode, parseCaseCode } from "./case-code.ts";

const counting = (numbers: readonly number[]) => {
  let i = 0;
  return (limit: number) => numbers[i++ % numbers.length]! % limit;
};

test("a made code fits the contract and reads back", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (numbers) => {
      const code = makeCaseCode(counting(numbers));
      expect(v.is(CaseCode, code)).toBe(true);
      expect(parseCaseCode(code)).toEqual({ ok: true, value: code });
    }),
  );
});

test("all 31 signs occur, and only those", () => {
  const seen = new Set<string>();
  for (let n = 0; n < 31; n++) for (const sign of makeCaseCode(() => n).replace("-", "")) seen.add(sign);
  expect([...seen].sort().join("")).toBe("23456789ABCDEFGHJKMNPQRSTUVWXYZ");
});

test.each(["k7f-3qm", "K7F3QM", " k7f 3qm ", "K7F–3QM", "Ｋ７Ｆ－３ＱＭ", "k 7 f 3 q m"])(
  "reads %s as K7F-3QM",
  (text) => {
    expect(parseCaseCode(text)).toEqual({ ok: true, value: "K7F-3QM" });
  },
);

test.each([
  ["K0F-3QM", "sign 2: 0, O, 1, I and L never occur"],
  ["K7O-3QM", "sign 3: 0, O, 1, I and L never occur"],
  ["K7F-iQM", "sign 4: 0, O, 1, I and L never occur"],
  ["K7F-31M", "sign 5: 0, O, 1, I and L never occur"],
  ["K7F-3Ql", "sign 6: 0, O, 1, I and L never occur"],
  ["K7F_3QM", "sign 4: not a sign"],
  ["卡7F3QM", "sign 1: not a sign"],
  ["K7F-3Q", "got 5"],
  ["", "got 0"],
  ["K7F-3QM7", "got 7"],
  ["K7F-3QM0", "got 7"],
])("refuses %s with a place", (text, words) => {
  const parsed = parseCaseCode(text);
  expect(parsed.ok).toBe(false);
  if (!parsed.ok) expect(parsed.error.en).toContain(words);
});

test("any text gives a code of the contract or words in both languages", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 12 }), (text) => {
      const parsed = parseCaseCode(text);
      if (parsed.ok) expect(v.is(CaseCode, parsed.value)).toBe(true);
      else expect(parsed.error.zh).toMatch(/案例码/);
    }),
  );
});
