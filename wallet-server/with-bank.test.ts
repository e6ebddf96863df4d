import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Calls } from "#contracts/operation";
import { type BindingView, type WalletDeviceApi, walletDeviceApi } from "#contracts/wallet-api";
import { memoryCalls } from "#platform/calls";
import type { Session } from "#wallet-server";
import {
  AT_DESK,
  bankAppOf,
  context,
  demo,
  eventually,
  must,
  openParties,
  type Parties,
  typed,
} from "../test/parties/bank-and-tsp.ts";
import { dumpOf, startTestDatabase, type TestDatabase } from "../test/parties/database.ts";
import { testPasskey } from "../test/parties/passkey.ts";
import { acceptanceOf, enrolled, started } from "../test/parties/wallet.ts";

// The wallet provider with the TSP and the bank as they are.

const DAY_MS = 86_400_000;

let database: TestDatabase;
let parties: Parties;
let calls: Calls<WalletDeviceApi>;
let deviceId: string;
let token: string;
let session: Session;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  parties = await openParties(database);
  const { signIn } = parties.wallet;
  const begun = must(await signIn.registerOptions({ name: "张伟" }, context()));
  const response = testPasskey().register(begun.options);
  const { accessToken } = must(await signIn.register({ ceremonyId: begun.ceremonyId, response }, context()));
  token = accessToken;
  await signedIn();
  must(await calls.makeRecoveryCodes({}, context()));
  deviceId = await enrolled({ calls });
});
afterEach(() => parties.stop());

/** At the wallet provider as it runs now. */
async function signedIn(): Promise<void> {
  session = (await parties.wallet.session(token))!;
  calls = memoryCalls(walletDeviceApi, {
    calls: parties.wallet.deviceApi(session),
    onFailure: (_name, error) => {
      throw error;
    },
  });
}

async function submitted(cardId: string): Promise<string> {
  const { bindingId } = await started({ calls }, deviceId);
  const cardJwe = await parties.seal(typed(demo(cardId)));
  must(await calls.submitCard({ bindingId, cardJwe, source: "typed" }, context()));
  return bindingId;
}
async function accepted(bindingId: string): Promise<BindingView> {
  const { terms } = must(await calls.binding({ bindingId }, context()));
  return must(await calls.acceptTerms(acceptanceOf(bindingId, terms!.version), context()));
}
/** Time goes on between two steps of a holder: facts of one instant have no order across parties. */
const tick = () => parties.clock.advance(1000);
const view = async (bindingId: string) => must(await calls.binding({ bindingId }, context()));
const explained = async (journeyId: string) => must(await calls.explain({ journeyId, language: "zh" }, context()));

describe("with TSP and bank", () => {
  test("from preflight to a card that is stored, and what is kept of it", async () => {
    const bindingId = await submitted("zhang");
    tick();
    const decided = await accepted(bindingId);
    expect(decided).toMatchObject({ stage: "awaitingVerification", decision: "yellow" });
    const { methodId } = decided.methods.find((method) => method.kind === "smsCode")!;
    tick();
    must(await calls.chooseMethod({ bindingId, methodId }, context()));
    tick();
    must(await calls.sendCode({ bindingId, methodId, language: "zh" }, context()));
    const code = await parties.code(demo("zhang").mobile);
    tick();
    const done = must(await calls.submitCode({ bindingId, codeJwe: await parties.seal({ code }) }, context()));
    expect(done).toMatchObject({ result: { outcome: "passed" }, binding: { stage: "active" } });
    const passId = done.binding.passId!;
    tick();
    must(await calls.collectPackage({ passId }, context()));
    tick();
    must(await calls.confirmProvisioned({ passId }, context()));
    await parties.quiet();
    expect(await explained(bindingId)).toMatchObject({ certainty: "proven", milestone: "ready", stoppedBy: "nobody" });
    const text = await dumpOf(parties.db.wallet);
    for (const secret of [demo("zhang").pan, demo("zhang").mobile, code]) expect(text).not.toContain(secret);
    const tokens = await parties.db.tsp.query<{ token_pan: string }>({ text: "select token_pan from token" });
    expect(text).not.toContain(tokens[0]!.token_pan);
  });

  test("a refused card: its cause, a case code, and the bank's own word in the finding", async () => {
    const red = await accepted(await submitted("liu"));
    expect(red).toMatchObject({ stage: "refused", decision: "red", causes: ["cardReportedLost"] });
    const finding = must(await calls.explain({ caseCode: red.caseCode!, language: "zh" }, context()));
    expect(finding).toMatchObject({
      cause: "cardReportedLost",
      certainty: "proven",
      stoppedBy: "issuer",
      actor: "hotline",
    });
  });

  describe("a card that the bank's own app hands over", () => {
    /** A journey with its invitation, and what the bank's app makes of it. */
    async function pushed() {
      const app = await bankAppOf(parties, "zhang");
      const { bindingId } = await started({ calls }, deviceId);
      const invitation = must(await calls.openPush({ deviceId }, context()));
      const { cards } = must(await app.cards({}, context()));
      const { cardId } = cards.find(({ panSuffix }) => panSuffix === demo("zhang").pan.slice(-4))!;
      return { app, bindingId, pass: must(await app.addToWallet({ cardId, invitation }, context())), cardId };
    }

    test("active without a typed digit and without a code; the wallet holds no number, and knows whence it came", async () => {
      const { bindingId, pass } = await pushed();
      const texts = parties.inbox.list().length;
      tick();
      const taken = must(await calls.takePush({ deviceId, pass }, context()));
      must(await calls.submitCard({ bindingId, source: "bankApp", ...taken }, context()));
      tick();
      const done = await accepted(bindingId);
      expect(done).toMatchObject({ stage: "active", decision: "green", source: "bankApp", causes: [] });
      expect(parties.inbox.list()).toHaveLength(texts);
      tick();
      must(await calls.collectPackage({ passId: done.passId! }, context()));
      tick();
      must(await calls.confirmProvisioned({ passId: done.passId! }, context()));
      await parties.quiet();
      expect(await explained(bindingId)).toMatchObject({ certainty: "proven", milestone: "ready" });
      expect(await dumpOf(parties.db.wallet)).not.toContain(demo("zhang").pan);
    });

    test("spoilt, late, or for another device: refused with its cause, and no token is made", async () => {
      const { app, bindingId, pass, cardId } = await pushed();
      const cut = { ...pass, encryptedPassData: pass.encryptedPassData.slice(0, -24) };
      expect(await calls.takePush({ deviceId, pass: cut }, context())).toMatchObject({
        ok: false,
        error: { cause: "pushDataInvalid" },
      });
      const watch = await enrolled({ calls }, "watch-3");
      must(await calls.openPush({ deviceId: watch }, context()));
      expect(await calls.takePush({ deviceId: watch, pass }, context())).toMatchObject({ ok: false });
      const invitation = must(await calls.openPush({ deviceId }, context()));
      const late = must(await app.addToWallet({ cardId, invitation }, context()));
      parties.clock.advance(DAY_MS);
      expect(await calls.takePush({ deviceId, pass: late }, context())).toMatchObject({
        ok: false,
        error: { cause: "pushDataExpired" },
      });
      expect((await view(bindingId)).stage).toBe("awaitingCard");
      expect(await parties.db.tsp.query({ text: "select 1 from token" })).toEqual([]);
    });
  });

  describe("what the bank cures goes on by itself", () => {
    const atDesk = () => parties.issuer.desk(AT_DESK)!;
    const card = (id: string) => ({ cardId: `card-${id}` });
    const questions = async () => parties.db.issuer.query({ text: "select key from decision" });

    test.each([
      ["wang", "cardNotActivated", () => atDesk().activateCard(card("wang"), context())],
      ["liu", "cardReportedLost", () => atDesk().liftLost(card("liu"), context())],
      ["yang", "cardFrozenByBank", () => atDesk().unfreeze({ ...card("yang"), reason: "talked" }, context())],
    ] as const)("%s: %s", async (id, cause, cure) => {
      const { bindingId, causes } = await accepted(await submitted(id));
      expect(causes).toEqual([cause]);
      tick();
      must(await cure());
      await eventually(async () => (await view(bindingId)).stage === "awaitingVerification");
      expect(await questions()).toHaveLength(2);
    });

    test("the phone changed at the desk, each party restarted on the way: the code goes to the new number", async () => {
      const { bindingId } = await started({ calls }, deviceId);
      const mobile = "13900139001";
      const cardJwe = await parties.seal(typed(demo("zhang"), { mobile }));
      must(await calls.submitCard({ bindingId, cardJwe, source: "typed" }, context()));
      expect((await accepted(bindingId)).causes).toEqual(["reservedPhoneMismatch"]);
      const events: unknown[] = [];

      // The bank changes the record while the TSP is down, and is restarted before it could tell.
      const tspBack = await parties.stopOne("tsp");
      tick();
      const document = { kind: "residentId" as const, number: demo("zhang").idNumber };
      const asked = { customerId: "customer-zhang", document, newPhone: mobile };
      must(await atDesk().changeReservedPhone(asked, context()));
      (await parties.stopOne("issuer"))();
      // The TSP has it, the wallet is down; then the TSP is restarted too.
      const walletBack = await parties.stopOne("wallet");
      tspBack();
      const left = (party: "issuer" | "tsp") => parties.db[party].query({ text: "select 1 from outbox" });
      await eventually(async () => {
        parties.clock.advance(1000);
        return (await left("issuer")).length === 0;
      });
      expect(await left("tsp")).toHaveLength(1);
      (await parties.stopOne("tsp"))();
      walletBack();
      await signedIn();
      await parties.wallet.subscribe(session, deviceId, (event) => events.push(event));
      await eventually(async () => {
        parties.clock.advance(1000);
        return (await view(bindingId)).stage === "awaitingVerification";
      });
      expect(events).toContainEqual({ type: "binding", bindingId });
      expect(await questions()).toHaveLength(2);
      const sms = (await view(bindingId)).methods.find((method) => method.kind === "smsCode")!;
      must(await calls.sendCode({ bindingId, methodId: sms.methodId, language: "zh" }, context()));
      const codeJwe = await parties.seal({ code: await parties.code(mobile) });
      expect(must(await calls.submitCode({ bindingId, codeJwe }, context())).binding.stage).toBe("active");
      expect(await parties.db.tsp.query({ text: "select 1 from token" })).toHaveLength(1);
    });
  });

  test.each(["issuer", "tsp"] as const)(
    "%s silent: the journey waits, goes on by itself, and nothing is done twice",
    async (party) => {
      const bindingId = await submitted("zhang");
      parties.cutOff(party);
      const waiting = await accepted(bindingId);
      expect(waiting).toMatchObject({ stage: "awaitingBank", waitingFor: { party } });
      parties.cutOff(party, false);
      await eventually(async () => {
        parties.clock.advance(5_000);
        return (await view(bindingId)).stage === "awaitingVerification";
      });
      expect(await parties.db.tsp.query({ text: "select 1 from token" })).toHaveLength(1);
    },
  );

  test("a card of the phone, taken over to the watch: confirmed on the phone, no new code", async () => {
    const bindingId = await submitted("zhang");
    const { methods } = await accepted(bindingId);
    const { methodId } = methods.find((method) => method.kind === "smsCode")!;
    must(await calls.sendCode({ bindingId, methodId, language: "zh" }, context()));
    const codeJwe = await parties.seal({ code: await parties.code(demo("zhang").mobile) });
    const { binding } = must(await calls.submitCode({ bindingId, codeJwe }, context()));
    tick();
    const watch = await enrolled({ calls }, "watch-3");
    const request = { deviceId: watch, fromDeviceId: deviceId, passIds: [binding.passId!] };
    const { bindings } = must(await calls.addCardsFrom(request, context()));
    expect(bindings).toMatchObject([{ deviceId: watch, stage: "awaitingTerms", panSuffix: "0017" }]);
    expect(await accepted(bindings[0]!.bindingId)).toMatchObject({ decision: "green", stage: "active" });
    const tokens = await parties.db.tsp.query<{ token_pan: string; pan_ref: string }>({
      text: "select token_pan, pan_ref from token where status = 'active'",
    });
    expect(new Set(tokens.map((token) => token.token_pan)).size).toBe(2);
    expect(new Set(tokens.map((token) => token.pan_ref)).size).toBe(1);
  });

  test("first answers are kept for a month, and then by nobody", async () => {
    const bindingId = await submitted("zhang");
    await accepted(bindingId);
    const document = { kind: "residentId" as const, number: demo("zhang").idNumber };
    const desk = parties.issuer.desk(AT_DESK)!;
    must(await desk.usbKeyCode({ customerId: "customer-zhang", document }, context()));
    must(await calls.setLost({ deviceId, lost: true }, context()));
    await parties.quiet();
    const kept = async () =>
      Promise.all(
        (["issuer", "tsp", "wallet"] as const).map(
          async (party) => (await parties.db[party].query({ text: "select 1 from answered_call" })).length,
        ),
      );
    expect((await kept()).every((rows) => rows > 0)).toBe(true);
    const before = await kept();
    parties.clock.advance(29 * DAY_MS);
    await parties.quiet();
    expect(await kept()).toEqual(before);
    await eventually(async () => {
      parties.clock.advance(DAY_MS);
      return (await kept()).every((rows) => rows === 0);
    });
  });

  test("lost mode reaches the token, and its end too", async () => {
    const bindingId = await submitted("zhang");
    await accepted(bindingId);
    must(await calls.setLost({ deviceId, lost: true }, context()));
    expect(await calls.resume({ bindingId }, context())).toMatchObject({
      ok: false,
      error: { cause: "deviceInLostMode" },
    });
    await parties.quiet();
    expect(await explained(bindingId)).toMatchObject({ cause: "deviceInLostMode", actor: "holder" });
    must(await calls.setLost({ deviceId, lost: false }, context()));
    expect(must(await calls.resume({ bindingId }, context())).stage).toBe("awaitingVerification");
  });

  test("given up while the bank was silent: what it had made goes", async () => {
    const bindingId = await submitted("zhang");
    parties.cutOff("issuer");
    await accepted(bindingId);
    parties.cutOff("issuer", false);
    must(await calls.abandon({ bindingId }, context()));
    await eventually(async () => {
      parties.clock.advance(5_000);
      return (await parties.db.wallet.query({ text: "select id from errand" })).length === 0;
    });
    await parties.quiet();
    const tokens = await parties.db.tsp.query<{ status: string }>({ text: "select status from token" });
    expect(tokens.filter((token) => token.status !== "deleted")).toEqual([]);
  });
});
