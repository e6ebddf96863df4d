import type * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PaymentNotice } from "#contracts/common";
import type { WalletDeviceApi, WalletEvent } from "#contracts/wallet-api";
import { instant } from "#protocol/time";
import { context, must, START } from "../test/parties/basics.ts";
import { digestOf, startTestDatabase, type TestDatabase } from "../test/parties/database.ts";
import {
  acceptanceOf,
  bound,
  cardOf,
  decided,
  enrolled,
  FACTS,
  type Holder,
  listening,
  openWallet,
  started,
  type WalletAlone,
} from "../test/parties/wallet.ts";
import { sealedCode } from "../test/peers/scripted-tsp.ts";

let database: TestDatabase;
let wallet: WalletAlone;
let who: Holder;
let phone: string;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wallet = await openWallet(database);
  who = await wallet.holder();
  phone = await enrolled(who);
});
afterEach(() => wallet.stop());

const refused = (code: string, more: object = {}) => ({ ok: false, error: { code, ...more } });
const passesOf = async (deviceId: string) => must(await who.calls.passes({ deviceId }, context())).passes;
const statuses = async (deviceId = phone) => (await passesOf(deviceId)).map((pass) => pass.token.status);

describe("what belongs to another account does not exist", () => {
  type Request<Name extends keyof WalletDeviceApi> = v.InferOutput<WalletDeviceApi[Name]["request"]>;
  type Own = "me" | "enrolDevice" | "account" | "setRegion" | "makeRecoveryCodes" | "makeJoinCode" | "endSession";

  test("every call, with every id of a stranger", async () => {
    const stranger = await wallet.holder("李娜");
    const theirs = await enrolled(stranger);
    const { passId } = await bound(wallet, who, phone);
    const { bindingId } = await decided(who, phone, "debit-2");
    const watch = await enrolled(who, "watch-3");
    const asking = { deviceId: watch, fromDeviceId: phone, passIds: [passId] };
    const asked = must(await who.calls.askForCards(asking, context()));
    const fact = {
      journeyId: bindingId,
      at: START,
      party: "device",
      stage: "card",
      code: "cameraRefused",
      outcome: "failed",
      data: {},
    } as const;
    // Total: a new call without a row does not compile.
    const requests: { readonly [Name in Exclude<keyof WalletDeviceApi, Own>]: Request<Name> } = {
      startBinding: { deviceId: phone, facts: FACTS, language: "zh" },
      submitCard: cardOf(bindingId),
      acceptTerms: acceptanceOf(bindingId),
      declineTerms: { bindingId },
      resume: { bindingId },
      abandon: { bindingId },
      chooseMethod: { bindingId, methodId: "sms" },
      notMyNumber: { bindingId },
      openPush: { deviceId: phone },
      takePush: {
        deviceId: phone,
        pass: { encryptedPassData: "AA==", activationData: "AA==", ephemeralPublicKey: "AA==" },
      },
      reportFacts: { deviceId: phone, facts: [fact] },
      explain: { journeyId: bindingId, language: "zh" },
      explainPayment: { passId, atc: 1, language: "zh" },
      sendCode: { bindingId, methodId: "sms", language: "zh" },
      submitCode: { bindingId, codeJwe: sealedCode("123456") },
      binding: { bindingId },
      openBindings: { deviceId: phone },
      passes: { deviceId: phone },
      collectPackage: { passId },
      confirmProvisioned: { passId },
      replenish: { passId, count: 1 },
      beginPayment: {
        passId,
        sealTo: { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) },
      },
      keyForPayment: { ceremonyId: "nobody-began-it", response: {} },
      setDefault: { passId },
      changePass: { passId, change: "delete" },
      setLost: { deviceId: phone, lost: true },
      wipeDevice: { deviceId: phone },
      addCardsFrom: { deviceId: theirs, fromDeviceId: phone, passIds: [passId] },
      askForCards: { deviceId: theirs, fromDeviceId: phone, passIds: [passId] },
      cardRequests: { deviceId: phone },
      answerCardRequest: { requestId: asked.requestId, confirmed: true },
      signOut: { deviceId: phone },
      removeDevice: { deviceId: phone },
      notices: { deviceId: phone },
      noticeSettings: { deviceId: phone },
      setNoticeChoice: { deviceId: phone, choice: { which: "none", amounts: "hidden", language: "en" } },
      subscribePush: {
        deviceId: phone,
        target: { endpoint: "https://push.example.org/x", p256dh: "B".repeat(87), auth: "A".repeat(22) },
      },
      unsubscribePush: { deviceId: phone },
    };
    const heard = wallet.tsp.heard.length;
    const before = await digestOf(wallet.db);
    for (const [name, request] of Object.entries(requests)) {
      const call = stranger.calls[name as "binding"] as (request: unknown, context: object) => Promise<unknown>;
      const at = name === "addCardsFrom" || name === "askForCards" ? "fromDeviceId" : Object.keys(request)[0]!;
      expect(await call(request, context()), name).toMatchObject(refused("notFound", { at }));
    }
    // On a device of one's own, about a stranger's journey.
    expect(await stranger.calls.reportFacts({ deviceId: theirs, facts: [fact] }, context())).toMatchObject(
      refused("notFound", { at: "facts.0.journeyId" }),
    );
    expect(await wallet.server.subscribe(stranger.session, phone, () => {})).toBeUndefined();
    expect(must(await stranger.calls.me({}, context())).devices).toHaveLength(1);
    expect(wallet.tsp.heard).toHaveLength(heard);
    expect(await digestOf(wallet.db)).toBe(before);
  });
});

describe("the default card", () => {
  const defaults = async (deviceId = phone) =>
    (await passesOf(deviceId)).map((pass) => [pass.token.tokenRef, pass.isDefault]);

  test("the first is it; the holder says which; the earliest left takes over; each device has its own", async () => {
    const cards = [];
    for (const name of ["debit-1", "debit-2", "debit-3"]) {
      cards.push(await bound(wallet, who, phone, name));
      wallet.clock.advance(1000);
    }
    const [first, second, third] = cards.map((card) => card.passId) as [string, string, string];
    expect(await defaults()).toEqual([
      ["token-1", true],
      ["token-2", false],
      ["token-3", false],
    ]);
    must(await who.calls.setDefault({ passId: third }, context()));
    expect((await defaults())[0]).toEqual(["token-3", true]);
    must(await who.calls.changePass({ passId: third, change: "delete" }, context()));
    expect(await defaults()).toEqual([
      ["token-1", true],
      ["token-2", false],
    ]);
    must(await who.calls.changePass({ passId: second, change: "delete" }, context()));
    expect(await who.calls.setDefault({ passId: third }, context())).toMatchObject(refused("wrongState"));
    const watch = await enrolled(who, "watch-3");
    await bound(wallet, who, watch, "debit-1");
    expect((await defaults(watch))[0]![1]).toBe(true);
    must(await who.calls.changePass({ passId: first, change: "delete" }, context()));
    expect(await defaults()).toEqual([]);
  });
});

describe("loss", () => {
  test("lost mode stops every card of the device, whoever else stopped it; found, they come back but for those", async () => {
    const first = await bound(wallet, who, phone, "debit-1");
    const second = await bound(wallet, who, phone, "debit-2");
    const watch = await enrolled(who, "watch-3");
    await bound(wallet, who, watch, "debit-3");
    must(await who.calls.changePass({ passId: second.passId, change: "suspend" }, context()));
    const lost = must(await who.calls.setLost({ deviceId: phone, lost: true }, context()));
    expect(new Map(lost.passes.map((pass) => [pass.passId, pass.token.suspendedBy.join()]))).toEqual(
      new Map([
        [first.passId, "wallet"],
        [second.passId, "holder,wallet"],
      ]),
    );
    expect(await statuses(watch)).toEqual(["active"]);
    const { devices } = must(await who.calls.me({}, context()));
    expect(new Map(devices.map((device) => [device.deviceId, device.lost]))).toEqual(
      new Map([
        [phone, true],
        [watch, false],
      ]),
    );
    // Nothing more goes to a lost device.
    expect(await who.calls.replenish({ passId: first.passId, count: 1 }, context())).toMatchObject(
      refused("wrongState", { cause: "deviceInLostMode" }),
    );
    expect(await who.calls.collectPackage({ passId: first.passId }, context())).toMatchObject(refused("wrongState"));
    const found = must(await who.calls.setLost({ deviceId: phone, lost: false }, context()));
    expect(
      new Map(found.passes.map((pass) => [pass.passId, pass.token.suspendedBy.join() || pass.token.status])),
    ).toEqual(
      new Map([
        [first.passId, "active"],
        [second.passId, "holder"],
      ]),
    );
  });

  test("the TSP is away: the device is not shown as safe", async () => {
    await bound(wallet, who, phone);
    wallet.tsp.silence = "before";
    expect(await who.calls.setLost({ deviceId: phone, lost: true }, context())).toMatchObject(
      refused("peerUnavailable"),
    );
    expect(await who.calls.wipeDevice({ deviceId: phone }, context())).toMatchObject(refused("peerUnavailable"));
    expect(must(await who.calls.me({}, context())).devices[0]!.lost).toBe(false);
    expect(await statuses()).toEqual(["active"]);
  });

  test("a lost phone gains no card: a binding begun on it stands still, and says why, until it is found", async () => {
    const early = await started(who, phone);
    const { bindingId } = await decided(who, phone);
    must(await who.calls.setLost({ deviceId: phone, lost: true }, context()));
    const heard = wallet.tsp.heard.length;
    const stopped = refused("wrongState", { at: "bindingId", cause: "deviceInLostMode" });
    const code = () => who.calls.submitCode({ bindingId, codeJwe: sealedCode("123456") }, context());
    expect(await code()).toMatchObject(stopped);
    expect(await who.calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context())).toMatchObject(stopped);
    expect(await who.calls.chooseMethod({ bindingId, methodId: "app" }, context())).toMatchObject(stopped);
    expect(await who.calls.resume({ bindingId }, context())).toMatchObject(stopped);
    expect(await who.calls.submitCard(cardOf(early.bindingId), context())).toMatchObject(stopped);
    expect(await who.calls.acceptTerms(acceptanceOf(early.bindingId), context())).toMatchObject(stopped);
    expect(wallet.tsp.heard).toHaveLength(heard);
    expect((await started(who, phone)).causes).toContain("deviceInLostMode");
    must(await who.calls.setLost({ deviceId: phone, lost: false }, context()));
    expect(must(await code()).binding.stage).toBe("active");
  });

  test("wiped, a device has no cards, and gets none", async () => {
    await bound(wallet, who, phone);
    must(await who.calls.wipeDevice({ deviceId: phone }, context()));
    expect(await passesOf(phone)).toEqual([]);
    expect((await started(who, phone)).stage).toBe("preflightFailed");
    const shown = async () => must(await who.calls.me({}, context())).devices[0]!;
    expect(await shown()).toMatchObject({ lost: true, wipedAt: wallet.clock.now() });
    must(await who.calls.setLost({ deviceId: phone, lost: false }, context()));
    expect(await shown()).toMatchObject({ lost: false });
    expect(await shown()).not.toHaveProperty("wipedAt");
  });

  test("late repeats of lost mode, of the default and of a suspension undo nothing", async () => {
    const first = await bound(wallet, who, phone, "debit-1");
    const second = await bound(wallet, who, phone, "debit-2");
    const lost = (on: boolean, key: string) => who.calls.setLost({ deviceId: phone, lost: on }, context(key));
    const answer = must(await lost(true, "lost-1"));
    must(await lost(false, "lost-2"));
    expect(must(await lost(true, "lost-1"))).toEqual(answer);
    expect(await statuses()).toEqual(["active", "active"]);
    must(await who.calls.setDefault({ passId: second.passId }, context("default-1")));
    must(await who.calls.setDefault({ passId: first.passId }, context("default-2")));
    must(await who.calls.setDefault({ passId: second.passId }, context("default-1")));
    expect((await passesOf(phone))[0]!.passId).toBe(first.passId);
    const change = (kind: "suspend" | "resume", key: string) =>
      who.calls.changePass({ passId: first.passId, change: kind }, context(key));
    must(await change("suspend", "change-1"));
    wallet.clock.advance(1);
    must(await change("resume", "change-2"));
    must(await change("suspend", "change-1"));
    expect(await statuses()).toEqual(["active", "active"]);
  });
});

describe("news from the TSP", () => {
  test("late, doubled and out of order: the newest counts, and deleted is for good", async () => {
    const { token } = await bound(wallet, who, phone);
    const tell = async (changedAt: number, status: "active" | "suspended" | "deleted") => {
      const suspendedBy = status === "suspended" ? (["issuer"] as const) : [];
      const news = { ...token, status, suspendedBy: [...suspendedBy], changedAt };
      must(await wallet.fromTsp.notifyToken({ token: news }, context()));
      return statuses();
    };
    expect(await tell(START + 20, "suspended")).toEqual(["suspended"]);
    expect(await tell(START + 10, "active")).toEqual(["suspended"]);
    expect(await tell(START + 30, "deleted")).toEqual([]);
    expect(await tell(START + 40, "active")).toEqual([]);
  });

  test("a token of nobody's makes no pass", async () => {
    const token = {
      tokenRef: "t-x",
      status: "active",
      suspendedBy: [],
      tokenSuffix: "1111",
      panSuffix: "2222",
    } as const;
    must(await wallet.fromTsp.notifyToken({ token: { ...token, suspendedBy: [], changedAt: START } }, context()));
    expect(await wallet.db.query({ text: "select id from pass" })).toEqual([]);
  });

  test("a renewed token: its device fetches the package anew", async () => {
    const card = await bound(wallet, who, phone);
    must(await who.calls.confirmProvisioned({ passId: card.passId }, context()));
    const token = wallet.tsp.setToken(
      wallet.tsp.heard.find((call) => call.name === "requestToken")!.context.journeyId,
      {
        expiry: "3012",
      },
    );
    const provisioned = async () => (await passesOf(phone))[0]!.provisioned;
    must(await wallet.fromTsp.notifyToken({ token }, context()));
    // The first expiry that is told is the one the device has.
    expect(await provisioned()).toBe(true);
    must(await wallet.fromTsp.notifyToken({ token: { ...token, expiry: "3512", changedAt: START + 9 } }, context()));
    expect(await provisioned()).toBe(false);
  });

  const notice = (noticeId: string, more: Partial<PaymentNotice> = {}): PaymentNotice => ({
    noticeId,
    journeyId: `iso-${noticeId}`,
    kind: "payment",
    amount: { minor: "1234", currency: "156" },
    merchantName: "示范咖啡",
    responseCode: "00",
    at: START,
    ...more,
  });

  test("a payment's notice: once, on its own device, newest first; a declined one has a case code", async () => {
    const watch = await enrolled(who, "watch-3");
    const { passId, token } = await bound(wallet, who, phone);
    const { tokenRef } = token;
    const heard = await listening(wallet, who, phone);
    const declined = notice("n2", { at: instant(START + 5), kind: "declined", responseCode: "51" });
    for (const one of [notice("n1"), declined, notice("n1")])
      must(await wallet.fromTsp.notifyPayment({ tokenRef, notice: one }, context()));
    const shown = must(await who.calls.notices({ deviceId: phone }, context())).notices;
    expect(shown.map((one) => [one.notice.noticeId, one.passId])).toEqual([
      ["n2", passId],
      ["n1", passId],
    ]);
    expect(shown[0]!.caseCode).toMatch(/^.{3}-.{3}$/);
    expect(shown[1]!.caseCode).toBeUndefined();
    expect(heard.filter(({ type }) => type === "notice")).toHaveLength(2);
    expect(must(await who.calls.notices({ deviceId: watch }, context())).notices).toEqual([]);
    expect(await wallet.fromTsp.notifyPayment({ tokenRef: "nobody", notice: notice("n3") }, context())).toMatchObject(
      refused("notFound", { at: "tokenRef" }),
    );
  });

  test("who listens hears what happens to his device alone, until he stops", async () => {
    const watch = await enrolled(who, "watch-3");
    const there: WalletEvent[] = await listening(wallet, who, watch);
    const here: WalletEvent[] = [];
    const stop = await wallet.server.subscribe(who.session, phone, (event) => here.push(event));
    const { token } = await bound(wallet, who, phone);
    expect(new Set(here.map(({ type }) => type))).toEqual(new Set(["binding", "passes"]));
    expect(there).toEqual([]);
    stop!();
    const until = here.length;
    must(await wallet.fromTsp.notifyPayment({ tokenRef: token.tokenRef, notice: notice("n1") }, context()));
    expect(here).toHaveLength(until);
  });
});
