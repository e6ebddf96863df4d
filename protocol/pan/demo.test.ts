import { expect, test } from "vitest";
import { parseExpiry } from "#protocol/time";
import { normaliseHolderName, parseIdNumber, parseMobile } from "../holder/index.ts";
import { DEMO_CARDS, DEMO_RANGES, Pan } from "./index.ts";

test("every demo card is a card that its bank could have issued", () => {
  for (const card of DEMO_CARDS) {
    const range = DEMO_RANGES[card.kind];
    expect([card.id, card.pan.startsWith(range.prefix), card.pan.length]).toEqual([card.id, true, range.length]);
    expect([card.id, Pan.parse(card.pan).ok]).toEqual([card.id, true]);
    expect(parseIdNumber(card.idNumber).ok).toBe(true);
    expect(parseMobile(card.mobile)).toEqual({ ok: true, value: card.mobile });
    expect(normaliseHolderName(card.holderName)).toEqual({ ok: true, value: card.holderName });
    expect(parseExpiry(card.expiry).ok).toBe(true);
    expect(card.cvn2).toMatch(/^\d{3}$/);
  }
  expect(new Set(DEMO_CARDS.map((card) => card.pan)).size).toBe(DEMO_CARDS.length);
});
