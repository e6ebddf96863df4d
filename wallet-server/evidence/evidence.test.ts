import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { problem } from "#contracts/problem";
import { ok } from "#protocol/bytes";
import type { Fact, Holding } from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import { context, must, START } from "../../test/parties/basics.ts";
import { startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";
import {
  bound,
  cardOf,
  decided,
  enrolled,
  type Holder,
  openWallet,
  started,
  type WalletAlone,
} from "../../test/parties/wallet.ts";

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
const report = (facts: readonly Partial<Fact>[]) =>
  who.calls.reportFacts({ deviceId, facts: facts.map((fact) => ({ ...seen, ...fact })) }, context());
const seen: Fact = {
  journeyId: "seen-on-the-device",
  at: START,
  party: "device",
  stage: "card",
  code: "cameraRefused",
  outcome: "failed",
  data: {},
};
const explain = async (asked: { journeyId?: string; caseCode?: string }) =>
  must(await who.calls.explain({ ...asked, language: "zh" }, context()));
const holdings = async (journeyId: string) => must(await wallet.fromTsp.holdings({ journeyId }, context())).holdings;

/** What TSP and bank would hold of a refusal. */
function bankSays(journeyId: string, cause: Fact["code"]): Holding[] {
  const at = wallet.clock.now();
  const fact = (code: Fact["code"], outcome: Fact["outcome"], data: Fact["data"] = {}): Fact => ({
    journeyId,
    at,
    party: "issuer",
    stage: "decision",
    code,
    outcome,
    data,
  });
  const up = { reachable: true, askedAt: at, upSince: START } as const;
  return [
    { party: "tsp", ...up, facts: [] },
    { party: "issuer", ...up, facts: [fact(cause, "failed"), fact("bankDecided", "noted", { colour: "red" })] },
  ];
}

describe("what the wallet holds", () => {
  test("each call to the TSP leaves the facts of its hop, under the binding's id", async () => {
    const { bindingId } = await decided(who, deviceId);
    const [own, ...others] = await holdings(bindingId);
    // The TSP asked: it is not asked back.
    expect(others).toEqual([]);
    expect(own).toMatchObject({ party: "wallet", reachable: true, upSince: START });
    const hops = own!.facts.filter((fact) => "hop" in fact.data).map((fact) => [fact.code, fact.data["operation"]]);
    expect(hops).toEqual([
      ["sent", "checkEligibility"],
      ["answered", "checkEligibility"],
      ["sent", "requestToken"],
      ["answered", "requestToken"],
    ]);
  });

  test("silence leaves its mark, and each new try is the same hop", async () => {
    const { bindingId } = await started(who, deviceId);
    must(await who.calls.submitCard(cardOf(bindingId), context()));
    wallet.tsp.silence = "before";
    must(await who.calls.acceptTerms({ bindingId, version: "2026-01", language: "zh" }, context()));
    must(await who.calls.resume({ bindingId }, context()));
    const asked = (await holdings(bindingId))[0]!.facts.filter((fact) => fact.data["operation"] === "requestToken");
    expect(asked.map((fact) => fact.code)).toEqual(["sent", "unanswered", "sent", "unanswered"]);
    expect(new Set(asked.map((fact) => fact.data["hop"])).size).toBe(1);
  });

  test("what the TSP tells is received and decided, under the same key", async () => {
    const { bindingId } = await decided(who, deviceId);
    const notified = { journeyId: bindingId, idempotencyKey: "notice-1" };
    const token = wallet.tsp.setToken(bindingId, { status: "active" });
    must(await wallet.fromTsp.notifyToken({ token }, notified));
    const facts = (await holdings(bindingId))[0]!.facts.filter((fact) => fact.data["hop"] === "notice-1");
    expect(facts.map((fact) => fact.code)).toEqual(["received", "decided"]);
  });

  test("no name, number, code or key in any fact", async () => {
    await bound(wallet, who, deviceId);
    const text = JSON.stringify(await wallet.db.query({ text: "select * from fact" }), (_key, value) =>
      typeof value === "bigint" ? `${value}` : value,
    );
    for (const secret of ["张伟", "123456", "138****8001", "e30."]) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/\d{14,}/);
  });
});

describe("explain", () => {
  test("by case code: what stopped it, by the words of the party that did", async () => {
    wallet.tsp.script = { decision: "red", causes: ["cardFrozenByHolder"] };
    const { bindingId, caseCode } = await decided(who, deviceId);
    wallet.tsp.holdings = ok({ holdings: bankSays(bindingId, "cardFrozenByHolder") });
    const finding = await explain({ caseCode: caseCode! });
    expect(finding).toMatchObject({ caseCode, journeyId: bindingId, cause: "cardFrozenByHolder", actor: "holder" });
    expect(finding.facts).toEqual([]);
    expect(await explain({ journeyId: bindingId })).toEqual(finding);
    // The same, as the wallet's support reads it.
    const agent = must(await wallet.ops.case({ caseCode: caseCode!, language: "zh" }, context()));
    expect(agent).toMatchObject({
      accountId: who.session.accountId,
      deviceId,
      finding: { cause: "cardFrozenByHolder" },
    });
    expect(agent.finding.facts.length).toBeGreaterThan(0);
  });

  test("a payment of which no notice came: by the counter, and from then on by its case code", async () => {
    const { passId } = await bound(wallet, who, deviceId);
    const ask = (atc: number) => who.calls.explainPayment({ passId, atc, language: "zh" }, context());
    expect(await ask(1)).toMatchObject(refused("notFound", { at: "atc" }));
    wallet.tsp.payments.set(1, "iso-of-counter-1");
    const [tsp, issuer] = bankSays("iso-of-counter-1", "fundsInsufficient");
    wallet.tsp.holdings = ok({ holdings: [tsp!, { ...issuer!, facts: [] }] });
    const nothing = must(await ask(1));
    expect(nothing).toMatchObject({ journeyId: "iso-of-counter-1" });
    wallet.tsp.holdings = ok({
      holdings: [tsp!, { ...issuer!, facts: [{ ...issuer!.facts[0]!, stage: "authorise" }] }],
    });
    const finding = must(await ask(1));
    expect(finding).toMatchObject({ cause: "fundsInsufficient", facts: [] });
    expect(await explain({ caseCode: finding.caseCode! })).toEqual(finding);
    expect(must(await ask(1)).caseCode).toBe(finding.caseCode);
  });

  test("the TSP is out of reach: never certain of what it alone could contradict", async () => {
    wallet.tsp.script = { decision: "red", causes: ["cardFrozenByHolder"] };
    const { bindingId } = await decided(who, deviceId);
    wallet.tsp.silence = "before";
    const finding = await explain({ journeyId: bindingId });
    expect(finding.certainty).not.toBe("proven");
    expect([finding.cause, ...finding.between]).toContain("cardFrozenByHolder");
  });

  test("a preflight that failed is the wallet's own word: certain without anybody else", async () => {
    const { bindingId } = await started(who, deviceId, { passcodeOn: false });
    const finding = await explain({ journeyId: bindingId });
    expect(finding).toMatchObject({ cause: "userVerificationOff", actor: "holder", retry: { kind: "after" } });
  });

  test("a stranger's case code reads as one that does not exist, and nobody tries many", async () => {
    wallet.tsp.script = { decision: "red", causes: ["cardClosed"] };
    const { caseCode } = await decided(who, deviceId);
    const stranger = await wallet.holder("李娜");
    const ask = (code: string) => stranger.calls.explain({ caseCode: code, language: "zh" }, context());
    const none = await ask("222-222");
    expect(none).toMatchObject(refused("notFound", { at: "caseCode" }));
    expect(await ask(caseCode!)).toEqual(none);
    for (let tries = 2; tries < 30; tries++) expect(await ask("222-222")).toEqual(none);
    expect(await ask(caseCode!)).toMatchObject(refused("tooMany"));
    // The owner is not held up by it.
    await explain({ caseCode: caseCode! });
  });

  test("neither journey nor case: said so", async () => {
    expect(await who.calls.explain({ language: "en" }, context())).toMatchObject(
      refused("badRequest", { at: "journeyId" }),
    );
  });

  test("a case code leads the TSP, and whoever asks it, to the journey", async () => {
    const { bindingId, caseCode } = await started(who, deviceId, { passcodeOn: false });
    const asked = (code: string) => wallet.fromTsp.journeyOfCase({ caseCode: code }, context());
    expect(must(await asked(caseCode!))).toEqual({ journeyId: bindingId });
    expect(must(await asked("222-222"))).toEqual({});
  });
});

describe("what a device tells", () => {
  test("a journey that only the device knew is explained once it was told", async () => {
    must(await report([{ stage: "preflight", code: "deviceOffline", at: instant(START - 60_000) }]));
    expect(await explain({ journeyId: "seen-on-the-device" })).toMatchObject({ cause: "deviceOffline" });
  });

  test("an id that it made up opens no other party's records", async () => {
    expect(await report([{ journeyId: "iso-somebody-elses" }])).toMatchObject(
      refused("notFound", { at: "facts.0.journeyId" }),
    );
    must(await report([{ journeyId: "made-up" }]));
    const heard = wallet.tsp.heard.length;
    expect(await explain({ journeyId: "made-up" })).toMatchObject({
      cause: "cameraRefused",
      unreachable: [],
    });
    expect(wallet.tsp.heard).toHaveLength(heard);
  });

  test("what it says of a card belongs to the binding that brought it", async () => {
    const card = await bound(wallet, who, deviceId);
    must(await report([{ journeyId: card.passId, stage: "issue", code: "deviceStorageFailed" }]));
    const rows = await wallet.db.query<{ journey_id: string; party: string }>({
      text: "select journey_id, party from fact where code = 'deviceStorageFailed'",
    });
    const bindingId = wallet.tsp.heard.find((call) => call.name === "requestToken")!.context.journeyId;
    expect(rows).toEqual([{ journey_id: bindingId, party: "device" }]);
    expect(await explain({ journeyId: card.passId })).toMatchObject({
      journeyId: bindingId,
      cause: "deviceStorageFailed",
    });
  });

  test.each<[string, Partial<Fact>, string]>([
    ["another's words", { party: "issuer" }, "facts.0.party"],
    ["a cause that no device sees", { code: "cardReportedLost" }, "facts.0.code"],
    ["a step of another party", { code: "tokenActivated", outcome: "noted" }, "facts.0.code"],
    ["of last year", { at: instant(START - 31 * 86_400_000) }, "facts.0.at"],
    ["of next week", { at: instant(START + 7 * 86_400_000) }, "facts.0.at"],
    ["a heap of data", { data: Object.fromEntries([..."abcdefghijklm"].map((name) => [name, 1])) }, "facts.0.data"],
  ])("%s: refused with its place, and none is kept", async (_name, fact, at) => {
    expect(await report([fact, {}])).toMatchObject(refused("badRequest", { at }));
    expect(await wallet.db.query({ text: "select seq from fact" })).toEqual([]);
  });

  test("a card number in its data shows its last four digits only", async () => {
    must(await report([{ data: { read: "6229990100000000017" } }]));
    const rows = await wallet.db.query<{ data: object }>({ text: "select data from fact" });
    expect(rows).toEqual([{ data: { read: "…0017" } }]);
  });

  test("five hundred a day, and no more", async () => {
    for (let batch = 0; batch < 7; batch++) must(await report(Array.from({ length: 64 }, () => ({}))));
    expect(await report(Array.from({ length: 64 }, () => ({})))).toMatchObject(refused("tooMany"));
    must(await report(Array.from({ length: 52 }, () => ({}))));
  });

  test("a refusal by the TSP is told with its cause", async () => {
    const { bindingId } = await started(who, deviceId);
    wallet.tsp.refuse.set("checkEligibility", problem("cardNotSupported", { cause: "issuerNotEnrolled" }));
    expect(await who.calls.submitCard(cardOf(bindingId), context())).toMatchObject(
      refused("cardNotSupported", { cause: "issuerNotEnrolled" }),
    );
  });
});
