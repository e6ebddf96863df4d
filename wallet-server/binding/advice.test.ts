import { describe, expect, test } from "vitest";
import { DAY_MS, DEFAULT_POLICY } from "../policy.ts";
import { type AdviceInput, adviseOn } from "./advice.ts";

const NOW = Date.UTC(2026, 10, 24);
const HOUR_MS = 3_600_000;
const old: AdviceInput = {
  now: NOW,
  accountCreatedAt: NOW - 400 * DAY_MS,
  settingsChangedAt: NOW - 300 * DAY_MS,
  lastUsedAt: NOW - DAY_MS,
  deviceKnown: true,
  suspendedOnDevice: 0,
  lostSince: null,
  lostUntil: null,
  pairSince: NOW - 30 * DAY_MS,
  attempts: [],
  panRef: "card-1",
  anotherDevice: false,
};
const advise = (more: Partial<AdviceInput>) => adviseOn({ ...old, ...more }, DEFAULT_POLICY.advice);
const tries = (cards: readonly string[], hoursAgo = 1) =>
  cards.map((panRef) => ({ panRef, at: NOW - hoursAgo * HOUR_MS }));
const lost = (sinceHours: number, untilHours: number | null) => ({
  lostSince: NOW - sinceHours * HOUR_MS,
  lostUntil: untilHours === null ? null : NOW - untilHours * HOUR_MS,
});
const fiveCards = tries(["a", "b", "c", "d", "e"]);

describe("the wallet's advice", () => {
  test("an account in good standing: green, no reasons, full scores", () => {
    expect(advise({})).toEqual({ colour: "green", deviceScore: 5, accountScore: 5, reasons: [] });
  });

  test.each<[string, Partial<AdviceInput>, readonly string[]]>([
    ["forty days less a moment", { accountCreatedAt: NOW - 40 * DAY_MS + 1 }, ["02"]],
    ["forty days", { accountCreatedAt: NOW - 40 * DAY_MS }, []],
    ["a card seen for the first time", { pairSince: NOW }, ["03"]],
    ["settings changed yesterday", { settingsChangedAt: NOW - DAY_MS }, ["04"]],
    ["set up yesterday: no change", { accountCreatedAt: NOW - DAY_MS, settingsChangedAt: NOW - DAY_MS }, ["02"]],
    ["a year and a day of silence", { lastUsedAt: NOW - 366 * DAY_MS }, ["06"]],
    ["a stopped card on the device", { suspendedOnDevice: 1 }, ["07"]],
    ["lost for two hours, found yesterday", lost(26, 24), ["08", "0C"]],
    ["lost for half an hour", lost(24.5, 24), []],
    ["lost for two hours, found eight days ago", lost(194, 192), []],
    ["three tries of this card", { attempts: tries(["card-1", "card-1", "card-1"]) }, ["09"]],
    ["three tries, long ago", { attempts: tries(["card-1", "card-1", "card-1"], 73) }, []],
    ["three tries of others", { attempts: tries(["a", "a", "a"]) }, []],
    ["five cards", { attempts: fiveCards }, ["0A"]],
    ["a device nobody knows", { deviceKnown: false }, ["0F"]],
  ])("%s", (_name, more, reasons) => {
    const given = advise(more);
    expect(given.reasons).toEqual(reasons);
    expect(given.colour).toBe(reasons.length === 0 ? "green" : "yellow");
  });

  test("before a launch and after it", () => {
    const policy = { ...DEFAULT_POLICY.advice, launchedAt: NOW - 100 * DAY_MS };
    const made = (daysBeforeLaunch: number) =>
      adviseOn({ ...old, accountCreatedAt: NOW - (100 + daysBeforeLaunch) * DAY_MS }, policy).reasons;
    expect([made(1), made(40), made(41), made(-1)]).toEqual([["01"], ["01"], [], []]);
  });

  test("low scores are reasons themselves, and the lowest of a device is a red one", () => {
    expect(advise({ suspendedOnDevice: 1, ...lost(26, 24) })).toMatchObject({ deviceScore: 2, colour: "yellow" });
    expect(advise({ ...lost(26, 24), attempts: fiveCards })).toMatchObject({
      colour: "red",
      deviceScore: 1,
      reasons: ["08", "0A", "0C", "0G"],
    });
    expect(advise({ accountCreatedAt: NOW, attempts: fiveCards })).toMatchObject({ accountScore: 3, deviceScore: 3 });
  });

  test("a card handed over from another device: new things count no more, warnings do", () => {
    const handed = { anotherDevice: true, accountCreatedAt: NOW, pairSince: NOW };
    expect(advise(handed)).toMatchObject({ colour: "green", reasons: ["02", "03", "AD"] });
    expect(advise({ ...handed, ...lost(26, 24) }).colour).toBe("yellow");
    expect(advise({ ...handed, attempts: fiveCards }).colour).toBe("yellow");
  });
});
