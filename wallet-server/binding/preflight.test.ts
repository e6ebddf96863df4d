import { describe, expect, test } from "vitest";
import type { DeviceFacts } from "#contracts/wallet-api";
import { DEFAULT_POLICY } from "../policy.ts";
import { type PreflightInput, preflight } from "./preflight.ts";

const NOW = Date.UTC(2026, 10, 24);
const facts: DeviceFacts = {
  model: "phone-10",
  osVersion: "18.1",
  passcodeOn: true,
  biometricOn: true,
  integrity: true,
  online: true,
  use: "store",
};
const good: PreflightInput = {
  model: "phone-10",
  facts,
  account: { region: "CN", birthYear: 1990, locked: false, secondFactorOn: true },
  deviceLost: false,
  cardsHeld: 0,
  now: NOW,
  policy: DEFAULT_POLICY,
};
const failing = (input: PreflightInput) => preflight(input).flatMap(({ cause, passed }) => (passed ? [] : [cause]));
const saying = (more: Partial<DeviceFacts>): PreflightInput => ({ ...good, facts: { ...facts, ...more } });
const account = (more: Partial<PreflightInput["account"]>): PreflightInput => ({
  ...good,
  account: { ...good.account, ...more },
});

describe("preflight", () => {
  test.each<[string, PreflightInput, readonly string[]]>([
    ["all in order", good, []],
    ["no place for keys", { ...good, model: "phone-5" }, ["deviceUnsupported"]],
    ["a model nobody knows", { ...good, model: "toaster" }, ["deviceUnsupported"]],
    ["no antenna, for tills", { ...good, model: "tablet-2" }, ["deviceInAppOnly"]],
    ["no antenna, for apps", { ...saying({ use: "apps" }), model: "tablet-2" }, []],
    ["an old system", saying({ osVersion: "11.4" }), ["osTooOld"]],
    ["the oldest system that will do", saying({ osVersion: "12" }), []],
    ["9.10 is newer than 9.2", { ...saying({ osVersion: "9.10" }), model: "phone-6" }, []],
    ["no passcode", saying({ passcodeOn: false }), ["userVerificationOff"]],
    ["no finger", saying({ biometricOn: false }), ["userVerificationOff"]],
    ["an altered system", saying({ integrity: false }), ["deviceIntegrityFailed"]],
    ["no connection", saying({ online: false }), ["deviceOffline"]],
    ["one factor", account({ secondFactorOn: false }), ["secondFactorOff"]],
    ["locked", account({ locked: true }), ["accountLocked"]],
    ["fifteen", account({ birthYear: 2011 }), ["holderTooYoung"]],
    ["sixteen", account({ birthYear: 2010 }), []],
    ["age not told", account({ birthYear: null }), []],
    ["elsewhere", account({ region: "FR" }), ["regionNotServed"]],
    ["lost", { ...good, deviceLost: true }, ["deviceInLostMode"]],
    ["sixteen cards", { ...good, cardsHeld: 16 }, ["deviceSlotsFull"]],
    ["fifteen cards", { ...good, cardsHeld: 15 }, []],
    ["eight cards on a small phone", { ...good, model: "phone-6", cardsHeld: 8 }, ["deviceSlotsFull"]],
    ["attempts used up", { ...good, limitedUntil: NOW + 1 }, ["addLimitReached"]],
    ["the TSP is away", { ...good, downUntil: NOW + 1 }, ["walletServiceDown"]],
    [
      "everything at once",
      {
        ...saying({ osVersion: "1", passcodeOn: false, integrity: false, online: false }),
        account: { region: "FR", birthYear: 2020, locked: true, secondFactorOn: false },
        deviceLost: true,
        cardsHeld: 99,
        limitedUntil: NOW + 1,
        downUntil: NOW + 1,
      },
      [
        "osTooOld",
        "userVerificationOff",
        "deviceIntegrityFailed",
        "deviceOffline",
        "secondFactorOff",
        "accountLocked",
        "holderTooYoung",
        "regionNotServed",
        "deviceInLostMode",
        "deviceSlotsFull",
        "addLimitReached",
        "walletServiceDown",
      ],
    ],
  ])("%s", (_name, input, causes) => {
    expect(failing(input)).toEqual(causes);
  });

  test("what only the device says is labelled so, and limits say when they end", () => {
    const checks = preflight({ ...good, limitedUntil: NOW + 5 });
    expect(checks.filter(({ source }) => source === "device").map(({ cause }) => cause)).toEqual([
      "deviceUnsupported",
      "deviceInAppOnly",
      "osTooOld",
      "userVerificationOff",
      "deviceIntegrityFailed",
      "deviceOffline",
    ]);
    expect(checks.find(({ cause }) => cause === "addLimitReached")).toMatchObject({
      retryAt: NOW + 5,
      source: "server",
    });
  });

  test("without the device nothing is said in its name", () => {
    const { facts: _, ...absent } = good;
    expect(preflight(absent).filter(({ source }) => source === "device")).toEqual([
      { cause: "deviceUnsupported", passed: true, source: "device" },
    ]);
  });
});
