import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { context, must } from "../../test/parties/basics.ts";
import { startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";
import { testPasskey } from "../../test/parties/passkey.ts";
import {
  acceptanceOf,
  bound,
  decided,
  enrolled,
  FACTS,
  type Holder,
  openWallet,
  type WalletAlone,
} from "../../test/parties/wallet.ts";
import { sealedCode } from "../../test/peers/scripted-tsp.ts";

let database: TestDatabase;
let wallet: WalletAlone;
let who: Holder;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wallet = await openWallet(database);
  who = await wallet.holder();
});
afterEach(() => wallet.stop());

const refused = (code: string, more: object = {}) => ({ ok: false, error: { code, ...more } });

describe("a session acts for its own device", () => {
  const NO = (at: string) => refused("forbidden", { at });
  /** A second device of the account, with a passkey of its own. */
  async function joined() {
    const passkey = testPasskey();
    const { joinCode } = must(await who.calls.makeJoinCode({}, context()));
    const begun = must(
      await wallet.signIn.joinOptions({ accountName: "张伟", joinCode, deviceName: "平板" }, context()),
    );
    const response = passkey.register(begun.options);
    const { accessToken } = must(await wallet.signIn.join({ ceremonyId: begun.ceremonyId, response }, context()));
    const other = await wallet.as(accessToken);
    return { ...other, deviceId: await enrolled(other, "tablet-2") };
  }
  const signedInAgain = async (passkey: ReturnType<typeof testPasskey>) => {
    const begun = must(await wallet.signIn.signInOptions({}, context()));
    const response = passkey.signIn(begun.options);
    const session = must(await wallet.signIn.signIn({ ceremonyId: begun.ceremonyId, response }, context()));
    return wallet.as(session.accessToken);
  };

  test("a token that was stolen from the tablet adds, fetches and pays nothing on the phone; it looks, and it locks", async () => {
    const phone = await enrolled(who);
    const pass = await bound(wallet, who, phone);
    const open = await decided(who, phone, "debit-2");
    const { calls: thief, deviceId: tablet } = await joined();
    const { passId } = pass;
    const { bindingId } = open;
    const facts = { ...FACTS };
    for (const [at, tried] of [
      ["deviceId", thief.startBinding({ deviceId: phone, facts, language: "zh" }, context())],
      ["deviceId", thief.openPush({ deviceId: phone }, context())],
      ["deviceId", thief.reportFacts({ deviceId: phone, facts: [] }, context())],
      ["bindingId", thief.sendCode({ bindingId, methodId: "sms", language: "zh" }, context())],
      ["bindingId", thief.submitCode({ bindingId, codeJwe: sealedCode(wallet.tsp.code) }, context())],
      ["bindingId", thief.resume({ bindingId }, context())],
      ["bindingId", thief.abandon({ bindingId }, context())],
      ["passId", thief.collectPackage({ passId }, context())],
      ["passId", thief.replenish({ passId, count: 5 }, context())],
      ["passId", thief.confirmProvisioned({ passId }, context())],
      ["passId", thief.setDefault({ passId }, context())],
      ["fromDeviceId", thief.addCardsFrom({ deviceId: tablet, fromDeviceId: phone, passIds: [passId] }, context())],
    ] as const)
      expect(await tried).toMatchObject(NO(at));
    expect(wallet.tsp.heard.filter(({ name }) => name === "personalise" || name === "sendCode")).toHaveLength(1);
    expect(must(await thief.passes({ deviceId: phone }, context())).passes).toHaveLength(1);
    expect(must(await thief.binding({ bindingId }, context())).stage).toBe("awaitingVerification");
    must(await thief.startBinding({ deviceId: tablet, facts: { ...facts, use: "apps" }, language: "zh" }, context()));
    must(await thief.setLost({ deviceId: phone, lost: true }, context()));
  });

  test("it asks for cards, and only the device that has them confirms", async () => {
    const phone = await enrolled(who);
    const { passId } = await bound(wallet, who, phone);
    const { calls: tablet, deviceId } = await joined();
    const asked = { deviceId, fromDeviceId: phone, passIds: [passId] };
    const { requestId } = must(await tablet.askForCards(asked, context()));
    expect(await tablet.answerCardRequest({ requestId, confirmed: true }, context())).toMatchObject(NO("requestId"));
    const { bindings } = must(await who.calls.answerCardRequest({ requestId, confirmed: true }, context()));
    expect(bindings).toMatchObject([{ deviceId }]);
    const { bindingId } = bindings[0]!;
    expect(await who.calls.acceptTerms(acceptanceOf(bindingId), context())).toMatchObject(NO("bindingId"));
    must(await tablet.acceptTerms(acceptanceOf(bindingId), context()));
  });

  test("one passkey on two devices: a new session is the one's that it acts for first", async () => {
    const first = await enrolled(who);
    const again = await signedInAgain(who.passkey);
    const second = await enrolled(again);
    expect(await again.calls.openPush({ deviceId: first }, context())).toMatchObject(NO("deviceId"));
    const third = await signedInAgain(who.passkey);
    const tries = await Promise.all(
      [first, second, first, second].map((deviceId) => third.calls.openPush({ deviceId }, context())),
    );
    expect(tries.filter(({ ok }) => ok)).toHaveLength(2);
    expect(new Set(tries.map(({ ok }, i) => `${i % 2} ${ok}`)).size).toBe(2);
  });
});
