import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PushService, startPushService, vapidOf } from "../test/peers/push-service.ts";
import { isPublicAddress, openPushKeys, publicLookup, webPushSender } from "./push/index.ts";

const folder = mkdtempSync(join(tmpdir(), "kabao-push-"));
const file = join(folder, "push-keys.json");
const contact = "mailto:ops@example.org";
const about = { topic: "n-1", ttlSeconds: 60 };
let service: PushService;
beforeAll(async () => {
  service = await startPushService();
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("keys", () => {
  test("are made once, for their owner alone", () => {
    const made = openPushKeys(file);
    expect(openPushKeys(file)).toEqual(made);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Buffer.from(made.publicKey, "base64url")).toHaveLength(65);
  });

  test("a spoilt file is said, and its content is not", () => {
    const spoilt = join(folder, "spoilt.json");
    const { privateKey } = openPushKeys(file);
    writeFileSync(spoilt, readFileSync(file, "utf8").replace('"publicKey"', '"public"'));
    expect(() => openPushKeys(spoilt)).toThrow(/spoilt\.json/);
    expect(() => openPushKeys(spoilt)).not.toThrow(new RegExp(privateKey));
  });
});

describe("a push", () => {
  const sender = () => webPushSender({ keys: openPushKeys(file), contact, allowLoopback: true });

  test("is opened by the one browser it is for; the service in between sees its length, urgency and topic", async () => {
    const browser = service.subscribe();
    const text = JSON.stringify({ merchantName: "DEMO CAFE", amount: "12.34" });
    expect(await sender().send(browser.target, text, about)).toEqual({ kind: "taken" });
    expect(browser.messages()).toEqual([text]);
    const asked = service.asked.at(-1)!;
    expect(asked.headers).toMatchObject({ ttl: "60", topic: "n-1", urgency: "high", "content-encoding": "aes128gcm" });
    expect(asked.body.includes("DEMO")).toBe(false);
    const { publicKey, sub, aud, exp } = await vapidOf(asked);
    expect({ publicKey, sub, aud }).toEqual({
      publicKey: openPushKeys(file).publicKey,
      sub: contact,
      aud: service.origin,
    });
    expect(exp - Date.now() / 1000).toBeLessThanOrEqual(24 * 3600);
  });

  test.each([
    [201, {}, { kind: "taken" }],
    [404, {}, { kind: "gone" }],
    [410, {}, { kind: "gone" }],
    [429, { "retry-after": "7" }, { kind: "later", afterMs: 7000 }],
    [503, {}, { kind: "later" }],
    [400, {}, { kind: "refused" }],
    [413, {}, { kind: "refused" }],
    [307, { location: "http://127.0.0.1:1/inside" }, { kind: "refused" }],
  ] as const)("answered with %i", async (status, headers, outcome) => {
    service.answer(status, headers);
    const before = service.asked.length;
    expect(await sender().send(service.subscribe().target, "{}", about)).toEqual(outcome);
    expect(service.asked.length).toBe(before + 1);
    service.answer(201);
  });

  test("nobody answers: later; keys that are no keys: never", async () => {
    const target = service.subscribe().target;
    const dead = { ...target, endpoint: "http://127.0.0.1:1/push" };
    expect(await sender().send(dead, "{}", about)).toEqual({ kind: "later" });
    expect(await sender().send({ ...target, p256dh: "A".repeat(87) }, "{}", about)).toEqual({ kind: "gone" });
  });
});

describe("whoever may name an address does not reach our own network", () => {
  const sender = webPushSender({ keys: openPushKeys(file), contact });

  test.each([
    "http://push.example.org/x",
    "https://localhost/x",
    "https://intranet/x",
    "https://127.0.0.1/x",
    "https://10.1.2.3/x",
    "https://0x7f000001/x",
    "https://2130706433/x",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://user:word@push.example.org/x",
    "https://push.example.org:8443/x",
    "ftp://push.example.org/x",
    "nonsense",
  ])("%s is refused before anybody is asked", async (endpoint) => {
    expect(sender.accepts(endpoint)).toBe(false);
    const { target } = service.subscribe();
    expect(await sender.send({ ...target, endpoint }, "{}", about)).toEqual({ kind: "refused" });
  });

  test("push services of browsers are taken", () => {
    for (const endpoint of [
      "https://fcm.googleapis.com/fcm/send/abc:def",
      "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
      "https://web.push.apple.com/QGuQyavXutnMH",
    ])
      expect(sender.accepts(endpoint)).toBe(true);
  });

  test.each([{ all: true }, { all: false }])("a name that leads inside is given no address (%j)", async (options) => {
    const given = await new Promise<Error | null>((done) => publicLookup("localhost", options, (error) => done(error)));
    expect(given?.message).toBe("push: the address is not on the internet");
  });

  test.each([
    ["8.8.8.8", true],
    ["142.250.1.1", true],
    ["2607:f8b0:4004:800::200e", true],
    ["127.0.0.1", false],
    ["10.0.0.1", false],
    ["100.64.0.1", false],
    ["172.31.255.255", false],
    ["172.32.0.1", true],
    ["192.168.1.1", false],
    ["169.254.169.254", false],
    ["0.0.0.0", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["::1", false],
    ["::", false],
    ["::ffff:10.0.0.1", false],
    ["64:ff9b::a00:1", false],
    ["2002:a00:1::", false],
    ["fe80::1", false],
    ["fd00::1", false],
    ["2001:db8::1", false],
    ["push.example.org", false],
  ])("%s on the internet: %s", (address, yes) => {
    expect(isPublicAddress(address)).toBe(yes);
  });
});
