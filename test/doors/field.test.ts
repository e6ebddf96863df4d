import type { Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Acquirer, createAcquirer, DEFAULT_ACQUIRER, migrations } from "#acquirer";
import { runContactless } from "#acquirer/terminal";
import { manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { Hono, type Listening, listen } from "#platform/http";
import { memoryLink } from "#platform/memory-link";
import type { PostgresDb } from "#platform/postgres";
import { seededRandom } from "#platform/random";
import { hexBytes } from "#protocol/bytes";
import { answerHeader, answerTo, encodeCupsFrame, parseCupsFrame } from "#protocol/iso8583";
import { money } from "#protocol/money";
import { attachField } from "../../app/faces/field.ts";
import { context, eventually, must, recordingLog, START } from "../parties/bank-and-tsp.ts";
import { digestOf, startTestDatabase, type TestDatabase } from "../parties/database.ts";
import { type Maker, spoil, tenThousand } from "./mutate.ts";

const PORT = 19_240;
const TERMINALS = ["T0000001", "T0000002", "T0000003"];
/** A real card's answers (test/tap.test.ts). */
const CARD = [
  "6F30840E325041592E5359532E4444463031A51EBF0C1B61194F08A000000333010101500A50424F43204445424954870101 9000",
  "6F598408A000000333010101A54D500A50424F432044454249548701019F38189F66049F02069F03069F1A0295055F2A029A039C019F37045F2D027A689F1101019F120A50424F43204445424954BF0C0A9F4D020B0ADF4D020C0A 9000",
  "774F82027C009F36020ADC57116299999999999999D201120101234567899F101307010103A00000010A010000038787868FD1FC9F2608AD03EE811AFAD4845F3401009F6C0200009F5D060000000387879000",
].map(hexBytes);
const NUMBER = "6299999999999999";

let database: TestDatabase;
let db: PostgresDb;
let acquirer: Acquirer;
let listening: Listening;
const lines: string[] = [];
const codes = new Map<string, string>();

beforeAll(async () => {
  database = await startTestDatabase();
  db = await database.open("acquirer", migrations);
  const clock = manualClock(START);
  // A network that approves whatever it gets.
  const { link, server } = memoryLink();
  await server.start({
    onOpen() {},
    onClose() {},
    onFrame(peer, frame) {
      const { header, message } = parseCupsFrame(frame);
      peer.send(encodeCupsFrame(answerHeader(header), answerTo(message, "00")));
    },
  });
  acquirer = createAcquirer({
    db,
    clock,
    timers: clock,
    random: seededRandom(1),
    log: recordingLog(lines),
    groupCommit,
    network: link,
    config: DEFAULT_ACQUIRER,
  });
  await acquirer.start();
  listening = await listen(new Hono(), { host: "127.0.0.1", port: PORT });
  attachField(listening.server, {
    hosts: new Set([`localhost:${PORT}`]),
    origins: new Set([`http://localhost:${PORT}`]),
    answerWithinMs: 60_000,
    present: (terminalId, code, card) => acquirer.presentCard(terminalId, code, card),
  });
  for (const terminalId of TERMINALS) {
    const armed = await acquirer.till.startSale({ terminalId, amount: { minor: "1234", currency: "156" } }, context());
    codes.set(terminalId, must(armed).pairingCode);
  }
});
afterAll(async () => {
  await listening.close();
  await acquirer.stop();
  await database.stop();
});

/** What a device does in one hold: its answers in turn, and when it misbehaves as a WebSocket. */
interface Hold {
  readonly answers: readonly Uint8Array[];
  readonly manner: "plain" | "text" | "two" | "unasked" | "gone" | "huge" | "wrongCode";
}

const holds: Maker<Hold> = (random) => {
  const which = random.below(CARD.length);
  const answers = CARD.map((answer, i) => (i === which ? spoil(answer, random) : answer));
  const manner =
    random.below(12) === 0
      ? (["text", "two", "unasked", "gone", "huge", "wrongCode"] as const)[random.below(6)]!
      : "plain";
  return { answers, manner };
};

/** The same kernel on the same answers: a tap that still makes a payment is not a spoilt one. */
async function pays({ answers, manner }: Hold): Promise<boolean> {
  if (manner !== "plain") return false;
  let step = 0;
  const result = await runContactless(
    { transmit: async () => answers[Math.min(step++, 2)]! },
    { terminalId: "T0000001", country: "156", cvmLimitMinor: 100_000n, contactlessLimitMinor: 5_000_000n },
    { amount: money(1234n), type: "00", at: START, unpredictableNumber: new Uint8Array(4), sequence: 1 },
  );
  return result.outcome === "online";
}

/** Holds a device to a terminal until the terminal lets go. */
function hold(terminalId: string, { answers, manner }: Hold): Promise<number> {
  const code = manner === "wrongCode" ? "00".repeat(16) : codes.get(terminalId);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://localhost:${PORT}/field/${terminalId}?code=${code}`);
    let step = 0;
    socket.on("open", () => manner === "unasked" && socket.send(answers[0]!));
    socket.on("message", () => {
      const answer = answers[Math.min(step++, 2)]!;
      if (manner === "gone" && step === 2) return socket.terminate();
      if (manner === "text") return socket.send("9000");
      socket.send(manner === "huge" ? new Uint8Array(5000) : answer);
      if (manner === "two") socket.send(answer);
    });
    socket.on("error", (error) => reject(error));
    socket.on("close", (closed) => resolve(closed));
  });
}

test("10,000 spoilt holds to a terminal's field: no payment, and the terminal waits on", {
  timeout: 180_000,
}, async () => {
  const closed = new Map<number, number>();
  await tenThousand(
    holds,
    async (batch) => {
      const bad: Hold[] = [];
      for (const one of batch) if (!(await pays(one))) bad.push(one);
      const queue = [...bad];
      await Promise.all(
        TERMINALS.map(async (terminalId) => {
          for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
            const code = await hold(terminalId, one);
            closed.set(code, (closed.get(code) ?? 0) + 1);
          }
        }),
      );
      return bad.length;
    },
    () => digestOf(db),
  );
  // Let go in order, not waiting (wrong code, or the last device is still being let go), misbehaved, torn away, too big.
  expect([...closed.keys()].filter((code) => ![1000, 1003, 1006, 1008, 1009].includes(code))).toEqual([]);
  for (const line of lines) if (line.includes(NUMBER)) expect.unreachable(line);
  for (const terminalId of TERMINALS) {
    const { sales } = must(await acquirer.till.history({ terminalId }, context()));
    expect(sales).toEqual([]);
    // The field is free again once the terminal has noticed that the last device went.
    await eventually(async () => {
      await hold(terminalId, { answers: CARD, manner: "plain" });
      return must(await acquirer.till.history({ terminalId }, context())).sales.length > 0;
    });
    expect(must(await acquirer.till.history({ terminalId }, context())).sales).toMatchObject([
      { state: "approved", amount: { minor: "1234" }, tokenSuffix: "9999" },
    ]);
  }
});

test("a device that misbehaves and then plays dead does not hold the terminal", async () => {
  const [terminalId] = TERMINALS as [string];
  const armed = must(
    await acquirer.till.startSale({ terminalId, amount: { minor: "100", currency: "156" } }, context()),
  );
  codes.set(terminalId, armed.pairingCode);
  const socket = new WebSocket(`ws://localhost:${PORT}/field/${terminalId}?code=${armed.pairingCode}`);
  await new Promise<void>((resolve) => {
    socket.on("message", () => {
      // What ended the tap leaves, and from now on nothing is read: the closing handshake never ends.
      socket.send("9000", () => resolve());
      socket.pause();
      (socket as unknown as { _socket: Socket })._socket.pause();
    });
  });
  await eventually(async () => (await hold(terminalId, { answers: CARD, manner: "plain" })) === 1000);
  const { sale } = armed;
  expect(must(await acquirer.till.sale({ saleId: sale.saleId }, context()))).toMatchObject({ state: "approved" });
  socket.terminate();
});

test.each([
  ["another page", { origin: "http://localhost:9999" }],
  ["another name for us", { host: `evil.example:${PORT}` }],
])("%s gets no field", async (_name, headers) => {
  const socket = new WebSocket(`ws://localhost:${PORT}/field/T0000001?code=${codes.get("T0000001")}`, { headers });
  const status = await new Promise<number | undefined>((resolve) => {
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    socket.on("error", () => {});
    socket.on("open", () => resolve(undefined));
  });
  expect(status).toBe(403);
});
