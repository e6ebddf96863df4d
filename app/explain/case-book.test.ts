import { expect, test } from "vitest";
import { problem } from "#contracts/problem";
import { manualClock } from "#platform/clock";
import { seededRandom } from "#platform/random";
import { err, ok } from "#protocol/bytes";
import type { Holding, Witness } from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import { type CaseSource, createCaseBook } from "./case-book.ts";

const NOW = instant(Date.UTC(2026, 10, 24));
const held = (party: Witness): Holding => ({ party, reachable: true, askedAt: NOW, upSince: NOW, facts: [] });
const source = (party: Witness, behind: readonly Witness[], answers: readonly Holding[] | "away"): CaseSource => ({
  party,
  behind,
  calls: {
    holdings: async () => (answers === "away" ? err(problem("peerUnavailable")) : ok({ holdings: [...answers] })),
    journeyOfCase: async () => ok({}),
  },
});
const reached = async (...sources: readonly CaseSource[]) => {
  const book = createCaseBook(sources, manualClock(NOW), seededRandom(1));
  return Object.fromEntries((await book.holdings("j")).map(({ party, reachable }) => [party, reachable]));
};

test("a party that does not answer is out of reach with all behind it, never left out as if it had been silent", async () => {
  const bank = source("issuer", [], [held("issuer")]);
  expect(await reached(bank, source("tsp", ["wallet", "network"], "away"))).toEqual({
    issuer: true,
    tsp: false,
    wallet: false,
    network: false,
  });
});

test("what one source cannot reach, another may", async () => {
  const away = source("tsp", ["issuer"], "away");
  const there = source("issuer", [], [held("issuer")]);
  for (const sources of [
    [away, there],
    [there, away],
  ])
    expect(await reached(...sources)).toEqual({ issuer: true, tsp: false });
});
