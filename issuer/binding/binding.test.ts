import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CardData } from "#contracts/common";
import { issuerApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import type { Db, MessageSender } from "#contracts/ports";
import { memoryCalls } from "#platform/calls";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { openKeyStore, sealer } from "#platform/keystore";
import { silentLog } from "#platform/log";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { fromUtf8 } from "#protocol/bytes";
import { DEMO_CARDS, luhnDigit } from "#protocol/pan";
import { instant } from "#protocol/time";
import { startOfDay } from "../china-day.ts";
import { createIssuer, DEFAULT_POLICY, type Issuer, migrations, seedDemo } from "../index.ts";
import { decideCheck } from "./core.ts";

const START = instant(Date.UTC(2026, 5, 1, 2));
const MINUTE_MS = 60_000;
const TABLES = "binding, activation_code, answered_call, wallet_device, outbox";

const random = seededRandom(7);
const keys = openKeyStore({ memory: true }, random);
let db: Db & { close(): Promise<void> };
let clock: ManualClock;
let issuer: Issuer;
let bank: Calls<typeof issuerApi>;
let texts: { id: string; toMobile: string; text: string }[];
let carrierUp: boolean;

beforeAll(async () => {
  db = await openPglite("issuer", migrations);
  await seedDemo({ db, keys, clock: manualClock(START) });
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query({ text: `truncate ${TABLES}` });
  await db.query({ text: "update card set status = 'active' where id in ('card-zhang', 'card-li', 'card-aili')" });
  clock = manualClock(START);
  texts = [];
  carrierUp = true;
  const sender: MessageSender = {
    async send(message) {
      if (!carrierUp) throw new Error("carrier down");
      texts.push(message);
    },
  };
  issuer = createIssuer({
    db,
    clock,
    timers: clock,
    random,
    log: silentLog,
    keys,
    groupCommit,
    sender,
    tsp: undefined as never,
  });
  bank = memoryCalls(issuerApi, {
    calls: issuer.api,
    onFailure: (_name, error) => {
      throw error;
    },
  });
});

const demo = (id: string) => DEMO_CARDS.find((card) => card.id === id)!;

async function seal(value: unknown): Promise<string> {
  const key = await bank.publicKey({}, context());
  if (!key.ok) throw new Error("no key");
  return sealer.sealTo(key.value, fromUtf8(JSON.stringify(value)));
}

function typed(id: string, more: Partial<CardData> = {}): CardData {
  const { pan, holderName, mobile, expiry, cvn2, kind } = demo(id);
  return { pan, holderName, mobile, ...(kind === "credit" ? { expiry, cvn2 } : {}), ...more };
}

let serial = 0;
function context(key = `key-${++serial}`): { journeyId: string; idempotencyKey: string } {
  return { journeyId: "journey", idempotencyKey: key };
}

async function decide(
  card: CardData,
  more: { bindingId?: string; walletAccount?: string; deviceId?: string; version?: string } = {},
) {
  const {
    bindingId = `binding-${++serial}`,
    walletAccount = "alice",
    deviceId = "phone-1",
    version = "2026-01",
  } = more;
  const answer = await bank.decideBinding(
    {
      bindingId,
      cardJwe: await seal(card),
      trid: "10000000001",
      walletAccount,
      device: { deviceId, name: "iPhone", kind: "phone" },
      terms: { version, acceptedAt: START, language: "zh" },
    },
    context(),
  );
  return { bindingId, answer };
}

async function decided(card: CardData, more = {}) {
  const { bindingId, answer } = await decide(card, more);
  if (!answer.ok) throw new Error(answer.error.code);
  return { bindingId, ...answer.value };
}

const send = (bindingId: string, key?: string, language: "zh" | "en" = "zh") =>
  bank.sendCode({ bindingId, methodId: "sms", language }, context(key));
const check = async (bindingId: string, code: string, key?: string) =>
  bank.checkCode({ bindingId, codeJwe: await seal({ code }) }, context(key));
const notify = (bindingId: string, status: "active" | "suspended" | "deleted" | "inactive", at: number = clock.now()) =>
  bank.notifyToken(
    { bindingId, tokenRef: `token-${bindingId}`, status, deviceName: "iPhone", tokenSuffix: "1234", at },
    context(),
  );

/** Lets the relay send what is due. */
async function relay(): Promise<void> {
  issuer.start();
  await issuer.stop();
}
async function newestCode(): Promise<string> {
  await relay();
  return /\d{6}/.exec(texts.at(-1)!.text)![0];
}
const other = (code: string, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, "0");

/** Yellow, code sent, and the code the phone got. */
async function underway(id = "zhang", more = {}): Promise<{ bindingId: string; code: string }> {
  const { bindingId } = await decided(typed(id), more);
  expect((await send(bindingId)).ok).toBe(true);
  return { bindingId, code: await newestCode() };
}
async function bound(id = "zhang", more = {}): Promise<string> {
  const { bindingId, code } = await underway(id, more);
  expect(await check(bindingId, code)).toEqual({ ok: true, value: { outcome: "passed" } });
  expect((await notify(bindingId, "active")).ok).toBe(true);
  return bindingId;
}

describe("eligibility", () => {
  test("by range: product, terms, last four", async () => {
    const answer = await bank.checkEligibility({ cardJwe: await seal(typed("zhang")) }, context());
    expect(answer.ok && [answer.value.product.kind, answer.value.terms.version, answer.value.panSuffix]).toEqual([
      "debit",
      "2026-01",
      "0017",
    ]);
  });

  test.each<[string, unknown, string]>([
    ["a foreign range", { pan: "6222021234567890128" }, "cardNotSupported"],
    ["a number that fails its check", { pan: "6229990100000000018" }, "badCard"],
  ])("%s", async (_what, more, code) => {
    const cardJwe = await seal({ ...typed("zhang"), ...(more as object) });
    expect(await bank.checkEligibility({ cardJwe }, context())).toMatchObject({ ok: false, error: { code } });
  });

  test("what does not open, or opens to something else", async () => {
    for (const cardJwe of ["a.b.c.d.e", await seal({ nothing: true }), await seal("text")]) {
      expect(await bank.checkEligibility({ cardJwe }, context())).toMatchObject({
        ok: false,
        error: { code: "badCiphertext" },
      });
    }
  });
});

describe("decision", () => {
  test("a holder who proves to be the holder: yellow, with the masked reserved phone", async () => {
    const { decision, reason, methods, psn } = await decided(typed("zhang"));
    expect({ decision, reason, methods, psn }).toEqual({
      decision: "yellow",
      reason: "verificationNeeded",
      methods: [{ methodId: "sms", kind: "smsCode", sentTo: "138****8001" }],
      psn: "01",
    });
    expect((await decided(typed("li"))).decision).toBe("yellow");
    expect((await decided(typed("aili", { holderName: "买买提 • 艾力" }))).decision).toBe("yellow");
  });

  test.each<[string, string, Partial<CardData>, string]>([
    ["a number nobody has", "zhang", { pan: `622999020000000001${luhnDigit("622999020000000001")}` }, "cardUnknown"],
    ["another name", "zhang", { holderName: "张玮" }, "nameMismatch"],
    ["another phone", "zhang", { mobile: "13900139000" }, "mobileMismatch"],
    ["another expiry", "li", { expiry: "3307" }, "expiryMismatch"],
    ["another CVN2", "li", { cvn2: "203" }, "cvn2Mismatch"],
    ["not activated", "wang", {}, "cardNotActivated"],
    ["lost", "liu", {}, "cardLost"],
    ["frozen", "yang", {}, "cardFrozen"],
    ["lost, but asked by a stranger", "liu", { holderName: "李四" }, "nameMismatch"],
  ])("%s is red", async (_what, id, more, reason) => {
    const answer = await decided(typed(id, more));
    expect([answer.decision, answer.reason, answer.methods]).toEqual(["red", reason, []]);
  });

  test("a credit card wants expiry and CVN2", async () => {
    const { expiry: _e, ...noExpiry } = typed("li");
    const { cvn2: _c, ...noCvn2 } = typed("li");
    expect((await decided(noExpiry)).reason).toBe("expiryMismatch");
    expect((await decided(noCvn2)).reason).toBe("cvn2Mismatch");
  });

  test.each([
    ["update customer set mobile = null where id = 'customer-zhang'", "noReservedMobile"],
    ["update card set expiry = '2605' where id = 'card-zhang'", "cardExpired"],
    ["update card set status = 'cancelled' where id = 'card-zhang'", "cardCancelled"],
    ["update customer set document_expires = '20260531' where id = 'customer-zhang'", "documentExpired"],
    ["update account set posted_minor = -1 where id = 'account-zhang'", "balanceNegative"],
  ])("%s", async (sql, reason) => {
    const rollback = new Error("rollback");
    const undo = db.transaction(async (tx) => {
      await tx.query({ text: sql });
      const inside = createIssuer({
        db: { query: (s, p) => tx.query(s, p), transaction: (work) => work(tx) },
        clock,
        timers: clock,
        random,
        log: silentLog,
        keys,
        groupCommit,
        sender: undefined as never,
        tsp: undefined as never,
      });
      const answer = await inside.api.decideBinding(
        {
          bindingId: "b1",
          cardJwe: await seal(typed("zhang")),
          trid: "10000000001",
          walletAccount: "alice",
          device: { deviceId: "phone-1", name: "iPhone", kind: "phone" },
          terms: { version: "2026-01", acceptedAt: START, language: "zh" },
        },
        context(),
      );
      expect(answer.ok && [answer.value.decision, answer.value.reason]).toEqual(["red", reason]);
      throw rollback;
    });
    await expect(undo).rejects.toBe(rollback);
  });

  test("terms the bank does not have", async () => {
    expect((await decide(typed("zhang"), { version: "1999-01" })).answer).toMatchObject({
      ok: false,
      error: { code: "unknownTerms" },
    });
  });

  test("the same binding always gets its first decision; another card under its id is a mistake", async () => {
    const bindingId = "same";
    const first = await decided(typed("zhang"), { bindingId });
    await db.query({ text: "update card set status = 'lost' where id = 'card-zhang'" });
    expect(await decided(typed("zhang"), { bindingId })).toEqual(first);
    expect(await db.query({ text: "select id from binding" })).toHaveLength(1);
    expect((await decide(typed("li"), { bindingId })).answer).toMatchObject({
      ok: false,
      error: { code: "idempotencyMismatch" },
    });
  });

  test("guesses run out: after six wrong ones in a day nothing is compared any more, tomorrow it is", async () => {
    for (let i = 0; i < 6; i++) {
      expect((await decided(typed("li", { cvn2: String(900 + i) }))).reason).toBe("cvn2Mismatch");
    }
    expect((await decided(typed("li"))).reason).toBe("tooManyAddsToday");
    clock.advance(24 * 60 * MINUTE_MS);
    expect((await decided(typed("li"))).decision).toBe("yellow");
  });

  test("another wallet account may have the card once the first has let it go", async () => {
    const first = await bound("zhang");
    expect((await decided(typed("zhang"), { walletAccount: "bob" })).reason).toBe("boundElsewhere");
    expect((await decided(typed("zhang"), { deviceId: "watch" })).decision).toBe("yellow");
    await notify(first, "suspended");
    expect((await decided(typed("zhang"), { walletAccount: "bob" })).reason).toBe("boundElsewhere");
    await notify(first, "deleted");
    expect((await decided(typed("zhang"), { walletAccount: "bob" })).decision).toBe("yellow");
  });

  test("a binding that was never verified does not keep the card from its holder", async () => {
    await decided(typed("zhang"), { walletAccount: "mallory" });
    expect((await decided(typed("zhang"), { walletAccount: "alice" })).decision).toBe("yellow");
  });

  test("two accounts with a code each: the first to prove it has the card", async () => {
    const alice = await underway("zhang");
    clock.advance(MINUTE_MS);
    const bob = await underway("zhang", { walletAccount: "bob", deviceId: "phone-2" });
    expect(await check(bob.bindingId, bob.code)).toMatchObject({ ok: true, value: { outcome: "passed" } });
    expect(await check(alice.bindingId, alice.code)).toMatchObject({ ok: false, error: { code: "wrongState" } });
  });

  test("five devices a card, and a device that lets it go makes room", async () => {
    const bindings = [];
    for (let i = 0; i < 5; i++) bindings.push(await bound("zhang", { deviceId: `d${i}` }));
    expect((await decided(typed("zhang"), { deviceId: "d5" })).reason).toBe("tooManyDevices");
    expect((await decided(typed("zhang"), { deviceId: "d4" })).decision).toBe("yellow");
    await notify(bindings[0]!, "deleted");
    expect((await decided(typed("zhang"), { deviceId: "d5" })).decision).toBe("yellow");
  });

  test("ten adds a day; a deleted token frees its add, midnight in China all of them", async () => {
    const bindings = [];
    for (let i = 0; i < 10; i++) bindings.push((await decided(typed("zhang"))).bindingId);
    expect((await decided(typed("zhang"))).reason).toBe("tooManyAddsToday");
    await notify(bindings[3]!, "deleted");
    expect((await decided(typed("zhang"))).decision).toBe("yellow");
    expect((await decided(typed("zhang"))).reason).toBe("tooManyAddsToday");
    clock.advance(14 * 60 * MINUTE_MS - 1);
    expect((await decided(typed("zhang"))).reason).toBe("tooManyAddsToday");
    clock.advance(1);
    expect((await decided(typed("zhang"))).decision).toBe("yellow");
  });

  test("nothing of the card number lies in clear", async () => {
    await underway("zhang");
    const { pan, idNumber } = demo("zhang");
    for (const table of ["customer", "card", "pan_directory", ...TABLES.split(", ")]) {
      const rows = await db.query<{ row: string }>({ text: `select row_to_json(t)::text as row from ${table} t` });
      const all = rows.map((row) => row.row).join("\n");
      const hex = (text: string) => Buffer.from(text).toString("hex");
      for (const secret of [pan, idNumber])
        expect([table, all.includes(secret), all.includes(hex(secret))]).toEqual([table, false, false]);
    }
  });
});

describe("codes", () => {
  test("the text: bank, digits after 验证码, purpose, life, warning; in English on request", async () => {
    const { bindingId } = await decided(typed("zhang"));
    const sent = await send(bindingId);
    expect(sent).toEqual({
      ok: true,
      value: { sentTo: "138****8001", expiresAt: START + 30 * MINUTE_MS, resendAt: START + MINUTE_MS, codesLeft: 2 },
    });
    const code = await newestCode();
    expect(texts).toHaveLength(1);
    expect(texts[0]!.toMobile).toBe("13800138001");
    expect(texts[0]!.text).toBe(
      `【示范银行】验证码 ${code}，用于将尾号0017的银行卡添加到手机钱包，30分钟内有效，请勿泄露。`,
    );
    clock.advance(MINUTE_MS);
    await send(bindingId, undefined, "en");
    expect(texts).toHaveLength(1);
    await relay();
    expect(texts[1]!.text).toMatch(/^\[Demo Bank\] Your code is \d{6}\. .*0017/);
  });

  test("the code lies nowhere in clear, not even while it waits to be sent, and leaves the outbox once sent", async () => {
    carrierUp = false;
    const { bindingId } = await decided(typed("zhang"));
    await send(bindingId);
    await relay();
    const rows = await db.query<{ payload: Uint8Array; attempts: number }>({
      text: "select payload, attempts from outbox",
    });
    expect(rows.map((row) => row.attempts)).toEqual([1]);
    const waiting = rows[0]!.payload;
    carrierUp = true;
    await relay();
    expect(texts).toHaveLength(0); // Not before its next try is due.
    clock.advance(5000);
    const code = await newestCode();
    expect(Buffer.from(waiting).includes(code)).toBe(false);
    expect(await db.query({ text: "select id from outbox" })).toHaveLength(0);
    const codes = await db.query<{ row: string }>({
      text: "select row_to_json(t)::text as row from activation_code t",
    });
    expect(codes[0]!.row.replace(/"(sent|expires)_at":\d+/g, "")).not.toContain(code);
  });

  test("a text that could not be sent in its time is dropped", async () => {
    carrierUp = false;
    const { bindingId } = await decided(typed("zhang"));
    await send(bindingId);
    clock.advance(30 * MINUTE_MS);
    carrierUp = true;
    await relay();
    expect(texts).toHaveLength(0);
    expect(await db.query({ text: "select id from outbox" })).toHaveLength(0);
  });

  test("cool-down says how long; three codes use the method up", async () => {
    const { bindingId } = await decided(typed("zhang"));
    await send(bindingId);
    clock.advance(59_999);
    expect(await send(bindingId)).toMatchObject({ ok: false, error: { code: "tooMany", retryAfterMs: 1 } });
    clock.advance(1);
    expect(await send(bindingId)).toMatchObject({ ok: true, value: { codesLeft: 1 } });
    clock.advance(MINUTE_MS);
    expect(await send(bindingId)).toMatchObject({ ok: true, value: { codesLeft: 0 } });
    clock.advance(MINUTE_MS);
    const over = await send(bindingId);
    expect(over).toMatchObject({ ok: false, error: { code: "tooMany" } });
    expect(over.ok || over.error.retryAfterMs).toBeUndefined();
    for (let i = 1; i <= 3; i++) {
      const answer = await check(bindingId, other(await newestCode(), i));
      expect(answer).toMatchObject({
        ok: true,
        value: i < 3 ? { outcome: "wrong", triesLeft: 3 - i } : { outcome: "methodDead" },
      });
    }
    expect(await check(bindingId, await newestCode())).toMatchObject({ ok: true, value: { outcome: "methodDead" } });
  });

  test("ten codes a card and day, over all its bindings", async () => {
    for (let i = 0; i < 10; i++) {
      const { bindingId } = await decided(typed("aili"));
      await notify(bindingId, "inactive");
      expect((await send(bindingId)).ok).toBe(true);
      await notify(bindingId, "deleted");
    }
    const { bindingId } = await decided(typed("aili"));
    expect(await send(bindingId)).toMatchObject({
      ok: false,
      error: { code: "tooMany", retryAfterMs: 14 * 60 * MINUTE_MS },
    });
  });

  test("unknown binding, unknown method, red binding, lost card, deleted token", async () => {
    expect(await send("nobody")).toMatchObject({ ok: false, error: { code: "notFound" } });
    const { bindingId } = await decided(typed("zhang"));
    expect(await bank.sendCode({ bindingId, methodId: "pigeon", language: "zh" }, context())).toMatchObject({
      ok: false,
      error: { code: "unknownMethod" },
    });
    const red = await decided(typed("liu"));
    expect(await send(red.bindingId)).toMatchObject({ ok: false, error: { code: "wrongState" } });
    expect(await check(red.bindingId, "000000")).toMatchObject({ ok: false, error: { code: "wrongState" } });
    expect(await check(bindingId, "000000")).toMatchObject({ ok: true, value: { outcome: "noCode" } });
    await send(bindingId);
    const code = await newestCode();
    await db.query({ text: "update card set status = 'lost' where id = 'card-zhang'" });
    expect(await check(bindingId, code)).toMatchObject({ ok: false, error: { code: "wrongState" } });
    await db.query({ text: "update card set status = 'active' where id = 'card-zhang'" });
    await notify(bindingId, "deleted");
    expect(await check(bindingId, code)).toMatchObject({ ok: false, error: { code: "wrongState" } });
  });

  test("right passes once; used, replaced, expired or dead never passes", async () => {
    const { bindingId, code } = await underway();
    expect(await check(bindingId, code)).toEqual({ ok: true, value: { outcome: "passed" } });
    expect(await check(bindingId, code)).toEqual({ ok: true, value: { outcome: "dead", codesLeft: 2 } });
    clock.advance(MINUTE_MS);
    await send(bindingId);
    const second = await newestCode();
    expect(await check(bindingId, code)).toMatchObject({ ok: true, value: { outcome: "wrong", triesLeft: 2 } });
    clock.advance(30 * MINUTE_MS);
    expect(await check(bindingId, second)).toEqual({ ok: true, value: { outcome: "expired", codesLeft: 1 } });
    await send(bindingId);
    const third = await newestCode();
    clock.advance(30 * MINUTE_MS - 1);
    expect(await check(bindingId, third)).toEqual({ ok: true, value: { outcome: "passed" } });
  });

  test("a code of one binding is nothing to another", async () => {
    const a = await underway("zhang");
    const b = await underway("aili");
    expect(a.code).not.toBe(b.code);
    expect(await check(a.bindingId, b.code)).toMatchObject({ ok: true, value: { outcome: "wrong" } });
  });

  test("repeats of a call get the first answer and count once", async () => {
    const { bindingId } = await decided(typed("zhang"));
    const first = await send(bindingId, "send-1");
    expect(await send(bindingId, "send-1")).toEqual(first);
    expect(await send(bindingId, "send-1", "en")).toMatchObject({ ok: false, error: { code: "idempotencyMismatch" } });
    const code = await newestCode();
    expect(texts).toHaveLength(1);
    for (let i = 0; i < 5; i++) {
      expect(await check(bindingId, other(code), "try-1")).toEqual({
        ok: true,
        value: { outcome: "wrong", triesLeft: 2 },
      });
    }
    expect(await check(bindingId, code, "try-1")).toMatchObject({ ok: false, error: { code: "idempotencyMismatch" } });
    expect(await check(bindingId, code, "try-2")).toEqual({ ok: true, value: { outcome: "passed" } });
    expect(await check(bindingId, code, "try-2")).toEqual({ ok: true, value: { outcome: "passed" } });
  });

  test("many tries at once count one by one", async () => {
    const { bindingId, code } = await underway();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => check(bindingId, other(code, i + 1))));
    expect(answers.filter((answer) => answer.ok && answer.value.outcome === "wrong")).toHaveLength(2);
    expect(await check(bindingId, code)).toEqual({ ok: true, value: { outcome: "dead", codesLeft: 2 } });
  });

  test("1,000 guesses never succeed, the right code among them once the code is dead", async () => {
    let guesses = 0;
    let passed = 0;
    while (guesses < 1000) {
      await db.query({ text: `truncate ${TABLES}` });
      const { bindingId, code } = await underway();
      for (let i = 1; i <= 20; i++, guesses++) {
        const guess = i <= 3 ? other(code, i) : i % 2 === 0 ? code : other(code, i * 50_021);
        const answer = await check(bindingId, guess);
        if (answer.ok && answer.value.outcome === "passed") passed++;
      }
    }
    expect(passed).toBe(0);
  });

  test("whatever is typed and however long it takes: at most three tries count, and only the newest code in its time passes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ right: fc.boolean(), waitMs: fc.integer({ min: 0, max: 20 * MINUTE_MS }) })),
        (tries) => {
          let now = START as number;
          let state: Parameters<typeof decideCheck>[0] = {
            number: 1,
            sentAt: START,
            expiresAt: instant(START + DEFAULT_POLICY.code.lifeMs),
            wrongTries: 0,
            used: false,
          };
          let wrong = 0;
          let passed = 0;
          for (const { right, waitMs } of tries) {
            now += waitMs;
            const { outcome, next } = decideCheck(state, right, instant(now), DEFAULT_POLICY.code);
            const late = now >= START + DEFAULT_POLICY.code.lifeMs;
            if (outcome.outcome === "passed") {
              expect([right, late, wrong < 3, passed]).toEqual([true, false, true, 0]);
              passed++;
            } else if (!right && !late && passed === 0) wrong++;
            state = next;
          }
          expect(state?.wrongTries).toBeLessThanOrEqual(3);
        },
      ),
    );
  });
});

describe("notices of tokens", () => {
  test("late, doubled and out of order: the newest counts, deleted is for good", async () => {
    const { bindingId } = await decided(typed("zhang"));
    const status = async () =>
      (
        await db.query<{ token_status: string }>({ text: "select token_status from binding where id = $1" }, [
          bindingId,
        ])
      )[0]!.token_status;
    await notify(bindingId, "active", START + 2000);
    await notify(bindingId, "inactive", START + 1000);
    expect(await status()).toBe("active");
    await notify(bindingId, "suspended", START + 3000);
    await notify(bindingId, "suspended", START + 3000);
    expect(await status()).toBe("suspended");
    await notify(bindingId, "deleted", START + 2500);
    await notify(bindingId, "active", START + 9000);
    expect(await status()).toBe("deleted");
    expect(await notify("nobody", "active")).toMatchObject({ ok: false, error: { code: "notFound" } });
    const red = await decided(typed("liu"));
    expect(await notify(red.bindingId, "active")).toMatchObject({ ok: false, error: { code: "wrongState" } });
  });

  test("a holder whose first pass got lost on the way gets a new code", async () => {
    const { bindingId, code } = await underway();
    await check(bindingId, code);
    await notify(bindingId, "inactive");
    clock.advance(MINUTE_MS);
    await send(bindingId);
    expect(await check(bindingId, await newestCode())).toEqual({ ok: true, value: { outcome: "passed" } });
    await notify(bindingId, "active");
    expect(await send(bindingId)).toMatchObject({ ok: false, error: { code: "wrongState" } });
  });
});

test("a day starts at midnight in China", () => {
  expect(startOfDay(instant(Date.UTC(2026, 5, 1, 15, 59, 59, 999)))).toBe(Date.UTC(2026, 4, 31, 16));
  expect(startOfDay(instant(Date.UTC(2026, 5, 1, 16)))).toBe(Date.UTC(2026, 5, 1, 16));
});
