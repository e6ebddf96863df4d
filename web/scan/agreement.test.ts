import { expect, test } from "vitest";
import { createAgreement } from "./agreement.ts";
import type { Reading } from "./reader.ts";

const card = (digits: string, expiry?: string, listed = true): Reading => ({
  number: { kind: "card", digits, listed, credit: false },
  ...(expiry === undefined ? {} : { expiry }),
});
const [A, B] = ["6259991000000021", "6259991000000047"];

function heard(...readings: readonly Reading[]) {
  const agreement = createAgreement();
  return readings.map((reading) => {
    const agreed = agreement.hear(reading);
    return agreed?.kind === "card" ? agreed.card.pan : agreed?.kind;
  });
}

test("one frame is not enough; two of the last three are", () => {
  expect(heard(card(A), card(A))).toEqual([undefined, A]);
  expect(heard(card(A), {}, card(A))).toEqual([undefined, undefined, A]);
  expect(heard(card(A), {}, {}, card(A))).toEqual([undefined, undefined, undefined, undefined]);
});

test("while frames differ, neither is believed", () => {
  expect(heard(card(A), card(B), card(A), card(B))).toEqual([undefined, undefined, undefined, undefined]);
  expect(heard(card(A), card(B), card(B), card(B))).toEqual([undefined, undefined, undefined, B]);
});

test("digits that are no card's number do not speak against one, and a card's number speaks against them", () => {
  const part: Reading = { number: { kind: "other", digits: "9991000000021" } };
  expect(heard(card(A), part, card(A))).toEqual([undefined, undefined, A]);
  expect(heard(card(A), part, part, part)).toEqual([undefined, undefined, undefined, undefined]);
});

test("a number of no known range needs a third frame", () => {
  const unlisted = card("6217001234567890120", undefined, false);
  expect(heard(unlisted, unlisted, {}, unlisted)).toEqual([undefined, undefined, undefined, "6217001234567890120"]);
});

test("the expiry date is told where two frames have it", () => {
  const agreement = createAgreement();
  agreement.hear(card(A, "06/33"));
  expect(agreement.hear(card(A, "08/33"))).toEqual({ kind: "card", card: { pan: A, credit: false } });
  expect(agreement.hear(card(A, "06/33"))).toEqual({ kind: "card", card: { pan: A, credit: false, expiry: "06/33" } });
});

test("a card of another kind is told as such, and its number goes nowhere", () => {
  const other: Reading = { number: { kind: "other", digits: "3104870112345678901" } };
  const agreement = createAgreement();
  agreement.hear(other);
  agreement.hear(other);
  expect(agreement.hear(other)).toEqual({ kind: "otherCard" });
});
