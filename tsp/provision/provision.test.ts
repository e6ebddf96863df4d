import * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Suspender, TokenView } from "#contracts/common";
import { DeviceData, SingleUseKey } from "#contracts/device-package";
import { keyName } from "#contracts/ports";
import type { TspWalletApi } from "#contracts/tsp-api";
import { toHex } from "#protocol/bytes";
import { luhnOk } from "#protocol/pan";
import {
  BIN_CONTROLLER,
  isTokenPan,
  stepToken,
  TOKEN_RANGES,
  type TokenEvent,
  type TokenState,
} from "#protocol/paytoken";
import {
  context,
  demo,
  deviceKey,
  must,
  openParties,
  type Parties,
  START,
  typed,
} from "../../test/parties/bank-and-tsp.ts";
import { digestWithout, dumpOf, startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";

type TokenRequest = v.InferOutput<TspWalletApi["requestToken"]["request"]>;

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

const key = deviceKey();
/** Kept of whoever asked, whatever came of it: what was seen, and what the score counts. */
const TRACES = ["fact", "attempt", "device"];
const TERMS = { version: "2026-01", acceptedAt: START, language: "zh" } as const;

async function request(cardId: string, more: Partial<TokenRequest> = {}): Promise<TokenRequest> {
  return {
    bindingId: parties.random.uuid(),
    cardJwe: await parties.seal(typed(demo(cardId))),
    walletAccount: "account-1",
    device: { deviceId: "device-1", name: "手机", kind: "phone", keySource: "hce", publicKey: key.publicKey },
    terms: TERMS,
    source: "typed",
    wallet: { colour: "green", deviceScore: 5, accountScore: 5, reasons: [] },
    ...more,
  };
}

/** A token that its holder has proved to be entitled to. */
async function activeToken(cardId = "zhang", more: Partial<TokenRequest> = {}): Promise<TokenView> {
  const { tspCalls } = parties;
  const asked = await request(cardId, more);
  const { token } = must(await tspCalls.requestToken(asked, context()));
  const { tokenRef } = token!;
  const texts = parties.inbox.list().length;
  must(await tspCalls.sendCode({ tokenRef, methodId: "sms", language: "zh" }, context()));
  await parties.quiet();
  expect(parties.inbox.list().length).toBe(texts + 1);
  const codeJwe = await parties.seal({ code: await parties.code(demo(cardId).mobile) });
  const submitted = must(await tspCalls.submitCode({ tokenRef, codeJwe }, context()));
  expect(submitted).toMatchObject({ result: { outcome: "passed" }, token: { status: "active" } });
  return submitted.token;
}

const tokenPanOf = async (tokenRef: string) =>
  (
    await parties.db.tsp.query<{ token_pan: string }>({ text: "select token_pan from token where token_ref = $1" }, [
      tokenRef,
    ])
  )[0]!.token_pan;

describe("provisioning", () => {
  test("eligibility, decision, code, active, package: each step as the wallet sees it", async () => {
    const { tspCalls } = parties;
    const asked = await request("zhang");
    const eligible = must(await tspCalls.checkEligibility({ cardJwe: asked.cardJwe }, context()));
    expect(eligible).toMatchObject({ panSuffix: "0017", product: { kind: "debit" }, terms: { version: "2026-01" } });
    expect(eligible.panRef).not.toContain("0017");

    const decided = must(await tspCalls.requestToken(asked, context()));
    expect(decided).toMatchObject({
      decision: "yellow",
      methods: expect.arrayContaining([
        expect.objectContaining({ methodId: "sms", kind: "smsCode", sentTo: "138****8001", open: true }),
      ]),
      token: { status: "inactive", panSuffix: "0017", suspendedBy: [] },
    });
    const { tokenRef } = decided.token!;
    // Before the holder has proved himself nothing of the token leaves.
    expect(await tspCalls.personalise({ tokenRef, deviceId: "device-1" }, context())).toMatchObject({
      error: { code: "wrongState" },
    });

    must(await tspCalls.sendCode({ tokenRef, methodId: "sms", language: "zh" }, context()));
    const right = await parties.code("13800138001");
    const wrong = right === "000000" ? "000001" : "000000";
    const submit = async (code: string) =>
      must(await tspCalls.submitCode({ tokenRef, codeJwe: await parties.seal({ code }) }, context()));
    expect(await submit(wrong)).toMatchObject({
      result: { outcome: "wrong", triesLeft: 2 },
      token: { status: "inactive" },
    });
    expect(await submit(right)).toMatchObject({ result: { outcome: "passed" }, token: { status: "active" } });
    // Late and doubled codes change nothing, right or wrong.
    expect(await submit(wrong)).toMatchObject({ result: { outcome: "passed" }, token: { status: "active" } });

    const issued = must(await tspCalls.personalise({ tokenRef, deviceId: "device-1" }, context()));
    const data = v.parse(DeviceData, await key.open(issued.dataJwe));
    const tokenPan = await tokenPanOf(tokenRef);
    expect(data).toMatchObject({ tokenRef, tokenPan, panSuffix: "0017", psn: "01", tokenExpiry: "3111" });
    expect(data.udkHex).toBeUndefined();
    // The bank hears of the active token.
    await parties.quiet();
    expect(
      await parties.db.issuer.query({ text: "select token_ref, token_status, token_suffix from binding" }),
    ).toEqual([{ token_ref: tokenRef, token_status: "active", token_suffix: tokenPan.slice(-4) }]);
  });

  test("the keys of a package are the session keys of their ATCs, each sealed by itself", async () => {
    const { tokenRef } = await activeToken();
    const issued = must(await parties.tspCalls.personalise({ tokenRef, deviceId: "device-1" }, context()));
    const opened = await Promise.all(
      issued.batch!.keys.map(async ({ keyJwe }) => v.parse(SingleUseKey, await key.open(keyJwe))),
    );
    expect(opened.map(({ atc }) => atc)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const card = { pan: await tokenPanOf(tokenRef), psn: "01" };
    const expected = parties.keys.tsp.deriveSessionKeys(keyName("tsp.imk-ac.user"), card, [3]);
    expect(opened[2]).toEqual({ tokenRef, atc: 3, keyHex: toHex(expected[0]!) });
    const stranger = deviceKey();
    await expect(stranger.open(issued.dataJwe)).rejects.toThrow();
  });

  test("a secure element gets its card key instead, and no batches", async () => {
    const { tokenRef } = await activeToken("zhang", {
      device: { deviceId: "device-1", name: "SE", kind: "phone", keySource: "secureElement", publicKey: key.publicKey },
    });
    const issued = must(await parties.tspCalls.personalise({ tokenRef, deviceId: "device-1" }, context()));
    const data = v.parse(DeviceData, await key.open(issued.dataJwe));
    const card = { pan: data.tokenPan, psn: data.psn };
    expect(data.udkHex).toBe(toHex(parties.keys.tsp.deriveCardKey(keyName("tsp.imk-ac.secure-element"), card)));
    expect(issued.batch).toBeUndefined();
    expect(await parties.tspCalls.replenishKeys({ tokenRef, deviceId: "device-1", count: 5 }, context())).toMatchObject(
      {
        error: { code: "wrongState" },
      },
    );
  });

  test.each([
    ["a lost card", "liu", {}, "cardReportedLost"],
    ["a frozen card", "yang", {}, "cardFrozenByBank"],
    ["a credit card that is not activated", "wang", {}, "cardNotActivated"],
    ["another name", "zhang", { holderName: "张三" }, "nameMismatch"],
    ["another phone", "zhang", { mobile: "13900139000" }, "reservedPhoneMismatch"],
    ["another CVN2", "li", { cvn2: "203" }, "cvnMismatch"],
  ])("%s: red, with the cause and without a token", async (_name, cardId, more, cause) => {
    const cardJwe = await parties.seal(typed(demo(cardId), more));
    const asked = await request(cardId, { cardJwe });
    const first = must(await parties.tspCalls.requestToken(asked, context()));
    expect(first).toMatchObject({ decision: "red", causes: [cause], methods: [] });
    expect(must(await parties.tspCalls.requestToken(asked, context()))).toEqual(first);
    expect(await parties.db.tsp.query({ text: "select token_pan from token" })).toEqual([]);
  });

  test.each([
    ["not a JWE to this key", async () => "e30.e30.e30.e30.e30", "badCiphertext"],
    ["sealed, but no card", () => parties.seal({ hello: 1 }), "badCiphertext"],
    ["a digit wrong", () => parties.seal({ ...typed(demo("zhang")), pan: "6229990100000000018" }), "badCard"],
    [
      "another bank's card",
      () => parties.seal({ ...typed(demo("zhang")), pan: "6222021234567890128" }),
      "cardNotSupported",
    ],
  ])("a card that is %s is refused, and nothing is kept", async (_name, jwe, code) => {
    const before = await digestWithout(parties.db.tsp, TRACES);
    const cardJwe = await jwe();
    expect(await parties.tspCalls.checkEligibility({ cardJwe }, context())).toMatchObject({ error: { code } });
    expect(await parties.tspCalls.requestToken(await request("zhang", { cardJwe }), context())).toMatchObject({
      error: { code },
    });
    expect(await digestWithout(parties.db.tsp, TRACES)).toBe(before);
  });

  test("the bank is away: nothing is kept, and the same request goes through later", async () => {
    const asked = await request("zhang");
    parties.cutOff("issuer");
    const before = await digestWithout(parties.db.tsp, TRACES);
    expect(await parties.tspCalls.requestToken(asked, context())).toMatchObject({ error: { code: "peerUnavailable" } });
    expect(await digestWithout(parties.db.tsp, TRACES)).toBe(before);
    parties.cutOff("issuer", false);
    expect(must(await parties.tspCalls.requestToken(asked, context())).decision).toBe("yellow");
  });

  test("the same card again on the same device: refused while it is there, bound anew once it is removed", async () => {
    const first = await activeToken();
    const again = must(await parties.tspCalls.requestToken(await request("zhang"), context()));
    expect(again).toMatchObject({ decision: "red", causes: ["alreadyOnThisDevice"] });
    expect(must(await parties.tspCalls.token({ tokenRef: first.tokenRef }, context())).status).toBe("active");
    must(await parties.tspCalls.changeToken({ tokenRef: first.tokenRef, change: "delete", by: "holder" }, context()));
    await parties.quiet();
    const second = await activeToken();
    expect(must(await parties.tspCalls.token({ tokenRef: second.tokenRef }, context())).status).toBe("active");
    await parties.quiet();
    const bank = await parties.db.issuer.query({ text: "select token_status from binding order by token_status" });
    expect(bank).toEqual([{ token_status: "active" }, { token_status: "deleted" }]);
  });
});

describe("vault and numbers", () => {
  test("a stolen database tells no card number, no code and no key", async () => {
    const token = await activeToken();
    await activeToken("li", {
      device: { ...(await request("li")).device, deviceId: "device-2" },
      walletAccount: "account-2",
    });
    await parties.tspCalls.personalise({ tokenRef: token.tokenRef, deviceId: "device-1" }, context());
    const text = (await dumpOf(parties.db.tsp)).toLowerCase();
    expect(text).toContain("0017");
    const codes = parties.inbox.list().map((message) => /\d{6}/.exec(message.text)![0]);
    for (const secret of [demo("zhang").pan, demo("li").pan]) {
      for (const written of spellings(secret)) expect(text).not.toContain(written);
    }
    for (const code of codes) expect(text).not.toContain(`"${code}"`);
    // The TSP knows no holder: name, phone, expiry and CVN2 only passed through, sealed.
    for (const other of [demo("zhang").holderName, demo("zhang").mobile, demo("li").holderName])
      expect(text).not.toContain(other);
    const sealed = await parties.db.tsp.query<{ pan_sealed: Uint8Array; pan_ref: string }>({
      text: "select pan_sealed, pan_ref from card",
    });
    expect(sealed.length).toBe(2);
    // A row moved under another card's reference does not open.
    const [a, b] = sealed as [(typeof sealed)[0], (typeof sealed)[0]];
    const name = keyName("tsp.pan-seal");
    expect(parties.keys.tsp.open(name, a.pan_sealed, a.pan_ref)).toBeDefined();
    expect(parties.keys.tsp.open(name, a.pan_sealed, b.pan_ref)).toBeUndefined();
    for (const line of parties.lines)
      for (const secret of [demo("zhang").pan, demo("li").pan, ...codes]) expect(line).not.toContain(secret);
  });

  test("one card: one reference and one PAR, however often and wherever it is bound; another card: others", async () => {
    const at = async (cardId: string, deviceId: string, walletAccount: string) => {
      const asked = await request(cardId, { walletAccount, device: { ...(await request(cardId)).device, deviceId } });
      const { panRef } = must(await parties.tspCalls.checkEligibility({ cardJwe: asked.cardJwe }, context()));
      must(await parties.tspCalls.requestToken(asked, context()));
      const rows = await parties.db.tsp.query<{ par: string }>({ text: "select par from card where pan_ref = $1" }, [
        panRef,
      ]);
      return { panRef, par: rows.map(({ par }) => par) };
    };
    const first = await at("zhang", "device-1", "account-1");
    expect(first.par).toEqual([expect.stringMatching(new RegExp(`^${BIN_CONTROLLER}[0-9A-Z]{25}$`))]);
    expect(await at("zhang", "device-2", "account-1")).toEqual(first);
    const other = await at("chen", "device-1", "account-1");
    expect([other.panRef === first.panRef, other.par[0] === first.par[0]]).toEqual([false, false]);
    expect(first.par[0]).not.toContain("0017");
  });

  test("token numbers: in range for their kind, valid by Luhn, never one of a card, never twice", async () => {
    const numbers = new Map<string, string>();
    for (let i = 0; i < 12; i++) {
      const cardId = i % 2 === 0 ? "zhang" : "li";
      const asked = await request(cardId, { device: { ...(await request(cardId)).device, deviceId: `device-${i}` } });
      const decided = must(await parties.tspCalls.requestToken(asked, context()));
      if (decided.token !== undefined) numbers.set(await tokenPanOf(decided.token.tokenRef), demo(cardId).kind);
    }
    expect(numbers.size).toBeGreaterThanOrEqual(8);
    for (const [pan, kind] of numbers) {
      const range = TOKEN_RANGES[kind as "debit" | "credit"];
      expect([pan.startsWith(range.prefix), pan.length, luhnOk(pan), isTokenPan(pan)]).toEqual([
        true,
        range.length,
        true,
        true,
      ]);
      // The number and its reference lead to the card's shard by themselves.
      const rows = await parties.db.tsp.query<{ b: number }>({ text: "select b from token where token_pan = $1" }, [
        pan,
      ]);
      expect(rows).toHaveLength(1);
    }
  });
});

/** A number as a dump may show it: digits, ASCII in hex, packed, base64, base64url. */
function spellings(digits: string): readonly string[] {
  const ascii = Buffer.from(digits, "latin1");
  const packed = digits.length % 2 === 0 ? digits : `0${digits}`;
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), ascii])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4)
      .toLowerCase(),
  );
  return [digits, ascii.toString("hex"), packed, ...base64];
}

describe("life cycle at the API", () => {
  const BY = ["holder", "wallet", "issuer"] as const;
  const EVENTS = [
    ...BY.flatMap((by) => [{ kind: "suspend", by } as const, { kind: "resume", by } as const]),
    { kind: "delete", by: "holder" } as const,
  ];
  const say = (tokenRef: string, { kind, by }: (typeof EVENTS)[number]) =>
    by === "issuer"
      ? parties.tspIssuerCalls.changeToken({ tokenRef, change: kind }, context())
      : parties.tspCalls.changeToken({ tokenRef, change: kind, by }, context());
  const states: readonly TokenState[] = [
    { kind: "inactive" },
    { kind: "active" },
    { kind: "deleted" },
    ...[
      ["holder"],
      ["wallet"],
      ["issuer"],
      ["holder", "wallet"],
      ["holder", "issuer"],
      ["wallet", "issuer"],
      [...BY],
    ].map((by) => ({ kind: "suspended", by: by as Suspender[] }) as const),
  ];

  /** Puts the one token into a state, as the table holds it. */
  const put = (tokenRef: string, state: TokenState) =>
    parties.db.tsp.query({ text: "update token set status = $2, suspended_by = $3::text[] where token_ref = $1" }, [
      tokenRef,
      state.kind,
      state.kind === "suspended" ? state.by : [],
    ]);

  test("every state meets every event of every party as the state machine says", async () => {
    const { tokenRef } = await activeToken();
    for (const state of states) {
      for (const event of EVENTS) {
        await put(tokenRef, state);
        const step = stepToken(state, (event.kind === "delete" ? { kind: "delete" } : event) as TokenEvent);
        const answer = await say(tokenRef, event);
        const now = must(await parties.tspCalls.token({ tokenRef }, context()));
        const wanted = step.ok ? step.value : state;
        const where = `${JSON.stringify(state)} ${JSON.stringify(event)}`;
        expect(answer.ok ? "ok" : answer.error.code, where).toBe(
          step.ok ? "ok" : step.error === "notYours" ? "forbidden" : "wrongState",
        );
        expect([now.status, now.suspendedBy], where).toEqual([
          wanted.kind,
          wanted.kind === "suspended" ? wanted.by : [],
        ]);
        if (answer.ok) expect(answer.value, where).toEqual(now);
      }
    }
  });

  test("each party told of a change once, none when nothing changed", async () => {
    const { tokenRef } = await activeToken();
    await parties.quiet();
    parties.cutOff("wallet");
    parties.cutOff("issuer");
    const owed = async () =>
      (await parties.db.tsp.query<{ topic: string }>({ text: "select topic from outbox order by topic" })).map(
        ({ topic }) => topic,
      );
    must(await parties.tspCalls.changeToken({ tokenRef, change: "resume", by: "holder" }, context()));
    expect(await owed()).toEqual([]);
    must(await parties.tspCalls.changeToken({ tokenRef, change: "suspend", by: "holder" }, context()));
    expect(await owed()).toEqual(["issuer.notifyToken", "wallet.notifyToken"]);
  });

  test("one call for all of a device's tokens: what cannot change stays, and is shown so", async () => {
    const first = await activeToken("zhang");
    const second = await activeToken("li");
    must(await parties.tspIssuerCalls.changeToken({ tokenRef: second.tokenRef, change: "suspend" }, context()));
    const pending = must(await parties.tspCalls.requestToken(await request("chen"), context())).token!;
    const lost = must(
      await parties.tspCalls.changeDevice({ deviceId: "device-1", change: "suspend", by: "wallet" }, context()),
    );
    const shown = (tokens: readonly TokenView[]) =>
      Object.fromEntries(tokens.map((one) => [one.tokenRef, one.suspendedBy.join() || one.status]));
    expect(shown(lost.tokens)).toEqual({
      [first.tokenRef]: "wallet",
      [second.tokenRef]: "wallet,issuer",
      [pending.tokenRef]: "inactive",
    });
    const found = must(
      await parties.tspCalls.changeDevice({ deviceId: "device-1", change: "resume", by: "wallet" }, context()),
    );
    expect(shown(found.tokens)).toEqual({
      [first.tokenRef]: "active",
      [second.tokenRef]: "issuer",
      [pending.tokenRef]: "inactive",
    });
    const wiped = must(
      await parties.tspCalls.changeDevice({ deviceId: "device-1", change: "delete", by: "wallet" }, context()),
    );
    expect(new Set(wiped.tokens.map((one) => one.status))).toEqual(new Set(["deleted"]));
    expect(
      must(await parties.tspCalls.changeDevice({ deviceId: "device-1", change: "resume", by: "wallet" }, context()))
        .tokens,
    ).toEqual([]);
  });
});

describe("single-use keys", () => {
  const replenish = (tokenRef: string, count: number, idempotencyKey?: string) =>
    parties.tspCalls.replenishKeys({ tokenRef, deviceId: "device-1", count }, context(idempotencyKey));

  test("batches go on where the last one ended; a lost package is the same package again", async () => {
    const { tokenRef } = await activeToken();
    const collect = async () =>
      must(await parties.tspCalls.personalise({ tokenRef, deviceId: "device-1" }, context())).batch!;
    const first = await collect();
    const atcs = (batch: { keys: readonly { atc: number }[] }) => batch.keys.map(({ atc }) => atc);
    expect(atcs(must(await replenish(tokenRef, 3)).batch)).toEqual([11, 12, 13]);
    expect(atcs(await collect())).toEqual(atcs(first));
    expect((await collect()).expiresAt).toBe(first.expiresAt);
    expect(atcs(must(await replenish(tokenRef, 1)).batch)).toEqual([14]);
  });

  test("a package fetched after its first keys have expired carries keys that still live", async () => {
    const { tokenRef } = await activeToken();
    must(await parties.tspCalls.personalise({ tokenRef, deviceId: "device-1" }, context()));
    parties.clock.advance(31 * 86_400_000);
    const { batch } = must(await parties.tspCalls.personalise({ tokenRef, deviceId: "device-1" }, context()));
    expect(batch!.expiresAt).toBeGreaterThan(parties.clock.now());
    expect(batch!.keys[0]!.atc).toBe(11);
  });

  test("parallel calls never issue one ATC twice", async () => {
    const { tokenRef } = await activeToken();
    const batches = await Promise.all(Array.from({ length: 6 }, () => replenish(tokenRef, 4)));
    const atcs = batches.flatMap((batch) => must(batch).batch.keys.map(({ atc }) => atc)).sort((a, b) => a - b);
    expect(atcs).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
  });

  test.each([0, 21, 1.5])("%d keys are not asked for", async (count) => {
    const { tokenRef } = await activeToken();
    expect(await replenish(tokenRef, count)).toMatchObject({ error: { code: "badRequest", at: "count" } });
  });

  test("keys stay within what the counter's window takes, and end with the counter", async () => {
    const { tokenRef } = await activeToken();
    let issued = 0;
    for (;;) {
      const batch = await replenish(tokenRef, 20);
      if (!batch.ok) {
        expect(batch.error).toMatchObject({ code: "tooMany" });
        break;
      }
      issued += 20;
      expect(issued).toBeLessThanOrEqual(100);
    }
    expect(issued).toBeGreaterThan(20);
    await parties.db.tsp.query({ text: "update token set next_atc = 65530, key_ranges = '[]'" });
    await parties.db.tsp.query({ text: "update token_use set atc_high = 65529" });
    expect(must(await replenish(tokenRef, 6)).batch.keys.at(-1)?.atc).toBe(65_535);
    expect(await replenish(tokenRef, 1)).toMatchObject({ error: { code: "wrongState" } });
  });

  test.each(["suspended", "deleted", "inactive"])(
    "none for a token that is %s, none for another device",
    async (status) => {
      const { tokenRef } = await activeToken();
      expect(
        await parties.tspCalls.replenishKeys({ tokenRef, deviceId: "device-2", count: 1 }, context()),
      ).toMatchObject({ error: { code: "notFound", at: "deviceId" } });
      await parties.db.tsp.query({ text: "update token set status = $1" }, [status]);
      expect(await replenish(tokenRef, 1)).toMatchObject({ error: { code: "wrongState" } });
      expect(await parties.tspCalls.personalise({ tokenRef, deviceId: "device-1" }, context())).toMatchObject({
        error: { code: "wrongState" },
      });
    },
  );
});

describe("the same call again", () => {
  test("requestToken: one binding, one token, also when both come at once; another card under it is refused", async () => {
    const asked = await request("zhang");
    const answers = await Promise.all([1, 2, 3].map(() => parties.tspCalls.requestToken(asked, context())));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(await parties.db.tsp.query({ text: "select 1 as one from token" })).toHaveLength(1);
    const before = await digestWithout(parties.db.tsp, TRACES);
    const other = await request("chen", { bindingId: asked.bindingId });
    expect(await parties.tspCalls.requestToken(other, context())).toMatchObject({
      error: { code: "idempotencyMismatch" },
    });
    expect(await parties.tspCalls.requestToken({ ...asked, walletAccount: "account-2" }, context())).toMatchObject({
      error: { code: "idempotencyMismatch" },
    });
    expect(await digestWithout(parties.db.tsp, TRACES)).toBe(before);
  });

  test("sendCode: one text; submitCode: one try", async () => {
    const asked = await request("zhang");
    const { tokenRef } = must(await parties.tspCalls.requestToken(asked, context())).token!;
    const send = () => parties.tspCalls.sendCode({ tokenRef, methodId: "sms", language: "zh" }, context("send-1"));
    expect(must(await send())).toEqual(must(await send()));
    await parties.quiet();
    expect(parties.inbox.list()).toHaveLength(1);
    const right = await parties.code("13800138001");
    const wrong = right === "000000" ? "000001" : "000000";
    const submit = async (code: string, idempotencyKey: string) =>
      parties.tspCalls.submitCode({ tokenRef, codeJwe: await parties.seal({ code }) }, context(idempotencyKey));
    for (let again = 0; again < 4; again++)
      expect(must(await submit(wrong, "try-1")).result).toEqual({ outcome: "wrong", triesLeft: 2 });
    expect(await submit(right, "try-1")).toMatchObject({ error: { code: "idempotencyMismatch" } });
    expect(must(await submit(right, "try-2")).result).toEqual({ outcome: "passed" });
  });

  test("replenishKeys: the same keys once more; another number of keys under it is refused", async () => {
    const { tokenRef } = await activeToken();
    const ask = async (count: number) =>
      parties.tspCalls.replenishKeys({ tokenRef, deviceId: "device-1", count }, context("more-1"));
    const first = must(await ask(3)).batch;
    const again = must(await ask(3)).batch;
    expect([again.expiresAt, again.keys.map(({ atc }) => atc)]).toEqual([first.expiresAt, [1, 2, 3]]);
    expect(await key.open(again.keys[1]!.keyJwe)).toEqual(await key.open(first.keys[1]!.keyJwe));
    expect(await ask(4)).toMatchObject({ error: { code: "idempotencyMismatch" } });
  });

  test("a change that comes again late does not undo what came after it", async () => {
    const { tokenRef } = await activeToken();
    const change = (kind: "suspend" | "resume", idempotencyKey: string) =>
      parties.tspCalls.changeToken({ tokenRef, change: kind, by: "holder" }, context(idempotencyKey));
    const first = must(await change("suspend", "change-1"));
    must(await change("resume", "change-2"));
    expect(must(await change("suspend", "change-1"))).toEqual(first);
    expect(must(await parties.tspCalls.token({ tokenRef }, context())).status).toBe("active");
    expect(await change("resume", "change-1")).toMatchObject({ error: { code: "idempotencyMismatch" } });
    // The bank's keys are its own: they do not meet the wallet's.
    must(await parties.tspIssuerCalls.changeToken({ tokenRef, change: "suspend" }, context("change-1")));
    expect(must(await parties.tspCalls.token({ tokenRef }, context())).suspendedBy).toEqual(["issuer"]);
    must(await parties.tspIssuerCalls.changeToken({ tokenRef, change: "resume" }, context("change-9")));

    const lost = (kind: "suspend" | "resume", idempotencyKey: string) =>
      parties.tspCalls.changeDevice({ deviceId: "device-1", change: kind, by: "wallet" }, context(idempotencyKey));
    const suspended = must(await lost("suspend", "lost-1"));
    must(await lost("resume", "lost-2"));
    expect(must(await lost("suspend", "lost-1"))).toEqual(suspended);
    expect(must(await parties.tspCalls.token({ tokenRef }, context())).status).toBe("active");
  });

  test("a refusal is not remembered: the same key may succeed later", async () => {
    const { tokenRef } = await activeToken();
    must(await parties.tspIssuerCalls.changeToken({ tokenRef, change: "suspend" }, context()));
    const resume = () =>
      parties.tspCalls.changeToken({ tokenRef, change: "resume", by: "holder" }, context("try-again"));
    expect(await resume()).toMatchObject({ error: { code: "forbidden" } });
    must(await parties.tspIssuerCalls.changeToken({ tokenRef, change: "resume" }, context()));
    expect(must(await resume()).status).toBe("active");
  });
});

describe("notices", () => {
  test("of a payment: to the wallet by the token's reference, unknown tokens refused", async () => {
    const { tokenRef } = await activeToken();
    const notice = {
      noticeId: "n1",
      journeyId: "iso-1",
      kind: "payment",
      amount: { minor: "1234", currency: "156" },
      merchantName: "示范咖啡",
      responseCode: "00",
      at: START,
    } as const;
    // The wallet has no pass for a token that was made without it: it says so, and the bank keeps its notice.
    const tokenPan = await tokenPanOf(tokenRef);
    expect(await parties.tspIssuerCalls.notifyPayment({ tokenPan, notice }, context())).toMatchObject({
      error: { code: "notFound" },
    });
    parties.cutOff("wallet");
    expect(await parties.tspIssuerCalls.notifyPayment({ tokenPan, notice }, context())).toMatchObject({
      error: { code: "peerUnavailable" },
    });
    expect(
      await parties.tspIssuerCalls.notifyPayment({ tokenPan: "6299900000000000009", notice }, context()),
    ).toMatchObject({
      error: { code: "notFound", at: "tokenPan" },
    });
  });

  test("of a change: kept while a party is away, delivered when it is back", async () => {
    const { tokenRef } = await activeToken();
    await parties.quiet();
    parties.cutOff("issuer");
    must(await parties.tspCalls.changeToken({ tokenRef, change: "suspend", by: "holder" }, context()));
    await new Promise((next) => setTimeout(next, 50));
    const bank = async () =>
      (await parties.db.issuer.query<{ token_status: string }>({ text: "select token_status from binding" }))[0]!
        .token_status;
    expect(await bank()).toBe("active");
    parties.cutOff("issuer", false);
    for (let i = 0; i < 20; i++) {
      parties.clock.advance(1000);
      await new Promise((next) => setTimeout(next, 5));
    }
    await parties.quiet();
    expect(await bank()).toBe("suspended");
  });
});
