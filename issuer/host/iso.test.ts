import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { issuerDeskApi } from "#contracts/desk-api";
import type { Calls } from "#contracts/operation";
import type { Db, Log, Peer } from "#contracts/ports";
import { problem } from "#contracts/problem";
import type { TspIssuerApi } from "#contracts/tsp-api";
import { memoryCalls } from "#platform/calls";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { openKeyStore, sealer } from "#platform/keystore";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { DecodeError, err, ok, toLatin1 } from "#protocol/bytes";
import {
  encodeCupsFrame,
  encodeF90,
  encodeTokenBlock,
  type FieldValue,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  parseBalances,
  parseCupsFrame,
  text,
} from "#protocol/iso8583";
import { DEMO_CARDS, luhnDigit } from "#protocol/pan";
import { instant, toF7 } from "#protocol/time";
import { sentAt } from "../evidence/payments.ts";
import { createIssuer, DEFAULT_POLICY, type Issuer, migrations, seedDemo } from "../index.ts";
import { merchantName } from "./merchant-name.ts";

const START = instant(Date.UTC(2026, 5, 1, 2));
const MINUTE_MS = 60_000;
const ALL_TABLES = [
  "customer",
  "account",
  "card",
  "pan_directory",
  "authorisation",
  "posting",
  "outbox",
  "binding",
  "activation_code",
  "answered_call",
];

const random = seededRandom(11);
const keys = openKeyStore({ memory: true }, random);
let db: Db & { close(): Promise<void> };
let clock: ManualClock;
let issuer: Issuer;
let desk: Calls<typeof issuerDeskApi>;
let notices: Parameters<Calls<TspIssuerApi>["notifyPayment"]>[0][];
let tspUp: boolean;
let tspKnowsToken: boolean;
let faults: string[];
let answers: IsoMessage[];
let peer: Peer;

beforeAll(async () => {
  db = await openPglite("issuer", migrations);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query({ text: `truncate ${ALL_TABLES.join(", ")}` });
  await seedDemo({ db, keys, clock: manualClock(START) }, DEMO_CARDS);
  clock = manualClock(START);
  notices = [];
  faults = [];
  answers = [];
  tspUp = true;
  tspKnowsToken = true;
  const log: Log = { info() {}, warn() {}, error: (event) => void faults.push(event), with: () => log };
  issuer = createIssuer({
    db,
    clock,
    timers: clock,
    random,
    log,
    keys,
    groupCommit,
    sealer,
    sha256: (bytes) => bytes,
    sender: { send: async () => {} },
    // Only notices go to it here.
    tsp: {
      async notifyPayment(request) {
        if (!tspUp) return err(problem("peerUnavailable"));
        if (!tspKnowsToken) return err(problem("notFound"));
        notices.push(request);
        return ok({});
      },
    } as Partial<Calls<TspIssuerApi>> as Calls<TspIssuerApi>,
    webAuthn: { rpId: "localhost", origins: [] },
    staffOf: () => ({ staffId: "s", name: "主管", role: "supervisor" }),
    evidence: { caseOf: async () => err(problem("notFound")) },
    push: { seal: async () => undefined },
  });
  desk = memoryCalls(issuerDeskApi, { calls: issuer.desk("s")! });
  peer = {
    id: "network",
    send(frame) {
      answers.push(parseCupsFrame(frame).message);
      return true;
    },
    close() {},
  };
});

const header = { test: true, destination: "63020000", source: "00010000", rejectCode: "00000" };
const demo = (id: string) => DEMO_CARDS.find((card) => card.id === id)!;
const TOKEN = `62998800000000000${luhnDigit("62998800000000000")}`;

let stan = 0;
function message(mti: string, more: Readonly<Record<number, FieldValue | undefined>> = {}): IsoMessage {
  stan++;
  const fields: Record<number, FieldValue> = {};
  const all: Readonly<Record<number, FieldValue | undefined>> = {
    2: demo("zhang").pan,
    3: "000000",
    4: "000000001234",
    7: toF7(clock.now()),
    11: String(stan).padStart(6, "0"),
    18: "5812",
    22: "072",
    25: "00",
    32: "48020000",
    33: "00010000",
    37: String(stan).padStart(12, "0"),
    41: "KB000001",
    42: "898100000000001",
    43: "DEMO NOODLES".padEnd(40),
    49: "156",
    ...more,
  };
  for (const key in all) if (all[key] !== undefined) fields[Number(key)] = all[key];
  return { mti, fields };
}
const withToken = {
  63: encodeTokenBlock({ tokenPan: TOKEN, tokenExpiry: "3105", assurance: "11", trid: "10000000001" }),
};
const about = (original: IsoMessage) => ({ 90: encodeF90(keyOf(original)!) });

async function settled(count: number): Promise<void> {
  for (let i = 0; i < 20_000 && answers.length < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
async function ask(request: IsoMessage): Promise<IsoMessage> {
  answers = [];
  issuer.iso.onFrame(peer, encodeCupsFrame(header, request));
  await settled(1);
  if (answers.length !== 1) throw new Error(`${answers.length} answers`);
  return answers[0]!;
}
const code = async (request: IsoMessage) => text(await ask(request), 39);

async function card(id: string) {
  const answer = await desk.accounts({}, { journeyId: "j", idempotencyKey: "k" });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value.accounts.find((account) => account.cardId === `card-${id}`)!;
}
async function digest(): Promise<string> {
  const parts = await Promise.all(
    ALL_TABLES.map((table) =>
      db.query<{ md5: string | null }>({
        text: `select md5(string_agg(row_to_json(t)::text, '|' order by row_to_json(t)::text)) as md5 from ${table} t`,
      }),
    ),
  );
  return parts.map((rows) => rows[0]!.md5).join(" ");
}
async function expectBalanced(): Promise<void> {
  const audit = await desk.audit({}, { journeyId: "j", idempotencyKey: "k" });
  expect(audit).toMatchObject({ ok: true, value: { entriesSumMinor: "0", accountsAgree: true } });
}

describe("the network's door", () => {
  test("a purchase: answered on its own fields, with F38 and F39", async () => {
    const request = message("0200", { ...withToken, 35: `${demo("zhang").pan}D3512`, 55: Uint8Array.of(1, 2) });
    const answer = await ask(request);
    expect(answer.mti).toBe("0210");
    expect(text(answer, 39)).toBe("00");
    expect(text(answer, 38)).toMatch(/^\d{6}$/);
    for (const field of [2, 4, 7, 11, 32, 33, 37, 41]) expect(text(answer, field)).toBe(text(request, field));
    expect([answer.fields[35], answer.fields[55], answer.fields[63]]).toEqual([undefined, undefined, undefined]);
    expect((await card("zhang")).postedMinor).toBe("998766");
    expect(await ask(request)).toEqual(answer);
    expect((await card("zhang")).postedMinor).toBe("998766");
    await expectBalanced();
  });

  test.each<[string, Record<number, FieldValue | undefined>, string]>([
    ["a number nobody has", { 2: `622999020000000001${luhnDigit("622999020000000001")}` }, "14"],
    ["a number that fails its check", { 2: "6229990100000000018" }, "14"],
    ["no number", { 2: undefined }, "30"],
    ["no amount", { 4: undefined }, "30"],
    ["no amount's currency", { 49: undefined }, "30"],
    ["no trace number", { 11: undefined }, "30"],
    ["no acquirer", { 32: undefined }, "30"],
    ["a token block that is none", { 63: "TK009garbage!!" }, "30"],
    ["an expiry that is none", { 14: "3513" }, "30"],
    ["another expiry", { 14: "3412" }, "54"],
    ["another expiry, by token", { 14: "3412", ...withToken }, "00"],
    ["zero", { 4: "000000000000" }, "13"],
    ["too much", { 4: "000001000001" }, "51"],
    ["over the single limit", { 4: "000002000001" }, "61"],
    ["a processing code we do not have", { 3: "890000" }, "12"],
    ["lost", { 2: "6229990100000000058" }, "41"],
    ["frozen by the bank", { 2: "6229990100000000074" }, "62"],
    ["not activated", { 2: "6259991000000047" }, "21"],
    ["little money", { 2: "6229990100000000066" }, "51"],
    ["credit", { 2: "6259991000000021" }, "00"],
  ])("%s", async (_what, more, expected) => {
    expect(await code(message("0200", more))).toBe(expected);
  });

  test("pre-authorisation, completion, void of both kinds, refund, reversal and its repeat", async () => {
    const held = message("0100", { 3: "030000", 4: "000000010000" });
    const hold = await ask(held);
    expect([hold.mti, text(hold, 39)]).toEqual(["0110", "00"]);
    expect((await card("zhang")).heldMinor).toBe("10000");
    const completion = message("0200", { 25: "06", 4: "000000006000", 38: text(hold, 38), ...about(held) });
    expect(await code(completion)).toBe("00");
    expect(await card("zhang")).toMatchObject({ postedMinor: "994000", heldMinor: "0" });
    expect(await code(message("0200", { 3: "200000", 4: "000000006000", ...about(completion) }))).toBe("00");
    expect(await code(message("0100", { 3: "200000", 4: "000000010000", ...about(held) }))).toBe("00");
    expect(await card("zhang")).toMatchObject({ postedMinor: "1000000", heldMinor: "0" });

    const sale = message("0200");
    await ask(sale);
    expect(await code(message("0220", { 3: "200000", 4: "000000000234", ...about(sale) }))).toBe("00");
    expect(await code(message("0220", { 3: "200000", 4: "000000001001", ...about(sale) }))).toBe("64");
    expect(await code(message("0220", { 3: "200000" }))).toBe("25");
    const second = message("0200");
    await ask(second);
    const reversal = message("0420", about(second));
    const answer = await ask(reversal);
    expect([answer.mti, text(answer, 39)]).toEqual(["0430", "00"]);
    expect(await code({ ...reversal, mti: "0421" })).toBe("00");
    expect((await card("zhang")).postedMinor).toBe("999000");
    expect(await code(second)).toBe("22");
    expect(await code(message("0420"))).toBe("30");
    await expectBalanced();
  });

  test("a reversal before its original, an unknown one's for a refund", async () => {
    const sale = message("0200");
    expect(await code(message("0420", about(sale)))).toBe("00");
    expect(await code(sale)).toBe("22");
    const refund = message("0220", { 3: "200000" });
    expect(await code(message("0420", about(refund)))).toBe("12");
    expect((await card("zhang")).postedMinor).toBe("1000000");
  });

  test("balance inquiry carries F54", async () => {
    const answer = await ask(message("0200", { 3: "300000", 4: undefined, 49: undefined, 2: demo("li").pan }));
    expect(text(answer, 39)).toBe("00");
    expect(parseBalances(text(answer, 54)!)).toEqual([
      { accountType: "30", balanceType: "02", currency: "156", minor: 20_000_00n },
    ]);
  });

  test("sign-on and echo; answers and refused messages that come back get none", async () => {
    const network = (f70: string): IsoMessage => ({
      mti: "0820",
      fields: { 7: "0601100000", 11: "000001", 33: "00010000", 70: f70 },
    });
    const answer = await ask(network("001"));
    expect([answer.mti, text(answer, 39), text(answer, 70)]).toEqual(["0830", "00", "001"]);
    expect(await code(network("301"))).toBe("00");
    expect(await code(network("999"))).toBe("40");
    answers = [];
    issuer.iso.onFrame(peer, encodeCupsFrame(header, { ...message("0210"), mti: "0210" }));
    issuer.iso.onFrame(peer, encodeCupsFrame({ ...header, rejectCode: "00025" }, message("0200")));
    await ask(network("301"));
    expect(answers).toHaveLength(1);
  });

  test("when nobody knows whether a decision became durable, nothing is answered", async () => {
    const real = db.query;
    db.query = async (statement, parameters) => {
      if (statement.name === "issuer-host-write") {
        await real(statement, parameters);
        throw new Error("connection lost after commit");
      }
      return real(statement, parameters) as never;
    };
    const sale = message("0200");
    issuer.iso.onFrame(peer, encodeCupsFrame(header, sale));
    for (let i = 0; i < 200 && faults.length === 0; i++) await new Promise((resolve) => setImmediate(resolve));
    db.query = real;
    expect([answers.length, faults]).toEqual([0, ["issuer.undecided"]]);
    expect(await code(message("0420", about(sale)))).toBe("00");
    expect((await card("zhang")).postedMinor).toBe("1000000");
    await expectBalanced();
  });

  test("many cards at once, each answered once, in the order of its card", async () => {
    const requests = Array.from({ length: 300 }, (_, i) =>
      message("0200", { 2: demo(["zhang", "aili", "li"][i % 3]!).pan, 4: "000000010000" }),
    );
    for (const request of requests) issuer.iso.onFrame(peer, encodeCupsFrame(header, request));
    await settled(300);
    const codes = (id: string) => answers.filter((a) => text(a, 2) === demo(id).pan).map((a) => text(a, 39));
    expect(codes("zhang")).toEqual(Array(100).fill("00"));
    expect(codes("aili")).toEqual([...Array(50).fill("00"), ...Array(50).fill("51")]);
    await expectBalanced();
  });

  test("10,000 damaged frames: never a throw; what is no message gets no answer and changes nothing", async () => {
    const sale = message("0200", withToken);
    await ask(sale);
    const originals = [
      message("0200", withToken),
      message("0100", { 3: "030000" }),
      message("0420", about(sale)),
      message("0220", { 3: "200000", 4: "000000000001", ...about(sale) }),
      message("0200", { 3: "300000" }),
    ].map((original) => encodeCupsFrame(header, original));
    let undecodable = 0;
    let understood = 0;
    for (let round = 0; round < 100; round++) {
      const bad: Uint8Array[] = [];
      const good: Uint8Array[] = [];
      for (let i = 0; i < 100; i++) {
        const frame = damage(originals[random.below(originals.length)]!);
        (isMessage(frame) ? good : bad).push(frame);
      }
      const before = await digest();
      answers = [];
      for (const frame of bad) issuer.iso.onFrame(peer, frame);
      await new Promise((resolve) => setImmediate(resolve));
      expect(answers).toHaveLength(0);
      expect(await digest()).toBe(before);
      undecodable += bad.length;
      const requests = good.filter((frame) => Number(parseCupsFrame(frame).message.mti[2]) % 2 === 0);
      const wanted = requests.filter((frame) => parseCupsFrame(frame).header.rejectCode === "00000").length;
      for (const frame of good) issuer.iso.onFrame(peer, frame);
      await settled(wanted);
      expect(answers).toHaveLength(wanted);
      for (const answer of answers) expect(text(answer, 39)).toMatch(/^[0-9A-Z]{2}$/);
      understood += wanted;
    }
    expect(faults).toEqual([]);
    expect(undecodable).toBeGreaterThan(3000);
    expect(understood).toBeGreaterThan(500);
    await expectBalanced();
  }, 120_000);
});

function damage(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  const way = random.below(5);
  if (way === 0) return bytes.subarray(0, random.below(bytes.length));
  if (way === 1) return random.bytes(random.below(200));
  const times = 1 + random.below(way === 2 ? 1 : 4);
  for (let i = 0; i < times; i++) {
    const at = random.below(bytes.length);
    bytes[at] = way === 3 ? 0x30 + random.below(10) : bytes[at]! ^ (1 << random.below(8));
  }
  return bytes;
}

function isMessage(frame: Uint8Array): boolean {
  try {
    parseCupsFrame(frame);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

describe("notices", () => {
  async function relay(): Promise<void> {
    issuer.start();
    await issuer.stop();
  }

  test("go to the TSP with the token, once it takes them, and then leave the outbox", async () => {
    tspUp = false;
    await ask(message("0200", withToken));
    await ask(message("0200"));
    await relay();
    expect(notices).toHaveLength(0);
    tspUp = true;
    clock.advance(5000);
    await relay();
    expect(notices).toEqual([
      {
        tokenPan: TOKEN,
        notice: {
          noticeId: expect.stringMatching(/^iso-[\d-]+$/),
          journeyId: expect.stringMatching(/^iso-[\d-]+$/),
          kind: "payment",
          amount: { minor: "1234", currency: "156" },
          merchantName: "DEMO NOODLES",
          responseCode: "00",
          at: START,
        },
      },
    ]);
    expect(await db.query({ text: "select id from outbox" })).toHaveLength(0);
  });

  test("a token the TSP does not have any more ends the notice", async () => {
    tspKnowsToken = false;
    await ask(message("0200", withToken));
    await relay();
    expect(await db.query({ text: "select id from outbox" })).toHaveLength(0);
  });

  test("a started bank sends at once, without waiting for its poll", async () => {
    issuer.start();
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    await ask(message("0200", withToken));
    for (let i = 0; i < 200 && notices.length === 0; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(notices).toHaveLength(1);
    await issuer.stop();
    expect(clock.pending).toBe(0);
  });
});

describe("the desk", () => {
  const context = { journeyId: "j", idempotencyKey: "k" };

  test("cards with balances, and an account's movements, newest first", async () => {
    await ask(message("0200"));
    await ask(message("0100", { 3: "030000", 4: "000000010000" }));
    expect(await card("zhang")).toMatchObject({
      holderName: "张伟",
      panSuffix: "0017",
      status: "active",
      postedMinor: "998766",
      heldMinor: "10000",
      availableMinor: "988766",
    });
    expect(await card("li")).toMatchObject({ postedMinor: "0", availableMinor: "2000000" });
    const answer = await desk.statement({ cardId: "card-zhang" }, context);
    expect(
      answer.ok && answer.value.lines.map((line) => [line.kind, line.text, line.minor, line.balanceMinor]),
    ).toEqual([
      ["purchase", "DEMO NOODLES", "-1234", "998766"],
      ["opening", "开户 Opening", "1000000", "1000000"],
    ]);
    expect(await desk.statement({ cardId: "nobody" }, context)).toMatchObject({
      ok: false,
      error: { code: "notFound" },
    });
    expect(await desk.audit({}, context)).toEqual({
      ok: true,
      value: { entriesSumMinor: "0", accountsAgree: true, postings: 8, openHolds: 1 },
    });
  });

  test("a card reported lost pays nothing from that moment, and again once it is found", async () => {
    expect(await code(message("0200"))).toBe("00");
    const card = { cardId: "card-zhang" };
    const by = (key: string) => ({ ...context, idempotencyKey: key });
    expect(await desk.reportLost(card, by("1"))).toMatchObject({ ok: true, value: { status: "lost" } });
    expect(await code(message("0200"))).toBe("41");
    await desk.freeze({ ...card, reason: "x" }, by("2"));
    await desk.liftLost(card, by("3"));
    expect(await code(message("0200"))).toBe("62");
    await desk.unfreeze({ ...card, reason: "x" }, by("4"));
    expect(await code(message("0200"))).toBe("00");
  });

  test("the audit finds money that was made, and a hold that is nobody's", async () => {
    await db.query({ text: "update account set posted_minor = posted_minor + 1 where id = 'account-zhang'" });
    expect(await desk.audit({}, context)).toMatchObject({ value: { entriesSumMinor: "1", accountsAgree: false } });
    await db.query({
      text: "update account set posted_minor = posted_minor - 1, held_minor = 5 where id = 'account-zhang'",
    });
    expect(await desk.audit({}, context)).toMatchObject({ value: { entriesSumMinor: "0", accountsAgree: false } });
  });

  test("the sweep gives back what expired holds keep, without anybody asking", async () => {
    await ask(message("0100", { 3: "030000", 4: "000000010000" }));
    issuer.start();
    clock.advance(DEFAULT_POLICY.payment.holdMs - MINUTE_MS);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await card("zhang")).heldMinor).toBe("10000");
    for (let i = 0; i < 500 && (await card("zhang")).heldMinor !== "0"; i++) clock.advance(MINUTE_MS);
    expect((await card("zhang")).heldMinor).toBe("0");
    await issuer.stop();
    await expectBalanced();
  });

  test("seeding again leaves what is there", async () => {
    await ask(message("0200"));
    const before = await digest();
    await seedDemo({ db, keys, clock }, DEMO_CARDS);
    expect(await digest()).toBe(before);
  });
});

describe("what the bank holds of a payment, without having written more for it", () => {
  const held = async (request: IsoMessage) => {
    const journeyId = journeyIdOf(keyOf(request)!);
    const answer = await issuer.api.holdings({ journeyId }, { journeyId, idempotencyKey: "k" });
    return answer.ok ? answer.value.holdings.flatMap(({ facts }) => facts) : [];
  };
  const told = async (request: IsoMessage) =>
    (await held(request)).map(({ party, code: fact, outcome }) => [party, fact, outcome]);

  test.each<[string, string, Readonly<Record<number, FieldValue>>, string]>([
    ["over the balance", "update account set posted_minor = 0", {}, "fundsInsufficient"],
    ["over the limit of one payment", "select 1", { 4: "000002000001" }, "limitPerPayment"],
    ["over the day's limit", "update account set day_spent_minor = 5000000, day = 20605", {}, "limitPerDay"],
    ["lost", "update card set status = 'lost', blocks = '{lost}'", {}, "cardReportedLost"],
    ["locked", "update card set status = 'frozenByHolder', blocks = '{frozenByHolder}'", {}, "cardFrozenByHolder"],
    ["frozen", "update card set status = 'frozenByBank', blocks = '{frozenByBank}'", {}, "cardFrozenByBank"],
    ["expired", "update card set expiry = '2605'", {}, "cardExpired"],
    ["closed", "update card set status = 'closed', base_status = 'closed'", {}, "cardClosed"],
    ["replaced", "update card set status = 'replaced', base_status = 'replaced'", {}, "cardReplaced"],
    ["not activated", "update card set status = 'notActivated', base_status = 'notActivated'", {}, "cardNotActivated"],
  ])("%s", async (_what, sql, more, cause) => {
    await db.query({ text: `${sql} ${sql.startsWith("select") ? "" : "where id like '%-zhang'"}` });
    const request = message("0200", more);
    await ask(request);
    expect(await told(request)).toEqual([["issuer", cause, "failed"]]);
    expect((await held(request))[0]!.data).toMatchObject({ kind: "purchase", setter: "issuer" });
  });

  test("approved; taken back; taken back before it came; a refund that finds nothing; and one that is not there", async () => {
    const sale = message("0200");
    await ask(sale);
    expect(await told(sale)).toEqual([["issuer", "authorised", "noted"]]);
    await ask(message("0420", about(sale)));
    expect(await told(sale)).toEqual([
      ["issuer", "authorised", "noted"],
      ["issuer", "reversalDone", "noted"],
    ]);
    const lost = message("0200");
    await ask(message("0420", about(lost)));
    expect(await told(lost)).toEqual([["issuer", "reversalDone", "noted"]]);
    const refund = message("0220", { 3: "200000", 25: "00", ...about(message("0200")) });
    await ask(refund);
    expect(await told(refund)).toEqual([["issuer", "refundNotMatched", "failed"]]);
    expect(await told(message("0200"))).toEqual([]);
  });

  test("a code that names nothing is told as it is; last year's payments are found this year", async () => {
    const odd = message("0200", { 49: "840" });
    await ask(odd);
    expect(await held(odd)).toMatchObject([{ code: "decided", data: { answer: "12" } }]);
    const december = instant(Date.UTC(2026, 11, 31, 16, 0, 0)); // the first second of January in China
    expect(sentAt("iso-1231235959-000001-1-1", december)).toBe(december - 1000);
    expect(sentAt("iso-0101000000-000001-1-1", december)).toBe(december);
    expect(sentAt("b0d1-something", december)).toBeUndefined();
  });

  test("a reversal's notice is told under the payment that it takes back", async () => {
    const sale = message("0200", withToken);
    await ask(sale);
    await ask(message("0420", { ...withToken, ...about(sale) }));
    issuer.start();
    await issuer.stop();
    const journeyId = journeyIdOf(keyOf(sale)!);
    expect(notices.map(({ notice }) => [notice.kind, notice.journeyId])).toEqual([
      ["payment", journeyId],
      ["reversal", journeyId],
    ]);
    expect(new Set(notices.map(({ notice }) => notice.noticeId)).size).toBe(2);
  });
});

test("merchant names: GBK as specified, UTF-8 too, without the place code", () => {
  const latin = (...bytes: number[]) => toLatin1(Uint8Array.from(bytes));
  expect(merchantName(`${latin(0xd6, 0xd0, 0xb9, 0xfa, 0xd2, 0xf8, 0xc1, 0xaa)}CHINA UNIONPAY SIMULATOR        `)).toBe(
    "中国银联CHINA UNIONPAY SIMULATOR",
  );
  expect(merchantName("CHN29000CHINA UNIONPAY SIMULATOR        ")).toBe("CHINA UNIONPAY SIMULATOR");
  expect(merchantName(toLatin1(new TextEncoder().encode("示范面馆")))).toBe("示范面馆");
  expect(merchantName(undefined)).toBe("");
});
