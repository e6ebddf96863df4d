import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BankAppApi } from "#contracts/bank-app-api";
import type { Calls } from "#contracts/operation";
import {
  type Bank,
  bound,
  choose,
  context,
  decided,
  MINUTE_MS,
  must,
  notifyToken,
  openBank,
  printed,
  typedCard,
} from "../../test/parties/bank.ts";
import { type Said, testPasskey } from "../../test/parties/passkey.ts";
import { forgetOld } from "../forgetting.ts";
import { auditLedger } from "../ledger/audit.ts";
import { DEFAULT_POLICY } from "../policy.ts";

let bank: Bank;
beforeAll(async () => {
  bank = await openBank(13);
});
afterAll(() => bank.close());
beforeEach(() => bank.reset());

type Key = ReturnType<typeof testPasskey>;
const begin = (id: string, more: { mobile?: string; idNumber?: string; panSuffix?: string } = {}) =>
  bank.signIn.startEnrolment(
    { panSuffix: printed(id).pan.slice(-4), idNumber: printed(id).idNumber, mobile: printed(id).mobile, ...more },
    context(),
  );
async function appCode(): Promise<string> {
  await bank.relay();
  return /\d{6}/.exec(bank.inbox.list()[0]!.text)![0];
}
/** A customer of the bank's app, and his passkey. */
async function enrolled(id = "zhang"): Promise<{ app: Calls<BankAppApi>; passkey: Key; accessToken: string }> {
  const { enrolmentId } = must(await begin(id));
  const { ceremonyId, options } = must(
    await bank.signIn.registerOptions({ enrolmentId, code: await appCode() }, context()),
  );
  const passkey = testPasskey();
  const session = must(await bank.signIn.register({ ceremonyId, response: passkey.register(options) }, context()));
  expect(session.customerId).toBe(`customer-${id}`);
  return { app: await bank.app(session.accessToken), passkey, accessToken: session.accessToken };
}
/** The teller's code for one USB key. */
const keyCode = async (id: string, call = context()) =>
  must(await bank.desk("teller").usbKeyCode({ customerId: `customer-${id}`, document: documentOf(id) }, call));
const documentOf = (id: string) => ({ kind: "residentId" as const, number: printed(id).idNumber });
async function usbKeyOf(app: Calls<BankAppApi>, id = "zhang"): Promise<Key> {
  const { code } = await keyCode(id);
  const { ceremonyId, options } = must(await app.usbKeyOptions({ name: "U盾", code }, context()));
  expect(options).toMatchObject({ authenticatorSelection: { authenticatorAttachment: "cross-platform" } });
  const key = testPasskey();
  must(await app.addUsbKey({ ceremonyId, response: key.register(options) }, context()));
  return key;
}
/** A binding that waits for the app. */
async function asked(id = "zhang", deviceId = "phone-1"): Promise<string> {
  const { bindingId } = await decided(bank, typedCard(id), { deviceId });
  must(await choose(bank, bindingId, "app"));
  return bindingId;
}
const options = async (app: Calls<BankAppApi>, bindingId: string, by: "passkey" | "usbKey" = "passkey") =>
  must(await app.approveOptions({ bindingId, by }, context()));
async function approve(
  app: Calls<BankAppApi>,
  key: Key,
  bindingId: string,
  by: "passkey" | "usbKey" = "passkey",
  said: Partial<Said> = {},
) {
  const begun = await options(app, bindingId, by);
  return app.approve({ ceremonyId: begun.ceremonyId, response: key.signIn(begun.options, said) }, context());
}

describe("the app's door", () => {
  test("card, document and a code to the reserved phone, then a passkey; then the passkey alone", async () => {
    const { passkey } = await enrolled();
    expect(bank.inbox.list()[0]!.text).toMatch(/^【示范银行】验证码 \d{6}，用于开通手机银行，10分钟内有效/);
    for (let again = 0; again < 2; again++) {
      const { ceremonyId, options } = must(await bank.signIn.signInOptions({}, context()));
      const session = must(await bank.signIn.signIn({ ceremonyId, response: passkey.signIn(options) }, context()));
      expect(session).toMatchObject({ customerId: "customer-zhang", name: "张伟" });
      const app = await bank.app(session.accessToken);
      expect(must(await app.cards({}, context())).cards).toMatchObject([
        { cardId: "card-zhang", panSuffix: "0017", status: "active", availableMinor: "1000000" },
      ]);
    }
  });

  test("what does not belong together is answered as what does, and no text goes out", async () => {
    for (const more of [
      { idNumber: printed("li").idNumber },
      { panSuffix: "9999" },
      { mobile: printed("li").mobile },
      { mobile: "13911112222" },
    ]) {
      const answer = must(await begin("zhang", more));
      expect(Object.keys(answer).sort()).toEqual(["enrolmentId", "expiresAt"]);
      await bank.relay();
      expect(bank.inbox.list()).toEqual([]);
      expect(
        await bank.signIn.registerOptions({ enrolmentId: answer.enrolmentId, code: "000000" }, context()),
      ).toMatchObject({ error: { code: "forbidden", cause: "codeWrong" } });
    }
  });

  test("a code that is wrong, late, spent or tried too often is answered alike", async () => {
    const refused = { ok: false, error: { code: "forbidden", at: "code", cause: "codeWrong" } };
    const { enrolmentId } = must(await begin("zhang"));
    const code = await appCode();
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
    const register = (id: string, typed: string) =>
      bank.signIn.registerOptions({ enrolmentId: id, code: typed }, context());
    for (let i = 0; i < 3; i++) expect(await register(enrolmentId, wrong)).toEqual(refused);
    expect(await register(enrolmentId, code)).toEqual(refused);
    const second = must(await begin("zhang"));
    const late = await appCode();
    bank.clock.advance(10 * MINUTE_MS);
    expect(await register(second.enrolmentId, late)).toEqual(refused);
    const third = must(await begin("zhang"));
    const spent = await appCode();
    must(await register(third.enrolmentId, spent));
    expect(await register(third.enrolmentId, spent)).toEqual(refused);
    expect(await register("nobody", spent)).toEqual(refused);
  });

  test("five beginnings a phone and day, right or wrong", async () => {
    for (let i = 0; i < 5; i++) must(await begin("zhang", i % 2 === 0 ? {} : { panSuffix: "9999" }));
    for (const more of [{}, { panSuffix: "9999" }])
      expect(await begin("zhang", more)).toMatchObject({ error: { code: "tooMany" } });
    must(await begin("li"));
  });

  test("a session ends, and the tables do not tell it", async () => {
    const { accessToken } = await enrolled();
    const rows = await bank.db.query<{ row: string }>({
      text: "select row_to_json(t)::text as row from app_session t",
    });
    expect(rows[0]!.row).not.toContain(accessToken);
    bank.clock.advance(DEFAULT_POLICY.bankApp.sessionMs - 1);
    expect(await bank.issuer.bankApp(accessToken)).toBeDefined();
    bank.clock.advance(1);
    expect(await bank.issuer.bankApp(accessToken)).toBeUndefined();
    expect(await bank.issuer.bankApp("nobody")).toBeUndefined();
  });

  test("what is over is forgotten a day later, and nothing else", async () => {
    await enrolled();
    must(await begin("li"));
    must(await bank.signIn.signInOptions({}, context()));
    const left = async () => {
      await forgetOld(bank.db, bank.clock.now());
      const tables = ["app_session", "app_enrolment", "webauthn_ceremony", "phone_day", "webauthn_key"];
      const counts = tables.map((table) =>
        bank.db.query<{ n: bigint }>({ text: `select count(*) as n from ${table}` }),
      );
      return (await Promise.all(counts)).map((rows) => Number(rows[0]!.n));
    };
    expect(await left()).toEqual([1, 1, 1, 4, 1]);
    bank.clock.advance(24 * 60 * MINUTE_MS);
    expect(await left()).toEqual([1, 1, 1, 0, 1]);
    bank.clock.advance(24 * 60 * MINUTE_MS + 1);
    expect(await left()).toEqual([0, 0, 0, 0, 1]);
  });

  test("a changed phone ends enrolments that are under way", async () => {
    const { enrolmentId } = must(await begin("zhang"));
    const code = await appCode();
    const document = { kind: "residentId" as const, number: printed("zhang").idNumber };
    const change = { customerId: "customer-zhang", document, newPhone: "13900139000" };
    must(await bank.desk("teller").changeReservedPhone(change, context()));
    expect(await bank.signIn.registerOptions({ enrolmentId, code }, context())).toMatchObject({
      error: { code: "forbidden" },
    });
  });
});

describe("approving in the app", () => {
  test("what is shown is what is signed: card, device, time; the TSP activates, and the answer says so", async () => {
    const { app, passkey } = await enrolled();
    const bindingId = await asked();
    const [waiting] = must(await app.pending({}, context())).bindings;
    expect(waiting).toMatchObject({ bindingId, panSuffix: "0017", deviceName: "iPhone" });
    expect(waiting!.statement).toBe(
      [
        "示范银行 Demo Bank",
        "将尾号 0017 的银行卡添加到设备“iPhone”",
        'Add the card ending 0017 to the device "iPhone"',
        "时间 Time: 2026-06-01 10:00:00 (UTC+8)",
        expect.stringMatching(/^编号 Reference: [0-9A-F]{8}$/),
      ]
        .map((line) => (typeof line === "string" ? line : waiting!.statement.split("\n").at(-1)!))
        .join("\n"),
    );
    const begun = await options(app, bindingId);
    expect(begun.statement).toBe(waiting!.statement);
    expect(begun.options["challenge"]).toBe(createHash("sha256").update(begun.statement).digest("base64url"));
    bank.issuer.start();
    expect(
      must(await app.approve({ ceremonyId: begun.ceremonyId, response: passkey.signIn(begun.options) }, context())),
    ).toEqual({ bindingId, activated: true });
    await bank.issuer.stop();
    expect(bank.toldBy("activate")).toEqual([{ bindingId, method: "bankApp", deviceId: "phone-1", panSuffix: "0017" }]);
    const approved = (await bank.facts(bindingId)).find(({ code }) => code === "bankAppApproved");
    expect(approved).toMatchObject({ party: "bankApp", data: { by: "passkey" } });
    expect(must(await app.pending({}, context())).bindings).toEqual([]);
  });

  test("a TSP that is away hears of it later, once; the same proof again changes nothing", async () => {
    const { app, passkey } = await enrolled();
    const bindingId = await asked();
    bank.answer = undefined;
    const begun = await options(app, bindingId);
    const proof = { ceremonyId: begun.ceremonyId, response: passkey.signIn(begun.options) };
    expect(must(await app.approve(proof, context()))).toEqual({ bindingId, activated: false });
    expect(must(await app.approve(proof, context()))).toEqual({ bindingId, activated: false });
    bank.answer = ({ request }) => ({
      ok: true,
      value: {
        tokenRef: "t",
        status: "active",
        suspendedBy: [],
        tokenSuffix: "1234",
        panSuffix: "0017",
        changedAt: 1,
        request,
      },
    });
    bank.clock.advance(10 * MINUTE_MS);
    await bank.relay();
    expect(bank.toldBy("activate")).toHaveLength(1);
    expect(must(await app.approve(proof, context()))).toEqual({ bindingId, activated: true });
  });

  test("by the USB key, and by no other", async () => {
    const { app, passkey } = await enrolled();
    const bindingId = await asked();
    expect(await app.approveOptions({ bindingId, by: "usbKey" }, context())).toMatchObject({
      error: { code: "wrongState", cause: "usbKeyNotAccepted" },
    });
    const usbKey = await usbKeyOf(app);
    const stranger = testPasskey();
    const begun = await options(app, bindingId, "usbKey");
    expect((begun.options["allowCredentials"] as { id: string }[]).map(({ id }) => id)).toEqual([usbKey.id]);
    for (const wrong of [stranger, passkey])
      expect(await approve(app, wrong, bindingId, "usbKey")).toMatchObject({ error: { cause: "usbKeyNotAccepted" } });
    expect(await approve(app, usbKey, bindingId, "passkey")).toMatchObject({
      error: { cause: "proofForOtherJourney" },
    });
    expect(must(await approve(app, usbKey, bindingId, "usbKey")).bindingId).toBe(bindingId);
    const failed = (await bank.facts(bindingId)).filter(({ outcome }) => outcome === "failed");
    expect(failed.map(({ party, code, data }) => [party, code, data["reason"]])).toEqual([
      ["bankApp", "usbKeyNotAccepted", "unregistered"],
      ["bankApp", "usbKeyNotAccepted", "unregistered"],
      ["bankApp", "usbKeyNotAccepted", "unregistered"],
      ["bankApp", "proofForOtherJourney", "unknownKey"],
    ]);
    await bank.relay();
    expect(bank.toldBy("methodsChanged").length).toBeGreaterThan(0);
  });

  test("a USB key that is absent, another customer's, expired, or locked after five wrong tries", async () => {
    const { app } = await enrolled("zhang");
    const li = await enrolled("li");
    const [own, foreign] = [await usbKeyOf(app), await usbKeyOf(li.app, "li")];
    const bindingId = await asked("zhang");
    const reason = async () =>
      (await bank.facts(bindingId)).filter(({ code }) => code === "usbKeyNotAccepted").at(-1)!.data["reason"];
    const begun = await options(app, bindingId, "usbKey");
    expect((await app.approve({ ceremonyId: begun.ceremonyId, response: {} }, context())).ok).toBe(false);
    expect(await reason()).toBe("absent");
    expect(await approve(app, foreign, bindingId, "usbKey")).toMatchObject({ error: { cause: "usbKeyNotAccepted" } });
    expect(await reason()).toBe("wrong");
    for (let i = 0; i < 5; i++) {
      expect((await approve(app, own, bindingId, "usbKey", { verified: false })).ok).toBe(false);
      expect(await reason()).toBe("wrong");
    }
    expect(await approve(app, own, bindingId, "usbKey")).toMatchObject({ error: { cause: "usbKeyNotAccepted" } });
    expect(await reason()).toBe("locked");
    await bank.db.query({ text: "update webauthn_key set wrong_tries = 0, valid_until = $1 where kind = 'usbKey'" }, [
      bank.clock.now(),
    ]);
    expect((await approve(app, own, bindingId, "usbKey")).ok).toBe(false);
    expect(await reason()).toBe("expired");
  });

  test.each<[string, Partial<Said>]>([
    ["another page", { origin: "http://localhost:9999" }],
    ["another host", { rpId: "evil.example" }],
    ["another statement", { challenge: createHash("sha256").update("something else").digest("base64url") }],
    ["nobody verified", { verified: false }],
    ["a counter that fell", { counter: 0 }],
  ])("a proof from %s is none", async (_what, said) => {
    const { app, passkey } = await enrolled();
    const bindingId = await asked();
    must(await bank.signIn.signIn(await signInWith(passkey), context()));
    expect(await approve(app, passkey, bindingId, "passkey", { counter: 6, ...said })).toMatchObject({
      error: { code: "forbidden", cause: "proofForOtherJourney" },
    });
    await bank.relay();
    expect(bank.toldBy("activate")).toEqual([]);
    must(await approve(app, passkey, bindingId, "passkey", { counter: 7 }));
  });
  async function signInWith(passkey: Key) {
    const { ceremonyId, options } = must(await bank.signIn.signInOptions({}, context()));
    return { ceremonyId, response: passkey.signIn(options, { counter: 5 }) };
  }

  test("too late, of an earlier asking, another's, or after it was withdrawn", async () => {
    const { app, passkey } = await enrolled("zhang");
    const other = { error: { code: "wrongState", cause: "proofForOtherJourney" } };
    const bindingId = await asked("zhang");
    const late = await options(app, bindingId);
    const lateProof = passkey.signIn(late.options);
    bank.clock.advance(5 * MINUTE_MS);
    expect(await app.approve({ ceremonyId: late.ceremonyId, response: lateProof }, context())).toMatchObject(other);
    const before = await options(app, bindingId);
    must(await choose(bank, bindingId, "app"));
    bank.clock.advance(1);
    must(await choose(bank, bindingId, "app"));
    expect(
      await app.approve({ ceremonyId: before.ceremonyId, response: passkey.signIn(before.options) }, context()),
    ).toMatchObject(other);
    expect(await bank.stopped(bindingId)).toEqual(["proofForOtherJourney", "proofForOtherJourney"]);
    const li = await enrolled("li");
    expect(must(await li.app.pending({}, context())).bindings).toEqual([]);
    expect(await li.app.approveOptions({ bindingId, by: "passkey" }, context())).toMatchObject({
      error: { code: "notFound" },
    });
    const mine = await options(app, bindingId);
    expect(
      await li.app.approve({ ceremonyId: mine.ceremonyId, response: passkey.signIn(mine.options) }, context()),
    ).toMatchObject({ error: { cause: "proofForOtherJourney" } });
    const last = await options(app, bindingId);
    must(await bank.desk("agent").withdrawBinding({ bindingId, reason: "x" }, context()));
    expect(
      (await app.approve({ ceremonyId: last.ceremonyId, response: passkey.signIn(last.options) }, context())).ok,
    ).toBe(false);
    expect(await app.approveOptions({ bindingId, by: "passkey" }, context())).toMatchObject({
      error: { code: "wrongState" },
    });
    await bank.relay();
    expect(bank.toldBy("activate")).toEqual([]);
  });

  test("an asking ends after half an hour, and is asked again", async () => {
    const { app, passkey } = await enrolled();
    const bindingId = await asked();
    bank.clock.advance(30 * MINUTE_MS);
    expect(must(await app.pending({}, context())).bindings).toEqual([]);
    expect(await app.approveOptions({ bindingId, by: "passkey" }, context())).toMatchObject({
      error: { code: "wrongState" },
    });
    must(await choose(bank, bindingId, "app"));
    must(await approve(app, passkey, bindingId));
  });

  test("it was not me: the binding ends with that", async () => {
    const { app } = await enrolled();
    const bindingId = await asked();
    must(await app.decline({ bindingId }, context()));
    await bank.relay();
    expect(bank.toldBy("refuse")).toEqual([{ bindingId, cause: "bankAppDeclined" }]);
    expect((await bank.facts(bindingId)).find(({ code }) => code === "bankAppDeclined")).toMatchObject({
      party: "bankApp",
      outcome: "failed",
    });
    expect(await app.decline({ bindingId }, context())).toMatchObject({ error: { code: "wrongState" } });
  });

  test("a face that does not pass: three times and the app is no way any more", async () => {
    const { app } = await enrolled();
    const bindingId = await asked();
    for (let i = 0; i < 3; i++) must(await app.faceFailed({ bindingId }, context()));
    expect(await app.faceFailed({ bindingId }, context())).toMatchObject({ error: { code: "wrongState" } });
    expect(await bank.stopped(bindingId)).toEqual(["faceCheckFailed", "faceCheckFailed", "faceCheckFailed"]);
    const { methods } = must(await bank.api.methods({ bindingId }, context()));
    expect(methods.find(({ methodId }) => methodId === "app")).toMatchObject({
      open: false,
      closedBecause: "faceCheckFailed",
    });
    expect(await choose(bank, bindingId, "app")).toMatchObject({ error: { cause: "faceCheckFailed" } });
  });

  test("what stands in the way of the card stands in the way of the proof", async () => {
    const { app, passkey } = await enrolled();
    const bindingId = await asked();
    must(await bank.desk("agent").reportLost({ cardId: "card-zhang" }, context()));
    expect(await approve(app, passkey, bindingId)).toMatchObject({
      error: { code: "wrongState", cause: "cardReportedLost" },
    });
  });

  test("two devices at once, each in its own right: a proof for one is none for the other", async () => {
    const { app, passkey } = await enrolled();
    const [first, second] = [await asked("zhang", "d1"), await asked("zhang", "d2")];
    const [a, b] = [await options(app, first), await options(app, second)];
    const crossed = passkey.signIn(a.options);
    expect(await app.approve({ ceremonyId: b.ceremonyId, response: crossed }, context())).toMatchObject({
      error: { cause: "proofForOtherJourney" },
    });
    expect(await bank.stopped(second)).toEqual(["proofForOtherJourney"]);
    must(await approve(app, passkey, first));
    must(await approve(app, passkey, second));
    await bank.relay();
    expect(new Set(bank.toldBy("activate").map(({ bindingId }) => bindingId))).toEqual(new Set([first, second]));
  });
});

describe("the customer's own cards", () => {
  test("lock and unlock: the token follows, a refused journey is cured, the bank's own freeze stays", async () => {
    const bindingId = await bound(bank, "zhang");
    const { app } = await enrolled();
    const card = { cardId: "card-zhang" };
    expect(must(await app.lockCard(card, context())).status).toBe("frozenByHolder");
    const refused = await decided(bank, typedCard("zhang"), { deviceId: "watch" });
    expect(refused.causes).toEqual(["cardFrozenByHolder"]);
    must(await bank.desk("agent").freeze({ ...card, reason: "x" }, context()));
    expect(must(await app.unlockCard(card, context())).status).toBe("frozenByBank");
    expect(await app.unlockCard(card, context())).toMatchObject({ error: { code: "wrongState" } });
    await bank.relay();
    expect(bank.toldBy("changeToken")).toEqual([{ tokenRef: `token-${bindingId}`, change: "suspend" }]);
    expect(bank.toldBy("recordChanged")).toEqual([{ bindingId: refused.bindingId, what: "cardStatus" }]);
    const trail = must(await bank.desk("supervisor").auditTrail({ customerId: "customer-zhang" }, context())).entries;
    expect(trail.map(({ staffId, action }) => [staffId, action])).toEqual([
      ["customer-zhang", "unlockCard"],
      ["agent-1", "freeze"],
      ["customer-zhang", "lockCard"],
    ]);
  });

  test("a new credit card is activated; another's card is one that does not exist", async () => {
    const { app } = await enrolled("wang");
    expect(must(await app.activateCard({ cardId: "card-wang" }, context())).status).toBe("active");
    for (const answer of [
      app.lockCard({ cardId: "card-zhang" }, context()),
      app.addToWallet(
        { cardId: "card-zhang", invitation: { certificates: [], nonce: "00112233", nonceSignature: "00112233" } },
        context(),
      ),
      app.quoteTransfer(
        { fromCardId: "card-zhang", toBank: "own", amount: { minor: "1", currency: "156" } },
        context(),
      ),
    ])
      expect(await answer).toMatchObject({ error: { code: "notFound" } });
  });

  test("the movements of one's own account, and of nobody else's; signed out, the session is over", async () => {
    const { app, accessToken } = await enrolled();
    const { lines } = must(await app.statement({ cardId: "card-zhang" }, context()));
    expect(lines.map(({ kind }) => kind)).toEqual(["opening"]);
    expect(await app.statement({ cardId: "card-li" }, context())).toMatchObject({ error: { code: "notFound" } });
    must(await bank.signIn.signOut({ accessToken }, context()));
    expect(await bank.issuer.bankApp(accessToken)).toBeUndefined();
  });

  test("whose card waits in a wallet, and who enrols meanwhile, is shown the app as a way", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    await enrolled();
    await bank.relay();
    expect(bank.toldBy("methodsChanged")).toEqual([{ bindingId }]);
  });

  test("adding without typing: certificates that the bank does not trust get nothing", async () => {
    const { app } = await enrolled();
    const invitation = { certificates: ["MA=="], nonce: "00112233", nonceSignature: "00112233" };
    expect(await app.addToWallet({ cardId: "card-zhang", invitation }, context())).toMatchObject({
      error: { code: "forbidden", cause: "pushDataInvalid" },
    });
    must(await bank.desk("agent").reportLost({ cardId: "card-zhang" }, context()));
    expect(await app.addToWallet({ cardId: "card-zhang", invitation }, context())).toMatchObject({
      error: { code: "wrongState", cause: "cardReportedLost" },
    });
  });
});

describe("transfers", () => {
  const yuan = (minor: bigint | number) => ({ minor: String(minor), currency: "156" as const });
  const quote = (
    app: Calls<BankAppApi>,
    minor: bigint | number,
    toBank = "ABC",
    more: { merchantCategory?: string; fromCardId?: string } = {},
  ) => app.quoteTransfer({ fromCardId: "card-jin", toBank, amount: yuan(minor), ...more }, context());
  const elsewhere = () => bank.seal({ pan: "6222021234567890128", holderName: "李雷", mobile: "13900139000" });
  const send = async (app: Calls<BankAppApi>, quoteId: string, more: object = {}, key?: string) =>
    app.transfer({ quoteId, toPanJwe: await elsewhere(), toName: "李雷", ...more }, context(key));
  const balance = async (id: string) =>
    must(await bank.desk("teller").accounts({}, context())).accounts.find(({ cardId }) => cardId === `card-${id}`)!
      .postedMinor;
  const internal = async () => {
    const rows = await bank.db.query<{ contra: string; sum: bigint }>({
      text: "select contra, -sum(minor)::bigint as sum from posting where contra <> 'opening' group by contra order by contra",
    });
    return Object.fromEntries(rows.map(({ contra, sum }) => [contra, Number(sum)]));
  };
  const balanced = async () => {
    const audit = await auditLedger(bank.db);
    expect([audit.entriesSumMinor, audit.accountsAgree]).toEqual([0n, true]);
  };

  test("quoted, agreed, posted: the amount to the clearing account, the fee to the bank's, and the books balance", async () => {
    const { app } = await enrolled("jin");
    const quoted = must(await quote(app, 2_000_00));
    expect(quoted).toMatchObject({
      fee: yuan(2_00),
      amount: yuan(2_000_00),
      validUntil: bank.clock.now() + 5 * MINUTE_MS,
    });
    expect(quoted.words.zh).toContain("跨行转账");
    const sent = must(await send(app, quoted.quoteId));
    expect(sent).toMatchObject({ amount: yuan(2_000_00), fee: yuan(2_00), balanceMinor: "2799800" });
    expect(await balance("jin")).toBe("2799800");
    expect(await internal()).toEqual({ clearing: 2_000_00, fees: 2_00 });
    const { lines } = must(await bank.desk("teller").statement({ cardId: "card-jin" }, context()));
    expect(lines.slice(0, 2).map(({ kind, minor }) => [kind, minor])).toEqual([
      ["fee", "-200"],
      ["transfer", "-200000"],
    ]);
    await balanced();
  });

  test("within the bank: free, at once on the other account, and what goes through the bank's account goes out of it", async () => {
    const { app } = await enrolled("jin");
    const { quoteId, fee } = must(await quote(app, 100_00, "own"));
    expect(fee).toEqual(yuan(0));
    must(await app.transfer({ quoteId, toCardId: "card-zhang", toName: "张 伟" }, context()));
    expect([await balance("jin"), await balance("zhang")]).toEqual(["2990000", "1010000"]);
    expect(await internal()).toEqual({ transfers: 0 });
    const second = must(await quote(app, 1_00, "own"));
    const toPanJwe = await bank.seal({ pan: printed("zhang").pan, holderName: "张伟", mobile: "13900139000" });
    must(await app.transfer({ quoteId: second.quoteId, toPanJwe, toName: "张伟" }, context()));
    expect(await balance("zhang")).toBe("1010100");
    await balanced();
  });

  test("a named kind of merchant costs what the table says; others nothing", async () => {
    const { app } = await enrolled("jin");
    expect(must(await quote(app, 1_000_00, "ABC", { merchantCategory: "6211" })).fee).toEqual(yuan(5_00));
    expect(must(await quote(app, 1_000_00, "ABC", { merchantCategory: "5812" })).fee).toEqual(yuan(0));
    expect(must(await app.fees({}, context())).rules.map(({ ruleId }) => ruleId)).toEqual([
      "own",
      "allied",
      "small",
      "youth",
      "banks",
      "cash-like",
    ]);
  });

  test("a quote serves once, its own customer, for five minutes", async () => {
    const { app } = await enrolled("jin");
    const zhang = await enrolled("zhang");
    const { quoteId } = must(await quote(app, 1_00));
    expect(await send(zhang.app, quoteId)).toMatchObject({ error: { code: "notFound" } });
    const first = must(await send(app, quoteId, {}, "k1"));
    expect(first.transferId).toBeDefined();
    expect(await send(app, quoteId)).toMatchObject({ error: { code: "wrongState", at: "quoteId" } });
    const late = must(await quote(app, 1_00));
    bank.clock.advance(5 * MINUTE_MS);
    expect(await send(app, late.quoteId)).toMatchObject({ error: { code: "wrongState", at: "quoteId" } });
    expect(await internal()).toEqual({ clearing: 1_00 });
  });

  test("the same call again, also when both come at once, moves money once", async () => {
    const { app } = await enrolled("jin");
    const { quoteId } = must(await quote(app, 1_00));
    const request = { quoteId, toPanJwe: await elsewhere(), toName: "李雷" };
    const both = await Promise.all([1, 2].map(() => app.transfer(request, context("one-key"))));
    expect(both[0]).toEqual(both[1]);
    expect(await app.transfer(request, context("one-key"))).toEqual(both[0]);
    const two = must(await quote(app, 1_00));
    const race = await Promise.all([1, 2].map(() => app.transfer({ ...request, quoteId: two.quoteId }, context())));
    expect(race.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await internal()).toEqual({ clearing: 2_00 });
    await balanced();
  });

  test.each<[string, string, number, string, string]>([
    [
      "more than there is, with the fee",
      "zhang",
      9_999_00,
      "update account set posted_minor = 999900 where id = 'account-zhang'",
      "fundsInsufficient",
    ],
    ["over the limit of one transfer", "tang", 50_000_01, "select 1", "limitPerPayment"],
    ["over the day's limit of a class II account", "qi", 10_000_01, "select 1", "limitPerDay"],
    [
      "from a lost card",
      "zhang",
      1_00,
      "update card set blocks = '{lost}' where id = 'card-zhang'",
      "cardReportedLost",
    ],
    [
      "from a restricted account",
      "zhang",
      1_00,
      "update account set restricted = true where id = 'account-zhang'",
      "accountRestricted",
    ],
    [
      "with remote transactions shut",
      "zhang",
      1_00,
      "update customer set counter_only = true where id = 'customer-zhang'",
      "remoteUseSuspended",
    ],
  ])("%s is refused with its cause and moves nothing", async (_what, id, minor, sql, cause) => {
    const { app } = await enrolled(id);
    await bank.db.query({ text: sql });
    const { quoteId } = must(await quote(app, minor, "ABC", { fromCardId: `card-${id}` }));
    expect(await send(app, quoteId)).toMatchObject({ error: { code: "wrongState", cause } });
    expect(await internal()).toEqual({});
  });

  test("to a name that is not the account's, to nobody, to oneself, from a credit line, nothing at all", async () => {
    const { app } = await enrolled("jin");
    const own = async () => must(await quote(app, 1_00, "own")).quoteId;
    const to = async (more: object) =>
      app.transfer({ quoteId: await own(), toName: "张伟", ...more } as never, context());
    expect(await to({ toCardId: "card-li" })).toMatchObject({ error: { code: "badRequest", cause: "nameMismatch" } });
    expect(await to({ toCardId: "nobody" })).toMatchObject({ error: { code: "badRequest", cause: "nameMismatch" } });
    expect(await to({})).toMatchObject({ error: { code: "badRequest" } });
    expect(await to({ toCardId: "card-jin", toName: "金鑫" })).toMatchObject({ error: { code: "badRequest" } });
    expect(await to({ toPanJwe: "a.b.c.d.e" })).toMatchObject({ error: { code: "badCiphertext" } });
    const credit = must(await quote(app, 1_00, "ABC", { fromCardId: "card-jin-credit" }));
    expect(await send(app, credit.quoteId)).toMatchObject({ error: { code: "cardNotSupported" } });
    expect(await quote(app, 0)).toMatchObject({ error: { code: "badRequest", at: "amount.minor" } });
    expect(
      await app.quoteTransfer(
        { fromCardId: "card-jin", toBank: "own", amount: { minor: "1", currency: "840" } },
        context(),
      ),
    ).toMatchObject({
      error: { code: "badRequest", at: "amount.currency" },
    });
    expect(await internal()).toEqual({});
  });

  test("money that comes in cures what it was wanted for: a balance below zero, an overdue credit card", async () => {
    const { app } = await enrolled("jin");
    const below = await decided(bank, typedCard("shen"));
    const overdue = await decided(bank, typedCard("jiang"));
    expect([below.causes, overdue.causes]).toEqual([["balanceNegative"], ["creditInArrears"]]);
    const pay = async (cardId: string, toName: string, minor: number) =>
      must(
        await app.transfer(
          { quoteId: must(await quote(app, minor, "own")).quoteId, toCardId: cardId, toName },
          context(),
        ),
      );
    await pay("card-shen", "沈洁", 4_99);
    await pay("card-jiang", "蒋欣", 299_99);
    await bank.relay();
    expect(bank.toldBy("recordChanged")).toEqual([]);
    await pay("card-shen", "沈洁", 1);
    await pay("card-jiang", "蒋欣", 1);
    await bank.relay();
    expect(new Set(bank.toldBy("recordChanged"))).toEqual(
      new Set([below, overdue].map(({ bindingId }) => ({ bindingId, what: "balance" }))),
    );
    for (const id of ["shen", "jiang"]) expect((await decided(bank, typedCard(id))).decision).toBe("yellow");
    await balanced();
  });

  test("whatever is sent, in whatever order and at once: money is conserved and the books balance", async () => {
    const people = ["jin", "zhang", "tang"] as const;
    const apps = new Map<string, Calls<BankAppApi>>();
    for (const id of people) apps.set(id, (await enrolled(id)).app);
    const total = async () => {
      const rows = await bank.db.query<{ sum: bigint }>({
        text: "select sum(posted_minor)::bigint as sum from account",
      });
      return rows[0]!.sum;
    };
    const before = await total();
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            from: fc.constantFrom(...people),
            to: fc.constantFrom("ABC", "LHB", ...people),
            minor: fc.integer({ min: 1, max: 12_000_00 }),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        async (orders) => {
          await Promise.all(
            orders.map(async ({ from, to, minor }) => {
              const away = to === "ABC" || to === "LHB";
              const app = apps.get(from)!;
              const { quoteId } = must(await quote(app, minor, away ? to : "own", { fromCardId: `card-${from}` }));
              if (away) return send(app, quoteId);
              return app.transfer({ quoteId, toCardId: `card-${to}`, toName: printed(to).holderName }, context());
            }),
          );
          await balanced();
          const { transfers = 0, fees = 0, clearing = 0 } = await internal();
          expect(transfers).toBe(0);
          expect(before - (await total())).toBe(BigInt(fees + clearing));
        },
      ),
      { numRuns: 15 },
    );
    const negative = await bank.db.query({
      text: "select id from account where kind = 'debit' and posted_minor < 0 and id <> 'account-shen'",
    });
    expect(negative).toEqual([]);
  });
});

test("a payment that is decided while a transfer moves the account is decided again", async () => {
  const bindingId = await bound(bank, "jin");
  must(await notifyToken(bank, bindingId, "active"));
  const rows = await bank.db.query<{ version: bigint }>({
    text: "select version from account where id = 'account-jin'",
  });
  const { app } = await enrolled("jin");
  const { quoteId } = must(
    await app.quoteTransfer(
      { fromCardId: "card-jin", toBank: "LHB", amount: { minor: "100", currency: "156" } },
      context(),
    ),
  );
  const toPanJwe = await bank.seal({ pan: "6222021234567890128", holderName: "李雷", mobile: "13900139000" });
  must(await app.transfer({ quoteId, toPanJwe, toName: "李雷" }, context()));
  const after = await bank.db.query<{ version: bigint }>({
    text: "select version from account where id = 'account-jin'",
  });
  expect(after[0]!.version > rows[0]!.version).toBe(true);
});

describe("a USB key is registered with a teller's code", () => {
  const ask = (app: Calls<BankAppApi>, code: string) => app.usbKeyOptions({ name: "U盾", code }, context());
  const NO = { error: { code: "forbidden", at: "code" } };
  const otherThan = (code: string) => (code === "00000000" ? "11111111" : "00000000");

  test("serves once; the newest counts; another customer's is nobody's", async () => {
    const { app } = await enrolled();
    const li = await enrolled("li");
    expect(await ask(app, "12345678")).toMatchObject(NO);
    const first = await keyCode("zhang");
    const { code } = await keyCode("zhang");
    expect(await ask(li.app, code)).toMatchObject(NO);
    expect(await ask(app, first.code)).toMatchObject(NO);
    must(await ask(app, code));
    expect(await ask(app, code)).toMatchObject(NO);
  });

  test("three wrong ones void it, and so does its time; all are answered alike", async () => {
    const { app } = await enrolled();
    const { code } = await keyCode("zhang");
    const answers = new Set<string>();
    for (let i = 0; i < 3; i++) answers.add(JSON.stringify(await ask(app, otherThan(code))));
    answers.add(JSON.stringify(await ask(app, code)));
    const late = await keyCode("zhang");
    bank.clock.advance(30 * MINUTE_MS);
    answers.add(JSON.stringify(await ask(app, late.code)));
    expect([...answers]).toHaveLength(1);
  });
});
