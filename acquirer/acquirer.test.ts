import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { CallContext } from "#contracts/operation";
import type { Db, LinkServerHandlers, Peer } from "#contracts/ports";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { silentLog } from "#platform/log";
import { type MemoryLink, memoryLink } from "#platform/memory-link";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { hexBytes, toHex } from "#protocol/bytes";
import {
  answerHeader,
  answerTo,
  encodeCupsFrame,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  messageClass,
  parseCupsFrame,
  parseF90,
  text,
} from "#protocol/iso8583";
import { money } from "#protocol/money";
import { type ExpiryYymm, instant } from "#protocol/time";
import { type Acquirer, createAcquirer, DEFAULT_ACQUIRER, migrations } from "./index.ts";

const chip = {
  tokenPan: "6299900000000000019",
  expiry: "3112" as ExpiryYymm,
  psn: "001",
  field55: hexBytes("9F2608AD03EE811AFAD484"),
  cardClaimsVerification: true,
};

/** A network that answers as told, and keeps what it was sent. */
interface ScriptedNetwork {
  readonly wire: MemoryLink;
  readonly got: IsoMessage[];
  signedOn: boolean;
  /** F39 for each message; undefined: silence. */
  answer: (message: IsoMessage) => string | undefined;
}

let serial = 0;
let db: Db & { close(): Promise<void> };
let clock: ManualClock;
let network: ScriptedNetwork;
let acquirer: Acquirer;

async function openNetwork(answer: ScriptedNetwork["answer"]): Promise<ScriptedNetwork> {
  const made: ScriptedNetwork = { wire: memoryLink(), got: [], signedOn: false, answer };
  const handlers: LinkServerHandlers = {
    onOpen() {},
    onClose() {},
    onFrame(peer: Peer, frame) {
      const { header, message } = parseCupsFrame(frame);
      if (message.mti === "0820") made.signedOn = true;
      else made.got.push(message);
      const code = message.mti === "0820" ? "00" : made.answer(message);
      if (code !== undefined) peer.send(encodeCupsFrame(answerHeader(header), answerTo(message, code)));
    },
  };
  await made.wire.server.start(handlers);
  return made;
}

async function open(): Promise<void> {
  acquirer = createAcquirer({
    db,
    clock,
    timers: clock,
    random: seededRandom(++serial),
    log: silentLog,
    groupCommit,
    network: network.wire.link,
    config: DEFAULT_ACQUIRER,
  });
  await acquirer.start();
  await until(() => expect(network.signedOn).toBe(true));
}

/** Waits for what links and the database bring about by themselves; the clock stands still meanwhile. */
const until = (expectation: () => unknown) => vi.waitFor(expectation, { timeout: 5000, interval: 5 });
/** Moves the clock on until it is so, and waits each time for what that sets going: an answer must not meet its own time-out. */
const inTime = (expectation: () => unknown) =>
  vi.waitFor(
    () => {
      clock.advance(DEFAULT_ACQUIRER.reversalRepeatMs);
      return expectation();
    },
    { timeout: 20_000, interval: 150 },
  );
const becomes = (saleId: string, state: string) => until(async () => expect((await view(saleId)).state).toBe(state));
const arrived = (kind: string, count: number) =>
  until(() => expect(kinds().filter((one) => one === kind)).toHaveLength(count));

const context = (): CallContext => ({ journeyId: "j", idempotencyKey: `key-${++serial}` });
const buy = () => acquirer.purchase("T0000001", money(10_00n), chip);
function must<T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}
const view = async (saleId: string) => must(await acquirer.till.sale({ saleId }, context()));
const kinds = () => network.got.map((message) => messageClass(message));

beforeAll(async () => {
  db = await openPglite("acquirer", migrations);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query({ text: "truncate sale, fact, case_code" });
  await db.query({ text: "update merchant set blocked = false, contactless = true" });
  await db.query({ text: "update terminal set applications = 'all', emv_mode = true" });
  clock = manualClock(instant(Date.UTC(2026, 10, 24, 4)));
  network = await openNetwork(() => "00");
  await open();
});
afterEach(() => acquirer.stop());

test("98 says that nobody knows what the bank did: the sale is reversed, by its own key", async () => {
  network.answer = (message) => (messageClass(message) === "reversal" ? "00" : "98");
  const sale = await buy();
  expect(sale.state).toBe("reversing");
  await becomes(sale.saleId, "reversed");
  expect(kinds()).toEqual(["purchase", "reversal"]);
  expect(parseF90(text(network.got[1]!, 90))).toMatchObject({
    mti: "0200",
    f7: text(network.got[0]!, 7),
    f11: text(network.got[0]!, 11),
  });
});

test("a link cut in the middle: being reversed, and reversed as soon as the link is there again", async () => {
  network.answer = () => undefined;
  const selling = buy();
  await arrived("purchase", 1);
  network.wire.cut();
  const sale = await selling;
  expect(sale).toMatchObject({ state: "reversing", words: { en: "No answer: being reversed, no money will move" } });
  network.answer = () => "00";
  network.wire.mend();
  await becomes(sale.saleId, "reversed");
});

test("a reversal without an acknowledgement goes again, the same one", async () => {
  network.answer = (message) => (messageClass(message) === "reversal" ? undefined : "98");
  const sale = await buy();
  for (let count = 1; count <= 3; count++) {
    await arrived("reversal", count);
    if (count === 3) network.answer = () => "00";
    await inTime(() => expect(kinds().filter((kind) => kind === "reversal").length).toBeGreaterThan(count));
  }
  await inTime(async () => expect((await view(sale.saleId)).state).toBe("reversed"));
  const reversals = network.got.filter((message) => messageClass(message) === "reversal");
  expect(new Set(reversals.map((message) => text(message, 11))).size).toBe(1);
});

test("a refund that the bank cannot decide on goes again until it can, and is never reversed", async () => {
  const sale = await buy();
  const answers = ["91", undefined, "98", "00"];
  network.answer = () => answers.shift();
  const refund = await acquirer.till.refund(
    { saleId: sale.saleId, amount: { minor: "400", currency: "156" } },
    context(),
  );
  expect(refund.ok && refund.value.state).toBe("sent");
  await inTime(async () => expect(refund.ok && (await view(refund.value.saleId)).state).toBe("approved"));
  expect((await view(sale.saleId)).refundedMinor).toBe("400");
  expect(kinds()).toEqual(["purchase", "refund", "refund", "refund", "refund"]);
  expect(new Set(network.got.slice(1).map((message) => text(message, 11))).size).toBe(1);
});

test("a sale that a crash left open is reversed at the next start; one that is under way then is not", async () => {
  network.answer = () => undefined;
  const lost = buy();
  await arrived("purchase", 1);
  const trace = text(network.got[0]!, 11);
  // The first one is left as a crash leaves it: it never hears of its answer.
  const crashed = acquirer;
  clock.advance(1000);
  network = await openNetwork((message) => (messageClass(message) === "reversal" ? "00" : undefined));
  await open();
  const selling = buy();
  await arrived("purchase", 1);
  await arrived("reversal", 1);
  expect(parseF90(text(network.got.find((message) => messageClass(message) === "reversal")!, 90))?.f11).toBe(trace);
  await until(async () => {
    const { sales } = must(await acquirer.till.history({ terminalId: "T0000001" }, context()));
    expect(sales.map(({ state }) => state).sort()).toEqual(["reversed", "sent"]);
  });
  clock.advance(DEFAULT_ACQUIRER.answerMs);
  expect((await selling).state).toBe("reversing");
  expect((await lost).state).toBe("reversed");
  await crashed.stop();
});

const held = async (journeyId: string) => {
  const { holdings } = must(await acquirer.evidenceApi.holdings({ journeyId }, context()));
  expect(holdings).toHaveLength(1);
  return holdings[0]!.facts.map(({ code, party, data }) => [code, party, data["answer"]].filter(Boolean).join(" "));
};
const journeyOf = async (caseCode: string | undefined) =>
  must(await acquirer.evidenceApi.journeyOfCase({ caseCode: caseCode! }, context())).journeyId;

test.each([
  ["declined", () => "51", undefined, ["saleKept acquirer", "sent acquirer", "answered acquirer 51"]],
  [
    "reversed",
    (message: IsoMessage) => (messageClass(message) === "reversal" ? "00" : "98"),
    "answerLostReversed",
    ["saleKept acquirer", "sent acquirer", "unanswered acquirer", "reversalSent acquirer", "reversalDone acquirer"],
  ],
] as const)(
  "a sale that came out %s has a case code, which leads to all that is held of it",
  async (state, answer, cause, facts) => {
    network.answer = answer;
    const sale = await buy();
    await becomes(sale.saleId, state);
    const failed = await view(sale.saleId);
    expect(failed.cause).toBe(cause);
    expect((await view(sale.saleId)).caseCode).toBe(failed.caseCode);
    expect(await held((await journeyOf(failed.caseCode))!)).toEqual(facts);
  },
);

test("an approved sale has no case code; nobody else's code leads anywhere", async () => {
  expect((await buy()).caseCode).toBeUndefined();
  expect(await journeyOf("K7F-3QM")).toBeUndefined();
});

/** A card that answers each command in turn, and is gone when it has no more to say. */
const answering = (...answers: readonly string[]) => {
  const left = [...answers];
  return {
    async transmit() {
      const next = left.shift();
      if (next === undefined) throw new Error("gone");
      return hexBytes(next);
    },
  };
};
const DIRECTORY =
  "6F30840E325041592E5359532E4444463031A51EBF0C1B61194F08A000000333010101500A50424F432044454249548701019000";
const FCI_WITH_PDOL = "6F128408A000000333010101A5069F38039F66049000";
const PAID =
  "7738820200009F3602000157136299900000000000018D31122010000000000F9F100807010103A00000019F2608AD03EE811AFAD4845F3401019000";
/** A card that gives all that a payment wants. */
const paying = () => answering(DIRECTORY, FCI_WITH_PDOL, PAID);
const isoJourney = (message: IsoMessage) => journeyIdOf(keyOf(message)!);
const FCI = "6F0A8408A0000003330101019000";

test.each([
  ["no card armed", answering("6A82"), "noCardArmed"],
  ["a stranger's application alone", answering("6F0FA50DBF0C0A61084F06A000000004109000"), "noCommonApplication"],
  ["taken away at once", answering(), "tapTorn"],
  ["taken away when the cryptogram was asked for", answering(DIRECTORY, FCI), "tapTornAfterCryptogram"],
  ["an application that refuses the mode", answering(DIRECTORY, FCI, "6985"), "readerModeUnsupported"],
] as const)("a tap that became no payment: %s", async (_name, card, cause) => {
  const amount = { minor: "1000", currency: "156" } as const;
  const { sale, pairingCode } = must(await acquirer.till.startSale({ terminalId: "T0000001", amount }, context()));
  const tapped = await acquirer.presentCard("T0000001", pairingCode, card);
  expect(tapped).toMatchObject({ state: "waitingForCard", cause });
  expect(await journeyOf(tapped.caseCode)).toBe(sale.saleId);
  expect(await held(sale.saleId)).toEqual([`${cause} terminal`]);
});

test("another card comes while one is read: neither pays, and each may come alone; a stranger's code disturbs nobody", async () => {
  const amount = { minor: "1000", currency: "156" } as const;
  const { sale, pairingCode } = must(await acquirer.till.startSale({ terminalId: "T0000001", amount }, context()));
  const refused = (code: string) => acquirer.presentCard("T0000001", code, paying()).then(...outcomes);
  const outcomes = [() => "read", () => "refused"] as const;
  const first = paying();
  let commands = 0;
  const tapped = await acquirer.presentCard("T0000001", pairingCode, {
    async transmit() {
      if (++commands === 1) expect(await refused("0".repeat(32))).toBe("refused");
      if (commands === 2) expect(await refused(pairingCode)).toBe("refused");
      return first.transmit();
    },
  });
  expect(tapped).toMatchObject({ state: "waitingForCard", cause: "severalCards" });
  expect(commands).toBe(2);
  expect(kinds()).toEqual([]);
  expect(await held(sale.saleId)).toEqual(["severalCards terminal"]);
  expect(await acquirer.presentCard("T0000001", pairingCode, paying())).toMatchObject({ state: "approved" });
});

test("the same sale tapped again: its approval is shown, nothing is sent, and that is on record", async () => {
  const amount = { minor: "1000", currency: "156" } as const;
  const { sale, pairingCode } = must(await acquirer.till.startSale({ terminalId: "T0000001", amount }, context()));
  expect(await acquirer.presentCard("T0000001", pairingCode, paying())).toMatchObject({ state: "approved" });
  const again = await acquirer.presentCard("T0000001", pairingCode, answering());
  expect(again).toMatchObject({ saleId: sale.saleId, state: "approved", cause: "secondTapSameSale" });
  expect(kinds()).toEqual(["purchase"]);
  const { holdings } = must(await acquirer.evidenceApi.holdings({ journeyId: isoJourney(network.got[0]!) }, context()));
  expect(holdings[0]!.facts.map(({ code }) => code)).toContain("secondTapSameSale");
});

test("what a terminal was loaded with: applications it has not, a mode that cards refuse", async () => {
  const amount = { minor: "1000", currency: "156" } as const;
  const tap = async (card: ReturnType<typeof answering>) => {
    const { pairingCode } = must(await acquirer.till.startSale({ terminalId: "T0000001", amount }, context()));
    return acquirer.presentCard("T0000001", pairingCode, card);
  };
  expect(await acquirer.setTerminal("T0000001", { applications: "credit" })).toBe(true);
  expect(await tap(answering(DIRECTORY))).toMatchObject({ cause: "noCommonApplication" });
  expect(await acquirer.setTerminal("T0000001", { applications: "debit", emvMode: false })).toBe(true);
  const asked: string[] = [];
  const card = answering(DIRECTORY, FCI_WITH_PDOL, "6985");
  await tap({
    transmit: async (...apdu: readonly Uint8Array[]) => {
      asked.push(toHex(apdu[0]!));
      return card.transmit();
    },
  });
  // Qualifiers: the mode's bit is off, as it was loaded.
  expect(asked.at(-1)).toMatch(/^80a80000068304[01][0-9a-f]{7}00$/);
  expect(await acquirer.setTerminal("T9999999", { emvMode: true })).toBe(false);
});

test("a number that is typed in is sent as one: no chip data, and the entry mode says so", async () => {
  const { tokenPan, expiry } = chip;
  expect(await acquirer.purchase("T0000001", money(10_00n), { tokenPan, expiry })).toMatchObject({ state: "approved" });
  const [message] = network.got;
  expect([text(message!, 2), text(message!, 14), text(message!, 22)]).toEqual([tokenPan, expiry, "012"]);
  expect([message!.fields[23], message!.fields[55]]).toEqual([undefined, undefined]);
});

test("over the limit of the till, a blocked merchant, one that takes no taps", async () => {
  const start = (minor: string) =>
    acquirer.till.startSale({ terminalId: "T0000001", amount: { minor, currency: "156" } }, context());
  const { pairingCode } = must(await start("5000001"));
  expect(await acquirer.presentCard("T0000001", pairingCode, answering())).toMatchObject({
    cause: "aboveTerminalLimit",
  });
  for (const [change, cause] of [
    [{ blocked: true }, "merchantBlocked"],
    [{ blocked: false, contactless: false }, "cardKindNotOpened"],
  ] as const) {
    expect(await acquirer.setMerchant("999000150810001", change)).toBe(true);
    const refused = await start("1000");
    expect(refused).toMatchObject({ ok: false, error: { code: "wrongState", cause } });
    const caseCode = refused.ok ? undefined : refused.error.caseCode;
    expect(await held((await journeyOf(caseCode))!)).toEqual([`${cause} acquirer`]);
  }
  expect(await acquirer.setMerchant("nobody", { blocked: true })).toBe(false);
});

test("a refund of nothing that we sold says so", async () => {
  const amount = { minor: "1", currency: "156" } as const;
  const asked = { journeyId: "refund-1", idempotencyKey: "refund-1" };
  expect(await acquirer.till.refund({ saleId: "unknown", amount }, asked)).toMatchObject({
    error: { code: "notFound", cause: "refundNotMatched" },
  });
  const again = await acquirer.till.refund({ saleId: "unknown", amount }, asked);
  expect(await journeyOf(again.ok ? undefined : again.error.caseCode)).toBe("refund-1");
  expect(new Set(await held("refund-1"))).toEqual(new Set(["refundNotMatched acquirer"]));
});
