import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_POLICY } from "#issuer";
import { DEFAULT_TIMING } from "#network";
import {
  encodeCupsFrame,
  encodeF90,
  type FieldValue,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  text,
} from "#protocol/iso8583";
import { toF7 } from "#protocol/time";
import { MASTER_KEYS, type Token } from "#tsp";
import { field55 } from "../parties/chip.ts";
import { ScriptedCaller } from "../peers/scripted.ts";
import { allEnded, booked, expectLaws } from "./laws.ts";
import { openTables, openWorld, PARTIES, type Tables, type World } from "./world.ts";

/*
 * One race each, through all four parties as they are. Wires are honest but for what a test holds back; where a message
 * must be of another shape than our own acquirer's, a scripted acquirer sends it.
 */

const HEADER = { test: true, destination: "00010000", source: "99900010", rejectCode: "00000" };
const MOMENT_MS = 2000;
const LONG_MS = 300_000;
let tables: Tables;
let world: World;
let zhang: Token;
let shop: ScriptedCaller;

beforeAll(async () => {
  tables = await openTables();
});
afterAll(() => tables.close());
beforeEach(async () => {
  world = await openWorld(tables, 1);
  await world.run(MOMENT_MS);
  zhang = tables.tokens[0]!;
  shop = new ScriptedCaller("acquirer", world.network.acquirers);
});
afterEach(async () => {
  world.end();
  await tables.rest();
});

async function balance(token = zhang): Promise<{ posted: bigint; held: bigint }> {
  const id = token === zhang ? "account-zhang" : "account-li";
  const rows = await tables.db.issuer.query<{ posted_minor: bigint; held_minor: bigint }>(
    { text: "select posted_minor, held_minor from account where id = $1" },
    [id],
  );
  return { posted: rows[0]!.posted_minor, held: rows[0]!.held_minor };
}
const OPENING = 10_000_00n;

/** Time goes on until everything has ended; then all the laws hold. */
async function settle(): Promise<void> {
  for (let step = 0; step < 40 && !(await allEnded(tables)); step++) await world.run(30_000);
  expect(await allEnded(tables)).toBe(true);
  await expectLaws(tables, world);
}
const states = async () => (await booked(tables)).map(({ state }) => state);

let stan = 500_000;
/** A message of a strange acquirer. */
function message(mti: string, more: Readonly<Record<number, FieldValue | undefined>> = {}): IsoMessage {
  stan += 1;
  const fields: Record<number, FieldValue> = {};
  const all: Readonly<Record<number, FieldValue | undefined>> = {
    2: zhang.tokenPan,
    3: "000000",
    4: "000000001234",
    7: toF7(world.clock.now()),
    11: String(stan),
    14: zhang.tokenExpiry,
    18: "5814",
    22: "072",
    25: "00",
    32: "99900020",
    33: "99900020",
    37: String(stan).padStart(12, "0"),
    41: "STRANGE1",
    42: "999000250810001",
    43: "CHN29000STRANGE SHOP".padEnd(40),
    49: "156",
    ...more,
  };
  for (const key in all) if (all[key] !== undefined) fields[Number(key)] = all[key];
  return { mti, fields };
}
let atc = 40;
/** With the chip data of the token's next ATC. */
function tapped(mti: "0100" | "0200", minor: bigint): IsoMessage {
  atc += 1;
  const card = { pan: zhang.tokenPan, psn: zhang.psn };
  const [sessionKey] = tables.keys.tsp.deriveSessionKeys(MASTER_KEYS.secureElement, card, [atc]);
  return message(mti, {
    3: mti === "0100" ? "030000" : "000000",
    4: `${minor}`.padStart(12, "0"),
    55: field55({ sessionKey: sessionKey!, atc, keyClass: "secureElement", amountMinor: minor }),
  });
}
const about = (original: IsoMessage) => ({ 90: encodeF90(keyOf(original)!) });
const reversalOf = (original: IsoMessage) =>
  message("0420", {
    3: original.fields[3],
    4: original.fields[4],
    25: original.fields[25],
    39: "98",
    ...about(original),
  });

async function ask(request: IsoMessage): Promise<string> {
  shop.send(request);
  await world.run(MOMENT_MS);
  return shop.answerTo(request);
}
async function journeysAtBank(journeyId: string) {
  return tables.db.issuer.query<{ kind: string; state: string }>(
    { text: "select kind, state from authorisation where journey_id = $1" },
    [journeyId],
  );
}
const postingsOf = async (request: IsoMessage) =>
  (
    await tables.db.issuer.query<{ minor: bigint }>({ text: "select minor from posting where journey_id = $1" }, [
      journeyIdOf(keyOf(request)!),
    ])
  ).map(({ minor }) => minor);

describe("lost and late answers", () => {
  test("a late 0210 crosses the 0420: the sale ends reversed, and no money moves", async () => {
    world.wires.networkToIssuer.hold("<");
    const selling = world.tap(zhang, 50_00n);
    await world.run(DEFAULT_TIMING.issuerAnswerMs + MOMENT_MS);
    expect((await selling)?.state).toBe("reversing");
    expect((await balance()).posted).toBe(OPENING);
    // Held were the approval and the acknowledgements of both reversals, the network's and the acquirer's.
    expect(world.wires.networkToIssuer.letGo()).toBe(3);
    await settle();
    expect(await states()).toEqual(["reversed"]);
    expect((await balance()).posted).toBe(OPENING);
  });

  test("a reversal that arrives before its original: a tombstone, then 22, and no money at any time", async () => {
    world.wires.networkToIssuer.hold(">");
    const selling = world.tap(zhang, 50_00n);
    await world.run(DEFAULT_TIMING.issuerAnswerMs + MOMENT_MS);
    expect((await selling)?.state).toBe("reversing");
    expect(world.wires.networkToIssuer.letGo("lastFirst")).toBeGreaterThanOrEqual(2);
    await world.run(MOMENT_MS);
    const [sale] = await booked(tables);
    expect(await journeysAtBank(sale!.journeyId)).toEqual([{ kind: "tombstone", state: "reversed" }]);
    const late = world.sent.find(({ wire, message }) => wire === "networkToIssuer" && message.mti === "0210");
    expect(text(late!.message, 39)).toBe("22");
    expect(await tables.db.issuer.query({ text: "select 1 from posting where kind <> 'opening'" })).toEqual([]);
    await settle();
  });

  test("an ATC that was accepted while the bank stayed silent remains spent", async () => {
    world.wires.networkToIssuer.hold(">", "<");
    const selling = world.tap(zhang, 10_00n);
    await world.run(DEFAULT_TIMING.issuerAnswerMs + MOMENT_MS);
    await selling;
    world.wires.networkToIssuer.letGo();
    await settle();
    const again = world.replay();
    await world.run(MOMENT_MS);
    expect(await again).toMatchObject({ state: "declined", responseCode: "94" });
  });

  test("a TSP that dies with the answer in hand: 96 for good, and no money however often it comes", async () => {
    world.wires.networkToTsp.hold("<");
    const request = tapped("0200", 12_34n);
    shop.send(request);
    await world.run(MOMENT_MS);
    world.kill("tsp");
    await world.run(DEFAULT_TIMING.tspAnswerMs);
    expect(await shop.answerTo(request)).toBe("96");
    world.wires.networkToTsp.letGo();
    world.restart("tsp");
    await world.run(MOMENT_MS);
    expect(await ask(request)).toBe("96");
    expect(await postingsOf(request)).toEqual([]);
    expect(await tables.db.tsp.query({ text: "select 1 from spent" })).toHaveLength(1);
  });

  test("a straggler that is approved after the shop was told 'declined' is reversed", async () => {
    world.kill("tsp");
    const selling = world.tap(zhang, 50_00n);
    await world.run(DEFAULT_TIMING.tspAnswerMs + MOMENT_MS);
    expect(await selling).toMatchObject({ state: "declined", responseCode: "96" });
    world.restart("tsp");
    // The network forgets what it answered, and a second copy of the message comes out of some queue.
    const request = world.sent.find(({ wire, message }) => wire === "acquirerToNetwork" && message.mti === "0200")!;
    world.kill("network");
    world.restart("network");
    await world.run(MOMENT_MS);
    world.wires.acquirerToNetwork.link.send(encodeCupsFrame(HEADER, request.message));
    await world.run(MOMENT_MS);
    expect(world.sent.some(({ message }) => message.mti === "0210" && text(message, 39) === "00")).toBe(true);
    await settle();
    expect(await states()).toEqual(["reversed"]);
    expect((await balance()).posted).toBe(OPENING);
  });

  test("a TSP that stays silent: a reversal has no answer until it can be carried out", async () => {
    const request = tapped("0200", 12_34n);
    expect(await ask(request)).toBe("00");
    world.kill("tsp");
    const reversal = reversalOf(request);
    shop.send(reversal);
    await world.run(DEFAULT_TIMING.tspAnswerMs + MOMENT_MS);
    expect(await shop.surprises()).toEqual([]);
    expect(await postingsOf(request)).toEqual([-12_34n]);
    world.restart("tsp");
    await world.run(MOMENT_MS);
    expect(await ask(reversal)).toBe("00");
    expect((await balance()).posted).toBe(OPENING);
    await settle();
  });

  test("a refund whose answer is lost goes again, and is booked once", async () => {
    const selling = world.tap(zhang, 50_00n);
    await world.run(MOMENT_MS);
    const sale = await selling;
    world.wires.networkToIssuer.hold("<");
    const giving = world.giveBack("refund", sale!.saleId, 20_00n);
    await world.run(LONG_MS);
    expect((await giving)?.state).toBe("sent");
    expect((await balance()).posted).toBe(OPENING - 30_00n);
    world.wires.networkToIssuer.letGo();
    await settle();
    expect(await states()).toEqual(["approved", "approved"]);
    expect((await balance()).posted).toBe(OPENING - 30_00n);
  });

  test("a void whose answer is lost is undone: the sale stands, and can be voided anew", async () => {
    const selling = world.tap(zhang, 50_00n);
    await world.run(MOMENT_MS);
    const sale = (await selling)!;
    world.wires.networkToIssuer.hold("<");
    const voiding = world.giveBack("void", sale.saleId, 0n);
    await world.run(DEFAULT_TIMING.issuerAnswerMs + MOMENT_MS);
    expect((await voiding)?.state).toBe("reversing");
    world.wires.networkToIssuer.letGo();
    await settle();
    expect((await balance()).posted).toBe(OPENING - 50_00n);
    const again = world.giveBack("void", sale.saleId, 0n);
    await world.run(MOMENT_MS);
    expect((await again)?.state).toBe("approved");
    expect((await balance()).posted).toBe(OPENING);
    await settle();
  });
});

describe("again", () => {
  test("a duplicate 0200 gets the first answer and is decided once, across a restart of every party", async () => {
    const request = tapped("0200", 12_34n);
    expect(await ask(request)).toBe("00");
    for (const party of PARTIES) {
      world.kill(party);
      world.restart(party);
      await world.run(MOMENT_MS);
      if (party === "network") shop = new ScriptedCaller("acquirer", world.network.acquirers);
      expect(await ask(request), party).toBe("00");
    }
    expect(await postingsOf(request)).toEqual([-12_34n]);
    expect(await tables.db.tsp.query({ text: "select 1 from spent" })).toHaveLength(1);
  });

  test("a declined payment stays declined, however often it comes and whatever has happened to the account", async () => {
    const request = tapped("0200", OPENING + 1n);
    expect(await ask(request)).toBe("51");
    await tables.db.issuer.query({ text: "update account set credit_limit_minor = 100 where id = 'account-zhang'" });
    world.kill("network");
    world.restart("network");
    await world.run(MOMENT_MS);
    shop = new ScriptedCaller("acquirer", world.network.acquirers);
    expect(await ask(request)).toBe("51");
  });

  test("a duplicate 0420 is acknowledged each time, and undoes once", async () => {
    const request = tapped("0200", 12_34n);
    await ask(request);
    const reversal = reversalOf(request);
    expect(await ask(reversal)).toBe("00");
    world.kill("network");
    world.restart("network");
    await world.run(MOMENT_MS);
    shop = new ScriptedCaller("acquirer", world.network.acquirers);
    expect(await ask(reversal)).toBe("00");
    expect(await ask(reversalOf(request))).toBe("00");
    expect((await balance()).posted).toBe(OPENING);
    // And the payment does not come to life again.
    expect(await ask(request)).toBe("22");
    await settle();
  });
});

describe("refund and void at the bank", () => {
  test("refunds above the sale: 64, and up to it they pass", async () => {
    const request = tapped("0200", 10_00n);
    await ask(request);
    const refund = (minor: bigint) =>
      message("0220", { 3: "200000", 4: `${minor}`.padStart(12, "0"), ...about(request) });
    expect(await ask(refund(10_01n))).toBe("64");
    expect(await ask(refund(6_00n))).toBe("00");
    expect(await ask(refund(4_01n))).toBe("64");
    expect(await ask(refund(4_00n))).toBe("00");
    expect(await ask(refund(1n))).toBe("64");
    expect((await balance()).posted).toBe(OPENING);
  });

  test("a part of a sale cannot be voided, nor a sale twice, nor a void; a refunded sale neither", async () => {
    const request = tapped("0200", 10_00n);
    await ask(request);
    const voiding = (original: IsoMessage, minor = 10_00n) =>
      message("0200", { 3: "200000", 4: `${minor}`.padStart(12, "0"), ...about(original) });
    expect(await ask(voiding(request, 9_99n))).toBe("64");
    const done = voiding(request);
    expect(await ask(done)).toBe("00");
    expect(await ask(voiding(request))).toBe("12");
    expect(await ask(voiding(done))).toBe("12");
    expect((await balance()).posted).toBe(OPENING);
    const other = tapped("0200", 10_00n);
    await ask(other);
    expect(await ask(message("0220", { 3: "200000", 4: "000000000100", ...about(other) }))).toBe("00");
    expect(await ask(voiding(other))).toBe("12");
    expect((await balance()).posted).toBe(OPENING - 9_00n);
  });
});

describe("holds", () => {
  const completionOf = (original: IsoMessage, minor: bigint) =>
    message("0200", { 25: "06", 4: `${minor}`.padStart(12, "0"), ...about(original) });

  test("a pre-authorisation holds, its completion takes what was used and lets the rest go", async () => {
    const request = tapped("0100", 100_00n);
    expect(await ask(request)).toBe("00");
    expect(await balance()).toEqual({ posted: OPENING, held: 100_00n });
    expect(await ask(completionOf(request, 100_01n))).toBe("64");
    expect(await ask(completionOf(request, 60_00n))).toBe("00");
    expect(await balance()).toEqual({ posted: OPENING - 60_00n, held: 0n });
    expect(await ask(completionOf(request, 1_00n))).toBe("12");
  });

  test("a hold expires: the sweep gives it back, and a completion afterwards takes nothing", async () => {
    const request = tapped("0100", 100_00n);
    expect(await ask(request)).toBe("00");
    // Days pass, without every echo test of them.
    world.clock.advance(DEFAULT_POLICY.payment.holdMs - LONG_MS);
    await world.run(MOMENT_MS);
    expect((await balance()).held).toBe(100_00n);
    await world.run(LONG_MS + DEFAULT_POLICY.sweepEveryMs);
    expect(await balance()).toEqual({ posted: OPENING, held: 0n });
    expect(await ask(completionOf(request, 60_00n))).toBe("12");
    expect(await balance()).toEqual({ posted: OPENING, held: 0n });
  });

  test("a pre-authorisation that is reversed holds nothing, and completes to nothing", async () => {
    const request = tapped("0100", 100_00n);
    await ask(request);
    expect(await ask(reversalOf(request))).toBe("00");
    expect(await balance()).toEqual({ posted: OPENING, held: 0n });
    expect(await ask(completionOf(request, 60_00n))).toBe("12");
  });

  test("a completion whose answer is lost is reversed: the hold is there again, until it expires", async () => {
    const request = tapped("0100", 100_00n);
    await ask(request);
    const completion = completionOf(request, 60_00n);
    world.wires.networkToIssuer.hold("<");
    shop.send(completion);
    await world.run(DEFAULT_TIMING.issuerAnswerMs + MOMENT_MS);
    expect(await shop.answerTo(completion)).toBe("98");
    world.wires.networkToIssuer.letGo();
    await world.run(MOMENT_MS);
    expect(await balance()).toEqual({ posted: OPENING, held: 100_00n });
  });
});

describe("crashes", () => {
  test("the network dies between request and answer, with all it had: acquirer and bank put it right by F90", async () => {
    world.wires.networkToIssuer.hold("<");
    const selling = world.tap(zhang, 50_00n);
    await world.run(MOMENT_MS);
    expect((await balance()).posted).toBe(OPENING - 50_00n);
    world.kill("network");
    await world.run(MOMENT_MS);
    expect((await selling)?.state).toBe("reversing");
    // Nobody waits for the network's journal, so it may be lost whole.
    await tables.db.network.query({ text: "truncate journal, owed_reversal" });
    world.wires.networkToIssuer.letGo();
    world.restart("network");
    await settle();
    expect(await states()).toEqual(["reversed"]);
    expect((await balance()).posted).toBe(OPENING);
    const reversal = world.sent.find(({ wire, message }) => wire === "acquirerToNetwork" && message.mti === "0420")!;
    const request = world.sent.find(({ wire, message }) => wire === "acquirerToNetwork" && message.mti === "0200")!;
    expect(text(reversal.message, 90)).toBe(encodeF90(keyOf(request.message)!));
  });

  test.each(["before the bank has it", "after the bank has booked it"] as const)(
    "the acquirer dies %s: its next start reverses the sale",
    async (when) => {
      world.wires[when === "before the bank has it" ? "acquirerToNetwork" : "networkToIssuer"].hold(">", "<");
      if (when === "after the bank has booked it") world.wires.networkToIssuer.hold("<");
      void world.tap(zhang, 50_00n);
      await world.run(MOMENT_MS);
      expect((await balance()).posted).toBe(when === "before the bank has it" ? OPENING : OPENING - 50_00n);
      world.kill("acquirer");
      await world.run(MOMENT_MS);
      expect(await states()).toEqual(["sent"]);
      world.wires.acquirerToNetwork.letGo();
      world.wires.networkToIssuer.letGo();
      world.restart("acquirer");
      await settle();
      expect(await states()).toEqual(["reversed"]);
      expect((await balance()).posted).toBe(OPENING);
    },
  );

  test("the acquirer dies with the approval in hand: either it stands on both sides, or on neither", async () => {
    for (let ms = 0; ms <= 240; ms += 12) {
      void world.tap(zhang, 1_00n);
      await world.run(ms);
      world.kill("acquirer");
      world.restart("acquirer");
      await world.run(MOMENT_MS);
    }
    await settle();
    const ended = await states();
    expect(new Set(ended)).toEqual(new Set(["approved", "reversed"]));
    const approved = BigInt(ended.filter((state) => state === "approved").length);
    expect((await balance()).posted).toBe(OPENING - approved * 1_00n);
  });

  test("every party dies at once, and comes back in any order", async () => {
    for (const order of [PARTIES, [...PARTIES].reverse()]) {
      const selling = [world.tap(zhang, 1_00n), world.tap(tables.tokens[2]!, 2_00n)];
      void selling;
      await world.run(60);
      for (const party of PARTIES) world.kill(party);
      await world.run(MOMENT_MS);
      for (const party of order) {
        world.restart(party);
        await world.run(MOMENT_MS);
      }
    }
    await settle();
  });
});
