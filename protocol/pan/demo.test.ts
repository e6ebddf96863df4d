import { expect, test } from "vitest";
import { parseExpiry } from "#protocol/time";
import { normaliseHolderName, parseIdNumber, parseMobile } from "../holder/index.ts";
import { DEMO_CARDS, DEMO_RANGES, demoCarrier, MAGIC_CARDS, Pan } from "./index.ts";

const PRINTED = [...DEMO_CARDS, ...MAGIC_CARDS.map(({ card }) => card)];

test("every printed card is a card that its bank could have issued", () => {
  for (const card of PRINTED) {
    const range = Object.entries(DEMO_RANGES).find(([, { prefix }]) => card.pan.startsWith(prefix));
    expect([card.id, card.pan.length, range?.[0] === "credit"]).toEqual([
      card.id,
      range?.[1].length,
      card.kind === "credit",
    ]);
    expect([card.id, Pan.parse(card.pan).ok]).toEqual([card.id, true]);
    expect([card.id, parseIdNumber(card.idNumber).ok]).toEqual([card.id, true]);
    expect(parseMobile(card.mobile)).toEqual({ ok: true, value: card.mobile });
    if (typeof card.reservedMobile === "string")
      expect(parseMobile(card.reservedMobile)).toEqual({ ok: true, value: card.reservedMobile });
    expect(normaliseHolderName(card.holderName)).toEqual({ ok: true, value: card.holderName });
    expect(parseExpiry(card.expiry).ok).toBe(true);
    expect(card.cvn2).toMatch(/^\d{3}$/);
  }
  expect(new Set(PRINTED.map((card) => card.pan)).size).toBe(PRINTED.length);
  expect(new Set(PRINTED.map((card) => card.id)).size).toBe(PRINTED.length);
});

test("cards that share a customer say the same of him", () => {
  const byId = new Map(PRINTED.map((card) => [card.id, card]));
  for (const card of PRINTED) {
    const other = card.sameCustomerAs ?? card.successorOf;
    if (other === undefined) continue;
    const first = byId.get(other)!;
    expect([card.holderName, card.mobile, card.idNumber]).toEqual([first.holderName, first.mobile, first.idNumber]);
  }
  const alone = PRINTED.filter((card) => card.sameCustomerAs === undefined && card.successorOf === undefined);
  expect(new Set(alone.map((card) => card.idNumber)).size).toBe(alone.length);
});

test("the carrier treats the phones of its magic cards in its three bad ways, and every other well", () => {
  const habits = Object.fromEntries(PRINTED.map((card) => [card.id, demoCarrier(card.mobile)]));
  expect(habits).toMatchObject({ tao: "refuses", wei: "cannotDeliver", "jiang-long": "saysNothing" });
  expect(Object.values(habits).filter((habit) => habit !== "delivers")).toHaveLength(3);
});
