import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  encodeTokenRequests,
  parseTokenAnswers,
  parseTokenRequests,
  type TokenRequest,
} from "#contracts/token-authorisation";
import { silentLog } from "#platform/log";
import { seededRandom } from "#platform/random";
import { FRAMINGS, tcpLinkServer } from "#platform/tcp";
import { concat, DecodeError } from "#protocol/bytes";
import { createDeframer } from "../../platform/tcp/framing.ts";
import { demo, openParties, type Parties } from "../parties/bank-and-tsp.ts";
import { tokenRequest } from "../parties/chip.ts";
import { digestOf, startTestDatabase, type TestDatabase } from "../parties/database.ts";
import { askTsp, type LiveToken, liveToken } from "../parties/tokens.ts";
import { spoil, spoiltJson, tenThousand } from "./mutate.ts";
import { sayTo } from "./sockets.ts";

const OPEN_PORT = 19_220;
const GUARDED_PORT = 19_221;
const secret = new Uint8Array(32).fill(5);
const framing = FRAMINGS.length32;

let database: TestDatabase;
let parties: Parties;
let token: LiveToken;
const entered: string[] = [];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  parties = await openParties(database);
  token = await liveToken(parties, "zhang", "secureElement");
  await parties.quiet();
  const at = (port: number) => ({ host: "127.0.0.1", port, framing, log: silentLog });
  const open = tcpLinkServer(at(OPEN_PORT));
  await open.start(parties.tsp.tokens);
  const guarded = tcpLinkServer({ ...at(GUARDED_PORT), secret });
  await guarded.start({ ...parties.tsp.tokens, onOpen: (peer) => void entered.push(peer.id) });
  stops.push(
    () => open.stop(),
    () => guarded.stop(),
  );
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await parties.stop();
  await database.stop();
});

const framed = (frame: Uint8Array) => concat(framing.encodeHead(frame.length), frame);
function framesOf(stream: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  createDeframer(
    framing,
    (frame) => frames.push(frame),
    () => {},
  )(Buffer.from(stream));
  return frames;
}
function requestsOf(frame: Uint8Array): readonly TokenRequest[] | undefined {
  try {
    return parseTokenRequests(frame);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

test("10,000 spoilt frames at the TSP's link", { timeout: 180_000 }, async () => {
  const stranger = "6299900000000000009";
  const samples = [
    [tokenRequest(token.tokenPan, token.chip(1))],
    [tokenRequest(token.tokenPan, token.chip(1)), tokenRequest(stranger, token.chip(2))],
    [tokenRequest(token.tokenPan, new Uint8Array(), { kind: "translate" })],
    [tokenRequest(stranger, token.chip(3), { expiry: "3111" })],
    [tokenRequest(stranger, new Uint8Array(), { kind: "translate" })],
  ];
  const frames = samples.map(encodeTokenRequests);
  const before = parties.lines.length;
  const outcomes = { cut: 0, answered: 0 };
  await tenThousand(
    (random) => {
      const which = random.below(samples.length);
      if (random.below(6) === 0) return spoil(framed(frames[which]!), random);
      return framed(random.below(2) === 0 ? spoil(frames[which]!, random) : spoiltJson(samples[which], random));
    },
    async (batch) => {
      // Left out: a payment by the token that lives here is checked, and a wrong cryptogram is counted.
      const bad = batch.filter(
        (stream) =>
          !framesOf(stream).some((frame) =>
            requestsOf(frame)?.some((one) => one.kind === "authorise" && one.tokenPan === token.tokenPan),
          ),
      );
      await Promise.all(
        bad.map(async (stream) => {
          const asked = framesOf(stream).flatMap((frame) => requestsOf(frame) ?? []);
          const answers = framesOf(await sayTo(OPEN_PORT, stream, asked.length > 0 ? 5000 : 0)).flatMap(
            parseTokenAnswers,
          );
          if (asked.length === 0) {
            outcomes.cut += 1;
            expect(answers).toEqual([]);
            return;
          }
          outcomes.answered += 1;
          for (const answer of answers) {
            if (answer.outcome === "refused") expect(answer.reason).toBe("unknownToken");
            else expect(answer).toMatchObject({ outcome: "accepted", pan: demo("zhang").pan });
          }
        }),
      );
      return bad.length;
    },
    () => digestOf(parties.db.tsp),
  );
  expect(outcomes.cut).toBeGreaterThan(5000);
  expect(outcomes.answered).toBeGreaterThan(100);
  const logged = parties.lines.slice(before);
  expect(
    logged.filter((line) => /^tsp\.badFrame .*"cause":"[a-zA-Z]+ at byte \d+ in frame/.test(line)).length,
  ).toBeGreaterThan(1000);
  for (const line of logged)
    for (const number of [demo("zhang").pan, token.tokenPan, stranger])
      if (line.includes(number)) expect.unreachable(line);
  const [paid] = await askTsp(parties, [tokenRequest(token.tokenPan, token.chip(1))]);
  expect(paid).toMatchObject({ outcome: "accepted" });
});

/** The caller's half of the handshake: nonce and proof, as they should be and then spoilt. */
function knock(make: (right: Uint8Array) => Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const heard: Buffer[] = [];
    const socket = connect({ host: "127.0.0.1", port: GUARDED_PORT });
    socket.on("error", () => {});
    socket.on("close", () => resolve(new Uint8Array(Buffer.concat(heard))));
    socket.on("data", (chunk) => {
      heard.push(chunk);
      if (heard.length > 1) return;
      const [theirs] = framesOf(chunk);
      const mine = new Uint8Array(16).fill(1);
      const proof = createHmac("sha256", secret).update("caller").update(theirs!).update(mine).digest();
      socket.end(make(framed(concat(mine, proof))));
    });
  });
}

test("2,000 wrong answers to the challenge: nobody gets in, and nothing is told", { timeout: 180_000 }, async () => {
  expect(framesOf(await knock((right) => right))).toHaveLength(2);
  expect(entered).toHaveLength(1);
  const request = encodeTokenRequests([tokenRequest(token.tokenPan, new Uint8Array(), { kind: "translate" })]);
  let tried = 0;
  for (let round = 0; tried < 2_000; round++) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const random = seededRandom(round * 100 + i);
        const heard = await knock((right) => {
          const wrong = random.below(3) === 0 ? framed(new Uint8Array()) : spoil(right, random);
          if (Buffer.compare(wrong.subarray(0, right.length), right) === 0) return new Uint8Array();
          // What follows a wrong proof is not listened to.
          return concat(wrong, framed(request));
        });
        tried += 1;
        expect(framesOf(heard)).toHaveLength(1);
      }),
    );
  }
  expect(entered).toHaveLength(1);
});
