import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Db, Log } from "#contracts/ports";
import { TokenRefusal } from "#contracts/token-authorisation";
import { type ManualClock, manualClock } from "#platform/clock";
import { openKeyStore } from "#platform/keystore";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { hexBytes, toHex } from "#protocol/bytes";
import {
  encodeCupsFrame,
  encodeF90,
  type FieldValue,
  type IsoMessage,
  isApproved,
  journeyIdOf,
  keyOf,
  parseCupsFrame,
  parseF90,
  parseHeader,
  parsePar,
  parseTokenBlock,
  responseFact,
  text,
} from "#protocol/iso8583";
import { luhnDigit } from "#protocol/pan";
import { instant, toF7 } from "#protocol/time";
import { rest, until } from "../test/peers/mailbox.ts";
import { ScriptedCaller, ScriptedHost, ScriptedTsp } from "../test/peers/scripted.ts";
import { createNetwork, DEFAULT_TIMING, migrations, type Network } from "./index.ts";

const START = instant(Date.UTC(2026, 10, 24, 4));
const { issuerAnswerMs, tspAnswerMs, reversalRepeatMs, echoMs, answerKeptMs } = DEFAULT_TIMING;
const card = (body: string) => `${body}${luhnDigit(body)}`;
const CARD_A = card("622999010000000001");
const CARD_B = card("625999100000002");
const TOKEN = card("629990000000000001");

const random = seededRandom(3);
const keys = openKeyStore({ memory: true }, random);
let db: Db & { close(): Promise<void> };
let clock: ManualClock;
let network: Network;
let bankA: ScriptedHost;
let bankB: ScriptedHost;
let tsp: ScriptedTsp;
let shop: ScriptedCaller;
let log: string[];

beforeAll(async () => {
  db = await openPglite("network", migrations);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query({ text: "truncate journal, owed_reversal, fact" });
  clock = manualClock(START);
  log = [];
  open();
  await bankA.signOn();
  await bankB.signOn();
  tsp.up();
});
afterEach(() => network.stop());

/** A network over the same tables; one that was there before is left as a crash leaves it. */
function open(): void {
  const note = (event: string) => void log.push(event);
  const recording: Log = { info: note, warn: note, error: note, with: () => recording };
  bankA = new ScriptedHost("bank A");
  bankB = new ScriptedHost("bank B");
  tsp = new ScriptedTsp("TSP");
  network = createNetwork({
    db,
    clock,
    timers: clock,
    log: recording,
    keys,
    tsp: tsp.link,
    issuers: [
      { id: "99900001", link: bankA.link },
      { id: "99900002", link: bankB.link },
    ],
    config: {
      institution: "00010000",
      routes: [
        { prefix: "62", to: { kind: "issuer", id: "99900001" } },
        { prefix: "625999", to: { kind: "issuer", id: "99900002" } },
        { prefix: "629990", to: { kind: "token" } },
        { prefix: "621", to: { kind: "issuer", id: "12345678" } },
      ],
      timing: DEFAULT_TIMING,
    },
  });
  network.start();
  shop = new ScriptedCaller("acquirer", network.acquirers);
}

let stan = 0;
function message(mti: string, more: Readonly<Record<number, FieldValue | undefined>> = {}): IsoMessage {
  const fields: Record<number, FieldValue> = {};
  const all: Readonly<Record<number, FieldValue | undefined>> = {
    2: CARD_A,
    3: "000000",
    4: "000000001234",
    7: toF7(clock.now()),
    11: String(++stan).padStart(6, "0"),
    18: "5812",
    22: "072",
    25: "00",
    32: "99900010",
    33: "99900010",
    37: String(stan).padStart(12, "0"),
    41: "T0000001",
    42: "999000150810001",
    49: "156",
    ...more,
  };
  for (const key in all) if (all[key] !== undefined) fields[Number(key)] = all[key];
  return { mti, fields };
}
const sale = (more: Readonly<Record<number, FieldValue | undefined>> = {}) => message("0200", more);
const reversalFor = (original: IsoMessage) =>
  message("0420", { 2: original.fields[2], 39: "98", 90: encodeF90(keyOf(original)!) });
const journeyOf = (request: IsoMessage) => journeyIdOf(keyOf(request)!);
async function owed(): Promise<readonly string[]> {
  const rows = await db.query<{ journey_id: string }>({ text: "select journey_id from owed_reversal order by 1" });
  return rows.map((row) => row.journey_id);
}
/** Sends a sale that the bank leaves without an answer until the network has given it up. */
async function giveUp(request: IsoMessage, bank: ScriptedHost): Promise<IsoMessage> {
  shop.send(request);
  const asked = await bank.next("0200");
  clock.advance(issuerAnswerMs);
  expect(await shop.answerTo(request)).toBe("98");
  return asked;
}

describe("session", () => {
  test("signs on when the link comes up, and echoes while it is up", async () => {
    clock.advance(echoMs - 1);
    expect(await bankA.surprises()).toEqual([]);
    clock.advance(1);
    const echo = await bankA.next("0820");
    expect(text(echo, 70)).toBe("301");
    bankA.answer(echo, "00");
    await rest();
    clock.advance(echoMs);
    expect(text(await bankA.next("0820"), 70)).toBe("301");
    bankA.down();
    clock.advance(10 * echoMs);
    expect(await bankA.surprises()).toEqual([]);
    bankA.up();
    expect(text(await bankA.next("0820"), 70)).toBe("001");
  });

  test("answers the sign-on and echo of either side", async () => {
    for (const code of ["001", "301", "002"]) {
      const management = message("0820", { 2: undefined, 3: undefined, 4: undefined, 70: code });
      shop.send(management);
      expect(await shop.answerTo(management)).toBe("00");
      bankA.send(management);
      expect(text(await bankA.next("0830"), 39)).toBe("00");
    }
  });

  test("a stopped network leaves no timer behind", async () => {
    await network.stop();
    expect(clock.pending).toBe(0);
  });
});

describe("routing", () => {
  test("by BIN, the longest prefix first; the answer comes back on the request's own fields", async () => {
    for (const [pan, bank] of [
      [CARD_A, bankA],
      [CARD_B, bankB],
    ] as const) {
      const request = sale({ 2: pan });
      shop.send(request);
      const asked = await bank.next("0200");
      expect(asked).toEqual(request);
      bank.answer(asked, "51");
      expect(await shop.answerTo(request)).toBe("51");
    }
  });

  test("a token: the number is changed on the way, and no trace of it comes back", async () => {
    const chip = hexBytes("57116299900000000000018D3112201000000F9F3602000A9F2608AD03EE811AFAD484");
    const request = sale({ 2: TOKEN, 14: "3105", 35: `${TOKEN}D3105201`, 55: chip });
    shop.send(request);
    const asked = await tsp.next("authorise");
    expect(asked).toMatchObject({
      tokenPan: TOKEN,
      expiry: "3105",
      amountMinor: "000000001234",
      currency: "156",
      journeyId: journeyOf(request),
      chipData: toHex(chip),
    });
    tsp.accept(asked, CARD_A);
    const forwarded = await bankA.next("0200");
    expect(text(forwarded, 2)).toBe(CARD_A);
    expect(text(forwarded, 14)).toBe("3512");
    expect(forwarded.fields[35]).toBeUndefined();
    expect(toHex(forwarded.fields[55] as Uint8Array)).toBe("9f3602000a9f2608ad03ee811afad484");
    expect(parsePar(text(forwarded, 56))).toBe("K8B0000000000000000000000000A");
    expect(parseTokenBlock(text(forwarded, 63))).toMatchObject({ tokenPan: TOKEN, tokenExpiry: "3105" });
    bankA.answer(forwarded, "00", { 38: "123456", 14: "3512", 56: text(forwarded, 56)!, 63: text(forwarded, 63)! });
    const { message: answer } = parseCupsFrame(await shop.frames.take());
    expect([text(answer, 2), text(answer, 38), text(answer, 39)]).toEqual([TOKEN, "123456", "00"]);
    expect(JSON.stringify(answer.fields)).not.toContain(CARD_A.slice(0, -4));
    for (const field of [14, 35, 55, 56, 63]) expect(answer.fields[field]).toBeUndefined();
  });

  test.each(TokenRefusal.options)("what the TSP refuses as %s is declined, and no bank hears of it", async (reason) => {
    const request = sale({ 2: TOKEN });
    shop.send(request);
    tsp.refuse(await tsp.next("authorise"), reason);
    const code = await shop.answerTo(request);
    expect(isApproved(code) || responseFact(code).act === "retry").toBe(false);
    expect(await bankA.surprises()).toEqual([]);
  });

  test.each<[string, Record<number, FieldValue | undefined>, string]>([
    ["a number of no range of ours", { 2: card("412999010000000001") }, "92"],
    ["a range whose bank is not connected", { 2: card("621999010000000001") }, "92"],
    ["a number that fails its check", { 2: `${CARD_A.slice(0, -1)}${(Number(CARD_A.at(-1)) + 1) % 10}` }, "14"],
    ["no number", { 2: undefined }, "14"],
    ["no amount", { 4: undefined }, "30"],
    ["no trace number", { 11: undefined }, "30"],
    ["a processing code that nobody knows", { 3: "890000" }, "40"],
  ])("%s", async (_what, more, code) => {
    const request = sale(more);
    shop.send(request);
    expect(text(parseCupsFrame(await shop.frames.take()).message, 39)).toBe(code);
    expect(await bankA.surprises()).toEqual([]);
    expect(await owed()).toEqual([]);
  });

  test("a bank whose link is down: 91 at once, nothing left us and nothing is owed", async () => {
    bankA.down();
    expect(await shop.ask(sale())).toBe("91");
    const refund = message("0220", { 3: "200000" });
    expect(await shop.ask(refund)).toBe("91");
    expect(await owed()).toEqual([]);
    shop.send(reversalFor(sale()));
    expect(await shop.surprises()).toEqual([]);
  });

  test.each([
    ["does not answer", () => clock.advance(tspAnswerMs)],
    ["is cut off", () => tsp.down()],
  ])("a TSP that %s: 96 to a sale, and no answer to a reversal, which comes again", async (_what, fall) => {
    const request = sale({ 2: TOKEN });
    shop.send(request);
    await tsp.next("authorise");
    fall();
    expect(await shop.answerTo(request)).toBe("96");
    tsp.up();
    const reversal = reversalFor(request);
    shop.send(reversal);
    await tsp.next("translate");
    fall();
    expect(await shop.surprises()).toEqual([]);
    tsp.up();
    shop.send(reversal);
    tsp.accept(await tsp.next("translate"), CARD_A);
    bankA.answer(await bankA.next("0420"), "00");
    expect(await shop.answerTo(reversal)).toBe("00");
    expect(await owed()).toEqual([]);
  });

  test("a TSP that could not tell: 96 for good to that sale, and the next one may pass", async () => {
    const declined = sale({ 2: TOKEN });
    shop.send(declined);
    tsp.fail(await tsp.next("authorise"));
    expect(await shop.answerTo(declined)).toBe("96");
    expect(await shop.ask(declined)).toBe("96");
    expect(await tsp.frames.rest()).toEqual([]);
    const request = sale({ 2: TOKEN });
    shop.send(request);
    tsp.accept(await tsp.next("authorise"), CARD_A);
    bankA.answer(await bankA.next("0200"), "00");
    expect(await shop.answerTo(request)).toBe("00");
  });
});

describe("bad bytes", () => {
  test("a body that is no message goes back with a reject code in its header, and the link stays", async () => {
    const frame = encodeCupsFrame(
      { test: true, destination: "00010000", source: "99900010", rejectCode: "00000" },
      sale(),
    );
    const bad = frame.slice();
    bad.set([0x58, 0x58], 46);
    shop.sendFrame(bad);
    const back = await shop.frames.take();
    expect(parseHeader(back).header).toEqual({
      test: true,
      destination: "99900010",
      source: "00010000",
      rejectCode: "00065",
    });
    expect(toHex(back.subarray(46))).toBe(toHex(bad.subarray(46)));
    expect(shop.open).toBe(true);
    const request = sale();
    shop.send(request);
    bankA.answer(await bankA.next("0200"), "00");
    expect(await shop.answerTo(request)).toBe("00");
  });

  test("bytes without a header cut the peer off, and nobody else", async () => {
    const other = new ScriptedCaller("other acquirer", network.acquirers);
    shop.sendFrame(random.bytes(60));
    expect(shop.open).toBe(false);
    const request = sale();
    other.send(request);
    bankA.answer(await bankA.next("0200"), "00");
    expect(await other.answerTo(request)).toBe("00");
  });

  test("a bank's garbage answers nobody and cuts nothing", async () => {
    const request = sale();
    shop.send(request);
    const asked = await bankA.next("0200");
    bankA.deliver(random.bytes(80));
    bankA.answer(asked, "00");
    expect(await shop.answerTo(request)).toBe("00");
    expect(log).toContain("network.badIssuerFrame");
  });
});

describe("no answer in time", () => {
  test("98, and the reversal lies in the safe store before the acquirer hears of it", async () => {
    const request = sale();
    shop.send(request);
    await bankA.next("0200");
    let heard: readonly string[] | undefined;
    const watching = shop.answerTo(request).then(async () => {
      heard = await owed();
    });
    clock.advance(issuerAnswerMs);
    await watching;
    expect(heard).toEqual([journeyOf(request)]);
    const reversal = await bankA.next("0420");
    expect(parseF90(text(reversal, 90))).toEqual(keyOf(request));
    for (const field of [2, 3, 4, 22, 25, 32, 37, 41, 42, 49]) expect(text(reversal, field)).toBe(text(request, field));
    expect([text(reversal, 33), text(reversal, 39)]).toEqual(["00010000", "98"]);
    bankA.answer(reversal, "00");
    await until(async () => (await owed()).length === 0, "the reversal off the books");
  });

  test("a late 0210 that crosses the 0420 changes nothing: the acquirer keeps its one answer", async () => {
    const asked = await giveUp(sale(), bankA);
    const reversal = await bankA.next("0420");
    bankA.answer(asked, "00");
    bankA.answer(reversal, "00");
    expect(await shop.surprises()).toEqual([]);
    expect(await owed()).toEqual([]);
    expect(log).toContain("network.lateAnswer");
  });

  test("a reversal goes again, the same one, until it is acknowledged", async () => {
    await giveUp(sale(), bankA);
    const first = await bankA.next("0420");
    for (let i = 0; i < 3; i++) {
      clock.advance(issuerAnswerMs);
      await rest();
      clock.advance(reversalRepeatMs);
      expect(await bankA.next("0420")).toEqual(first);
    }
    expect(await owed()).toHaveLength(1);
    bankA.answer(first, "00");
    await until(async () => (await owed()).length === 0, "the acknowledgement");
    clock.advance(10 * reversalRepeatMs);
    expect((await bankA.surprises()).filter((mti) => mti === "0420")).toEqual([]);
  });

  test("'try again later' is no acknowledgement; any other answer is", async () => {
    await giveUp(sale(), bankA);
    bankA.answer(await bankA.next("0420"), "96");
    await rest();
    expect(await owed()).toHaveLength(1);
    clock.advance(reversalRepeatMs);
    bankA.answer(await bankA.next("0420"), "25");
    await until(async () => (await owed()).length === 0, "the acknowledgement");
  });

  test("a link that is cut while we wait: the reversal goes the moment it is there again", async () => {
    const request = sale();
    shop.send(request);
    await bankA.next("0200");
    bankA.down();
    expect(await shop.answerTo(request)).toBe("98");
    bankA.up();
    bankA.answer(await bankA.next("0820"), "00");
    bankA.answer(await bankA.next("0420"), "00");
    await until(async () => (await owed()).length === 0, "the acknowledgement");
  });

  test("an advice is not reversed: it gets no answer, and its repeat is carried out", async () => {
    const refund = message("0220", { 3: "200000", 90: encodeF90(keyOf(sale())!) });
    shop.send(refund);
    await bankA.next("0220");
    clock.advance(issuerAnswerMs);
    expect(await shop.surprises()).toEqual([]);
    expect(await owed()).toEqual([]);
    shop.send(refund);
    bankA.answer(await bankA.next("0220"), "00");
    expect(await shop.answerTo(refund)).toBe("00");
  });

  test("a payment that was given up and comes again is not sent on while its reversal is owed", async () => {
    const request = sale();
    await giveUp(request, bankA);
    const reversal = await bankA.next("0420");
    expect(await shop.ask(request)).toBe("98");
    expect(await bankA.surprises()).toEqual([]);
    bankA.answer(reversal, "00");
    await until(async () => (await owed()).length === 0, "the acknowledgement");
    // When we have forgotten it, the bank itself remembers that it was reversed.
    clock.advance(2 * answerKeptMs);
    await bankA.frames.rest();
    shop.send(request);
    bankA.answer(await bankA.next("0200"), "22");
    expect(await shop.answerTo(request)).toBe("22");
  });

  test("a bank that stays silent holds up no other bank's reversals", async () => {
    const stuck = [sale(), sale(), sale()];
    for (const request of stuck) shop.send(request);
    for (const _ of stuck) await bankA.next("0200");
    const other = sale({ 2: CARD_B });
    shop.send(other);
    await bankB.next("0200");
    clock.advance(issuerAnswerMs);
    for (const request of [...stuck, other]) expect(await shop.answerTo(request)).toBe("98");
    bankB.answer(await bankB.next("0420"), "00");
    await until(async () => (await owed()).length === stuck.length, "bank B's acknowledgement");
  });
});

describe("again", () => {
  test("a duplicate in flight joins the first: one request to the bank, one answer to each", async () => {
    const request = sale();
    shop.send(request);
    shop.send(request);
    const asked = await bankA.next("0200");
    expect(await bankA.surprises()).toEqual([]);
    bankA.answer(asked, "00", { 38: "654321" });
    expect(await shop.answerTo(request)).toBe("00");
    expect(await shop.answerTo(request)).toBe("00");
  });

  test("a duplicate afterwards gets the first answer, and nobody is asked; a reversal likewise", async () => {
    const request = sale();
    const reversal = reversalFor(request);
    for (const one of [request, reversal]) {
      shop.send(one);
      bankA.answer(await bankA.next(one.mti), "00", { 38: "654321" });
      const first = await shop.frames.take();
      shop.send(one);
      expect(toHex(await shop.frames.take())).toBe(toHex(first));
      expect(await bankA.surprises()).toEqual([]);
    }
    // Long afterwards the bank gives the first answer itself.
    clock.advance(answerKeptMs);
    await bankA.frames.rest();
    shop.send(request);
    bankA.answer(await bankA.next("0200"), "00");
    expect(await shop.answerTo(request)).toBe("00");
  });

  test("the same key with another card is another payment", async () => {
    const request = sale();
    const other: IsoMessage = { mti: "0200", fields: { ...request.fields, 2: CARD_B } };
    shop.send(request);
    shop.send(other);
    bankB.answer(await bankB.next("0200"), "51");
    bankA.answer(await bankA.next("0200"), "00");
    expect(await shop.answerTo(other)).toBe("51");
    expect(await shop.answerTo(request)).toBe("00");
  });

  test("the acquirer's own reversal may cross ours: the bank gets both, each its answer", async () => {
    const request = sale();
    await giveUp(request, bankA);
    const ours = await bankA.next("0420");
    const theirs = reversalFor(request);
    shop.send(theirs);
    const forwarded = await bankA.next("0420");
    expect(text(forwarded, 90)).toBe(text(ours, 90));
    bankA.answer(forwarded, "00");
    expect(await shop.answerTo(theirs)).toBe("00");
    expect(await owed()).toHaveLength(1);
    bankA.answer(ours, "00");
    await until(async () => (await owed()).length === 0, "our own acknowledgement");
  });
});

describe("after a crash", () => {
  test("reversals that were owed go until they are acknowledged, and their payments are not let through", async () => {
    const requests = [sale(), sale({ 2: CARD_B })];
    await giveUp(requests[0]!, bankA);
    await giveUp(requests[1]!, bankB);
    expect(await owed()).toHaveLength(2);
    open();
    // Before the bank is there at all, the network knows what it gave up.
    expect(await shop.ask(requests[0]!)).toBe("98");
    await bankA.signOn();
    await bankB.signOn();
    bankB.answer(await bankB.next("0420"), "00");
    const first = await bankA.next("0420");
    clock.advance(issuerAnswerMs);
    await rest();
    clock.advance(reversalRepeatMs);
    expect(await bankA.next("0420")).toEqual(first);
    bankA.answer(first, "00");
    await until(async () => (await owed()).length === 0, "both acknowledgements");
  });

  test("what it answered is forgotten: a duplicate asks the bank again, which gives its first answer", async () => {
    const request = sale();
    shop.send(request);
    bankA.answer(await bankA.next("0200"), "00");
    expect(await shop.answerTo(request)).toBe("00");
    open();
    await bankA.signOn();
    shop.send(request);
    bankA.answer(await bankA.next("0200"), "00");
    expect(await shop.answerTo(request)).toBe("00");
  });

  test("a row that does not open is put off, and holds up none of the others", async () => {
    await db.query(
      {
        text: "insert into owed_reversal (b, journey_id, issuer, message, tries, next_at) values (1, 'iso-x', '99900001', $1, 0, 0)",
      },
      [random.bytes(64)],
    );
    await giveUp(sale(), bankA);
    bankA.answer(await bankA.next("0420"), "00");
    await until(async () => (await owed()).length === 1, "the readable one's acknowledgement");
    expect(log).toContain("network.owedReversalUnreadable");
    const rows = await db.query<{ next_at: bigint }>({ text: "select next_at from owed_reversal" });
    expect(rows[0]!.next_at).toBeGreaterThan(BigInt(clock.now()));
  });
});

describe("journal", () => {
  test("every request with its answer, a keyed hash and the last four of the number, and no number", async () => {
    const request = sale();
    shop.send(request);
    bankA.answer(await bankA.next("0200"), "51");
    await shop.answerTo(request);
    await network.stop();
    const rows = await db.query<Record<string, unknown>>({ text: "select * from journal order by seq" });
    expect(rows.map((row) => [row["mti"], row["response_code"], row["amount_minor"]])).toEqual([["0200", "51", 1234n]]);
    expect(rows[0]).toMatchObject({ at: BigInt(clock.now()), answered_at: BigInt(clock.now()) });
    expect(rows.every((row) => row["journey_id"] === journeyOf(request))).toBe(true);
    expect(rows[0]!["pan_suffix"]).toBe(CARD_A.slice(-4));
    expect(rows[0]!["pan_hash"]).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(rows, (_key, value) => (typeof value === "bigint" ? `${value}` : value))).not.toContain(
      CARD_A.slice(0, -4),
    );
  });
});

describe("evidence", () => {
  const held = async (request: IsoMessage) => {
    const journeyId = journeyOf(request);
    const answer = await network.evidenceApi.holdings({ journeyId }, { journeyId, idempotencyKey: "e" });
    return answer.ok
      ? answer.value.holdings[0]!.facts.map(({ code, data }) =>
          [code, data["peer"], data["operation"], data["answer"] ?? data["field"]].filter(Boolean).join(" "),
        )
      : [];
  };

  test("of a payment that passed: what came and what was answered, and nothing written for it", async () => {
    const request = sale();
    shop.send(request);
    bankA.answer(await bankA.next("0200"), "51");
    expect(await shop.answerTo(request)).toBe("51");
    expect(await held(request)).toEqual(["received acquirer 0200", "decided acquirer 0200 51"]);
    expect(await db.query({ text: "select 1 as one from fact" })).toEqual([]);
  });

  test.each<[string, () => IsoMessage, string, readonly string[]]>([
    ["no route", () => sale({ 2: card("611111111111111") }), "92", ["routeMissing"]],
    ["a route to nobody", () => sale({ 2: card("621111111111111") }), "92", ["routeMissing"]],
    [
      "a number with a wrong digit",
      () => sale({ 2: `${TOKEN.slice(0, -1)}${(Number(TOKEN.at(-1)) + 1) % 10}` }),
      "14",
      ["messageMalformed F2"],
    ],
    ["no amount", () => sale({ 4: undefined }), "30", ["messageMalformed F4"]],
  ])("%s", async (_name, request, code, expected) => {
    const asked = request();
    shop.send(asked);
    expect(await shop.answerTo(asked)).toBe(code);
    const facts = await held(asked);
    expect(facts).toEqual(expect.arrayContaining([...expected]));
  });

  test("the bank's line is down", async () => {
    bankA.down();
    const request = sale();
    shop.send(request);
    expect(await shop.answerTo(request)).toBe("91");
    expect(await held(request)).toContain("linkNotReady issuer 0200");
  });

  test("the bank is silent: what is owed is on record, and so is its end", async () => {
    const request = sale();
    await giveUp(request, bankA);
    expect(await held(request)).toEqual(
      expect.arrayContaining(["sent issuer 0200", "unanswered issuer 0200", "reversalSent"]),
    );
    expect(await held(request)).not.toContain("reversalDone");
    bankA.answer(await bankA.next("0420"), "00");
    await until(async () => (await held(request)).includes("reversalDone"), "a reversal that is done");
  });

  test("the TSP could not decide: it did answer, and says so itself", async () => {
    const request = sale({ 2: TOKEN });
    shop.send(request);
    tsp.fail(await tsp.next("authorise"));
    expect(await shop.answerTo(request)).toBe("96");
    const facts = await held(request);
    expect(facts).toEqual(expect.arrayContaining(["sent tsp authoriseToken", "answered tsp authoriseToken internal"]));
    expect(facts.join()).not.toContain("unanswered");
  });

  test("the TSP is silent", async () => {
    const request = sale({ 2: TOKEN });
    shop.send(request);
    await tsp.next("authorise");
    clock.advance(tspAnswerMs);
    expect(await shop.answerTo(request)).toBe("96");
    expect(await held(request)).toEqual(
      expect.arrayContaining(["sent tsp authoriseToken", "unanswered tsp authoriseToken"]),
    );
  });
});
