import type * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PaymentNotice } from "#contracts/common";
import type { Calls } from "#contracts/operation";
import {
  type BindingView,
  type PassView,
  type WalletDeviceApi,
  type WalletEvent,
  walletDeviceApi,
} from "#contracts/wallet-api";
import { memoryCalls } from "#platform/calls";
import {
  context,
  demo,
  deviceKey,
  must,
  openParties,
  type Parties,
  START,
  typed,
} from "../test/parties/bank-and-tsp.ts";
import { digestOf, dumpOf, startTestDatabase, type TestDatabase } from "../test/parties/database.ts";
import { testPasskey } from "../test/parties/passkey.ts";
import type { Session } from "./index.ts";

let database: TestDatabase;
let parties: Parties;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  parties = await openParties(database);
});
afterEach(() => parties.stop());

interface Holder {
  readonly session: Session;
  readonly calls: Calls<WalletDeviceApi>;
}
async function holder(name = "张伟"): Promise<Holder> {
  const passkey = testPasskey();
  const begun = must(await parties.wallet.signIn.registerOptions({ name }, context()));
  const response = passkey.register(begun.options);
  const { accessToken } = must(
    await parties.wallet.signIn.register({ ceremonyId: begun.ceremonyId, response }, context()),
  );
  const session = (await parties.wallet.session(accessToken))!;
  const onFailure = (_name: string, error: unknown) => {
    throw error;
  };
  return { session, calls: memoryCalls(walletDeviceApi, { calls: parties.wallet.deviceApi(session), onFailure }) };
}

const key = deviceKey();
const FACTS = { passcodeOn: true, biometricOn: true, online: true, osVersion: "18.0" };
const READY = { facts: FACTS, language: "zh" } as const;

async function enrolled(calls: Holder["calls"], kind: "phone" | "watch" | "computer" = "phone"): Promise<string> {
  const request = { name: "手机", kind, keySource: "hce", publicKey: key.publicKey } as const;
  return must(await calls.enrolDevice(request, context())).deviceId;
}
const started = async (calls: Holder["calls"], deviceId: string) =>
  must(await calls.startBinding({ deviceId, ...READY }, context())).binding;
const submitted = async (calls: Holder["calls"], bindingId: string, cardId = "zhang") =>
  must(await calls.submitCard({ bindingId, cardJwe: await parties.seal(typed(demo(cardId))) }, context()));
const accepted = async (calls: Holder["calls"], bindingId: string) =>
  must(await calls.acceptTerms({ bindingId, version: "2026-01", language: "zh" }, context()));

/** A binding that waits for its code, with the code on its way. */
async function awaitingCode(calls: Holder["calls"], deviceId: string, cardId = "zhang"): Promise<BindingView> {
  const { bindingId } = await started(calls, deviceId);
  await submitted(calls, bindingId, cardId);
  const decided = await accepted(calls, bindingId);
  expect(decided.stage).toBe("awaitingVerification");
  const sent = must(await calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context()));
  await parties.quiet();
  return sent;
}
async function bound(calls: Holder["calls"], deviceId: string, cardId = "zhang"): Promise<PassView> {
  const { bindingId } = await awaitingCode(calls, deviceId, cardId);
  const codeJwe = await parties.seal({ code: await parties.code(demo(cardId).mobile) });
  const done = must(await calls.submitCode({ bindingId, codeJwe }, context()));
  expect(done).toMatchObject({ result: { outcome: "passed" }, binding: { stage: "active" } });
  const { passes } = must(await calls.passes({ deviceId }, context()));
  return passes.find((pass) => pass.passId === done.binding.passId)!;
}
const passesOf = async (calls: Holder["calls"], deviceId: string) =>
  must(await calls.passes({ deviceId }, context())).passes;
const refused = (code: string, at?: string) => ({ ok: false, error: { code, ...(at === undefined ? {} : { at }) } });

describe("preflight", () => {
  const failing = (view: BindingView) => view.checks.filter((check) => !check.passed).map(({ check }) => check);

  test.each([0, 1, 2, 3, 4, 5, 6, 7])("every failing check of the device at once: %i", async (bits) => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    const facts = { ...FACTS, passcodeOn: (bits & 1) === 0, biometricOn: (bits & 2) === 0, online: (bits & 4) === 0 };
    const { binding } = must(await calls.startBinding({ deviceId, facts, language: "zh" }, context()));
    expect(failing(binding)).toEqual(
      [
        ["passcode", 1],
        ["biometric", 2],
        ["online", 4],
      ].flatMap(([check, bit]) => ((bits & Number(bit)) === 0 ? [] : [check])),
    );
    expect(binding.stage).toBe(bits === 0 ? "awaitingCard" : "preflightFailed");
    const cardJwe = await parties.seal(typed(demo("zhang")));
    const card = await calls.submitCard({ bindingId: binding.bindingId, cardJwe }, context());
    expect(card.ok).toBe(bits === 0);
    if (bits !== 0) expect(card).toMatchObject(refused("wrongState", "bindingId"));
  });

  test("what the server knows: lost mode, room for a card, attempts of the day", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls, "computer");
    // Eight cards on a computer, ten attempts today.
    const { db } = parties;
    for (let i = 0; i < 10; i++) {
      const { bindingId } = await started(calls, deviceId);
      await db.wallet.query({ text: "update binding set pan_ref = 'x' where id = $1" }, [bindingId]);
    }
    await db.wallet.query({
      text: `insert into pass select 'p' || i, d.account_id, d.id, 't' || i, '{"status":"active"}', 0, '{}', false, true, 0
        from device d, generate_series(1, 8) i`,
    });
    await db.wallet.query({ text: "update device set lost = true" });
    expect(failing(await started(calls, deviceId))).toEqual(["signedIn", "cardRoom", "attemptsLeft"]);
    await db.wallet.query({ text: "update device set lost = false" });
    await db.wallet.query({ text: `update pass set token = '{"status":"deleted"}' where id = 'p1'` });
    expect(failing(await started(calls, deviceId))).toEqual(["attemptsLeft"]);
    parties.clock.advance(24 * 3_600_000);
    expect(failing(await started(calls, deviceId))).toEqual([]);
  });
});

describe("the binding journey", () => {
  test("from preflight to the default card, and what is kept of it", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    const { bindingId } = await started(calls, deviceId);
    expect(await submitted(calls, bindingId)).toMatchObject({
      stage: "awaitingTerms",
      panSuffix: "0017",
      product: { kind: "debit" },
      terms: { version: "2026-01" },
    });
    const decided = await accepted(calls, bindingId);
    expect(decided).toMatchObject({
      stage: "awaitingVerification",
      decision: "yellow",
      methods: [{ sentTo: "138****8001" }],
    });
    // The card's ciphertext goes once the bank has decided.
    expect(await parties.db.wallet.query({ text: "select card_jwe from binding" })).toEqual([{ card_jwe: null }]);
    const sent = must(await calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context()));
    expect(sent.codeSent).toMatchObject({ sentTo: "138****8001", codesLeft: 2 });
    const right = await parties.code(demo("zhang").mobile);
    const submit = async (code: string) =>
      must(await calls.submitCode({ bindingId, codeJwe: await parties.seal({ code }) }, context()));
    expect(await submit(right === "000000" ? "111111" : "000000")).toMatchObject({
      result: { outcome: "wrong", triesLeft: 2 },
      binding: { stage: "awaitingVerification" },
    });
    const done = await submit(right);
    expect(done).toMatchObject({
      result: { outcome: "passed" },
      binding: { stage: "active", passId: expect.any(String) },
    });
    expect(await submit("999999")).toEqual(done);
    expect(await passesOf(calls, deviceId)).toEqual([
      expect.objectContaining({ passId: done.binding.passId, isDefault: true, provisioned: false }),
    ]);
    const text = await dumpOf(parties.db.wallet);
    for (const secret of [demo("zhang").pan, demo("zhang").mobile, demo("zhang").cvn2, right])
      expect(text).not.toContain(secret.length === 3 ? `"${secret}"` : secret);
    const tokens = await parties.db.tsp.query<{ token_pan: string }>({ text: "select token_pan from token" });
    expect(text).not.toContain(tokens[0]!.token_pan);
  });

  test("a package is fetched by its device, as often as it is lost, and confirmed once stored", async () => {
    const { calls } = await holder();
    const pass = await bound(calls, await enrolled(calls));
    const atcs = async () =>
      must(await calls.collectPackage({ passId: pass.passId }, context())).batch!.keys.map(({ atc }) => atc);
    expect(await atcs()).toEqual(await atcs());
    expect(must(await calls.confirmProvisioned({ passId: pass.passId }, context())).provisioned).toBe(true);
    expect(
      must(await calls.replenish({ passId: pass.passId, count: 2 }, context())).batch.keys.map(({ atc }) => atc),
    ).toEqual([11, 12]);
  });

  test("no step before its time", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    const { bindingId } = await started(calls, deviceId);
    const cardJwe = await parties.seal(typed(demo("zhang")));
    const codeJwe = await parties.seal({ code: "000000" });
    const steps = {
      acceptTerms: () => calls.acceptTerms({ bindingId, version: "2026-01", language: "zh" }, context()),
      sendCode: () => calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context()),
      submitCode: () => calls.submitCode({ bindingId, codeJwe }, context()),
      submitCard: () => calls.submitCard({ bindingId, cardJwe }, context()),
    };
    const before = await digestOf(parties.db.wallet);
    for (const step of ["acceptTerms", "sendCode", "submitCode"] as const)
      expect(await steps[step]()).toMatchObject(refused("wrongState", "bindingId"));
    expect(await digestOf(parties.db.wallet)).toBe(before);
    must(await steps.submitCard());
    for (const step of ["sendCode", "submitCode"] as const)
      expect(await steps[step]()).toMatchObject(refused("wrongState", "bindingId"));
    expect(await calls.acceptTerms({ bindingId, version: "2025-01", language: "zh" }, context())).toMatchObject(
      refused("unknownTerms", "version"),
    );
    // Until the terms are accepted another card may be typed.
    expect(
      must(await calls.submitCard({ bindingId, cardJwe: await parties.seal(typed(demo("chen"))) }, context()))
        .panSuffix,
    ).toBe("0066");
    must(await steps.acceptTerms());
    expect(await steps.submitCard()).toMatchObject(refused("wrongState", "bindingId"));
    expect(await calls.sendCode({ bindingId, methodId: "pigeon", language: "zh" }, context())).toMatchObject(
      refused("unknownMethod", "methodId"),
    );
    expect(must(await steps.acceptTerms()).stage).toBe("awaitingVerification");
  });

  test("a refused card ends the journey with its reason", async () => {
    const { calls } = await holder();
    const { bindingId } = await started(calls, await enrolled(calls));
    await submitted(calls, bindingId, "liu");
    expect(await accepted(calls, bindingId)).toMatchObject({
      stage: "refused",
      decision: "red",
      reason: "cardLost",
      methods: [],
    });
    expect(await calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context())).toMatchObject(
      refused("wrongState"),
    );
  });

  test.each([
    ["that does not open", async () => "e30.e30.e30.e30.e30", "badCiphertext"],
    ["with a wrong digit", () => parties.seal({ ...typed(demo("zhang")), pan: "6229990100000000018" }), "badCard"],
    [
      "of another bank",
      () => parties.seal({ ...typed(demo("zhang")), pan: "6222021234567890128" }),
      "cardNotSupported",
    ],
  ])("a card %s changes nothing: another may be typed", async (_name, jwe, code) => {
    const { calls } = await holder();
    const { bindingId } = await started(calls, await enrolled(calls));
    const before = await digestOf(parties.db.wallet);
    expect(await calls.submitCard({ bindingId, cardJwe: await jwe() }, context())).toMatchObject(refused(code));
    expect(await digestOf(parties.db.wallet)).toBe(before);
    await submitted(calls, bindingId);
  });

  test("cut off at each step, the journey is resumed where it stood", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    const steps: (() => Promise<{ ok: boolean }>)[] = [];
    let bindingId = "";
    steps.push(async () => {
      const answer = await calls.startBinding({ deviceId, ...READY }, context("start"));
      if (answer.ok) bindingId = answer.value.binding.bindingId;
      return answer;
    });
    steps.push(async () => calls.submitCard({ bindingId, cardJwe: await seal(typed(demo("zhang"))) }, context()));
    steps.push(() => calls.acceptTerms({ bindingId, version: "2026-01", language: "zh" }, context()));
    steps.push(() => calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context()));
    steps.push(async () =>
      calls.submitCode(
        { bindingId, codeJwe: await seal({ code: await parties.code(demo("zhang").mobile) }) },
        context(),
      ),
    );
    const cardKey = must(await parties.tspCalls.publicKey({}, context()));
    const seal = async (value: unknown) => {
      const { sealer } = await import("#platform/keystore");
      return sealer.sealTo(cardKey, new TextEncoder().encode(JSON.stringify(value)));
    };
    for (const [i, step] of steps.entries()) {
      for (const party of i === 0 ? (["tsp"] as const) : (["tsp", "issuer"] as const)) {
        const before = await digestOf(parties.db.wallet);
        parties.cutOff(party);
        expect(await step(), `step ${i} without ${party}`).toMatchObject(refused("peerUnavailable"));
        parties.cutOff(party, false);
        expect(await digestOf(parties.db.wallet), `step ${i} without ${party}`).toBe(before);
      }
      expect((await step()).ok, `step ${i}`).toBe(true);
      await parties.quiet();
    }
    expect(await passesOf(calls, deviceId)).toHaveLength(1);
  });

  test("a decision or a passed code that got lost on the way back is had again", async () => {
    const { calls, session } = await holder();
    const deviceId = await enrolled(calls);
    const { bindingId } = await started(calls, deviceId);
    await submitted(calls, bindingId);
    const { card_jwe } = (
      await parties.db.wallet.query<{ card_jwe: string }>({ text: "select card_jwe from binding" })
    )[0]!;
    // The wallet asked, the TSP decided, and the answer never came.
    const decided = must(
      await parties.tspCalls.requestToken(
        {
          bindingId,
          cardJwe: card_jwe,
          walletAccount: session.accountId,
          device: { deviceId, name: "手机", kind: "phone", keySource: "hce", publicKey: key.publicKey },
          terms: { version: "2026-01", acceptedAt: START, language: "zh" },
        },
        context(),
      ),
    );
    expect((await accepted(calls, bindingId)).stage).toBe("awaitingVerification");
    must(await calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context()));
    const codeJwe = await parties.seal({ code: await parties.code(demo("zhang").mobile) });
    must(await parties.tspCalls.submitCode({ tokenRef: decided.token!.tokenRef, codeJwe }, context()));
    await parties.quiet();
    const { bindings } = must(await calls.openBindings({ deviceId }, context()));
    expect(bindings.map((one) => [one.bindingId, one.stage])).toEqual([[bindingId, "awaitingVerification"]]);
    must(await calls.submitCode({ bindingId, codeJwe }, context()));
    expect((await passesOf(calls, deviceId)).map((pass) => pass.token.status)).toEqual(["active"]);
    expect(must(await calls.openBindings({ deviceId }, context())).bindings).toEqual([]);
  });
});

describe("what belongs to another account does not exist", () => {
  type Request<Name extends keyof WalletDeviceApi> = v.InferOutput<WalletDeviceApi[Name]["request"]>;

  test("every call, with every id of a stranger", async () => {
    const owner = await holder();
    const stranger = await holder("李娜");
    const deviceId = await enrolled(owner.calls);
    await enrolled(stranger.calls);
    const { passId } = await bound(owner.calls, deviceId);
    const { bindingId } = await awaitingCode(owner.calls, deviceId, "chen");
    const cardJwe = await parties.seal(typed(demo("chen")));
    const codeJwe = await parties.seal({ code: await parties.code(demo("chen").mobile) });
    // Total: a new call without a row does not compile.
    const requests: { readonly [Name in Exclude<keyof WalletDeviceApi, "me" | "enrolDevice">]: Request<Name> } = {
      startBinding: { deviceId, ...READY },
      submitCard: { bindingId, cardJwe },
      acceptTerms: { bindingId, version: "2026-01", language: "zh" },
      sendCode: { bindingId, methodId: "sms", language: "zh" },
      submitCode: { bindingId, codeJwe },
      binding: { bindingId },
      openBindings: { deviceId },
      passes: { deviceId },
      collectPackage: { passId },
      confirmProvisioned: { passId },
      replenish: { passId, count: 1 },
      setDefault: { passId },
      changePass: { passId, change: "delete" },
      setLost: { deviceId, lost: true },
      wipeDevice: { deviceId },
      notices: { deviceId },
    };
    await parties.quiet();
    const state = async () => [
      await digestOf(parties.db.wallet),
      await digestOf(parties.db.tsp),
      await digestOf(parties.db.issuer),
    ];
    const before = await state();
    for (const [name, request] of Object.entries(requests)) {
      const call = stranger.calls[name as "binding"] as (request: unknown, context: object) => Promise<unknown>;
      const answer = await call(request, context());
      const id = Object.keys(request).find((field) => field.endsWith("Id") && field !== "methodId")!;
      expect(answer, name).toMatchObject(refused("notFound", id));
    }
    expect(await parties.wallet.subscribe(stranger.session, deviceId, () => {})).toBeUndefined();
    expect(must(await stranger.calls.me({}, context())).devices).toHaveLength(1);
    expect(await state()).toEqual(before);
  });
});

describe("the default card", () => {
  const defaults = async (calls: Holder["calls"], deviceId: string) =>
    (await passesOf(calls, deviceId)).map((pass) => [pass.token.panSuffix, pass.isDefault]);

  test("the first is it; the holder says which; the earliest left takes over; each device has its own", async () => {
    const { calls } = await holder();
    const phone = await enrolled(calls);
    const first = await bound(calls, phone, "zhang");
    parties.clock.advance(1000);
    const second = await bound(calls, phone, "li");
    parties.clock.advance(1000);
    const third = await bound(calls, phone, "chen");
    expect(await defaults(calls, phone)).toEqual([
      ["0017", true],
      ["0021", false],
      ["0066", false],
    ]);
    const moved = must(await calls.setDefault({ passId: third.passId }, context()));
    expect(moved.passes.map((pass) => [pass.token.panSuffix, pass.isDefault])).toEqual([
      ["0066", true],
      ["0017", false],
      ["0021", false],
    ]);
    must(await calls.changePass({ passId: third.passId, change: "delete" }, context()));
    expect(await defaults(calls, phone)).toEqual([
      ["0017", true],
      ["0021", false],
    ]);
    must(await calls.changePass({ passId: second.passId, change: "delete" }, context()));
    expect(await defaults(calls, phone)).toEqual([["0017", true]]);
    expect(await calls.setDefault({ passId: third.passId }, context())).toMatchObject(refused("wrongState", "passId"));
    const watch = await enrolled(calls, "watch");
    await bound(calls, watch, "zhang");
    expect(await defaults(calls, watch)).toEqual([["0017", true]]);
    must(await calls.changePass({ passId: first.passId, change: "delete" }, context()));
    expect(await defaults(calls, phone)).toEqual([]);
    parties.clock.advance(1000);
    await bound(calls, phone, "li");
    expect(await defaults(calls, phone)).toEqual([["0021", true]]);
  });
});

describe("loss", () => {
  test("lost mode stops every card of the device, whoever else stopped it; found, they come back but for those", async () => {
    const { calls } = await holder();
    const phone = await enrolled(calls);
    const watch = await enrolled(calls, "watch");
    const first = await bound(calls, phone, "zhang");
    const second = await bound(calls, phone, "li");
    const other = await bound(calls, watch, "chen");
    must(await calls.changePass({ passId: second.passId, change: "suspend" }, context()));
    const lost = must(await calls.setLost({ deviceId: phone, lost: true }, context()));
    expect(lost.passes.map((pass) => pass.token.suspendedBy.join())).toEqual(["wallet", "holder,wallet"]);
    expect((await passesOf(calls, watch)).map((pass) => pass.token.status)).toEqual(["active"]);
    expect(must(await calls.me({}, context())).devices.map(({ lost }) => lost)).toEqual([true, false]);
    // The holder's own resume does not lift lost mode.
    expect(await calls.changePass({ passId: first.passId, change: "resume" }, context())).toMatchObject(
      refused("forbidden"),
    );
    expect(await calls.replenish({ passId: first.passId, count: 1 }, context())).toMatchObject(refused("wrongState"));
    const found = must(await calls.setLost({ deviceId: phone, lost: false }, context()));
    expect(found.passes.map((pass) => pass.token.suspendedBy.join() || pass.token.status)).toEqual([
      "active",
      "holder",
    ]);
    expect(other.token.status).toBe("active");
  });

  test("the TSP is away: the device is not shown as safe", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    await bound(calls, deviceId);
    parties.cutOff("tsp");
    expect(await calls.setLost({ deviceId, lost: true }, context())).toMatchObject(refused("peerUnavailable"));
    expect(await calls.wipeDevice({ deviceId }, context())).toMatchObject(refused("peerUnavailable"));
    expect(must(await calls.me({}, context())).devices[0]!.lost).toBe(false);
    expect((await passesOf(calls, deviceId)).map((pass) => pass.token.status)).toEqual(["active"]);
  });

  test("a lost phone gains no card: a binding begun on it stands still until it is found", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    const early = await started(calls, deviceId);
    const { bindingId } = await awaitingCode(calls, deviceId);
    const codeJwe = await parties.seal({ code: await parties.code(demo("zhang").mobile) });
    const cardJwe = await parties.seal(typed(demo("chen")));
    must(await calls.setLost({ deviceId, lost: true }, context()));
    const before = await digestOf(parties.db.tsp);
    expect(await calls.submitCode({ bindingId, codeJwe }, context())).toMatchObject(refused("wrongState", "bindingId"));
    expect(await calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context())).toMatchObject(
      refused("wrongState"),
    );
    expect(await calls.submitCard({ bindingId: early.bindingId, cardJwe }, context())).toMatchObject(
      refused("wrongState"),
    );
    expect(
      await calls.acceptTerms({ bindingId: early.bindingId, version: "2026-01", language: "zh" }, context()),
    ).toMatchObject(refused("wrongState"));
    expect(await digestOf(parties.db.tsp)).toBe(before);
    must(await calls.setLost({ deviceId, lost: false }, context()));
    expect(must(await calls.submitCode({ bindingId, codeJwe }, context())).binding.stage).toBe("active");
  });

  test("wiped, a device has no cards, and the bank knows", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    await bound(calls, deviceId);
    must(await calls.wipeDevice({ deviceId }, context()));
    expect(await passesOf(calls, deviceId)).toEqual([]);
    await parties.quiet();
    expect(await parties.db.issuer.query({ text: "select token_status from binding" })).toEqual([
      { token_status: "deleted" },
    ]);
    expect((await started(calls, deviceId)).stage).toBe("preflightFailed");
  });
});

describe("news from the TSP", () => {
  test("late, doubled and out of order: the newest counts, and deleted is for good", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    const { token } = await bound(calls, deviceId);
    await parties.quiet();
    const tell = async (changedAt: number, status: "active" | "suspended" | "deleted") => {
      const suspendedBy = status === "suspended" ? (["issuer"] as const) : [];
      must(
        await parties.walletCalls.notifyToken(
          { token: { ...token, status, suspendedBy: [...suspendedBy], changedAt } },
          context(),
        ),
      );
      return (await passesOf(calls, deviceId)).map((pass) => pass.token.status);
    };
    expect(await tell(START + 20, "suspended")).toEqual(["suspended"]);
    expect(await tell(START + 10, "active")).toEqual(["suspended"]);
    expect(await tell(START + 20, "suspended")).toEqual(["suspended"]);
    expect(await tell(START + 30, "deleted")).toEqual([]);
    expect(await tell(START + 40, "active")).toEqual([]);
  });

  test("a token of nobody's is taken note of, and makes no pass", async () => {
    const before = await digestOf(parties.db.wallet);
    const token = {
      tokenRef: "t-x",
      status: "active",
      suspendedBy: [],
      tokenSuffix: "1111",
      panSuffix: "2222",
      changedAt: START,
    } as const;
    must(await parties.walletCalls.notifyToken({ token: { ...token, suspendedBy: [] } }, context()));
    expect(await digestOf(parties.db.wallet)).toBe(before);
  });

  const notice = (noticeId: string, at = START): PaymentNotice => ({
    noticeId,
    kind: "payment",
    amount: { minor: "1234", currency: "156" },
    merchantName: "示范咖啡",
    responseCode: "00",
    at,
  });

  test("a payment's notice: once, on its own device, newest first", async () => {
    const { calls } = await holder();
    const phone = await enrolled(calls);
    const watch = await enrolled(calls, "watch");
    const pass = await bound(calls, phone);
    await bound(calls, watch, "chen");
    const { tokenRef } = pass.token;
    for (const one of [notice("n1"), notice("n2", (START + 5) as typeof START), notice("n1")])
      must(await parties.walletCalls.notifyPayment({ tokenRef, notice: one }, context()));
    const shown = must(await calls.notices({ deviceId: phone }, context())).notices;
    expect(shown.map((one) => one.notice.noticeId)).toEqual(["n2", "n1"]);
    expect(shown[0]).toMatchObject({ passId: pass.passId, panSuffix: "0017", productName: { zh: "示范借记卡" } });
    expect(must(await calls.notices({ deviceId: watch }, context())).notices).toEqual([]);
    expect(
      await parties.walletCalls.notifyPayment({ tokenRef: "nobody", notice: notice("n3") }, context()),
    ).toMatchObject(refused("notFound", "tokenRef"));
  });

  test("who listens hears what happens to his device alone, until he stops", async () => {
    const { calls, session } = await holder();
    const phone = await enrolled(calls);
    const watch = await enrolled(calls, "watch");
    const heard: Record<string, WalletEvent[]> = { phone: [], watch: [] };
    const stop = await parties.wallet.subscribe(session, phone, (event) => heard["phone"]!.push(event));
    await parties.wallet.subscribe(session, watch, (event) => heard["watch"]!.push(event));
    const pass = await bound(calls, phone);
    await parties.quiet();
    const { tokenRef } = pass.token;
    must(await parties.walletCalls.notifyPayment({ tokenRef, notice: notice("n1") }, context()));
    must(await parties.walletCalls.notifyPayment({ tokenRef, notice: notice("n1") }, context()));
    expect(new Set(heard["phone"]!.map(({ type }) => type))).toEqual(new Set(["binding", "passes", "notice"]));
    expect(heard["phone"]!.filter(({ type }) => type === "notice")).toHaveLength(1);
    expect(heard["watch"]).toEqual([]);
    stop!();
    const until = heard["phone"]!.length;
    must(await parties.walletCalls.notifyPayment({ tokenRef, notice: notice("n2") }, context()));
    expect(heard["phone"]).toHaveLength(until);
  });
});

describe("the same call again", () => {
  test("enrolDevice and startBinding make one of each, also when both come at once", async () => {
    const { calls } = await holder();
    const enrol = (name: string) =>
      calls.enrolDevice({ name, kind: "phone", keySource: "hce", publicKey: key.publicKey }, context("enrol-1"));
    const [first, second] = await Promise.all([enrol("手机"), enrol("手机")]);
    expect(must(second!)).toEqual(must(first!));
    expect(must(await calls.me({}, context())).devices).toHaveLength(1);
    expect(await enrol("平板")).toMatchObject(refused("idempotencyMismatch", "Idempotency-Key"));
    const { deviceId } = must(first!);
    const start = () => calls.startBinding({ deviceId, ...READY }, context("start-1"));
    expect(must(await start())).toEqual(must(await start()));
    expect(await parties.db.wallet.query({ text: "select id from binding" })).toHaveLength(1);
  });

  test("a key is an account's own", async () => {
    const one = await holder();
    const two = await holder("李娜");
    const enrol = ({ calls }: Holder) =>
      calls.enrolDevice(
        { name: "手机", kind: "phone", keySource: "hce", publicKey: key.publicKey },
        context("same-key"),
      );
    expect(must(await enrol(one)).deviceId).not.toBe(must(await enrol(two)).deviceId);
  });

  test("late repeats of lost mode, of the default and of a suspension undo nothing", async () => {
    const { calls } = await holder();
    const deviceId = await enrolled(calls);
    const first = await bound(calls, deviceId, "zhang");
    const second = await bound(calls, deviceId, "li");
    const lost = (on: boolean, idempotencyKey: string) =>
      calls.setLost({ deviceId, lost: on }, context(idempotencyKey));
    const answer = must(await lost(true, "lost-1"));
    must(await lost(false, "lost-2"));
    expect(must(await lost(true, "lost-1"))).toEqual(answer);
    expect((await passesOf(calls, deviceId)).map((pass) => pass.token.status)).toEqual(["active", "active"]);
    expect(must(await calls.me({}, context())).devices[0]!.lost).toBe(false);

    must(await calls.setDefault({ passId: second.passId }, context("default-1")));
    must(await calls.setDefault({ passId: first.passId }, context("default-2")));
    must(await calls.setDefault({ passId: second.passId }, context("default-1")));
    expect((await passesOf(calls, deviceId))[0]!.passId).toBe(first.passId);

    const change = (kind: "suspend" | "resume", idempotencyKey: string) =>
      calls.changePass({ passId: first.passId, change: kind }, context(idempotencyKey));
    must(await change("suspend", "change-1"));
    parties.clock.advance(1);
    must(await change("resume", "change-2"));
    must(await change("suspend", "change-1"));
    expect((await passesOf(calls, deviceId)).map((pass) => pass.token.status)).toEqual(["active", "active"]);
  });
});
