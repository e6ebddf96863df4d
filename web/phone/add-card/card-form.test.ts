import fc from "fast-check";
import * as v from "valibot";
import { expect, test } from "vitest";
import { CardData } from "#contracts/common";
import { DEMO_CARDS } from "#protocol/pan";
import { instant } from "#protocol/time";
import { type CardFields, groupPan, parseCardForm, parseCode, slashExpiry } from "./card-form.ts";

const NOW = instant(Date.UTC(2026, 0, 15));
const typed = (card: (typeof DEMO_CARDS)[number]): CardFields => ({
  pan: groupPan(card.pan),
  holderName: card.holderName,
  mobile: card.mobile,
  expiry: slashExpiry(card.expiry.slice(2) + card.expiry.slice(0, 2)),
  cvn2: card.cvn2,
});

test.each(DEMO_CARDS.map((card) => [card.id, card] as const))("%s's card is read as it is printed", (_id, card) => {
  const credit = card.kind === "credit";
  const { pan, holderName, mobile, expiry, cvn2 } = card;
  expect(parseCardForm(typed(card), credit, NOW)).toEqual({
    ok: true,
    value: { pan, holderName, mobile, ...(credit ? { expiry, cvn2 } : {}) },
  });
});

test.each([
  ["06/33", "3306"],
  ["0633", "3306"],
  ["06-33", "3306"],
  ["０６／３３", "3306"],
  ["06/2033", "3306"],
])("expiry %s", (expiry, wanted) => {
  const read = parseCardForm({ ...typed(DEMO_CARDS[1]!), expiry }, true, NOW);
  expect(read.ok && read.value.expiry).toBe(wanted);
});

test("a card is good until the last moment of its month", () => {
  const fields = { ...typed(DEMO_CARDS[1]!), expiry: "01/26" };
  const end = Date.UTC(2026, 0, 31, 16);
  expect(parseCardForm(fields, true, instant(end - 1)).ok).toBe(true);
  expect(parseCardForm(fields, true, instant(end)).ok).toBe(false);
});

test("whatever is typed: a card that the contract takes, or faults that do not repeat it", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(..."0123456789 -/张·A"), maxLength: 24 }),
    fc.constantFrom(...DEMO_CARDS.flatMap((card) => Object.values(typed(card)))),
  );
  fc.assert(
    fc.property(
      fc.record({ pan: text, holderName: text, mobile: text, expiry: text, cvn2: text }),
      fc.boolean(),
      (fields, credit) => {
        const read = parseCardForm(fields, credit, NOW);
        if (read.ok) {
          expect(v.is(CardData, read.value)).toBe(true);
          return;
        }
        expect(Object.keys(read.error).length).toBeGreaterThan(0);
        for (const words of Object.values(read.error))
          for (const value of Object.values(fields))
            if (/\d{6}/.test(value)) expect(`${words.zh} ${words.en}`).not.toContain(value.trim());
      },
    ),
  );
});

test("six digits are a code, nothing else is", () => {
  expect(parseCode(" 12 34 56 ")).toEqual({ ok: true, value: "123456" });
  for (const bad of ["", "12345", "1234567", "12345x", "一二三四五六"]) expect(parseCode(bad).ok).toBe(false);
});
