import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PaymentNotice } from "#contracts/common";
import type { NoticeChoice } from "#contracts/push";
import type { PassView } from "#contracts/wallet-api";
import { openPushKeys, webPushSender } from "#platform/push";
import { context, eventually, must, START } from "../../test/parties/basics.ts";
import { dumpOf, startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";
import { bound, enrolled, type Holder, openWallet, type WalletAlone } from "../../test/parties/wallet.ts";
import { type PushService, type Subscription, startPushService } from "../../test/peers/push-service.ts";

// From the bank's notice to the browser that is closed, through a push service that is really asked.

const folder = mkdtempSync(join(tmpdir(), "kabao-pushes-"));
const keys = openPushKeys(join(folder, "push-keys.json"));
let database: TestDatabase;
let service: PushService;
let wallet: WalletAlone;
let who: Holder;
let phone: string;
let pass: PassView;
let browser: Subscription;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  service = await startPushService();
  const push = webPushSender({ keys, contact: "mailto:ops@example.org", allowLoopback: true });
  wallet = await openWallet(database, {}, undefined, push);
  wallet.server.start();
  who = await wallet.holder();
  phone = await enrolled(who);
  pass = await bound(wallet, who, phone);
  browser = service.subscribe();
  must(await who.calls.subscribePush({ deviceId: phone, target: browser.target }, context()));
});
afterEach(async () => {
  await wallet.stop();
  await service.stop();
});

let serial = 0;
const notice = (more: Partial<PaymentNotice> = {}): PaymentNotice => ({
  noticeId: `notice-${++serial}`,
  journeyId: `journey-${serial}`,
  kind: "payment",
  amount: { minor: "1234", currency: "156" },
  merchantName: "DEMO CAFE",
  responseCode: "00",
  at: START,
  ...more,
});
const pay = async (one = notice()) => {
  must(await wallet.fromTsp.notifyPayment({ tokenRef: pass.token.tokenRef, notice: one }, context()));
  return one;
};
const choose = async (choice: Partial<NoticeChoice>) =>
  must(
    await who.calls.setNoticeChoice(
      { deviceId: phone, choice: { which: "all", amounts: "shown", language: "zh", ...choice } },
      context(),
    ),
  );
const messages = () => browser.messages().map((text) => JSON.parse(text) as Record<string, unknown>);
/** Time goes by until it has come to that. */
const inTime = (done: () => boolean | Promise<boolean>) =>
  eventually(async () => {
    wallet.clock.advance(1000);
    return done();
  });
const waiting = async () => (await wallet.db.query({ text: "select id from push" })).length;

describe("a payment", () => {
  test("reaches the closed browser, with no more than the notice must say", async () => {
    const { noticeId, amount } = await pay();
    await eventually(() => messages().length === 1);
    expect(messages()).toEqual([
      {
        noticeId,
        kind: "payment",
        amount,
        merchantName: "DEMO CAFE",
        panSuffix: pass.token.panSuffix,
        language: "zh",
        at: START,
      },
    ]);
    await eventually(async () => (await waiting()) === 0);
    // Told twice by the bank, it is one notice.
    must(
      await wallet.fromTsp.notifyPayment({ tokenRef: pass.token.tokenRef, notice: notice({ noticeId }) }, context()),
    );
    await pay();
    await eventually(() => messages().length === 2);
  });

  test("says what its holder chose: declines alone, no amounts, nothing", async () => {
    await choose({ which: "declines", amounts: "hidden", language: "en" });
    await pay();
    await pay(notice({ kind: "declined", responseCode: "51" }));
    await eventually(() => messages().length === 1);
    expect(messages()[0]).toMatchObject({ kind: "declined", language: "en" });
    expect(messages()[0]).not.toHaveProperty("amount");
    await choose({ which: "none" });
    await pay(notice({ kind: "declined", responseCode: "51" }));
    expect(await waiting()).toBe(0);
    const { choice, pushKey, endpoint } = must(await who.calls.noticeSettings({ deviceId: phone }, context()));
    expect(choice).toEqual({ which: "none", amounts: "shown", language: "zh" });
    expect({ pushKey, endpoint }).toEqual({ pushKey: keys.publicKey, endpoint: browser.target.endpoint });
  });

  test("is not lost while the push service is down, nor by a restart; it is asked again later and later", async () => {
    service.answer(503);
    await pay();
    await eventually(() => service.asked.length === 1);
    await eventually(async () => {
      const [row] = await wallet.db.query<{ tries: number }>({ text: "select tries from push" });
      return row?.tries === 1;
    });
    wallet = await wallet.restart();
    wallet.server.start();
    service.answer(201);
    expect(messages()).toEqual([]);
    await inTime(() => messages().length === 1);
    await eventually(async () => (await waiting()) === 0);
  });

  test("is old news after a day", async () => {
    service.answer(503);
    await pay();
    await eventually(() => service.asked.length === 1);
    await eventually(
      async () => (await wallet.db.query({ text: "select 1 as one from push where tries = 1" })).length === 1,
    );
    service.answer(201);
    wallet.clock.advance(25 * 3_600_000);
    await inTime(async () => (await waiting()) === 0);
    expect(messages()).toEqual([]);
  });
});

describe("a browser", () => {
  const subscribed = async () =>
    must(await who.calls.noticeSettings({ deviceId: phone }, context())).endpoint !== undefined;

  test.each([404, 410])("that is gone (%i) is forgotten with what waited for it", async (status) => {
    service.answer(status);
    await pay();
    await eventually(async () => !(await subscribed()));
    expect(await waiting()).toBe(0);
    const asked = service.asked.length;
    await pay();
    expect(await waiting()).toBe(0);
    expect(service.asked.length).toBe(asked);
  });

  test("that another device takes over is no longer the first one's", async () => {
    const tablet = await enrolled(who, "pad-air-2");
    must(await who.calls.subscribePush({ deviceId: tablet, target: browser.target }, context()));
    expect(await subscribed()).toBe(false);
  });

  test.each([
    ["asks for no more", () => who.calls.unsubscribePush({ deviceId: phone }, context())],
    ["signs out", () => who.calls.signOut({ deviceId: phone }, context())],
    ["is wiped", () => who.calls.wipeDevice({ deviceId: phone }, context())],
    ["is taken off the account", () => who.calls.removeDevice({ deviceId: phone }, context())],
  ])("that %s is told nothing, and nothing of it is kept", async (_what, leave) => {
    service.answer(503);
    await pay();
    await eventually(() => service.asked.length === 1);
    await eventually(
      async () => (await wallet.db.query({ text: "select 1 as one from push where tries = 1" })).length === 1,
    );
    must<unknown, unknown>(await leave());
    expect(await waiting()).toBe(0);
    expect(await dumpOf(wallet.db)).not.toContain(browser.target.endpoint);
  });

  test("of a lost phone is told nothing, and its session cannot subscribe another one", async () => {
    must(await who.calls.setLost({ deviceId: phone, lost: true }, context()));
    await pay();
    expect(await waiting()).toBe(0);
    const { calls } = await wallet.as(who.accessToken);
    const { target } = service.subscribe();
    expect(await calls.subscribePush({ deviceId: phone, target }, context())).toMatchObject({
      ok: false,
      error: { code: "forbidden" },
    });
  });

  test("names a push service on the internet, or is refused with the place of the fault", async () => {
    for (const endpoint of ["https://10.0.0.1/x", "http://push.example.org/x", "https://intranet/x"])
      expect(
        await who.calls.subscribePush({ deviceId: phone, target: { ...browser.target, endpoint } }, context()),
      ).toMatchObject({ ok: false, error: { code: "badRequest", at: "target.endpoint" } });
  });
});
