import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { problem } from "#contracts/problem";
import { context, eventually, must } from "../../test/parties/basics.ts";
import { dumpOf, startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";
import {
  acceptanceOf,
  awaitingTerms,
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
} from "../../test/parties/wallet.ts";
import { type Silence, sealedCard, sealedCode } from "../../test/peers/scripted-tsp.ts";

let database: TestDatabase;
let wallet: WalletAlone;
let who: Holder;
let deviceId: string;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wallet = await openWallet(database);
  who = await wallet.holder();
  deviceId = await enrolled(who);
});
afterEach(() => wallet.stop());

const refused = (code: string, more: object = {}) => ({ ok: false, error: { code, ...more } });
const view = async (bindingId: string) => must(await who.calls.binding({ bindingId }, context()));
const passes = async () => must(await who.calls.passes({ deviceId }, context())).passes;
const factsOf = async (journeyId: string) =>
  wallet.db.query<{ code: string; outcome: string; data: Record<string, unknown> }>(
    { text: "select code, outcome, data from fact where journey_id = $1 order by seq" },
    [journeyId],
  );
const codesOf = async (journeyId: string) => (await factsOf(journeyId)).map((fact) => fact.code);
const asks = (name = "requestToken") => wallet.tsp.heard.filter((call) => call.name === name);
const CASE = /^[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}$/;
/** The worker's next round, and what it sets off. */
async function pass(ms: number, until: () => Promise<boolean>) {
  await eventually(async () => {
    wallet.clock.advance(ms);
    return until();
  });
}

describe("preflight", () => {
  test("every failing check at once, each a cause, with a case code", async () => {
    const other = await wallet.holder("李娜", { codes: false, birthYear: 2020 });
    const tablet = await enrolled(other, "tablet-2");
    const found = await started(other, tablet, { passcodeOn: false });
    expect(found.stage).toBe("preflightFailed");
    expect(found.checks.filter((check) => !check.passed).map(({ cause }) => cause)).toEqual([
      "deviceInAppOnly",
      "userVerificationOff",
      "secondFactorOff",
      "holderTooYoung",
    ]);
    expect(found.caseCode).toMatch(CASE);
    // Hardest to cure first.
    expect(found.causes[0]).toBe("holderTooYoung");
    expect(new Set(await codesOf(found.bindingId))).toEqual(new Set(found.causes));
  });

  test("what an account's support changed holds for the next try", async () => {
    const { accountId } = who.session;
    must(await wallet.ops.lockAccount({ accountId, reason: "reported stolen" }, context()));
    expect((await started(who, deviceId)).causes).toEqual(["accountLocked"]);
    must(await wallet.ops.unlockAccount({ accountId }, context()));
    must(await wallet.ops.setBirthYear({ accountId, birthYear: 2015 }, context()));
    expect((await started(who, deviceId)).causes).toEqual(["holderTooYoung"]);
    must(await wallet.ops.setBirthYear({ accountId, birthYear: 1980 }, context()));
    must(await who.calls.setRegion({ region: "FR" }, context()));
    expect((await started(who, deviceId)).causes).toEqual(["regionNotServed"]);
    must(await who.calls.setRegion({ region: "CN" }, context()));
    expect((await started(who, deviceId)).stage).toBe("awaitingCard");
  });

  test("the TSP is away: said so, with the time; the card key is the last one known", async () => {
    const early = await started(who, deviceId);
    expect(early.stage).toBe("awaitingCard");
    wallet.tsp.silence = "before";
    const found = await started(who, deviceId);
    expect(found).toMatchObject({ stage: "preflightFailed", causes: ["walletServiceDown"] });
    expect(found.retryAt).toBeGreaterThan(wallet.clock.now());
  });

  test("attempts: ten cards, the eleventh waits until the first is a day old", async () => {
    const { bindingId } = await started(who, deviceId);
    const first = wallet.clock.now();
    for (let i = 0; i < 10; i++) must(await who.calls.submitCard(cardOf(bindingId, `debit-${i}`), context()));
    const over = await who.calls.submitCard(cardOf(bindingId, "debit-11"), context());
    expect(over).toMatchObject(refused("tooMany", { cause: "addLimitReached", retryAfterMs: 86_400_000 }));
    expect(await started(who, deviceId)).toMatchObject({
      causes: ["addLimitReached"],
      retryAt: first + 86_400_000,
    });
    wallet.clock.advance(86_400_000);
    expect((await started(who, deviceId)).stage).toBe("awaitingCard");
  });
});

describe("the way to a card", () => {
  test("from preflight to the default card, and what was noted of it", async () => {
    const card = await bound(wallet, who, deviceId);
    expect(card).toMatchObject({ isDefault: true, provisioned: false, token: { status: "active" } });
    must(await who.calls.collectPackage({ passId: card.passId }, context()));
    must(await who.calls.confirmProvisioned({ passId: card.passId }, context()));
    const journeyId = wallet.tsp.heard.find((call) => call.name === "requestToken")!.context.journeyId;
    const codes = await codesOf(journeyId);
    for (const code of ["preflightPassed", "cardRead", "termsAccepted", "recommended", "packageStored", "cardShown"])
      expect(codes).toContain(code);
    // Each call about it went under its own journey.
    const strange = wallet.tsp.heard.filter((call) => call.context.journeyId !== journeyId);
    expect(strange.map((call) => call.name)).toEqual([]);
  });

  test("the wallet's advice goes with the question, and with its facts", async () => {
    const { bindingId } = await decided(who, deviceId);
    const { wallet: advice, source } = asks()[0]!.request as { wallet: object; source: string };
    expect(source).toBe("typed");
    expect(advice).toEqual({ colour: "yellow", deviceScore: 5, accountScore: 4, reasons: ["02", "03"] });
    const noted = (await factsOf(bindingId)).find((fact) => fact.code === "recommended");
    expect(noted!.data).toMatchObject({ colour: "yellow", reasons: "02,03" });
  });

  test("green: the card is there at once", async () => {
    wallet.tsp.script = { decision: "green" };
    const done = await decided(who, deviceId);
    expect(done).toMatchObject({ stage: "active", decision: "green", passId: expect.any(String) });
    expect(await passes()).toHaveLength(1);
  });

  test("terms: declined, thought again, superseded, accepted", async () => {
    const bindingId = await awaitingTerms(who, deviceId);
    const declined = must(await who.calls.declineTerms({ bindingId }, context()));
    expect(declined).toMatchObject({
      stage: "refused",
      causes: ["termsDeclined"],
      caseCode: expect.stringMatching(CASE),
    });
    expect(must(await who.calls.resume({ bindingId }, context()))).toMatchObject({
      stage: "awaitingTerms",
      causes: [],
    });
    expect(await who.calls.acceptTerms(acceptanceOf(bindingId, "2025-01"), context())).toMatchObject(
      refused("unknownTerms", { at: "version", cause: "termsSuperseded" }),
    );
    // The bank has newer ones than those that were shown.
    wallet.tsp.termsVersion = "2026-02";
    wallet.tsp.refuse.set("requestToken", problem("unknownTerms", { cause: "termsSuperseded" }));
    const shown = must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
    expect(shown).toMatchObject({ stage: "awaitingTerms", causes: ["termsSuperseded"], terms: { version: "2026-02" } });
    expect((await codesOf(bindingId)).at(-1)).toBe("termsSuperseded");
    const done = must(await who.calls.acceptTerms(acceptanceOf(bindingId, "2026-02"), context()));
    expect(done).toMatchObject({ stage: "awaitingVerification", caseCode: declined.caseCode, causes: [] });
  });

  test("a wrong code is a cause with a case, and the right one ends it", async () => {
    const { bindingId } = await decided(who, deviceId);
    must(await who.calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context()));
    const wrong = must(await who.calls.submitCode({ bindingId, codeJwe: sealedCode("000000") }, context()));
    expect(wrong).toMatchObject({ result: { outcome: "wrong", triesLeft: 2 }, binding: { causes: ["codeWrong"] } });
    expect(wrong.binding.caseCode).toMatch(CASE);
    const right = must(await who.calls.submitCode({ bindingId, codeJwe: sealedCode("123456") }, context()));
    expect(right).toMatchObject({ result: { outcome: "passed" }, binding: { stage: "active", causes: [] } });
  });

  test("the masked phone is not the holder's: that way is shut, others stand open", async () => {
    const { bindingId } = await decided(who, deviceId);
    const told = must(await who.calls.notMyNumber({ bindingId }, context()));
    expect(told).toMatchObject({ stage: "awaitingVerification", causes: ["reservedPhoneMismatch"] });
    expect(told.methods.map((method) => [method.kind, method.open])).toEqual([
      ["smsCode", false],
      ["bankApp", true],
      ["callCentre", true],
    ]);
    expect(must(await who.calls.chooseMethod({ bindingId, methodId: "app" }, context())).methodId).toBe("app");
    expect(await who.calls.chooseMethod({ bindingId, methodId: "dove" }, context())).toMatchObject(
      refused("unknownMethod", { at: "methodId" }),
    );
  });

  test("pushed by the bank's app: the card is taken without typing, under the waiting journey", async () => {
    const { bindingId } = await started(who, deviceId);
    must(await who.calls.openPush({ deviceId }, context()));
    const pass = { encryptedPassData: "AA==", activationData: "AA==", ephemeralPublicKey: "AA==" };
    const card = must(await who.calls.takePush({ deviceId, pass }, context()));
    must(await who.calls.submitCard({ bindingId, source: "bankApp", ...card }, context()));
    must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
    expect(asks("takePush")[0]!.context.journeyId).toBe(bindingId);
    expect(asks()[0]!.request).toMatchObject({ source: "bankApp", activationData: "vouched" });
  });

  test("a card that is refused at once says why, and another may be typed", async () => {
    const { bindingId } = await started(who, deviceId);
    wallet.tsp.refuse.set("checkEligibility", problem("badCard", { at: "cardJwe", cause: "panMistyped" }));
    expect(await who.calls.submitCard(cardOf(bindingId), context())).toMatchObject(
      refused("badCard", { cause: "panMistyped", caseCode: expect.stringMatching(CASE) }),
    );
    expect(await view(bindingId)).toMatchObject({ stage: "awaitingCard", causes: ["panMistyped"] });
    expect(must(await who.calls.submitCard(cardOf(bindingId), context()))).toMatchObject({
      stage: "awaitingTerms",
      causes: [],
    });
  });
});

test("who chooses the call centre has a case code to say, and the bank has the same; a code by SMS needs none", async () => {
  const { bindingId } = await decided(who, deviceId);
  expect(must(await who.calls.chooseMethod({ bindingId, methodId: "sms" }, context())).caseCode).toBeUndefined();
  const chosen = must(await who.calls.chooseMethod({ bindingId, methodId: "call" }, context()));
  expect(chosen).toMatchObject({ methodId: "call", causes: [], caseCode: expect.stringMatching(CASE) });
  expect(asks("chooseMethod").map(({ request }) => request)).toMatchObject([
    { methodId: "sms" },
    { methodId: "call", caseCode: chosen.caseCode },
  ]);
  expect(asks("chooseMethod")[0]!.request).not.toHaveProperty("caseCode");
});

describe("refused", () => {
  test("causes hardest first, a case code; asked anew after a cure under another key, on the same journey", async () => {
    wallet.tsp.script = { decision: "red", causes: ["expiryMismatch", "reservedPhoneMismatch"] };
    const red = await decided(who, deviceId);
    expect(red).toMatchObject({ stage: "refused", causes: ["reservedPhoneMismatch", "expiryMismatch"] });
    expect(red.caseCode).toMatch(CASE);
    const { bindingId } = red;
    const heard = await listening(wallet, who, deviceId);
    wallet.tsp.script = { decision: "yellow" };
    wallet.server.start();
    const told = context();
    must(await wallet.fromTsp.notifyBinding({ bindingId, ended: false, cured: true }, told));
    await eventually(async () => (await view(bindingId)).stage === "awaitingVerification");
    expect(await view(bindingId)).toMatchObject({ causes: [], caseCode: red.caseCode });
    expect(heard).toContainEqual({ type: "binding", bindingId });
    // Told twice, asked once; and the holder may still tap "go on".
    must(await wallet.fromTsp.notifyBinding({ bindingId, ended: false, cured: true }, told));
    expect(must(await who.calls.resume({ bindingId }, context())).stage).toBe("awaitingVerification");
    expect(asks().map((call) => [call.context.journeyId, call.context.idempotencyKey])).toEqual([
      [bindingId, `${bindingId}-1`],
      [bindingId, `${bindingId}-2`],
    ]);
    expect(await codesOf(bindingId)).toContain("resumed");
  });

  const cured = async (bindingId: string, told = context()) =>
    must(await wallet.fromTsp.notifyBinding({ bindingId, ended: false, cured: true }, told));
  const attempts = async () => wallet.db.query({ text: "select 1 from attempt" });

  test("cured, then a restart before the bank was asked: the next process asks", async () => {
    wallet.tsp.script = { decision: "red", causes: ["cardFrozenByBank"] };
    const { bindingId } = await decided(who, deviceId);
    const told = context();
    await cured(bindingId, told);
    expect(await view(bindingId)).toMatchObject({ stage: "awaitingBank", causes: [] });
    expect(asks()).toHaveLength(1);
    wallet = await wallet.restart();
    who = { ...who, ...(await wallet.as(who.accessToken)) };
    await cured(bindingId, told);
    wallet.tsp.script = { decision: "yellow" };
    wallet.server.start();
    await eventually(async () => (await view(bindingId)).stage === "awaitingVerification");
    expect(asks().map((call) => call.context.idempotencyKey)).toEqual([`${bindingId}-1`, `${bindingId}-2`]);
    // The bank's doing is no attempt of the holder's.
    expect(await attempts()).toHaveLength(1);
  });

  test("one of two causes cured: asked, refused for the other one, and a late repeat asks nobody", async () => {
    wallet.tsp.script = { decision: "red", causes: ["reservedPhoneMismatch", "cardFrozenByBank"] };
    const { bindingId } = await decided(who, deviceId);
    wallet.tsp.script = { decision: "red", causes: ["reservedPhoneMismatch"] };
    wallet.server.start();
    const told = context();
    await cured(bindingId, told);
    await eventually(async () => (await view(bindingId)).causes.length === 1);
    expect(await view(bindingId)).toMatchObject({ stage: "refused", causes: ["reservedPhoneMismatch"] });
    await cured(bindingId, told);
    wallet.clock.advance(60_000);
    expect(await view(bindingId)).toMatchObject({ stage: "refused" });
    expect(asks()).toHaveLength(2);
    wallet.tsp.script = { decision: "yellow" };
    await cured(bindingId);
    await eventually(async () => (await view(bindingId)).stage === "awaitingVerification");
  });

  test("cured while the refusal was on its way: that answer is an old one, and the bank is asked once more", async () => {
    const bindingId = await awaitingTerms(who, deviceId);
    wallet.tsp.script = { decision: "red", causes: ["balanceNegative"] };
    const arrived = wallet.tsp.holdAnswer("requestToken");
    const accepting = who.calls.acceptTerms(acceptanceOf(bindingId), context());
    const release = await arrived;
    await cured(bindingId);
    expect((await view(bindingId)).stage).toBe("awaitingBank");
    wallet.tsp.script = { decision: "yellow" };
    release();
    expect(must(await accepting)).toMatchObject({ stage: "awaitingVerification", causes: [] });
    expect(asks().map((call) => call.context.idempotencyKey)).toEqual([`${bindingId}-1`, `${bindingId}-2`]);
  });

  test("a lost phone and a journey given up are not taken up again by a cure", async () => {
    wallet.tsp.script = { decision: "red", causes: ["cardFrozenByBank"] };
    const { bindingId } = await decided(who, deviceId);
    const other = await decided(who, await enrolled(who));
    must(await who.calls.abandon({ bindingId: other.bindingId }, context()));
    await cured(other.bindingId);
    must(await who.calls.setLost({ deviceId, lost: true }, context()));
    await cured(bindingId);
    expect(await view(bindingId)).toMatchObject({ stage: "refused", retryAt: wallet.clock.now() });
    expect((await view(other.bindingId)).stage).toBe("abandoned");
    must(await who.calls.setLost({ deviceId, lost: false }, context()));
    wallet.tsp.script = { decision: "yellow" };
    expect(must(await who.calls.resume({ bindingId }, context())).stage).toBe("awaitingVerification");
  });

  test("not before its time", async () => {
    const until = wallet.clock.now() + 3_600_000;
    wallet.tsp.script = { decision: "red", causes: ["addLimitReached"], retryAt: until };
    const { bindingId, retryAt } = await decided(who, deviceId);
    expect(retryAt).toBe(until);
    expect(await who.calls.resume({ bindingId }, context())).toMatchObject(
      refused("tooMany", { retryAfterMs: 3_600_000 }),
    );
    expect(asks()).toHaveLength(1);
    wallet.clock.advance(3_600_000);
    must(await who.calls.resume({ bindingId }, context()));
    expect(asks()).toHaveLength(2);
  });

  test("a card typed right goes on where the wrong one was refused", async () => {
    wallet.tsp.script = { decision: "red", causes: ["nameMismatch"] };
    const { bindingId } = await decided(who, deviceId);
    wallet.tsp.script = { decision: "yellow" };
    must(await who.calls.submitCard(cardOf(bindingId, "debit-1/again"), context()));
    expect(must(await who.calls.acceptTerms(acceptanceOf(bindingId), context())).stage).toBe("awaitingVerification");
  });

  test("ended by the bank in the middle: over, and not asked anew", async () => {
    const { bindingId } = await decided(who, deviceId);
    wallet.tsp.setToken(bindingId, { status: "deleted" });
    must(
      await wallet.fromTsp.notifyBinding({ bindingId, cause: "hotlineRefused", ended: true, cured: false }, context()),
    );
    expect(await view(bindingId)).toMatchObject({ stage: "refused", causes: ["hotlineRefused"], methods: [] });
    expect(await who.calls.resume({ bindingId }, context())).toMatchObject(
      refused("wrongState", { causes: ["hotlineRefused"] }),
    );
  });

  test("the sealed card stays while it may be of use, and not for ever", async () => {
    const card = async () =>
      (await wallet.db.query<{ card_jwe: string | null }>({ text: "select card_jwe from binding" }))[0]!.card_jwe;
    wallet.tsp.script = { decision: "red", causes: ["cardFrozenByHolder"] };
    await decided(who, deviceId);
    expect(await card()).not.toBeNull();
    wallet.server.start();
    await pass(7 * 86_400_000 + 1, async () => (await card()) === null);
  });

  test("of a credit card nothing is kept once its check value was checked", async () => {
    await decided(who, deviceId, "credit-1");
    expect(await dumpOf(wallet.db)).not.toContain(sealedCard("credit-1"));
  });
});

describe("nobody answers", () => {
  test.each<[Silence, string]>([
    ["before", "tsp"],
    ["after", "tsp"],
    ["bank", "issuer"],
  ])("silent %s: no failure; it goes on by itself, and nothing is done twice", async (silence, party) => {
    const bindingId = await awaitingTerms(who, deviceId);
    const heard = await listening(wallet, who, deviceId);
    wallet.tsp.silence = silence;
    const waiting = must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
    expect(waiting).toMatchObject({ stage: "awaitingBank", causes: [], waitingFor: { party } });
    expect(waiting.waitingFor!.nextTryAt).toBeGreaterThan(wallet.clock.now());
    // No failure, and yet what the holder may have to speak of.
    expect(waiting.caseCode).toMatch(CASE);
    expect(must(await who.calls.openBindings({ deviceId }, context())).bindings).toHaveLength(1);
    wallet.server.start();
    await pass(60_000, async () => (await view(bindingId)).waitingFor!.nextTryAt > waiting.waitingFor!.nextTryAt);
    wallet.tsp.silence = "none";
    heard.length = 0;
    await pass(60_000, async () => (await view(bindingId)).stage === "awaitingVerification");
    expect(heard).toContainEqual({ type: "binding", bindingId });
    expect(new Set(asks().map((call) => call.context.idempotencyKey))).toEqual(new Set([`${bindingId}-1`]));
    expect(wallet.tsp.tokenOf(bindingId)!.tokenRef).toBe("token-1");
  });

  test("a restart in between: another process goes on, with the same question under the same key", async () => {
    const bindingId = await awaitingTerms(who, deviceId);
    wallet.tsp.silence = "after";
    must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
    const [question] = asks();
    wallet = await wallet.restart();
    const back = await wallet.as(who.accessToken);
    wallet.tsp.silence = "none";
    wallet.server.start();
    await pass(60_000, async () => (await view2(back, bindingId)).stage === "awaitingVerification");
    expect(asks().at(-1)).toEqual(question);
  });
  const view2 = async (back: Awaited<ReturnType<WalletAlone["as"]>>, bindingId: string) =>
    must(await back.calls.binding({ bindingId }, context()));

  test("the holder may ask at once, and give up: what was made is taken back", async () => {
    const bindingId = await awaitingTerms(who, deviceId);
    wallet.tsp.silence = "after";
    must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
    expect(must(await who.calls.resume({ bindingId }, context())).stage).toBe("awaitingBank");
    expect(must(await who.calls.abandon({ bindingId }, context())).stage).toBe("abandoned");
    expect(wallet.tsp.tokenOf(bindingId)!.status).toBe("inactive");
    wallet.tsp.silence = "none";
    must(await wallet.ops.askAgain({}, context()));
    expect(wallet.tsp.tokenOf(bindingId)!.status).toBe("deleted");
    expect((await view(bindingId)).stage).toBe("abandoned");
    // The errand carried the sealed card, and has gone with it.
    expect(await dumpOf(wallet.db)).not.toContain(sealedCard("debit-1"));
  });

  test("answered 'later': waits for that time, with the reason; a bank in maintenance is asked a new question", async () => {
    const bindingId = await awaitingTerms(who, deviceId);
    wallet.tsp.refuse.set("requestToken", problem("tooMany", { cause: "keyServiceDown", retryAfterMs: 30_000 }));
    const later = must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
    expect(later).toMatchObject({
      stage: "awaitingBank",
      causes: ["keyServiceDown"],
      caseCode: expect.stringMatching(CASE),
    });
    expect(later.waitingFor!.nextTryAt).toBe(wallet.clock.now() + 30_000);
    const opens = wallet.clock.now() + 7_200_000;
    wallet.tsp.script = { decision: "red", causes: ["issuerMaintenance"], retryAt: opens };
    const shut = must(await who.calls.resume({ bindingId }, context()));
    expect(shut).toMatchObject({
      stage: "awaitingBank",
      causes: ["issuerMaintenance"],
      waitingFor: { party: "issuer", nextTryAt: opens },
    });
    wallet.tsp.script = { decision: "yellow" };
    wallet.server.start();
    await pass(7_200_000, async () => (await view(bindingId)).stage === "awaitingVerification");
    expect(asks().map((call) => call.context.idempotencyKey)).toEqual([
      `${bindingId}-1`,
      `${bindingId}-1`,
      `${bindingId}-2`,
    ]);
  });

  test("a device that is lost meanwhile gains no card by waiting", async () => {
    const bindingId = await awaitingTerms(who, deviceId);
    wallet.tsp.silence = "bank";
    must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
    wallet.tsp.silence = "none";
    must(await who.calls.setLost({ deviceId, lost: true }, context()));
    const before = asks().length;
    must(await wallet.ops.askAgain({}, context()));
    expect(asks()).toHaveLength(before);
    expect(await view(bindingId)).toMatchObject({ stage: "awaitingBank", causes: ["deviceInLostMode"] });
    must(await who.calls.setLost({ deviceId, lost: false }, context()));
    must(await wallet.ops.askAgain({}, context()));
    expect((await view(bindingId)).stage).toBe("awaitingVerification");
  });

  test("a decision is not waited for for ever", async () => {
    const bindingId = await awaitingTerms(who, deviceId);
    wallet.tsp.silence = "bank";
    must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
    wallet.clock.advance(7 * 86_400_000 + 1);
    must(await wallet.ops.askAgain({}, context()));
    expect(await view(bindingId)).toMatchObject({ stage: "refused", causes: ["answerTooLate"] });
  });

  test.each<[Silence]>([["before"], ["after"]])(
    "cut off %s each step, the journey goes on where it stood",
    async (silence) => {
      let bindingId = "";
      const steps: readonly [string, () => Promise<{ readonly ok: boolean }>][] = [
        ["submitCard", () => who.calls.submitCard(cardOf(bindingId), context())],
        ["acceptTerms", () => who.calls.acceptTerms(acceptanceOf(bindingId), context())],
        ["chooseMethod", () => who.calls.chooseMethod({ bindingId, methodId: "sms" }, context())],
        ["sendCode", () => who.calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context())],
        ["submitCode", () => who.calls.submitCode({ bindingId, codeJwe: sealedCode("123456") }, context())],
      ];
      bindingId = (await started(who, deviceId)).bindingId;
      for (const [name, step] of steps) {
        const stage = (await view(bindingId)).stage;
        wallet.tsp.silence = silence;
        const cut = await step();
        if (name === "acceptTerms") expect(cut).toMatchObject({ ok: true, value: { stage: "awaitingBank" } });
        else expect(cut, name).toMatchObject(refused("peerUnavailable"));
        if (name !== "acceptTerms") expect((await view(bindingId)).stage, name).toBe(stage);
        wallet.tsp.silence = "none";
        must(await who.calls.resume({ bindingId }, context()));
        if ((await view(bindingId)).stage !== "active") expect((await step()).ok, name).toBe(true);
      }
      expect((await view(bindingId)).stage).toBe("active");
      expect(await passes()).toHaveLength(1);
    },
  );
});

describe("approved elsewhere", () => {
  test("the bank's app let it live: the card appears by the TSP's notice, once", async () => {
    const { bindingId } = await decided(who, deviceId);
    must(await who.calls.chooseMethod({ bindingId, methodId: "app" }, context()));
    const heard = await listening(wallet, who, deviceId);
    const token = wallet.tsp.setToken(bindingId, { status: "active" });
    for (let again = 0; again < 2; again++) must(await wallet.fromTsp.notifyToken({ token }, context()));
    expect(await view(bindingId)).toMatchObject({ stage: "active" });
    expect(await passes()).toHaveLength(1);
    expect(heard).toContainEqual({ type: "passes", deviceId });
  });

  test("the notice is lost too: looking at it again fetches the result", async () => {
    const { bindingId } = await decided(who, deviceId);
    wallet.tsp.setToken(bindingId, { status: "active" });
    expect(must(await who.calls.resume({ bindingId }, context())).stage).toBe("active");
  });

  test("a device in lost mode: the card comes, suspended", async () => {
    const { bindingId } = await decided(who, deviceId);
    const token = wallet.tsp.setToken(bindingId, { status: "suspended", suspendedBy: ["wallet"] });
    must(await wallet.fromTsp.notifyToken({ token }, context()));
    expect((await passes()).map((pass) => pass.token.status)).toEqual(["suspended"]);
  });

  test("methods that changed are looked up; a step that failed there is said here", async () => {
    const { bindingId } = await decided(who, deviceId);
    must(
      await wallet.fromTsp.notifyBinding(
        { bindingId, cause: "bankAppDeclined", ended: false, cured: false },
        context(),
      ),
    );
    expect(await view(bindingId)).toMatchObject({ stage: "awaitingVerification", causes: ["bankAppDeclined"] });
    wallet.tsp.silence = "before";
    expect(await wallet.fromTsp.notifyBinding({ bindingId, ended: false, cured: false }, context())).toMatchObject(
      refused("peerUnavailable"),
    );
    expect(
      await wallet.fromTsp.notifyBinding({ bindingId: "nobody", ended: false, cured: false }, context()),
    ).toMatchObject(refused("notFound", { at: "bindingId" }));
  });
});

describe("the same call again", () => {
  test("each step gives its first answer, whatever happened since; another request under its key is refused", async () => {
    const { bindingId } = await started(who, deviceId);
    const card = () => who.calls.submitCard(cardOf(bindingId), context("card-1"));
    const accept = () => who.calls.acceptTerms(acceptanceOf(bindingId), context("accept-1"));
    const code = (digits: string) =>
      who.calls.submitCode({ bindingId, codeJwe: sealedCode(digits) }, context("code-1"));
    const first = [must(await card()), must(await accept()), must(await code("000000"))];
    must(await who.calls.submitCode({ bindingId, codeJwe: sealedCode("123456") }, context()));
    expect([must(await card()), must(await accept()), must(await code("000000"))]).toEqual(first);
    expect(await code("123456")).toMatchObject(refused("idempotencyMismatch", { at: "Idempotency-Key" }));
    expect(asks("submitCode")).toHaveLength(2);
  });

  test("both at once: one device, one journey, one question", async () => {
    const twice = async <T>(call: () => Promise<T>) => Promise.all([call(), call()]);
    const key = { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) } as const;
    const enrol = { name: "手机", kind: "phone", model: "phone-10", keySource: "hce", publicKey: key } as const;
    const devices = await twice(() => who.calls.enrolDevice(enrol, context("both-1")));
    expect(must(devices[0]!)).toEqual(must(devices[1]!));
    expect(must(await who.calls.me({}, context())).devices).toHaveLength(2);
    const start = { deviceId, facts: FACTS, language: "zh" } as const;
    const begun = await twice(() => who.calls.startBinding(start, context("both-2")));
    expect(must(begun[0]!)).toEqual(must(begun[1]!));
    expect(await wallet.db.query({ text: "select id from binding" })).toHaveLength(1);
    const { bindingId } = must(begun[0]!).binding;
    await twice(() => who.calls.submitCard(cardOf(bindingId), context("both-3")));
    const decisions = await twice(() => who.calls.acceptTerms(acceptanceOf(bindingId), context("both-4")));
    expect(must(decisions[0]!)).toEqual(must(decisions[1]!));
    expect(new Set(asks().map((call) => call.context.idempotencyKey)).size).toBe(1);
    const codes = await twice(() =>
      who.calls.submitCode({ bindingId, codeJwe: sealedCode("123456") }, context("both-5")),
    );
    expect(codes.map((one) => must(one).binding.stage)).toEqual(["active", "active"]);
    expect(await passes()).toHaveLength(1);
  });

  test("two accounts may use one key: each is asked for under its own", async () => {
    const other = await wallet.holder("李娜");
    const theirs = await enrolled(other);
    const ids = [(await decided(who, deviceId)).bindingId, (await decided(other, theirs)).bindingId];
    const send = (calls: Holder["calls"], bindingId: string) =>
      calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context("same-key"));
    must(await send(who.calls, ids[0]!));
    must(await send(other.calls, ids[1]!));
    const keys = asks("sendCode").map((call) => call.context.idempotencyKey);
    expect(new Set(keys).size).toBe(2);
  });

  test("nothing sealed and no code lies in the table of first answers", async () => {
    const { bindingId } = await started(who, deviceId);
    must(await who.calls.submitCard(cardOf(bindingId, "credit-9"), context()));
    const rows = await wallet.db.query<{ request: string }>({ text: "select request from answered_call" });
    for (const { request } of rows) expect(request).not.toContain(sealedCard("credit-9"));
    const text = await dumpOf(wallet.db);
    for (const code of who.recoveryCodes) expect(text).not.toContain(code);
  });
});
