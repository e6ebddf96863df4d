import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CardData } from "#contracts/common";
import { DEMO_CARDS, luhnDigit, MAGIC_CARDS, Pan } from "#protocol/pan";
import { instant } from "#protocol/time";
import {
  type Asking,
  ask,
  BANK_OPENS,
  type Bank,
  bound,
  checkCode,
  choose,
  context,
  decided,
  MINUTE_MS,
  must,
  newestCode,
  notifyToken,
  openBank,
  otherCode,
  printed,
  sendCode,
  typedCard,
  underway,
} from "../../test/parties/bank.ts";
import { panHmac } from "../cards/directory.ts";
import { startOfDay } from "../china-day.ts";
import { DEFAULT_POLICY } from "../policy.ts";
import { vouch } from "./vouching.ts";

const DAY_MS = 24 * 60 * MINUTE_MS;
const UNKNOWN = `622999020000000001${luhnDigit("622999020000000001")}`;

let bank: Bank;
beforeAll(async () => {
  bank = await openBank();
});
afterAll(() => bank.close());
beforeEach(() => bank.reset());

const causesOf = async (id: string, more: Partial<CardData> = {}, asking: Asking = {}) =>
  (await decided(bank, typedCard(id, more), asking)).causes;
const colourOf = async (id: string, asking: Asking = {}) => (await decided(bank, typedCard(id), asking)).decision;
const open = (methods: readonly { methodId: string; open: boolean }[]) =>
  methods.filter((method) => method.open).map((method) => method.methodId);
const codes = async (journeyId: string) => (await bank.facts(journeyId)).map(({ code }) => code);

describe("eligibility", () => {
  test("by range: product, terms, last four", async () => {
    const answer = await bank.api.checkEligibility({ cardJwe: await bank.seal(typedCard("zhang")) }, context());
    expect(answer).toMatchObject({
      ok: true,
      value: { product: { kind: "debit" }, terms: { version: "2026-01" }, panSuffix: "0017" },
    });
  });

  test.each<[string, unknown, string, string]>([
    ["a foreign range", { pan: "6222021234567890128" }, "cardNotSupported", "rangeMisrouted"],
    ["a product that is not admitted", { pan: printed("shi").pan }, "cardNotSupported", "productExcluded"],
    ["a number that fails its check", { pan: "6229990100000000018" }, "badCard", "panMistyped"],
  ])("%s", async (_what, more, code, cause) => {
    const cardJwe = await bank.seal({ ...typedCard("zhang"), ...(more as object) });
    expect(await bank.api.checkEligibility({ cardJwe }, context())).toMatchObject({ error: { code, cause } });
  });

  test("what does not open, or opens to something else", async () => {
    for (const cardJwe of ["a.b.c.d.e", await bank.seal({ nothing: true }), await bank.seal("text")]) {
      expect(await bank.api.checkEligibility({ cardJwe }, context())).toMatchObject({
        error: { code: "badCiphertext", cause: "sealedCardUnreadable" },
      });
    }
  });
});

describe("decision", () => {
  test("a holder who proves to be the holder: yellow, with all ways and why some are closed", async () => {
    const { decision, causes, methods, psn } = await decided(bank, typedCard("zhang"), { bindingId: "b-zhang" });
    expect({ decision, causes, methods, psn }).toEqual({
      decision: "yellow",
      causes: [],
      methods: [
        { methodId: "sms", kind: "smsCode", sentTo: "138****8001", open: true },
        {
          methodId: "app",
          kind: "bankApp",
          link: "/bank-app?binding=b-zhang",
          open: false,
          closedBecause: "bankAppNotReady",
        },
        { methodId: "call", kind: "callCentre", phone: "95000", hours: { from: 8, to: 22 }, open: true },
      ],
      psn: "01",
    });
    expect(await colourOf("li")).toBe("yellow");
    expect((await decided(bank, typedCard("aili", { holderName: "买买提 • 艾力" }))).decision).toBe("yellow");
    expect((await decided(bank, typedCard("zhang", { idNumber: printed("zhang").idNumber }))).decision).toBe("yellow");
  });

  test.each<[string, string, Partial<CardData>, readonly string[]]>([
    ["a number nobody has", "zhang", { pan: UNKNOWN }, ["cardNotFound"]],
    ["another name", "zhang", { holderName: "张玮" }, ["nameMismatch"]],
    ["another phone", "zhang", { mobile: "13900139000" }, ["reservedPhoneMismatch"]],
    ["another identity number", "zhang", { idNumber: printed("li").idNumber }, ["identityMismatch"]],
    ["another expiry", "li", { expiry: "3307" }, ["expiryMismatch"]],
    ["another CVN2", "li", { cvn2: "203" }, ["cvnMismatch"]],
    ["not activated", "wang", {}, ["cardNotActivated"]],
    ["lost", "liu", {}, ["cardReportedLost"]],
    ["frozen", "yang", {}, ["cardFrozenByBank"]],
    ["lost, but asked by a stranger", "liu", { holderName: "李四", mobile: "13900139000" }, ["cardNotFound"]],
  ])("%s is red, and the fact says so", async (_what, id, more, causes) => {
    const answer = await decided(bank, typedCard(id, more));
    expect([answer.decision, answer.causes, answer.methods]).toEqual(["red", causes, []]);
    if (causes[0] !== "cardNotFound" || more.pan !== undefined)
      expect(await bank.stopped(answer.bindingId)).toEqual(causes);
    else expect(await bank.stopped(answer.bindingId)).toEqual(["reservedPhoneMismatch", "nameMismatch"]);
  });

  test("a credit card wants expiry and CVN2", async () => {
    const { expiry: _e, ...noExpiry } = typedCard("li");
    const { cvn2: _c, ...noCvn2 } = typedCard("li");
    expect((await decided(bank, noExpiry)).causes).toEqual(["expiryMismatch"]);
    expect((await decided(bank, noCvn2)).causes).toEqual(["cvnMismatch"]);
  });

  // Those that show something after the decision are shown further down.
  const LATER = new Set(["codeNotSent", "codeNotDelivered", "codeUnclaimed", "cardDeviceLimit", "limitPerPayment"]);
  test.each(MAGIC_CARDS.filter(({ cause }) => cause !== "productExcluded"))(
    "the magic card of $card.holderName shows what it is for",
    async ({ card, cause }) => {
      const answer = await decided(bank, typedCard(card.id));
      const binds = cause === undefined || LATER.has(cause);
      expect([card.id, answer.causes]).toEqual([card.id, binds ? [] : [cause]]);
      expect(answer.decision).toBe(!binds ? "red" : card.riskMark === "watch" ? "orange" : "yellow");
    },
  );

  test("orange is verified by people only: no code is sent, and none passes", async () => {
    const { bindingId, decision, methods } = await decided(bank, typedCard("yan"));
    expect([decision, methods.map(({ kind, open }) => [kind, open])]).toEqual([
      "orange",
      [
        ["callCentre", true],
        ["branch", true],
      ],
    ]);
    expect(await sendCode(bank, bindingId)).toMatchObject({ error: { code: "unknownMethod" } });
    expect(await checkCode(bank, bindingId, "000000")).toMatchObject({ value: { outcome: "noCode" } });
  });

  test("the bank's own app vouches: green, and nothing needs to be typed right; a stale or foreign word does not", async () => {
    const { pan, holderName } = printed("zhang");
    const parsed = Pan.parse(pan);
    const hmac = panHmac(bank.keys, parsed.ok ? parsed.value : (undefined as never));
    const activationData = vouch(bank.keys, hmac, "0123456789abcdef", bank.clock.now(), 5 * MINUTE_MS);
    const pushed: CardData = { pan, holderName, mobile: "13000000000" };
    const asking = { source: "bankApp", activationData } as const;
    const green = await decided(bank, pushed, asking);
    expect([green.decision, green.causes]).toEqual(["green", []]);
    expect(open(green.methods)).toContain("sms");
    expect(await causesOf("aili", {}, asking)).toEqual([]);
    expect(await colourOf("aili", asking)).toBe("yellow");
    expect((await decided(bank, pushed, { ...asking, activationData: `${activationData}x` })).decision).toBe("red");
    bank.clock.advance(5 * MINUTE_MS);
    expect((await decided(bank, pushed, asking)).causes).toEqual(["reservedPhoneMismatch"]);
    // What stands in the way of the card still does.
    const lost = Pan.parse(printed("liu").pan);
    const word = vouch(
      bank.keys,
      panHmac(bank.keys, lost.ok ? lost.value : (undefined as never)),
      "ff",
      bank.clock.now(),
      1000,
    );
    expect(await causesOf("liu", {}, { source: "bankApp", activationData: word })).toEqual(["cardReportedLost"]);
  });

  test("terms: unknown ones, and ones that were replaced while the holder was reading", async () => {
    expect((await ask(bank, typedCard("zhang"), { version: "1999-01" })).answer).toMatchObject({
      error: { code: "unknownTerms" },
    });
    bank.clock.advance(Date.UTC(2027, 6, 1) - 8 * 3_600_000 - BANK_OPENS);
    const late = await ask(bank, typedCard("zhang"));
    expect(late.answer).toMatchObject({ error: { code: "unknownTerms", cause: "termsSuperseded" } });
    expect(await bank.stopped(late.bindingId)).toEqual(["termsSuperseded"]);
    expect((await decided(bank, typedCard("zhang"), { version: "2027-07" })).decision).toBe("yellow");
  });

  test("a decision that agreed stands, whatever becomes of the card; another card, account or device under its id is a mistake", async () => {
    const bindingId = "same";
    const first = await decided(bank, typedCard("zhang"), { bindingId });
    must(await bank.desk("agent").reportLost({ cardId: "card-zhang" }, context()));
    const again = await decided(bank, typedCard("zhang"), { bindingId });
    expect([again.decision, again.causes]).toEqual([first.decision, []]);
    expect(open(again.methods)).toEqual([]);
    expect(await bank.db.query({ text: "select id from binding" })).toHaveLength(1);
    const mistaken = { error: { code: "idempotencyMismatch" } };
    expect((await ask(bank, typedCard("li"), { bindingId })).answer).toMatchObject(mistaken);
    expect((await ask(bank, typedCard("zhang"), { bindingId, walletAccount: "bob" })).answer).toMatchObject(mistaken);
    expect((await ask(bank, typedCard("zhang"), { bindingId, deviceId: "other" })).answer).toMatchObject(mistaken);
  });

  test("a refusal answers its own request alone: what was corrected is decided anew", async () => {
    const bindingId = "corrected";
    const wrong = typedCard("zhang", { holderName: "张玮" });
    expect(await decided(bank, wrong, { bindingId, key: "k1" })).toMatchObject({ causes: ["nameMismatch"] });
    expect(await decided(bank, typedCard("zhang"), { bindingId, key: "k1" })).toMatchObject({
      causes: ["nameMismatch"],
    });
    expect(await decided(bank, typedCard("zhang"), { bindingId, key: "k2" })).toMatchObject({ decision: "yellow" });
    expect(await decided(bank, wrong, { bindingId, key: "k1" })).toMatchObject({ decision: "red" });
    expect(await decided(bank, typedCard("zhang"), { bindingId, key: "k3" })).toMatchObject({ decision: "yellow" });
  });

  test("two requests for one binding at once are decided once", async () => {
    const both = await Promise.all(
      ["k1", "k2"].map((key) => ask(bank, typedCard("zhang"), { bindingId: "twice", key })),
    );
    expect(both.map(({ answer }) => answer.ok && answer.value.decision)).toEqual(["yellow", "yellow"]);
    expect(await bank.db.query({ text: "select key from decision" })).toHaveLength(1);
  });

  test("every decision is kept with its reasons, and leaves what it was told", async () => {
    const { bindingId } = await decided(bank, typedCard("cao"), { tspScore: 95, wallet: { colour: "red" } });
    const rows = await bank.db.query<{ colour: string; causes: string[]; rules: string[]; advice: object }>({
      text: "select colour, causes, rules, advice from decision",
    });
    expect(rows).toEqual([
      {
        colour: "red",
        causes: ["walletAdvisesNo", "issuerRefusesRisk"],
        rules: ["marked", "tsp-score", "wallet-red", "tsp-warns"],
        advice: {
          source: "typed",
          wallet: { colour: "red", deviceScore: 4, accountScore: 3, reasons: [] },
          tspScore: 95,
          bankVouches: false,
        },
      },
    ]);
    const facts = await bank.facts(bindingId);
    expect(facts.map(({ code }) => code)).toEqual([
      "received",
      "walletAdvisesNo",
      "issuerRefusesRisk",
      "bankDecided",
      "decided",
    ]);
    expect(facts.at(-1)!.data).toMatchObject({
      answer: "ok",
      cause: "walletAdvisesNo",
      causes: "walletAdvisesNo,issuerRefusesRisk",
    });
  });

  test("guesses run out: after six wrong ones in a day nothing is compared any more, tomorrow it is", async () => {
    for (let i = 0; i < 6; i++) expect(await causesOf("li", { cvn2: String(900 + i) })).toEqual(["cvnMismatch"]);
    const tired = await decided(bank, typedCard("li"));
    expect([tired.causes, tired.retryAt]).toEqual([["addLimitReached"], Date.UTC(2026, 5, 1, 16)]);
    bank.clock.advance(DAY_MS);
    expect(await colourOf("li")).toBe("yellow");
  });

  test("a device that tries numbers runs out as well, whether they exist or not", async () => {
    for (let i = 0; i < 12; i++) {
      const body = `62299902000000${String(i).padStart(4, "0")}`;
      expect(await causesOf("zhang", { pan: body + luhnDigit(body) })).toEqual(["cardNotFound"]);
    }
    expect(await causesOf("zhang")).toEqual(["addLimitReached"]);
    expect(await causesOf("zhang", {}, { deviceId: "phone-2" })).toEqual([]);
  });

  test("another wallet account may have the card once the first has let it go, and hears of it", async () => {
    const first = await bound(bank, "zhang");
    const bob = { walletAccount: "bob", deviceId: "phone-2" };
    const refused = await decided(bank, typedCard("zhang"), bob);
    expect(refused.causes).toEqual(["boundElsewhere"]);
    expect(await colourOf("zhang", { deviceId: "watch" })).toBe("yellow");
    await notifyToken(bank, first, "suspended");
    expect(await causesOf("zhang", {}, bob)).toEqual(["boundElsewhere"]);
    await notifyToken(bank, first, "deleted");
    await bank.relay();
    expect(bank.toldBy("recordChanged")).toContainEqual({ bindingId: refused.bindingId, what: "limits" });
    expect(await codes(refused.bindingId)).toContain("recordChanged");
    const again = await decided(bank, typedCard("zhang"), { ...bob, bindingId: refused.bindingId });
    expect(again.decision).toBe("yellow");
  });

  test("a binding that was never verified does not keep the card from its holder", async () => {
    await decided(bank, typedCard("zhang"), { walletAccount: "mallory" });
    expect(await colourOf("zhang")).toBe("yellow");
  });

  test("five devices a card, a device that lets it go makes room; one for a youth card", async () => {
    const bindings = [];
    for (let i = 0; i < 5; i++) {
      bindings.push(await bound(bank, "zhang", { deviceId: `d${i}` }));
      bank.clock.advance(DAY_MS);
    }
    expect(await causesOf("zhang", {}, { deviceId: "d5" })).toEqual(["cardDeviceLimit"]);
    expect(await colourOf("zhang", { deviceId: "d4" })).toBe("yellow");
    await notifyToken(bank, bindings[0]!, "deleted");
    expect(await colourOf("zhang", { deviceId: "d5" })).toBe("yellow");
    await bound(bank, "kong");
    expect(await causesOf("kong", {}, { deviceId: "watch" })).toEqual(["cardDeviceLimit"]);
  });

  test("six device cards a customer, over all his cards", async () => {
    for (let i = 0; i < 3; i++) {
      await bound(bank, "jin", { deviceId: `d${i}` });
      await bound(bank, "jin-credit", { deviceId: `d${i}` });
      bank.clock.advance(DAY_MS);
    }
    expect(await causesOf("jin", {}, { deviceId: "d9" })).toEqual(["customerTokenLimit"]);
    expect(await causesOf("jin-credit", {}, { deviceId: "d9" })).toEqual(["customerTokenLimit"]);
    expect(await colourOf("jin", { deviceId: "d0" })).toBe("yellow");
  });

  test("ten adds a day; a deleted token frees its add, midnight in China all of them", async () => {
    const bindings = [];
    for (let i = 0; i < 10; i++) bindings.push((await decided(bank, typedCard("zhang"))).bindingId);
    expect(await causesOf("zhang")).toEqual(["addLimitReached"]);
    await notifyToken(bank, bindings[3]!, "deleted");
    expect(await colourOf("zhang")).toBe("yellow");
    expect(await causesOf("zhang")).toEqual(["addLimitReached"]);
    bank.clock.advance(14 * 60 * MINUTE_MS - 1);
    expect(await causesOf("zhang")).toEqual(["addLimitReached"]);
    bank.clock.advance(1);
    expect(await colourOf("zhang")).toBe("yellow");
  });

  test("nothing secret lies in clear, in no table and in no fact", async () => {
    const { bindingId, code } = await underway(bank, "zhang", {});
    await checkCode(bank, bindingId, otherCode(code));
    await causesOf("li", { cvn2: "777", idNumber: printed("li").idNumber });
    const { pan, idNumber } = printed("zhang");
    const tables = await bank.db.query<{ name: string }>({
      text: "select tablename::text as name from pg_tables where schemaname = 'issuer'",
    });
    for (const { name } of tables) {
      const rows = await bank.db.query<{ row: string }>({ text: `select row_to_json(t)::text as row from ${name} t` });
      const all = rows.map((row) => row.row).join("\n");
      const hex = (text: string) => Buffer.from(text).toString("hex");
      for (const secret of [pan, idNumber, printed("li").pan, printed("li").idNumber])
        expect([name, all.includes(secret), all.includes(hex(secret))]).toEqual([name, false, false]);
      if (name === "fact")
        for (const secret of ["13800138001", "张伟", code, '"777"']) expect(all).not.toContain(secret);
    }
  });
});

describe("codes", () => {
  test("the text: bank, digits after 验证码, purpose, life, warning; in English on request", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    expect(await sendCode(bank, bindingId)).toEqual({
      ok: true,
      value: {
        sentTo: "138****8001",
        expiresAt: BANK_OPENS + 30 * MINUTE_MS,
        resendAt: BANK_OPENS + MINUTE_MS,
        codesLeft: 2,
      },
    });
    const code = await newestCode(bank);
    const texts = () => bank.inbox.list();
    expect(texts()).toHaveLength(1);
    expect(texts()[0]).toMatchObject({
      toMobile: "13800138001",
      text: `【示范银行】验证码 ${code}，用于将尾号0017的银行卡添加到手机钱包，30分钟内有效，请勿泄露。`,
    });
    bank.clock.advance(MINUTE_MS);
    await sendCode(bank, bindingId, undefined, "en");
    expect(texts()).toHaveLength(1);
    await bank.relay();
    expect(texts()[0]!.text).toMatch(/^\[Demo Bank\] Your code is \d{6}\. .*0017/);
  });

  test("the story of a code: made, sent, delivered by the carrier, right", async () => {
    const { bindingId, code } = await underway(bank);
    await checkCode(bank, bindingId, code);
    const facts = await bank.facts(bindingId);
    const story = facts.filter(
      ({ stage, code: step }) => stage === "verification" && step !== "received" && step !== "decided",
    );
    expect(story.map(({ party, code: step }) => [party, step])).toEqual([
      ["issuer", "codeMade"],
      ["issuer", "codeSent"],
      ["carrier", "codeDelivered"],
      ["issuer", "codeRight"],
    ]);
    expect(story[0]!.data).toMatchObject({ sentTo: "138****8001", number: 1 });
  });

  test("a carrier that refuses: said at once, tried again, sent in the end", async () => {
    const { bindingId } = await decided(bank, typedCard("tao"));
    must(await sendCode(bank, bindingId));
    await bank.relay();
    expect(bank.inbox.list()).toHaveLength(0);
    expect(await bank.stopped(bindingId)).toEqual(["codeNotSent"]);
    await bank.relay();
    expect(bank.toldBy("methodsChanged")).toEqual([{ bindingId, cause: "codeNotSent" }]);
    expect(await sendCode(bank, bindingId)).toMatchObject({ error: { code: "tooMany", cause: "codeNotSent" } });
    bank.inbox.setHabit(printed("tao").mobile, "delivers");
    bank.clock.advance(5000);
    const code = await newestCode(bank);
    expect(await bank.stopped(bindingId)).toEqual(["codeNotSent", "codeNotSent"]);
    expect(await codes(bindingId)).toContain("codeDelivered");
    expect(await checkCode(bank, bindingId, code)).toMatchObject({ value: { outcome: "passed" } });
  });

  test("a text that is not delivered is the carrier's word; one without a receipt is nobody's", async () => {
    const { bindingId } = await decided(bank, typedCard("wei"));
    must(await sendCode(bank, bindingId));
    await bank.relay();
    await bank.relay();
    const [failed] = (await bank.facts(bindingId)).filter(({ outcome }) => outcome === "failed");
    expect(failed).toMatchObject({
      party: "carrier",
      code: "codeNotDelivered",
      data: { number: 1, reason: "UNDELIV" },
    });
    expect(bank.toldBy("methodsChanged")).toEqual([{ bindingId, cause: "codeNotDelivered" }]);
    expect(await sendCode(bank, bindingId)).toMatchObject({ error: { code: "tooMany", cause: "codeNotDelivered" } });
    const silent = await decided(bank, typedCard("jiang-long"));
    must(await sendCode(bank, silent.bindingId));
    await bank.relay();
    expect(await codes(silent.bindingId)).toEqual(expect.arrayContaining(["codeMade", "codeSent"]));
    expect(await bank.stopped(silent.bindingId)).toEqual([]);
    expect(await codes(silent.bindingId)).not.toContain("codeDelivered");
  });

  test("the code lies nowhere in clear, not even while it waits to be sent, and leaves the outbox once sent", async () => {
    const { bindingId } = await decided(bank, typedCard("tao"));
    await sendCode(bank, bindingId);
    const texts = () =>
      bank.db.query<{ payload: Uint8Array; attempts: number }>({
        text: "select payload, attempts from outbox where kind = 'text'",
      });
    await bank.relay();
    const [waiting] = await texts();
    expect(waiting!.attempts).toBe(1);
    bank.inbox.setHabit(printed("tao").mobile, "delivers");
    await bank.relay();
    expect(bank.inbox.list()).toHaveLength(0); // Not before its next try is due.
    bank.clock.advance(5000);
    const code = await newestCode(bank);
    expect(Buffer.from(waiting!.payload).includes(code)).toBe(false);
    expect(await texts()).toHaveLength(0);
    const rows = await bank.db.query<{ row: string }>({
      text: "select row_to_json(t)::text as row from activation_code t",
    });
    expect(rows[0]!.row.replace(/"(sent|expires)_at":\d+/g, "")).not.toContain(code);
  });

  test("a text that could not be sent in its time is dropped", async () => {
    const { bindingId } = await decided(bank, typedCard("tao"));
    await sendCode(bank, bindingId);
    bank.clock.advance(30 * MINUTE_MS);
    bank.inbox.setHabit(printed("tao").mobile, "delivers");
    await bank.relay();
    expect(bank.inbox.list()).toHaveLength(0);
    expect(await bank.db.query({ text: "select id from outbox where kind = 'text'" })).toHaveLength(0);
  });

  test("cool-down says how long; three codes use the method up, and it is shown closed", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    await sendCode(bank, bindingId);
    bank.clock.advance(59_999);
    const cooling = await sendCode(bank, bindingId);
    expect(cooling).toMatchObject({ error: { code: "tooMany", cause: "codeUnclaimed", retryAfterMs: 1 } });
    for (const codesLeft of [1, 0]) {
      bank.clock.advance(MINUTE_MS);
      expect(await sendCode(bank, bindingId)).toMatchObject({ value: { codesLeft } });
    }
    bank.clock.advance(MINUTE_MS);
    const over = await sendCode(bank, bindingId);
    expect(over).toMatchObject({ error: { code: "tooMany", cause: "methodUsedUp" } });
    expect(over.ok || over.error.retryAfterMs).toBeUndefined();
    const code = await newestCode(bank);
    for (let i = 1; i <= 3; i++)
      expect(await checkCode(bank, bindingId, otherCode(code, i))).toMatchObject({
        value: i < 3 ? { outcome: "wrong", triesLeft: 3 - i } : { outcome: "methodDead" },
      });
    expect(await checkCode(bank, bindingId, code)).toMatchObject({ value: { outcome: "methodDead" } });
    const methods = must(await bank.api.methods({ bindingId }, context())).methods;
    expect(methods[0]).toMatchObject({ methodId: "sms", open: false, closedBecause: "methodUsedUp" });
    expect((await bank.stopped(bindingId)).at(-1)).toBe("methodUsedUp");
  });

  test("ten messages a phone and day, over all its cards and bindings", async () => {
    for (let i = 0; i < 10; i++) {
      const { bindingId } = await decided(bank, typedCard(i % 2 === 0 ? "jin" : "jin-credit"));
      must(await sendCode(bank, bindingId));
    }
    const { bindingId, methods } = await decided(bank, typedCard("jin"));
    expect(methods[0]).toMatchObject({ open: false, closedBecause: "smsDailyCap" });
    expect(await sendCode(bank, bindingId)).toMatchObject({
      error: { code: "tooMany", cause: "smsDailyCap", retryAfterMs: 14 * 60 * MINUTE_MS },
    });
    expect(await bank.stopped(bindingId)).toEqual(["smsDailyCap"]);
    bank.clock.advance(14 * 60 * MINUTE_MS);
    expect((await sendCode(bank, bindingId)).ok).toBe(true);
  });

  test("unknown binding, unknown method, red binding, lost card, deleted token", async () => {
    expect(await sendCode(bank, "nobody")).toMatchObject({ error: { code: "notFound" } });
    const { bindingId } = await decided(bank, typedCard("zhang"));
    expect(await bank.api.sendCode({ bindingId, methodId: "pigeon", language: "zh" }, context())).toMatchObject({
      error: { code: "unknownMethod" },
    });
    const red = await decided(bank, typedCard("liu"));
    expect(await sendCode(bank, red.bindingId)).toMatchObject({ error: { code: "wrongState" } });
    expect(await checkCode(bank, red.bindingId, "000000")).toMatchObject({ error: { code: "wrongState" } });
    expect(await checkCode(bank, bindingId, "000000")).toMatchObject({ value: { outcome: "noCode" } });
    await sendCode(bank, bindingId);
    const code = await newestCode(bank);
    must(await bank.desk("agent").reportLost({ cardId: "card-zhang" }, context()));
    expect(await checkCode(bank, bindingId, code)).toMatchObject({
      error: { code: "wrongState", cause: "cardReportedLost" },
    });
    must(await bank.desk("teller").liftLost({ cardId: "card-zhang" }, context()));
    await notifyToken(bank, bindingId, "deleted");
    expect(await checkCode(bank, bindingId, code)).toMatchObject({ error: { code: "wrongState" } });
  });

  test("right passes once; used, replaced, expired or dead never passes", async () => {
    const { bindingId, code } = await underway(bank);
    expect(await checkCode(bank, bindingId, code)).toEqual({ ok: true, value: { outcome: "passed" } });
    expect(await checkCode(bank, bindingId, code)).toEqual({ ok: true, value: { outcome: "dead", codesLeft: 2 } });
    bank.clock.advance(MINUTE_MS);
    await sendCode(bank, bindingId);
    const second = await newestCode(bank);
    expect(await checkCode(bank, bindingId, code)).toMatchObject({ value: { outcome: "superseded", triesLeft: 2 } });
    bank.clock.advance(30 * MINUTE_MS);
    expect(await checkCode(bank, bindingId, second)).toEqual({ ok: true, value: { outcome: "expired", codesLeft: 1 } });
    await sendCode(bank, bindingId);
    const third = await newestCode(bank);
    bank.clock.advance(30 * MINUTE_MS - 1);
    expect(await checkCode(bank, bindingId, third)).toEqual({ ok: true, value: { outcome: "passed" } });
    expect(await bank.stopped(bindingId)).toEqual(["codeSuperseded", "codeExpired"]);
  });

  test("a code of one binding is nothing to another", async () => {
    const a = await underway(bank, "zhang");
    const b = await underway(bank, "aili");
    expect(a.code).not.toBe(b.code);
    expect(await checkCode(bank, a.bindingId, b.code)).toMatchObject({ value: { outcome: "wrong" } });
  });

  test("repeats of a call get the first answer and count once", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    const first = await sendCode(bank, bindingId, "send-1");
    expect(await sendCode(bank, bindingId, "send-1")).toEqual(first);
    expect(await sendCode(bank, bindingId, "send-1", "en")).toMatchObject({ error: { code: "idempotencyMismatch" } });
    const code = await newestCode(bank);
    expect(bank.inbox.list()).toHaveLength(1);
    for (let i = 0; i < 5; i++)
      expect(await checkCode(bank, bindingId, otherCode(code), "try-1")).toEqual({
        ok: true,
        value: { outcome: "wrong", triesLeft: 2 },
      });
    expect(await checkCode(bank, bindingId, code, "try-1")).toMatchObject({ error: { code: "idempotencyMismatch" } });
    for (let i = 0; i < 2; i++)
      expect(await checkCode(bank, bindingId, code, "try-2")).toEqual({ ok: true, value: { outcome: "passed" } });
  });

  test("many tries at once count one by one", async () => {
    const { bindingId, code } = await underway(bank);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => checkCode(bank, bindingId, otherCode(code, i + 1))),
    );
    expect(answers.filter((answer) => answer.ok && answer.value.outcome === "wrong")).toHaveLength(2);
    expect(await checkCode(bank, bindingId, code)).toEqual({ ok: true, value: { outcome: "dead", codesLeft: 2 } });
  });

  test("1,000 guesses against one journey never succeed, and after the third the right code is answered as a wrong one", async () => {
    const { bindingId, code } = await underway(bank);
    const answers = new Map<string, Set<string>>();
    for (let i = 1; i <= 1000; i++) {
      const right = i > 3 && i % 7 === 0;
      const answer = await checkCode(bank, bindingId, right ? code : otherCode(code, 1 + ((i * 50_021) % 999_998)));
      const kind = i <= 3 ? "first" : right ? "right" : "wrong";
      answers.set(kind, (answers.get(kind) ?? new Set()).add(JSON.stringify(answer)));
    }
    expect([...answers.get("first")!].some((answer) => answer.includes("passed"))).toBe(false);
    expect(answers.get("right")).toEqual(
      new Set([JSON.stringify({ ok: true, value: { outcome: "dead", codesLeft: 2 } })]),
    );
    expect(answers.get("wrong")).toEqual(answers.get("right"));
  });

  test("three codes and nine tries are all that a journey has: the chance of a guess is 9 in a million", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    let tries = 0;
    for (let sent = 0; sent < 5; sent++) {
      const answer = await sendCode(bank, bindingId);
      if (!answer.ok) break;
      const code = await newestCode(bank);
      for (let i = 1; i <= 5; i++) {
        const checked = await checkCode(bank, bindingId, otherCode(code, i));
        const [row] = await bank.db.query<{ tries: bigint }>({
          text: "select sum(wrong_tries)::bigint as tries from activation_code",
        });
        tries = Number(row!.tries);
        expect(checked.ok && checked.value.outcome).not.toBe("passed");
      }
      bank.clock.advance(MINUTE_MS);
    }
    expect(tries).toBe(9);
  });
});

describe("verifying on two devices at once", () => {
  test("two accounts with a code each: the first to prove it has the card", async () => {
    const alice = await underway(bank, "zhang");
    bank.clock.advance(MINUTE_MS);
    const bob = await underway(bank, "zhang", { walletAccount: "bob", deviceId: "phone-2" });
    expect(await checkCode(bank, bob.bindingId, bob.code)).toMatchObject({ value: { outcome: "passed" } });
    expect(await checkCode(bank, alice.bindingId, alice.code)).toMatchObject({
      error: { code: "wrongState", cause: "boundElsewhere" },
    });
    expect(await bank.stopped(alice.bindingId)).toEqual(["boundElsewhere"]);
  });

  test("one account, and room for one device more: one passes, whoever comes first", async () => {
    const first = await underway(bank, "kong", { deviceId: "d1" });
    bank.clock.advance(MINUTE_MS);
    const second = await underway(bank, "kong", { deviceId: "d2" });
    const both = await Promise.all([first, second].map(({ bindingId, code }) => checkCode(bank, bindingId, code)));
    expect(both.map((answer) => (answer.ok ? answer.value.outcome : answer.error.cause)).sort()).toEqual([
      "cardDeviceLimit",
      "passed",
    ]);
  });

  test("within the limits both pass", async () => {
    const first = await underway(bank, "zhang", { deviceId: "d1" });
    bank.clock.advance(MINUTE_MS);
    const second = await underway(bank, "zhang", { deviceId: "d2" });
    const both = await Promise.all([first, second].map(({ bindingId, code }) => checkCode(bank, bindingId, code)));
    expect(both).toEqual([1, 2].map(() => ({ ok: true, value: { outcome: "passed" } })));
  });
});

describe("choosing a way", () => {
  test("the call centre knows of the case, and answers in its hours only", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    must(await choose(bank, bindingId, "call", "K7F-3QM"));
    expect(must(await bank.desk("agent").calls({}, context())).calls).toMatchObject([
      { bindingId, caseCode: "K7F-3QM", panSuffix: "0017", state: "open", questions: [{}, {}, {}] },
    ]);
    expect(must(await bank.api.journeyOfCase({ caseCode: "K7F-3QM" }, context()))).toEqual({ journeyId: bindingId });
    bank.clock.advance(12 * 60 * MINUTE_MS);
    const night = await decided(bank, typedCard("aili"));
    expect(night.methods.at(-1)).toMatchObject({ open: false, closedBecause: "hotlineClosed" });
    expect(await choose(bank, night.bindingId, "call")).toMatchObject({
      error: { code: "wrongState", cause: "hotlineClosed", retryAfterMs: 10 * 60 * MINUTE_MS },
    });
    expect(await bank.stopped(night.bindingId)).toEqual(["hotlineClosed"]);
  });

  test("a way that is closed says why; one that is not offered is unknown", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    expect(await choose(bank, bindingId, "app")).toMatchObject({
      error: { code: "wrongState", cause: "bankAppNotReady" },
    });
    expect(await bank.stopped(bindingId)).toEqual(["bankAppNotReady"]);
    expect(await choose(bank, bindingId, "branch")).toMatchObject({ error: { code: "unknownMethod" } });
  });

  test("not my number: its codes die, no more are sent, other ways stay; saying it twice is saying it once", async () => {
    const { bindingId, code } = await underway(bank);
    const said = () => bank.api.notMyNumber({ bindingId }, context(undefined, bindingId));
    const { methods } = must(await said());
    expect(methods[0]).toMatchObject({ open: false, closedBecause: "reservedPhoneMismatch" });
    expect(open(methods)).toEqual(["call"]);
    must(await said());
    expect(await bank.stopped(bindingId)).toEqual(["reservedPhoneMismatch"]);
    expect(await checkCode(bank, bindingId, code)).toMatchObject({ value: { outcome: "dead" } });
    bank.clock.advance(MINUTE_MS);
    expect(await sendCode(bank, bindingId)).toMatchObject({
      error: { code: "wrongState", cause: "reservedPhoneMismatch" },
    });
  });
});

describe("what the TSP says of tokens", () => {
  test("late, doubled and out of order: the newest counts, deleted is for good", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    const status = async () =>
      (await bank.db.query<{ token_status: string }>({ text: "select token_status from binding" }))[0]!.token_status;
    await notifyToken(bank, bindingId, "active", BANK_OPENS + 2000);
    await notifyToken(bank, bindingId, "inactive", BANK_OPENS + 1000);
    expect(await status()).toBe("active");
    await notifyToken(bank, bindingId, "suspended", BANK_OPENS + 3000);
    await notifyToken(bank, bindingId, "suspended", BANK_OPENS + 3000);
    expect(await status()).toBe("suspended");
    await notifyToken(bank, bindingId, "deleted", BANK_OPENS + 2500);
    await notifyToken(bank, bindingId, "active", BANK_OPENS + 9000);
    expect(await status()).toBe("deleted");
    expect(await notifyToken(bank, "nobody", "active")).toMatchObject({ error: { code: "notFound" } });
    const red = await decided(bank, typedCard("liu"));
    expect(await notifyToken(bank, red.bindingId, "active")).toMatchObject({ error: { code: "wrongState" } });
  });

  test("a holder whose first pass got lost on the way gets a new code", async () => {
    const { bindingId, code } = await underway(bank);
    await checkCode(bank, bindingId, code);
    await notifyToken(bank, bindingId, "inactive");
    bank.clock.advance(MINUTE_MS);
    await sendCode(bank, bindingId);
    expect(await checkCode(bank, bindingId, await newestCode(bank))).toEqual({
      ok: true,
      value: { outcome: "passed" },
    });
    await notifyToken(bank, bindingId, "active");
    expect(await sendCode(bank, bindingId)).toMatchObject({ error: { code: "wrongState" } });
  });

  test("a token that comes alive after the bank has ended its binding is deleted; one of a card that was lost meanwhile is stopped", async () => {
    const ended = await underway(bank, "zhang");
    must(await bank.desk("agent").withdrawBinding({ bindingId: ended.bindingId, reason: "test" }, context()));
    const lost = await underway(bank, "aili");
    must(await checkCode(bank, lost.bindingId, lost.code));
    must(await bank.desk("agent").reportLost({ cardId: "card-aili" }, context()));
    for (const { bindingId } of [ended, lost]) must(await notifyToken(bank, bindingId, "active"));
    await bank.relay();
    expect(bank.toldBy("changeToken")).toEqual(
      expect.arrayContaining([
        { tokenRef: `token-${ended.bindingId}`, change: "delete" },
        { tokenRef: `token-${lost.bindingId}`, change: "suspend" },
      ]),
    );
  });
});

describe("the outbox", () => {
  test("what could not be told is told later, with the same key, once the TSP has it and no more", async () => {
    bank.answer = undefined;
    const { bindingId } = await underway(bank);
    must(await bank.desk("agent").withdrawBinding({ bindingId, reason: "test" }, context()));
    await bank.relay();
    expect(bank.told).toEqual([]);
    const keys: string[] = [];
    // The answer is lost: the TSP has it, and the bank does not know.
    bank.answer = ({ context: { idempotencyKey } }) => {
      keys.push(idempotencyKey);
      return { ok: false, error: { code: "peerUnavailable" } };
    };
    bank.clock.advance(5000);
    await bank.relay();
    bank.answer = ({ context: { idempotencyKey } }) => {
      keys.push(idempotencyKey);
      return { ok: true, value: {} };
    };
    bank.clock.advance(10_000);
    await bank.relay();
    await bank.relay();
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    expect(bank.toldBy("refuse")).toEqual([1, 2].map(() => ({ bindingId, cause: "withdrawnByBank" })));
    expect(bank.told[0]!.context.journeyId).toBe(bindingId);
    expect(await bank.db.query({ text: "select id from outbox" })).toEqual([]);
    const hops = (await bank.facts(bindingId))
      .filter(({ data }) => data["operation"] === "refuse")
      .map(({ code }) => code);
    expect(hops).toEqual(["sent", "unanswered", "sent", "unanswered", "sent", "answered"]);
  });

  test("of changes that overtake each other while the TSP is away, how things stand in the end arrives", async () => {
    const bindingId = await bound(bank, "zhang");
    bank.answer = undefined;
    const [teller, agent] = [bank.desk("teller"), bank.desk("agent")];
    const card = { cardId: "card-zhang" };
    must(await agent.reportLost(card, context()));
    await bank.relay();
    must(await teller.liftLost(card, context()));
    must(await agent.freeze({ ...card, reason: "x" }, context()));
    must(await agent.unfreeze({ ...card, reason: "x" }, context()));
    bank.answer = () => ({ ok: true, value: {} });
    bank.clock.advance(10 * MINUTE_MS);
    await bank.relay();
    expect(bank.toldBy("changeToken")).toEqual([{ tokenRef: `token-${bindingId}`, change: "resume" }]);
  });

  test("a row that is written anew while it is being sent is sent again as it is then", async () => {
    await bound(bank, "zhang");
    const agent = bank.desk("agent");
    must(await agent.reportLost({ cardId: "card-zhang" }, context()));
    const changes: unknown[] = [];
    let lifted: Promise<unknown> | undefined;
    bank.answer = ({ name, request }) => {
      if (name !== "changeToken") return { ok: true, value: {} };
      changes.push(request["change"]);
      lifted ??= bank.desk("teller").liftLost({ cardId: "card-zhang" }, context());
      return { ok: true, value: {} };
    };
    await bank.relay();
    await lifted;
    await bank.relay();
    expect(changes).toEqual(["suspend", "resume"]);
  });
});

test("a policy is data: another bank lets one device, one try and only the hotline", async () => {
  const { binding, code } = DEFAULT_POLICY;
  await bank.reset({
    ...DEFAULT_POLICY,
    binding: { ...binding, devicesPerCard: 1, methods: { ...binding.methods, yellow: ["smsCode"] } },
    code: { ...code, tries: 1 },
  });
  const { bindingId, code: sent } = await underway(bank);
  expect(await checkCode(bank, bindingId, otherCode(sent))).toMatchObject({ value: { outcome: "dead" } });
  await bound(bank, "aili");
  expect(await causesOf("aili", {}, { deviceId: "watch" })).toEqual(["cardDeviceLimit"]);
});

test("all printed cards are seeded, the seven that people know among them", async () => {
  const rows = await bank.db.query<{ id: string }>({ text: "select id from card" });
  expect(new Set(rows.map(({ id }) => id))).toEqual(
    new Set([...DEMO_CARDS, ...MAGIC_CARDS.map(({ card }) => card)].map(({ id }) => `card-${id}`)),
  );
});

test("a day starts at midnight in China", () => {
  expect(startOfDay(instant(Date.UTC(2026, 5, 1, 15, 59, 59, 999)))).toBe(Date.UTC(2026, 4, 31, 16));
  expect(startOfDay(instant(Date.UTC(2026, 5, 1, 16)))).toBe(Date.UTC(2026, 5, 1, 16));
});
