import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { CallContext } from "#contracts/operation";
import type { Db, LinkServerHandlers, Peer } from "#contracts/ports";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { silentLog } from "#platform/log";
import { type MemoryLink, memoryLink } from "#platform/memory-link";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { hexBytes } from "#protocol/bytes";
import {
  answerHeader,
  answerTo,
  encodeCupsFrame,
  type IsoMessage,
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
  await db.query({ text: "truncate sale" });
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
