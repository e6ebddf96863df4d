import fc from "fast-check";
import { expect, test } from "vitest";
import { IIN_RANGES, luhnDigit, luhnOk } from "#protocol/pan";
import type { Sign } from "./decode.ts";
import { expiryIn } from "./expiry.ts";
import { numberIn } from "./number.ts";

const row = (text: string, sure = 0.9): Sign[] =>
  [...text].map((sign, i) => ({ text: sign, sure, at: i / text.length }));
const spoilt = (digits: string) => digits.slice(0, -1) + ((Number(digits.at(-1)) + 1) % 10);
const whole = (body: string) => body + luhnDigit(body);

test("a number of a range that we know, however it is grouped", () => {
  for (const { prefix, length, kind } of IIN_RANGES) {
    const digits = whole(prefix.padEnd(length - 1, "4"));
    const read = { kind: "card", digits, listed: true, credit: kind === "credit" };
    expect(numberIn(row(digits.replace(/(\d{4})/g, "$1 ")))).toEqual(read);
    expect(numberIn(row(digits))).toEqual(read);
  }
});

test("a part of a number is no number, also where its head passes Luhn by chance", () => {
  // 19 digits of which the first 16 pass Luhn too.
  const long = Array.from({ length: 1000 }, (_, i) => whole(`622999${String(i).padStart(12, "0")}`)).filter((digits) =>
    luhnOk(digits.slice(0, 16)),
  );
  expect(long.length).toBeGreaterThan(50);
  for (const digits of long) {
    expect(numberIn(row(digits))).toMatchObject({ digits });
    expect(numberIn(row(digits.slice(0, 16)))).toBeUndefined();
    expect(numberIn(row(`${digits.slice(0, 16)}章18`))).toBeUndefined();
    expect(numberIn(row(`${digits}00`))).toBeUndefined();
  }
});

test("one digit misread, missing or doubled: never another number of the same range", () => {
  const digit = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(
      fc.constantFrom(...IIN_RANGES),
      fc.array(digit, { minLength: 20, maxLength: 20 }),
      fc.nat(),
      digit,
      (range, drawn, where, other) => {
        const digits = whole((range.prefix + drawn.join("")).slice(0, range.length - 1));
        const at = range.prefix.length + (where % (digits.length - range.prefix.length));
        const [head, tail] = [digits.slice(0, at), digits.slice(at + 1)];
        const misread = `${head}${other}${tail}`;
        if (misread !== digits) expect(numberIn(row(misread))).toBeUndefined();
        for (const changed of [head + tail, head + digits[at] + digits[at] + tail]) {
          const read = numberIn(row(changed));
          if (read?.kind === "card") expect(read.digits).toBe(changed);
          if (read?.kind === "card" && range.network === "unionPay") expect(read.listed).toBe(true);
        }
      },
    ),
  );
});

test("digits that look like letters are digits among digits; other signs are not", () => {
  expect(numberIn(row("6259 9910 OO00 0O2l"))).toMatchObject({ digits: "6259991000000021" });
  expect(numberIn(row("6259 9910 OO00 0O21"))).toMatchObject({ digits: "6259991000000021" });
  expect(numberIn(row("6259 9910 0B00 0021"))).toBeUndefined();
  expect(numberIn(row("云6259 9910 0000 0021"))).toMatchObject({ digits: "6259991000000021" });
});

test("what is not sure is not read", () => {
  const signs = row("6259991000000021");
  expect(numberIn(signs.map((sign, i) => (i === 9 ? { ...sign, sure: 0.1 } : sign)))).toBeUndefined();
});

test("a range that we do not know: Luhn and the network's lengths, in a row with nothing else", () => {
  const digits = whole("621700123456789012");
  expect(numberIn(row(digits))).toEqual({ kind: "card", digits, listed: false, credit: false });
  expect(numberIn(row(`${digits}章`))).toBeUndefined();
  expect(numberIn(row(whole("42424242424242424")))).toBeUndefined(); // Visa, 18 digits
  expect(numberIn(row(spoilt(digits)))).toBeUndefined();
});

test("a number of no network is a card of another kind", () => {
  expect(numberIn(row("3104870112345678901"))).toEqual({ kind: "other", digits: "3104870112345678901" });
  expect(numberIn(row("13800138001"))).toBeUndefined();
});

test.each([
  ["VALID THRU 06/33", "06/33"],
  ["01/24-06/33", "06/33"],
  ["有效期 O6/33", "06/33"],
  ["12/2035", "12/35"],
  ["13/33", undefined],
  ["00/33", undefined],
  ["06/99", undefined],
  ["106/33", undefined],
  ["06/333", undefined],
  ["0633", undefined],
  ["ZHANG WEI", undefined],
])("expiry in %s: %s", (text, expiry) => expect(expiryIn(row(text))).toBe(expiry));
