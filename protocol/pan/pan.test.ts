import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTokenPan, TOKEN_RANGES } from "#protocol/paytoken";
import vectors from "../../test/vectors/pan.json" with { type: "json" };
import { rangeFinder } from "./iin.ts";
import { DEMO_CARDS, IIN_RANGES, iinRangeOf, iinRangesOf, luhnDigit, luhnOk, Pan } from "./index.ts";

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: min, maxLength: max });

describe("card numbers", () => {
  test.each(vectors.luhn)("Luhn: $number is $valid", ({ number, valid }) => {
    expect(luhnOk(number)).toBe(valid);
    expect(Pan.parse(number).ok).toBe(valid);
  });

  test("the check digit makes any number pass, and no other digit does", () => {
    fc.assert(
      fc.property(digits(11, 18), (body) => {
        const right = luhnDigit(body);
        for (const digit of "0123456789") expect(luhnOk(body + digit)).toBe(digit === right);
      }),
    );
  });

  test("one wrong digit, or two neighbours changed over (but 0 and 9), never pass", () => {
    fc.assert(
      fc.property(digits(11, 18), fc.nat(17), fc.integer({ min: 1, max: 9 }), (body, place, by) => {
        const number = body + luhnDigit(body);
        const at = place % (number.length - 1);
        const [a, b] = [Number(number[at]), Number(number[at + 1])];
        expect(luhnOk(number.slice(0, at) + ((a + by) % 10) + number.slice(at + 1))).toBe(false);
        const swapped = number.slice(0, at) + b + a + number.slice(at + 2);
        expect(luhnOk(swapped)).toBe(a === b || (a + b === 9 && a * b === 0));
      }),
    );
  });

  test.each([
    "",
    "12345678901",
    "62299901000000000170",
    "6229 9901 0000 0000 017",
    "622999010000000001x",
    "６２２９９９",
  ])("%j is none", (text) => {
    expect(Pan.parse(text)).toEqual({ ok: false, error: "badPan" });
  });

  test("a number shows its last four and nothing else, however it is printed", () => {
    const parsed = Pan.parse(DEMO_CARDS[0]!.pan);
    if (!parsed.ok) throw new Error();
    const pan = parsed.value;
    expect([`${pan}`, JSON.stringify({ pan }), pan.suffix]).toEqual(["**** 0017", '{"pan":"**** 0017"}', "0017"]);
    for (const printed of [
      `${pan}`,
      JSON.stringify(pan),
      inspect(pan, { depth: 9, showHidden: true }),
      String(Object.values(pan)),
    ])
      expect(printed).not.toContain("622999");
    expect(pan.expose()).toBe(DEMO_CARDS[0]!.pan);
  });
});

describe("whose number", () => {
  test.each(vectors.ranges)("$id", ({ number, bank, network, kind }) => {
    expect(iinRangeOf(number)).toMatchObject({ bank, network, kind, length: number.length });
  });

  test("the longest prefix wins", () => {
    const range = (prefix: string, bank: "icbc" | "demo") =>
      ({ prefix, length: 16, bank, network: "unionPay", kind: "debit" }) as const;
    for (const ranges of [
      [range("62", "icbc"), range("622999", "demo")],
      [range("622999", "demo"), range("62", "icbc")],
    ]) {
      const find = rangeFinder(ranges);
      expect(["622999", "622998", "62", "6", "51"].map((digits) => find(digits)[0]?.bank)).toEqual([
        "demo",
        "icbc",
        "icbc",
        undefined,
        undefined,
      ]);
    }
  });

  test("a wrong length is nobody's", () => {
    const icbc = "6222021234567890128";
    expect(iinRangeOf(icbc)?.prefix).toBe("622202");
    expect(iinRangeOf(icbc.slice(0, -1))).toBeUndefined();
    expect(iinRangesOf("62220").length).toBe(0);
    expect(iinRangesOf("622202").map(({ kind }) => kind)).toEqual(["debit"]);
    expect(iinRangesOf("9558").map(({ length }) => length)).toEqual([19]);
    expect(iinRangeOf("4111111111111111")).toBeUndefined();
  });

  test("each demo card is the demo bank's, of its kind; no real range and no token range meets another bank's", () => {
    for (const card of DEMO_CARDS) expect(iinRangeOf(card.pan)).toMatchObject({ bank: "demo", kind: card.kind });
    for (const { prefix, length } of Object.values(TOKEN_RANGES)) {
      expect(isTokenPan(prefix.padEnd(length, "0"))).toBe(true);
      expect(IIN_RANGES.filter((range) => range.prefix.startsWith(prefix) || prefix.startsWith(range.prefix))).toEqual(
        [],
      );
    }
    const seen = new Set<string>();
    for (const { prefix, length, bank, kind } of IIN_RANGES) {
      expect(prefix).toMatch(/^\d{4,6}$/);
      expect([15, 16, 18, 19]).toContain(length);
      const id = `${prefix}/${length}`;
      expect(seen.has(id), `${id} ${bank} ${kind}`).toBe(false);
      seen.add(id);
    }
  });
});
