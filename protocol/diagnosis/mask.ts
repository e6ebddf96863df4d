import type { Fact, FactData } from "./fact.ts";

/** As long as a card number at least; a retrieval reference has 12. */
const CARD_LIKE = /\d{13,}/g;
const CARD_LIKE_NUMBER = 1e14;
/** Inputs of decisions, which a bank's agent does not need and must not pass on. */
const SCORES = /score|rule|reason|risk/i;

/** A second net: facts are written masked, and what still looks like a card number shows its last four only. */
export function maskFact(fact: Fact): Fact {
  return { ...fact, data: mapData(fact.data, () => true) };
}

/** For the bank's agent: without scores and rules too. */
export function maskForAgent(fact: Fact): Fact {
  return { ...fact, data: mapData(fact.data, (name) => !SCORES.test(name)) };
}

function mapData(data: FactData, keep: (name: string) => boolean): FactData {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([name]) => keep(name))
      .map(([name, value]) => [name, masked(value)]),
  );
}

function masked(value: FactData[string]): FactData[string] {
  if (typeof value === "string") return value.replace(CARD_LIKE, lastFour);
  return typeof value === "number" && Math.abs(value) >= CARD_LIKE_NUMBER ? lastFour(String(value)) : value;
}

/** The last four digits of a number that must not be shown. */
export function lastFour(digits: string): string {
  return `…${digits.slice(-4)}`;
}
