import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { context, must } from "../../test/parties/basics.ts";
import { digestOf, dumpOf, startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";
import { testPasskey } from "../../test/parties/passkey.ts";
import {
  acceptanceOf,
  bound,
  decided,
  enrolled,
  listening,
  openWallet,
  type WalletAlone,
} from "../../test/parties/wallet.ts";
import { sealedCard } from "../../test/peers/scripted-tsp.ts";

let database: TestDatabase;
let wallet: WalletAlone;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wallet = await openWallet(database);
});
afterEach(() => wallet.stop());

type Holder = Awaited<ReturnType<WalletAlone["holder"]>>;
const refused = (code: string, more: object = {}) => ({ ok: false, error: { code, ...more } });
const account = async ({ calls }: Pick<Holder, "calls">) => must(await calls.account({}, context()));
const passesOf = async ({ calls }: Pick<Holder, "calls">, deviceId: string) =>
  must(await calls.passes({ deviceId }, context())).passes;
const joinCode = async ({ calls }: Pick<Holder, "calls">) => must(await calls.makeJoinCode({}, context())).joinCode;
const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");
const begin = (code: string, accountName = "张伟") =>
  wallet.signIn.joinOptions({ joinCode: code, accountName }, context());

/** A new device that joins by a code. */
async function joined(who: Holder) {
  const passkey = testPasskey();
  const { ceremonyId, options } = must(await begin(await joinCode(who)));
  const session = must(await wallet.signIn.join({ ceremonyId, response: passkey.register(options) }, context()));
  return { passkey, accessToken: session.accessToken, ...(await wallet.as(session.accessToken)) };
}

async function recovered(who: Holder, recoveryCode = who.recoveryCodes[0]!) {
  const passkey = testPasskey();
  const begun = await wallet.signIn.recoverOptions({ accountName: "张伟", recoveryCode }, context());
  const { ceremonyId, options } = must(begun);
  const session = must(await wallet.signIn.recover({ ceremonyId, response: passkey.register(options) }, context()));
  return { passkey, ...(await wallet.as(session.accessToken)) };
}

describe("a second device", () => {
  test("joins by a code of a trusted one, with a passkey of its own, to the same account", async () => {
    const who = await wallet.holder("张伟", { codes: false });
    expect((await account(who)).secondFactorOn).toBe(false);
    const second = await joined(who);
    expect(second.session.accountId).toBe(who.session.accountId);
    expect(second.session.keyId).toBe(second.passkey.id);
    // Under one handle, in one authenticator, the second passkey would take the place of the first.
    const { options } = must(await begin(await joinCode(who)));
    const handle = (all: Record<string, unknown>) => (all["user"] as { id: string }).id;
    const again = must(await begin(await joinCode(who)));
    expect(handle(again.options)).not.toBe(handle(options));
    // Two trusted devices are two factors.
    expect((await account(who)).secondFactorOn).toBe(true);
  });

  test("a code is good once, for five minutes, and the newest alone", async () => {
    const who = await wallet.holder();
    const used = await joinCode(who);
    must(await begin(used));
    expect(await begin(used)).toMatchObject(refused("notFound", { at: "joinCode" }));
    const replaced = await joinCode(who);
    const newest = await joinCode(who);
    if (replaced !== newest) expect(await begin(replaced)).toMatchObject(refused("notFound"));
    wallet.clock.advance(5 * 60_000);
    expect(await begin(newest)).toMatchObject(refused("notFound", { at: "joinCode" }));
  });

  test("three wrong tries, and the right one comes too late; a wrong name reads the same", async () => {
    const who = await wallet.holder();
    const right = await joinCode(who);
    const wrong = await begin(other(right));
    expect(await begin(right, "李娜")).toEqual(wrong);
    for (let tries = 0; tries < 2; tries++) expect(await begin(other(right))).toEqual(wrong);
    expect(await begin(right)).toEqual(wrong);
  });

  test("a thousand guesses, with fresh codes all along: after ten in an hour nobody is even asked", async () => {
    const who = await wallet.holder();
    let asked = 0;
    for (let guess = 0; guess < 1000; guess++) {
      if (guess % 3 === 0) await joinCode(who);
      const answer = await begin("000000");
      if (!answer.ok && answer.error.code !== "tooMany") asked++;
    }
    expect(asked).toBeLessThanOrEqual(10);
    expect(await begin(await joinCode(who))).toMatchObject(refused("tooMany", { retryAfterMs: expect.any(Number) }));
    wallet.clock.advance(3_600_000);
    must(await begin(await joinCode(who)));
  });

  test("codes are shown once: the same call again is refused, and changes nothing", async () => {
    const who = await wallet.holder();
    for (const call of [who.calls.makeRecoveryCodes, who.calls.makeJoinCode]) {
      const once = context(`once-${call.name}`);
      must<unknown, unknown>(await call({}, once));
      const before = await digestOf(wallet.db);
      expect(await call({}, once)).toMatchObject(refused("wrongState"));
      expect(await digestOf(wallet.db)).toBe(before);
    }
  });
});

describe("cards of another device", () => {
  test("confirmed there, a debit card needs no typing: terms, and the bank, which hears of it", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    const card = await bound(wallet, who, phone);
    const second = await joined(who);
    const watch = await enrolled(second, "watch-3");
    const request = { deviceId: watch, fromDeviceId: phone, passIds: [card.passId] };
    // Asked for by the new device itself, it is not confirmed.
    expect(await second.calls.addCardsFrom(request, context())).toMatchObject(
      refused("forbidden", { at: "fromDeviceId" }),
    );
    const { bindings } = must(await who.calls.addCardsFrom(request, context()));
    expect(bindings).toMatchObject([{ deviceId: watch, stage: "awaitingTerms", panSuffix: "0017" }]);
    wallet.tsp.script = { decision: "green" };
    const { bindingId } = bindings[0]!;
    expect(must(await second.calls.acceptTerms(acceptanceOf(bindingId), context())).stage).toBe("active");
    const asked = wallet.tsp.heard.filter((call) => call.name === "requestToken").at(-1)!;
    expect(asked.request).toMatchObject({ wallet: { colour: "green", reasons: ["02", "03", "AD"] } });
    expect((await passesOf(who, phone)).length + (await passesOf(second, watch)).length).toBe(2);
  });

  test("a credit card is typed again: its check value is not kept", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    const card = await bound(wallet, who, phone, "credit-1");
    const watch = await enrolled(who, "watch-3");
    const request = { deviceId: watch, fromDeviceId: phone, passIds: [card.passId] };
    const { bindings } = must(await who.calls.addCardsFrom(request, context()));
    expect(bindings).toMatchObject([{ deviceId: watch, stage: "awaitingCard" }]);
    expect(await dumpOf(wallet.db)).not.toContain(sealedCard("credit-1"));
  });

  test("the sealed card goes with its card", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    const card = await bound(wallet, who, phone);
    expect(await dumpOf(wallet.db)).toContain(sealedCard("debit-1"));
    must(await who.calls.changePass({ passId: card.passId, change: "delete" }, context()));
    expect(await dumpOf(wallet.db)).not.toContain(sealedCard("debit-1"));
  });
});

describe("a device that asks for cards", () => {
  async function phoneAndWatch(card = "debit-1") {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    const { passId } = await bound(wallet, who, phone, card);
    const second = await joined(who);
    const watch = await enrolled(second, "watch-3");
    const request = { deviceId: watch, fromDeviceId: phone, passIds: [passId] };
    return { who, phone, second, watch, request };
  }
  const requests = async ({ calls }: Pick<Holder, "calls">, deviceId: string) =>
    must(await calls.cardRequests({ deviceId }, context())).requests;

  test("gets none by asking; the device that has them hears it, and confirms", async () => {
    const { who, phone, second, watch, request } = await phoneAndWatch();
    const heard = await listening(wallet, who, phone);
    const asked = must(await second.calls.askForCards(request, context()));
    expect(heard).toEqual([{ type: "cardRequest", deviceId: phone }]);
    expect(await requests(who, phone)).toEqual([asked]);
    expect(must(await second.calls.cardRequests({ deviceId: watch }, context()))).toEqual({
      requests: [],
      asked: [asked],
    });
    expect(asked).toMatchObject({ deviceId: watch, passIds: request.passIds });
    const answer = { requestId: asked.requestId, confirmed: true };
    // Not by itself.
    expect(await second.calls.answerCardRequest(answer, context())).toMatchObject(refused("forbidden"));
    const once = context();
    const handed = must(await who.calls.answerCardRequest(answer, once));
    expect(handed.bindings).toMatchObject([{ deviceId: watch, stage: "awaitingTerms" }]);
    expect(must(await who.calls.answerCardRequest(answer, once))).toEqual(handed);
    expect(await requests(who, phone)).toEqual([]);
    expect(await who.calls.answerCardRequest(answer, context())).toMatchObject(
      refused("notFound", { at: "requestId" }),
    );
    expect(must(await second.calls.openBindings({ deviceId: watch }, context())).bindings).toHaveLength(1);
  });

  test("asks once at a time, for ten minutes; a refusal leaves nothing", async () => {
    const { who, phone, second, request } = await phoneAndWatch();
    must(await second.calls.askForCards(request, context()));
    const newest = must(await second.calls.askForCards(request, context()));
    expect(await requests(who, phone)).toEqual([newest]);
    expect(
      must(await who.calls.answerCardRequest({ requestId: newest.requestId, confirmed: false }, context())),
    ).toEqual({ bindings: [] });
    expect(await requests(who, phone)).toEqual([]);
    const late = must(await second.calls.askForCards(request, context()));
    wallet.clock.advance(600_000);
    expect(await requests(who, phone)).toEqual([]);
    expect(await who.calls.answerCardRequest({ requestId: late.requestId, confirmed: true }, context())).toMatchObject(
      refused("notFound"),
    );
  });

  test("a lost device is neither asked nor served", async () => {
    const { who, phone, second, watch, request } = await phoneAndWatch();
    const asked = must(await second.calls.askForCards(request, context()));
    must(await who.calls.setLost({ deviceId: watch, lost: true }, context()));
    expect(await requests(who, phone)).toEqual([]);
    expect(
      must(await who.calls.answerCardRequest({ requestId: asked.requestId, confirmed: true }, context())),
    ).toMatchObject({
      bindings: [{ stage: "preflightFailed", causes: ["deviceInLostMode"] }],
    });
    expect(await second.calls.askForCards(request, context())).toMatchObject(
      refused("wrongState", { at: "deviceId", cause: "deviceInLostMode" }),
    );
  });
});

describe("finding a device", () => {
  const findSignIn = (recoveryCode: string, accountName = "张伟") =>
    wallet.signIn.findSignIn({ accountName, recoveryCode }, context());
  async function finder(who: Holder) {
    const { accessToken } = must(await findSignIn(who.recoveryCodes[0]!));
    return { accessToken, ...(await wallet.as(accessToken)) };
  }

  test("a recovery code, spent by it, sees, locks and wipes for an hour, and does nothing else", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    await bound(wallet, who, phone);
    const found = await finder(who);
    expect(await findSignIn(who.recoveryCodes[0]!)).toMatchObject(refused("notFound", { at: "recoveryCode" }));
    expect(await findSignIn(who.recoveryCodes[1]!, "李娜")).toMatchObject(refused("notFound", { at: "recoveryCode" }));
    expect(must(await found.calls.me({}, context())).devices).toMatchObject([{ deviceId: phone, lost: false }]);
    must(await found.calls.setLost({ deviceId: phone, lost: true }, context()));
    expect((await passesOf(found, phone)).map((pass) => pass.token.status)).toEqual(["suspended"]);
    for (const call of [
      found.calls.setLost({ deviceId: phone, lost: false }, context()),
      found.calls.makeRecoveryCodes({}, context()),
      found.calls.makeJoinCode({}, context()),
      found.calls.removeDevice({ deviceId: phone }, context()),
      found.calls.notices({ deviceId: phone }, context()),
    ])
      expect(await call).toMatchObject(refused("forbidden"));
    must(await found.calls.wipeDevice({ deviceId: phone }, context()));
    expect(await passesOf(found, phone)).toEqual([]);
    wallet.clock.advance(3_600_000);
    expect(await wallet.server.session(found.accessToken)).toBeUndefined();
  });

  test("its cards are not held as after a recovery: found, they pay again", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    await bound(wallet, who, phone);
    const found = await finder(who);
    must(await found.calls.setLost({ deviceId: phone, lost: true }, context()));
    must(await found.calls.endSession({}, context()));
    wallet.clock.advance(1);
    expect(await wallet.server.session(found.accessToken)).toBeUndefined();
    const back = await signedInAgain(who);
    const { passes } = must(await back.calls.setLost({ deviceId: phone, lost: false }, context()));
    expect(passes.map((pass) => pass.token.status)).toEqual(["active"]);
  });

  async function signedInAgain({ passkey }: Pick<Holder, "passkey">) {
    const { ceremonyId, options } = must(await wallet.signIn.signInOptions({}, context()));
    const session = must(await wallet.signIn.signIn({ ceremonyId, response: passkey.signIn(options) }, context()));
    return wallet.as(session.accessToken);
  }

  test("whoever has the lost phone has its session: it neither ends lost mode nor gets hold of the account", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    const { passId } = await bound(wallet, who, phone);
    const second = await joined(who);
    const watch = await enrolled(second, "watch-3");
    must(await second.calls.setLost({ deviceId: phone, lost: true }, context()));
    const thief = await wallet.as(who.accessToken);
    expect(thief.session.reach).toBe("lost");
    for (const call of [
      thief.calls.setLost({ deviceId: phone, lost: false }, context()),
      thief.calls.makeRecoveryCodes({}, context()),
      thief.calls.makeJoinCode({}, context()),
      thief.calls.addCardsFrom({ deviceId: watch, fromDeviceId: phone, passIds: [passId] }, context()),
      thief.calls.removeDevice({ deviceId: watch }, context()),
    ])
      expect(await call).toMatchObject(refused("forbidden"));
    // It still sees that it is lost, and what it knows can be told.
    expect(must(await thief.calls.me({}, context())).devices).toContainEqual(
      expect.objectContaining({ deviceId: phone, lost: true }),
    );
    wallet.clock.advance(1);
    const holder = await signedInAgain(who);
    expect(holder.session.reach).toBe("all");
    must(await holder.calls.setLost({ deviceId: phone, lost: false }, context()));
    // The older session is as before, too.
    expect((await wallet.as(who.accessToken)).session.reach).toBe("all");
  });

  test("every device of the account hears of it", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    const second = await joined(who);
    const watch = await enrolled(second, "watch-3");
    const heard = await listening(wallet, who, watch);
    must(await who.calls.setLost({ deviceId: phone, lost: true }, context()));
    expect(heard).toEqual([{ type: "devices", deviceId: watch }]);
  });
});

describe("recovery", () => {
  test("ten codes, each good once; new ones void the old", async () => {
    const who = await wallet.holder();
    expect(new Set(who.recoveryCodes).size).toBe(10);
    await recovered(who);
    const again = await wallet.signIn.recoverOptions(
      { accountName: "张伟", recoveryCode: who.recoveryCodes[0]! },
      context(),
    );
    expect(again).toMatchObject(refused("notFound", { at: "recoveryCode" }));
    const back = await recovered(who, who.recoveryCodes[1]!);
    expect((await account(back)).recoveryCodesLeft).toBe(8);
    must(await back.calls.makeRecoveryCodes({}, context()));
    expect(
      await wallet.signIn.recoverOptions({ accountName: "张伟", recoveryCode: who.recoveryCodes[2]! }, context()),
    ).toMatchObject(refused("notFound"));
  });

  test("the lost passkey and its sessions are void; the new one is the account's", async () => {
    const who = await wallet.holder();
    const back = await recovered(who);
    expect(await wallet.server.session(who.accessToken)).toBeUndefined();
    const { ceremonyId, options } = must(await wallet.signIn.signInOptions({}, context()));
    expect(await wallet.signIn.signIn({ ceremonyId, response: who.passkey.signIn(options) }, context())).toMatchObject(
      refused("forbidden"),
    );
    const mine = must(await wallet.signIn.signInOptions({}, context()));
    const response = back.passkey.signIn(mine.options);
    expect(must(await wallet.signIn.signIn({ ceremonyId: mine.ceremonyId, response }, context())).accountId).toBe(
      who.session.accountId,
    );
  });

  test("no card comes back by it: all stop, and neither resume nor lost mode lifts that; binding anew does", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    const card = await bound(wallet, who, phone);
    wallet.tsp.silence = "before";
    const back = await recovered(who);
    wallet.tsp.silence = "none";
    must(await wallet.ops.askAgain({}, context()));
    const status = async () => (await passesOf(back, phone)).map((pass) => pass.token.status);
    expect(await status()).toEqual(["suspended"]);
    for (const lost of [true, false]) must(await back.calls.setLost({ deviceId: phone, lost }, context()));
    expect(await status()).toEqual(["suspended"]);
    const { passId } = card;
    expect(await back.calls.changePass({ passId, change: "resume" }, context())).toMatchObject(refused("wrongState"));
    // The phone's passkey is gone: what is signed in now is another device, until it enrols.
    expect(await back.calls.collectPackage({ passId }, context())).toMatchObject(refused("forbidden"));
    // Of a phone that was enrolled before passkeys were written down nobody can say so.
    await wallet.db.query({ text: "update device set key_id = null" });
    expect(await back.calls.collectPackage({ passId }, context())).toMatchObject(refused("wrongState"));
    expect(await back.calls.replenish({ passId, count: 1 }, context())).toMatchObject(refused("wrongState"));
    must(await back.calls.changePass({ passId, change: "delete" }, context()));
    await bound(wallet, back, phone);
    expect(await status()).toEqual(["active"]);
  });
});

describe("leaving", () => {
  test.each(["signOut", "removeDevice"] as const)(
    "%s takes the cards off, also when the TSP is away",
    async (leave) => {
      const who = await wallet.holder();
      const phone = await enrolled(who);
      const card = await bound(wallet, who, phone);
      const waiting = await decided(who, phone, "debit-2");
      const second = await joined(who);
      const watch = await enrolled(second, "watch-3");
      const theirs = await bound(wallet, second, watch, "debit-3");
      wallet.tsp.silence = "before";
      must(await second.calls[leave]({ deviceId: phone }, context()));
      const token = (pass: { token: { tokenRef: string } }) =>
        wallet.tsp.calls.token({ tokenRef: pass.token.tokenRef }, context());
      wallet.tsp.silence = "none";
      expect(must(await token(card)).status).toBe("active");
      wallet = await wallet.restart();
      must(await wallet.ops.askAgain({}, context()));
      expect(must(await token(card)).status).toBe("deleted");
      expect(wallet.tsp.tokenOf(waiting.bindingId)!.status).toBe("deleted");
      expect(must(await token(theirs)).status).toBe("active");
      // Whoever left is out; the other device is not.
      expect(await wallet.server.session(who.accessToken)).toBeUndefined();
      const back = await wallet.as(second.accessToken);
      expect(await passesOf(back, watch)).toHaveLength(1);
      if (leave === "removeDevice") {
        expect(await back.calls.passes({ deviceId: phone }, context())).toMatchObject(refused("notFound"));
        const { ceremonyId, options } = must(await wallet.signIn.signInOptions({}, context()));
        const response = who.passkey.signIn(options);
        expect(await wallet.signIn.signIn({ ceremonyId, response }, context())).toMatchObject(refused("forbidden"));
      } else expect(await passesOf(back, phone)).toEqual([]);
    },
  );

  test("the last passkey stays with its account", async () => {
    const who = await wallet.holder();
    must(await who.calls.removeDevice({ deviceId: await enrolled(who) }, context()));
    const { ceremonyId, options } = must(await wallet.signIn.signInOptions({}, context()));
    must(await wallet.signIn.signIn({ ceremonyId, response: who.passkey.signIn(options) }, context()));
  });

  test("signing out without a name means the device that this passkey enrolled", async () => {
    const who = await wallet.holder();
    const phone = await enrolled(who);
    await bound(wallet, who, phone);
    must(await who.calls.signOut({}, context()));
    must(await wallet.ops.askAgain({}, context()));
    expect(await wallet.db.query({ text: "select 1 from pass where not gone" })).toEqual([]);
    expect(must(await wallet.tsp.calls.token({ tokenRef: "token-1" }, context())).status).toBe("deleted");
  });

  test("signing out where no device was enrolled ends this session alone", async () => {
    const who = await wallet.holder();
    const { ceremonyId, options } = must(await wallet.signIn.signInOptions({}, context()));
    const again = must(await wallet.signIn.signIn({ ceremonyId, response: who.passkey.signIn(options) }, context()));
    must(await who.calls.signOut({}, context()));
    expect(await wallet.server.session(who.accessToken)).toBeUndefined();
    expect(await wallet.server.session(again.accessToken)).toBeDefined();
  });
});
