import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isCause } from "#protocol/diagnosis";
import { DEMO_CARDS, Pan } from "#protocol/pan";
import { context, must, openTsp, type TspAlone } from "../../test/parties/tsp-alone.ts";
import { DEFAULT_POLICY } from "../policy.ts";
import { unfit } from "./cards.ts";
import { combined } from "./colours.ts";

let one: TspAlone;
beforeEach(async () => {
  one = await openTsp();
});
afterEach(() => one.stop());

const ask = async (request: Awaited<ReturnType<TspAlone["request"]>>, key?: string) =>
  one.wallet.requestToken(request, context(request.bindingId, key));
const asked = (operation: string) => one.script.calls.filter((call) => call.operation === operation).length;
const causesIn = async (journeyId: string) =>
  (await one.facts(journeyId))
    .filter(({ code, outcome }) => isCause(code) && outcome === "failed")
    .map(({ code }) => code);

describe("which bank, if any", () => {
  const withLuhn = (body: string) =>
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `${body}${digit}`).find((digits) => Pan.parse(digits).ok)!;
  test.each([
    ["a device's number", withLuhn("629990010000000001"), "numberIsToken"],
    ["another network", withLuhn("411111111111111"), "networkUnsupported"],
    ["no network", withLuhn("990000000000000"), "iinUnknown"],
    ["a bank that has not joined", "6222021234567890128", "issuerNotEnrolled"],
    ["a digit too few", withLuhn("62299901000000000"), "panMistyped"],
    ["one of the bank's", DEMO_CARDS[0]!.pan, undefined],
  ])("%s", (_name, digits, cause) => {
    const pan = Pan.parse(digits);
    expect(pan.ok && unfit(pan.value, DEFAULT_POLICY)?.cause).toBe(cause);
  });

  test("is told with its cause, and no bank is asked", async () => {
    const request = await one.request({}, { pan: "6222021234567890128" });
    const call = context(request.bindingId);
    expect(await one.wallet.checkEligibility({ cardJwe: request.cardJwe }, call)).toMatchObject({
      error: { code: "cardNotSupported", cause: "issuerNotEnrolled" },
    });
    expect(asked("checkEligibility")).toBe(0);
    const facts = await one.facts(request.bindingId);
    expect(facts.map(({ code }) => code)).toEqual(["received", "decided"]);
    expect(facts[1]!.data).toMatchObject({ answer: "cardNotSupported", cause: "issuerNotEnrolled" });
  });

  test("a sealed card that does not open, and a bank that says not mine", async () => {
    const request = await one.request();
    expect(await ask({ ...request, cardJwe: "e30.e30.e30.e30.e30" })).toMatchObject({
      error: { code: "badCiphertext", cause: "sealedCardUnreadable" },
    });
    one.script.eligible = { code: "cardNotSupported" };
    expect(await ask(request)).toMatchObject({ error: { cause: "rangeMisrouted" } });
    one.script.eligible = { code: "cardNotSupported", cause: "productExcluded" };
    expect(await ask(request)).toMatchObject({ error: { cause: "productExcluded" } });
  });
});

describe("three colours", () => {
  test.each([
    ["green", "green", "green", false, "green"],
    ["yellow", "green", "green", false, "yellow"],
    ["yellow", "yellow", "green", true, "green"],
    ["green", "green", "orange", true, "orange"],
    ["yellow", "green", "orange", false, "orange"],
    ["red", "green", "green", true, "red"],
    ["green", "red", "yellow", true, "red"],
    ["green", "green", "red", true, "red"],
  ] as const)("%s, %s, %s (vouched %s): %s", (wallet, tsp, bank, vouched, all) => {
    expect(combined({ wallet, tsp, bank }, vouched)).toBe(all);
  });

  test("yellow: an inactive token with a time to verify; the bank gets advice and score", async () => {
    const request = await one.request();
    expect(must(await ask(request))).toMatchObject({
      decision: "yellow",
      causes: [],
      verifyBy: one.clock.now() + DEFAULT_POLICY.verifyMs,
      token: { status: "inactive" },
    });
    const { request: sent } = one.script.calls.find(({ operation }) => operation === "decideBinding")!;
    expect(sent).toMatchObject({ tspScore: 1, wallet: { colour: "green" }, source: "typed" });
  });

  test("green: active at once; wallet's red: refused without asking the bank", async () => {
    one.script.decision = { decision: "green", methods: [] };
    expect(must(await ask(await one.request()))).toMatchObject({ decision: "green", token: { status: "active" } });
    const asks = asked("decideBinding");
    const other = await one.request({
      device: { ...(await one.request()).device, deviceId: "device-2" },
      wallet: { colour: "red", deviceScore: 1, accountScore: 1, reasons: ["0G"] },
    });
    expect(must(await ask(other))).toEqual({ decision: "red", causes: ["walletAdvisesNo"], methods: [] });
    expect(asked("decideBinding")).toBe(asks);
    expect(await causesIn(other.bindingId)).toEqual(["walletAdvisesNo"]);
  });

  test("the bank's red: with all its causes and when to ask again; decided anew under a new key, and after a cure", async () => {
    one.script.decision = {
      decision: "red",
      causes: ["reservedPhoneMismatch", "balanceNegative"],
      methods: [],
      retryAt: 5,
    };
    const request = await one.request();
    const first = must(await ask(request, "k1"));
    expect(first).toEqual({
      decision: "red",
      causes: ["reservedPhoneMismatch", "balanceNegative"],
      methods: [],
      retryAt: 5,
    });
    one.script.decision = {};
    expect(must(await ask(request, "k1"))).toEqual(first);
    expect(asked("decideBinding")).toBe(1);
    must(
      await one.bank.recordChanged({ bindingId: request.bindingId, what: "reservedPhone" }, context(request.bindingId)),
    );
    await one.settle();
    expect(one.told).toEqual([
      {
        operation: "notifyBinding",
        request: { bindingId: request.bindingId, ended: false, cured: true },
        journeyId: request.bindingId,
      },
    ]);
    expect(must(await ask(request, "k1")).decision).toBe("yellow");
    expect(must(await ask(request, "k2")).decision).toBe("yellow");
    expect(asked("decideBinding")).toBe(2);
  });

  test("too many attempts: refused by the TSP with the time of the next one", async () => {
    const start = one.clock.now();
    for (let i = 0; i < DEFAULT_POLICY.attemptsMax.card; i++) {
      must(await ask(await one.request({ device: { ...(await one.request()).device, deviceId: `device-a${i}` } })));
      one.clock.advance(1000);
    }
    const last = await one.request({ device: { ...(await one.request()).device, deviceId: "device-b" } });
    const answer = must(await ask(last));
    expect(answer.causes).toContain("addLimitReached");
    expect(answer.retryAt).toBeGreaterThan(start);
    one.clock.advance(answer.retryAt! - one.clock.now() + 1);
    expect(must(await ask(last)).causes).not.toContain("addLimitReached");
  });

  test("many names on one device: the score speaks, first for verification, then against it", async () => {
    await one.stop();
    const rules = [{ counted: "namesOnDevice", windowMs: 86_400_000, free: 2, points: 35 } as const];
    one = await openTsp({ policy: { rules } });
    one.script.decision = { decision: "green", methods: [] };
    const cards = DEMO_CARDS.slice(0, 7);
    const decisions: string[] = [];
    for (const { pan, holderName } of cards) {
      const answer = must(await ask(await one.request({}, { pan, holderName })));
      decisions.push(answer.causes[0] ?? answer.decision);
    }
    expect(decisions.slice(0, 2)).toEqual(["green", "green"]);
    expect(decisions).toContain("yellow");
    expect(decisions.at(-1)).toBe("tspRefusesRisk");
  });

  test("a full range and a key store that is away: told apart, nothing kept, and tried again later", async () => {
    await one.stop();
    let away = false;
    one = await openTsp({
      policy: { numbersMax: { debit: 1, credit: 1 } },
      keysOf: (keys) => ({
        ...keys,
        hmac: (...it) => {
          if (away) throw new Error("away");
          return keys.hmac(...it);
        },
      }),
    });
    const request = await one.request();
    away = true;
    expect(await ask(request)).toMatchObject({ error: { code: "tooMany", cause: "keyServiceDown" } });
    away = false;
    expect(must(await ask(request)).decision).toBe("yellow");
    const second = await one.request({ device: { ...request.device, deviceId: "device-2" } });
    expect(await ask(second)).toMatchObject({ error: { code: "tooMany", cause: "tokenRangeEmpty" } });
    expect(await one.db.query({ text: "select 1 as one from token" })).toHaveLength(1);
  });
});

describe("one card, one device, one token", () => {
  test("live: refused, and the token stays; pending: gives way and its wallet is told", async () => {
    const first = await one.request();
    const pending = must(await ask(first)).token!;
    one.script.decision = { decision: "green", methods: [] };
    const second = await one.request();
    const live = must(await ask(second)).token!;
    expect(live.status).toBe("active");
    expect(must(await one.wallet.token({ tokenRef: pending.tokenRef }, context("x"))).status).toBe("deleted");
    await one.settle();
    expect(one.told).toContainEqual({
      operation: "notifyBinding",
      request: { bindingId: first.bindingId, ended: true, cured: false },
      journeyId: first.bindingId,
    });
    const third = await one.request();
    expect(must(await ask(third))).toMatchObject({ decision: "red", causes: ["alreadyOnThisDevice"] });
    expect(must(await one.wallet.token({ tokenRef: live.tokenRef }, context("x"))).status).toBe("active");
  });

  test("two at once: one token", async () => {
    one.script.decision = { decision: "green", methods: [] };
    const answers = await Promise.all([1, 2, 3].map(async () => ask(await one.request())));
    expect(answers.map((answer) => must(answer).decision).sort()).toEqual(["green", "red", "red"]);
    const live = await one.db.query({ text: "select 1 as one from token where status <> 'deleted'" });
    expect(live).toHaveLength(1);
  });

  test("another key under a known device: refused as another device", async () => {
    const request = await one.request();
    must(await ask(request));
    const publicKey = { ...request.device.publicKey, x: request.device.publicKey.y };
    const other = await one.request({ device: { ...request.device, publicKey } });
    expect(must(await ask(other))).toMatchObject({ decision: "red", causes: ["deviceKeyChanged"] });
  });
});

describe("lost answers", () => {
  test("the bank is silent, or its answer is lost: the same request with the same key, and one decision", async () => {
    const request = await one.request();
    one.script.silent.add("decideBinding");
    for (let i = 0; i < 3; i++)
      expect(await ask(request, "again")).toMatchObject({ error: { code: "peerUnavailable" } });
    expect(await one.db.query({ text: "select 1 as one from token" })).toEqual([]);
    const hop = (await one.facts(request.bindingId)).map(({ code, data }) => `${code} ${data["operation"]}`);
    expect(hop.slice(0, 7)).toEqual([
      "received requestToken",
      "sent publicKey",
      "answered publicKey",
      "sent checkEligibility",
      "answered checkEligibility",
      "sent decideBinding",
      "unanswered decideBinding",
    ]);
    expect(hop).not.toContain("decided requestToken");
    one.script.silent.clear();
    const first = must(await ask(request, "again"));
    expect(must(await ask(request, "again"))).toEqual(first);
    expect(must(await ask(request, "later"))).toEqual(first);
    const keys = one.script.calls
      .filter(({ operation }) => operation === "decideBinding")
      .map((call) => call.context.idempotencyKey);
    expect(new Set(keys)).toEqual(new Set(["again"]));
    expect(await one.db.query({ text: "select 1 as one from token" })).toHaveLength(1);
  });

  test("the bank answers, but with nonsense: it is not silent, and its answer is on record as invalid", async () => {
    const request = await one.request();
    one.script.garbled.add("decideBinding");
    expect(await ask(request)).toMatchObject({ error: { code: "peerUnavailable", cause: "issuerAnswerInvalid" } });
    expect(await causesIn(request.bindingId)).toEqual(["issuerAnswerInvalid"]);
    one.script.garbled.clear();
    expect(must(await ask(request)).decision).toBe("yellow");
  });
});
