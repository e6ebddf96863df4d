import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DeviceData } from "#contracts/device-package";
import type { DeviceJournal, DeviceKeys } from "#device/secure-element";
import { type FileDeviceStorage, openDeviceStorage } from "#platform/device-storage";
import { nodeCipher, sealer } from "#platform/keystore";
import { seededRandom } from "#platform/random";
import { fromUtf8, hexBytes, toHex } from "#protocol/bytes";
import { openFactJournal } from "../../app/headless/fact-journal.ts";
import { context, deviceKey, must } from "../../test/parties/basics.ts";
import { startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";
import { bound, FACTS, type Holder, openWallet, type WalletAlone } from "../../test/parties/wallet.ts";
import { createWallet, type Wallet } from "./index.ts";

let database: TestDatabase;
let folder: string;
let server: WalletAlone;
let who: Holder;
let deviceId: string;
let storage: FileDeviceStorage;
let journal: DeviceJournal;
let device: Wallet;
let facts: Omit<typeof FACTS, "use">;
let online: boolean;
let signedIn: boolean;
const key = deviceKey();
const UNLOCK = new Uint8Array(32);
const SELECT_PPSE = hexBytes("00a404000e325041592e5359532e444446303100");

const keys: DeviceKeys = {
  publicKey: key.publicKey,
  openJwe: async (jwe) => fromUtf8(JSON.stringify(await key.open(jwe))),
};
const data = (tokenRef: string, tokenExpiry: string): DeviceData => ({
  tokenRef,
  tokenPan: "6230000000000000017",
  tokenExpiry,
  psn: "01",
  par: "5001ABCDEFGHIJKLMNOPQRSTUVWXY",
  panSuffix: "0017",
  trid: "40010030273",
  aid: "a000000333010101",
  label: "UnionPay Debit",
  udkHex: "0123456789abcdeffedcba9876543210",
});

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  server = await openWallet(database);
  who = await server.holder();
  folder = mkdtempSync(join(tmpdir(), "kabao-wallet-"));
  storage = openDeviceStorage(join(folder, "cards.journal"));
  journal = openFactJournal(join(folder, "facts.journal"));
  facts = { ...FACTS };
  online = true;
  signedIn = true;
  expiry = "3011";
  server.tsp.packageOf = async (tokenRef) => ({
    dataJwe: await sealer.sealTo(key.publicKey, fromUtf8(JSON.stringify(data(tokenRef, expiry)))),
  });
  device = createWallet({
    // A device without a connection reaches nobody; one without a session is let in nowhere.
    calls: new Proxy(who.calls, {
      get(calls, name) {
        if (online && signedIn) return Reflect.get(calls, name);
        return async () => ({ ok: false, error: { code: online ? "notSignedIn" : "peerUnavailable" } });
      },
    }),
    storage,
    keys,
    sealer,
    clock: server.clock,
    random: seededRandom(7),
    cipher: nodeCipher,
    about: () => ({ ...facts, online }),
    journal,
  });
  const request = { name: "手机", kind: "phone", model: "phone-10", keySource: "secureElement" } as const;
  deviceId = must(await who.calls.enrolDevice({ ...request, publicKey: key.publicKey }, context())).deviceId;
});
let expiry: string;
afterEach(async () => {
  storage.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const card = () => bound(server, who, deviceId);
const answers = async () => toHex((await device.applet.process(SELECT_PPSE)).slice(-2)) === "9000";

describe("the first contact after a time without", () => {
  test("an active card's package is fetched without anybody asking, and it can pay", async () => {
    const pass = await card();
    const [now] = must(await device.sync(deviceId));
    expect(now).toMatchObject({ passId: pass.passId, provisioned: true });
    must(await device.arm(now!, UNLOCK));
    expect(await answers()).toBe(true);
  });

  test("removed meanwhile: its data and keys are gone, and the one within reach is out of it", async () => {
    await card();
    const [pass] = must(await device.sync(deviceId));
    must(await device.arm(pass!, UNLOCK));
    online = false;
    must(await who.calls.changePass({ passId: pass!.passId, change: "delete" }, context()));
    // Nobody told it yet.
    expect(await answers()).toBe(true);
    expect((await device.sync(deviceId)).ok).toBe(false);
    online = true;
    expect(must(await device.sync(deviceId))).toEqual([]);
    expect(await answers()).toBe(false);
    expect(await storage.cards()).toEqual([]);
  });

  test("lost meanwhile: disarmed, and not armed again; its data stay for the day it is found", async () => {
    await card();
    const [pass] = must(await device.sync(deviceId));
    must(await device.arm(pass!, UNLOCK));
    must(await who.calls.setLost({ deviceId, lost: true }, context()));
    const [stopped] = must(await device.sync(deviceId));
    expect(await answers()).toBe(false);
    expect(await device.arm(stopped!, UNLOCK)).toMatchObject({ ok: false, error: { code: "wrongState" } });
    expect(await storage.cards()).toHaveLength(1);
    must(await who.calls.setLost({ deviceId, lost: false }, context()));
    const [found] = must(await device.sync(deviceId));
    must(await device.arm(found!, UNLOCK));
  });

  test("another card that goes leaves the one within reach alone", async () => {
    await card();
    const second = await bound(server, who, deviceId, "debit-2");
    const [pass] = must(await device.sync(deviceId));
    must(await device.arm(pass!, UNLOCK));
    must(await who.calls.changePass({ passId: second.passId, change: "delete" }, context()));
    must(await device.sync(deviceId));
    expect(await answers()).toBe(true);
  });

  test("renewed meanwhile: the card is armed with its new data", async () => {
    await card();
    const [pass] = must(await device.sync(deviceId));
    expiry = "3511";
    must(await device.arm({ ...pass!, token: { ...pass!.token, expiry } }, UNLOCK));
    expect(await key.open((await storage.cards())[0]!.dataJwe)).toMatchObject({ tokenExpiry: "3511" });
  });
});

describe("what happened on the device", () => {
  test("offline: nothing is sent; it is kept through a restart, told at the next contact, and explained", async () => {
    online = false;
    expect(await device.startBinding(deviceId, "zh")).toMatchObject({
      ok: false,
      error: { code: "peerUnavailable", cause: "deviceOffline" },
    });
    const [kept] = await openFactJournal(join(folder, "facts.journal")).pending();
    expect(kept).toMatchObject({ party: "device", code: "deviceOffline", at: server.clock.now() });
    online = true;
    must(await device.sync(deviceId));
    expect(await journal.pending()).toEqual([]);
    const asked = { journeyId: kept!.journeyId, language: "zh" } as const;
    expect(must(await who.calls.explain(asked, context())).cause).toBe("deviceOffline");
  });

  test("signed out: said at the next contact, and explained", async () => {
    signedIn = false;
    expect(await device.startBinding(deviceId, "zh")).toMatchObject({
      ok: false,
      error: { code: "notSignedIn", cause: "notSignedIn" },
    });
    const [kept] = await journal.pending();
    signedIn = true;
    must(await device.sync(deviceId));
    const asked = { journeyId: kept!.journeyId, language: "zh" } as const;
    expect(must(await who.calls.explain(asked, context())).cause).toBe("notSignedIn");
  });

  test.each([
    [
      "a number that no card can have",
      { pan: "6229990100000000018" },
      { code: "badCard", at: "pan", cause: "panMistyped" },
    ],
    ["too few digits", { pan: "622999" }, { code: "badCard", at: "pan", cause: "panMistyped" }],
    ["a month that no year has", { expiry: "0633" }, { code: "badRequest", at: "expiry" }],
    ["no phone number", { mobile: "138" }, { code: "badRequest", at: "mobile" }],
  ])("%s does not leave the device", async (_what, typed, error) => {
    const begun = must(await device.startBinding(deviceId, "zh"));
    const card = { pan: "6229990100000000017", holderName: "张伟", mobile: "13800138001", ...typed };
    expect(await device.submitCard(begun.binding.bindingId, begun.cardKey, card)).toMatchObject({ ok: false, error });
    expect((await journal.pending()).map(({ code }) => code)).toEqual("cause" in error ? [error.cause] : []);
    expect(JSON.stringify(await journal.pending())).not.toContain(card.pan);
  });

  test("more than fit one report are told in several; what nobody will ever take does not stand in the way", async () => {
    const saw = { journeyId: "j-1", stage: "card", code: "scanUnreadable", outcome: "failed" } as const;
    for (let i = 0; i < 70; i++) await device.saw(saw);
    await device.saw({ ...saw, code: "tokenIssued", outcome: "noted" });
    await device.saw(saw);
    must(await device.sync(deviceId));
    expect(await journal.pending()).toEqual([]);
    const rows = await server.db.query({ text: "select seq from fact where journey_id = 'j-1'" });
    expect(rows).toHaveLength(71);
  });

  test("a full storage: said, and kept under the card's name", async () => {
    const pass = await card();
    storage.saveCard = () => Promise.reject(new Error("full"));
    expect(await device.provision(pass)).toMatchObject({ ok: false, error: { cause: "deviceStorageFailed" } });
    expect(await journal.pending()).toMatchObject([{ journeyId: pass.passId, code: "deviceStorageFailed" }]);
  });

  test("a confirmation holds for a minute: then there is no card, and the phone says why", async () => {
    await card();
    const pass = must(await device.sync(deviceId))[0]!;
    const answered = async () => toHex(await device.applet.process(SELECT_PPSE)).slice(-4);
    must(await device.arm(pass, UNLOCK));
    server.clock.advance(60_000);
    expect(await answered()).toBe("9000");
    server.clock.advance(1);
    expect([await answered(), await answered()]).toEqual(["6a82", "6a82"]);
    const told = (await journal.pending()).map(({ stage, code, outcome }) => [stage, code, outcome]);
    expect(told).toEqual([["tap", "confirmationStale", "failed"]]);
    must(await device.arm(pass, UNLOCK));
    expect(await answered()).toBe("9000");
  });

  test("no keys left, or a passkey that opens nothing: each its own cause", async () => {
    await card();
    server.tsp.packageOf = async (tokenRef) => {
      const { udkHex: _, ...without } = data(tokenRef, expiry);
      return { dataJwe: await sealer.sealTo(key.publicKey, fromUtf8(JSON.stringify(without))) };
    };
    const [pass] = must(await device.sync(deviceId));
    expect(await device.arm(pass!, UNLOCK)).toMatchObject({ ok: false, error: { cause: "payKeysUsedUp" } });
    await storage.saveCard({
      ...(await storage.cards())[0]!,
      dataJwe: await sealer.sealTo(key.publicKey, fromUtf8("{}")),
    });
    expect(await device.arm(pass!, UNLOCK)).toMatchObject({ ok: false, error: { cause: "userNotVerified" } });
  });
});
