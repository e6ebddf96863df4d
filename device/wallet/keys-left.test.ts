import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { DeviceData } from "#contracts/device-package";
import type { Calls } from "#contracts/operation";
import type { PassView, WalletDeviceApi } from "#contracts/wallet-api";
import { manualClock } from "#platform/clock";
import { openDeviceStorage } from "#platform/device-storage";
import { nodeCipher, sealer } from "#platform/keystore";
import { seededRandom } from "#platform/random";
import { fromUtf8, ok } from "#protocol/bytes";
import { instant } from "#protocol/time";
import { createWallet } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "kabao-wallet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
const data: DeviceData = {
  tokenRef: "t1",
  tokenPan: "6299900000000000018",
  tokenExpiry: "3112",
  psn: "01",
  par: "KB00".padEnd(29, "0"),
  panSuffix: "0017",
  trid: "99900000001",
  aid: "a000000333010101",
  label: "UNIONPAY DEBIT",
};
const pass = { passId: "p1", token: { tokenRef: "t1", status: "active" } } as PassView;

test("a phone that lay in a drawer until its keys expired fetches new ones, and says so until it has", async () => {
  const clock = manualClock(instant(Date.UTC(2026, 10, 24)));
  const storage = openDeviceStorage(join(folder, "cards.journal"));
  const batch = (from: number) => ({
    keyClass: "user" as const,
    expiresAt: clock.now() + 30 * DAY_MS,
    keys: Array.from({ length: 10 }, (_, i) => ({ atc: from + i, keyJwe: `a.b.c.d.${from + i}` })),
  });
  let asked = 0;
  const calls = {
    replenish: async () => {
      asked += 1;
      return ok({ batch: batch(1 + 10 * asked) });
    },
  } as unknown as Calls<WalletDeviceApi>;
  const wallet = createWallet({
    calls,
    storage,
    keys: {
      publicKey: { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43) },
      openJwe: async () => fromUtf8(JSON.stringify(data)),
    },
    sealer,
    clock,
    random: seededRandom(1),
    cipher: nodeCipher,
    about: () => ({
      model: "phone-10",
      osVersion: "12",
      passcodeOn: true,
      biometricOn: true,
      integrity: true,
      online: true,
    }),
  });
  await storage.saveCard({ tokenRef: "t1", passId: "p1", dataJwe: "a.b.c.d.e" });
  const { keys, ...of } = batch(1);
  await storage.addKeys(
    "t1",
    keys.map((key) => ({ ...of, ...key })),
  );
  expect(await wallet.arm(pass, new Uint8Array(32))).toEqual(ok("armed"));
  expect(await wallet.refill(pass)).toEqual(ok("enough"));

  clock.advance(31 * DAY_MS);
  expect(await wallet.arm(pass, new Uint8Array(32))).toMatchObject({
    ok: false,
    error: { code: "wrongState", cause: "payKeysExpired" },
  });
  expect(await wallet.refill(pass)).toEqual(ok("refilled"));
  expect(asked).toBe(1);
  expect(await wallet.arm(pass, new Uint8Array(32))).toEqual(ok("armed"));
  expect(await wallet.refill(pass)).toEqual(ok("enough"));
  storage.close();
});
