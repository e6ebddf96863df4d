import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Random } from "#contracts/ports";
import { createNetwork, DEFAULT_TIMING, type Network, migrations as networkMigrations } from "#network";
import { systemClock } from "#platform/clock";
import { openKeyStore } from "#platform/keystore";
import { silentLog } from "#platform/log";
import type { PostgresDb } from "#platform/postgres";
import { FRAMINGS, tcpLink, tcpLinkServer } from "#platform/tcp";
import { concat, DecodeError, hexBytes, toLatin1 } from "#protocol/bytes";
import {
  CUPS,
  encodeCupsFrame,
  encodeF90,
  encodeHeader,
  encodeMessage,
  encodeTokenBlock,
  type FieldValue,
  HEADER_BYTES,
  type IsoMessage,
  keyOf,
  messageClass,
  panOf,
  parseCupsFrame,
  parseHeader,
  parseMessage,
  text,
} from "#protocol/iso8583";
import { DEMO_CARDS, DEMO_RANGES } from "#protocol/pan";
import { TOKEN_RANGES } from "#protocol/paytoken";
import { chinaDate, toF7 } from "#protocol/time";
import { createDeframer } from "../../platform/tcp/framing.ts";
import { demo, eventually, openParties, type Parties, recordingLog } from "../parties/bank-and-tsp.ts";
import { digestOf, startTestDatabase, type TestDatabase } from "../parties/database.ts";
import { type LiveToken, liveToken } from "../parties/tokens.ts";
import cups from "../vectors/iso8583-cups.json" with { type: "json" };
import { type Maker, spoilt, tenThousand } from "./mutate.ts";
import { sayTo } from "./sockets.ts";

const NETWORK_PORT = 19_210;
const ISSUER_PORT = 19_211;
const TSP_PORT = 19_212;
const ISSUER = "99900001";
const cupsFraming = FRAMINGS.cups;

let database: TestDatabase;
let parties: Parties;
let network: Network;
let networkDb: PostgresDb;
let token: LiveToken;
const lines: string[] = [];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  parties = await openParties(database);
  networkDb = await database.open("network", networkMigrations);
  token = await liveToken(parties, "zhang", "secureElement");
  await parties.quiet();
  const at = (port: number, framing: "cups" | "length32") => ({
    host: "127.0.0.1",
    port,
    framing: FRAMINGS[framing],
    log: silentLog,
  });
  network = createNetwork({
    db: networkDb,
    clock: parties.clock,
    timers: systemClock,
    log: recordingLog(lines),
    keys: openKeyStore({ memory: true }, parties.random),
    tsp: tcpLink({ ...at(TSP_PORT, "length32"), timers: systemClock }),
    issuers: [{ id: ISSUER, link: tcpLink({ ...at(ISSUER_PORT, "cups"), timers: systemClock }) }],
    config: {
      institution: "00010000",
      routes: [
        ...Object.values(TOKEN_RANGES).map(({ prefix }) => ({ prefix, to: { kind: "token" } as const })),
        ...Object.values(DEMO_RANGES).map(({ prefix }) => ({ prefix, to: { kind: "issuer", id: ISSUER } as const })),
      ],
      timing: DEFAULT_TIMING,
    },
  });
  for (const [server, handlers] of [
    [tcpLinkServer(at(ISSUER_PORT, "cups")), parties.issuer.iso],
    [tcpLinkServer(at(TSP_PORT, "length32")), parties.tsp.tokens],
    [tcpLinkServer(at(NETWORK_PORT, "cups")), network.acquirers],
  ] as const) {
    await server.start(handlers);
    stops.push(() => server.stop());
  }
  network.start();
  await eventually(async () => text(await ask(NETWORK_PORT, purchase({ 4: "000000000001" })), 39) === "00");
});
afterAll(async () => {
  await network.stop();
  for (const stop of stops) await stop();
  await parties.stop();
  await database.stop();
});

let stan = 0;
function message(mti: string, more: Readonly<Record<number, FieldValue>>): IsoMessage {
  stan += 1;
  const now = parties.clock.now();
  return {
    mti,
    fields: {
      2: demo("zhang").pan,
      3: "000000",
      4: "000000001234",
      7: toF7(now),
      11: String(stan).padStart(6, "0"),
      13: chinaDate(now),
      18: "5814",
      22: "072",
      25: "00",
      32: "48020000",
      33: "00010000",
      37: String(stan).padStart(12, "0"),
      41: "T0000001",
      42: "999000150810001",
      43: "CHN29000DEMO CAFE".padEnd(40),
      49: "156",
      ...more,
    },
  };
}
const purchase = (more: Readonly<Record<number, FieldValue>> = {}) => message("0200", more);
const header = (destination: string) => ({ test: true, destination, source: "48020000", rejectCode: "00000" });
const framed = (frame: Uint8Array) => concat(cupsFraming.encodeHead(frame.length), frame);

function framesOf(stream: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  createDeframer(
    cupsFraming,
    (frame) => frames.push(frame),
    () => {},
  )(Buffer.from(stream));
  return frames;
}

async function ask(port: number, request: IsoMessage): Promise<IsoMessage> {
  const link = tcpLink({ host: "127.0.0.1", port, framing: cupsFraming, timers: systemClock, log: silentLog });
  const frame = await new Promise<Uint8Array>((resolve) => {
    link.start({
      onUp: () => void link.send(encodeCupsFrame(header("00010000"), request)),
      onDown() {},
      onFrame: resolve,
    });
  });
  await link.stop();
  return parseCupsFrame(frame).message;
}

/** Requests of every kind: of a card that lives here, of cards nobody here has, and management. */
function samples(): IsoMessage[] {
  const original = purchase();
  const about = { 90: encodeF90(keyOf(original)!) };
  const tokenBlock = {
    63: encodeTokenBlock({ tokenPan: token.tokenPan, tokenExpiry: "3111", assurance: "11", trid: "99900000001" }),
  };
  return [
    ...cups.messages.map(({ hex }) => parseMessage(CUPS, hexBytes(hex))),
    original,
    purchase({ 2: token.tokenPan, 55: token.chip(1) }),
    purchase({ ...tokenBlock, 35: `${demo("zhang").pan}D3512201`, 52: new Uint8Array(8) }),
    message("0100", { 3: "030000" }),
    message("0220", { 3: "200000", ...about }),
    message("0200", { 3: "200000", ...about }),
    message("0420", about),
    message("0200", { 3: "300000" }),
    message("0820", { 70: "301" }),
  ];
}

/** A message with fields left out, taken from another one, or of another type: well-formed still. */
function reshaped(messages: readonly IsoMessage[], random: Random): IsoMessage {
  const any = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
  const one = any(messages);
  const fields: Record<number, FieldValue> = { ...one.fields };
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    const number = Number(any(Object.keys(fields)));
    const other = any(messages).fields[number];
    if (other === undefined || random.below(3) > 0) delete fields[number];
    else fields[number] = other;
  }
  return {
    mti:
      random.below(4) === 0
        ? any(["0100", "0110", "0200", "0210", "0220", "0302", "0420", "0430", "0800", "0820", "0290", "9999"])
        : one.mti,
    fields,
  };
}

/** Spoilt in the head, the header, the message's bytes, or its fields. */
function streams(destination: string): Maker<Uint8Array> {
  const messages = samples();
  const frames = messages.map((one) => encodeCupsFrame(header(destination), one));
  const frame = spoilt(frames);
  const stream = spoilt(frames.map(framed));
  const body = spoilt(messages.map((one) => encodeMessage(CUPS, one)));
  return (random) => {
    switch (random.below(6)) {
      case 0:
        return stream(random);
      case 1:
        return framed(frame(random));
      case 2:
        return framed(encodeCupsFrame(header(destination), reshaped(messages, random)));
      default: {
        // A right header before a wrong body.
        const bytes = body(random);
        return framed(concat(encodeHeader(header(destination), HEADER_BYTES + bytes.length), bytes));
      }
    }
  };
}

const orUndefined = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
};

const SECRETS = () => [
  ...DEMO_CARDS.map(({ pan }) => pan),
  token.tokenPan,
  "6224242000000021",
  "6226601056288547930",
  "2168690064003583890",
];
const expectSilentOnNumbers = (logged: readonly string[]) => {
  for (const line of logged) for (const secret of SECRETS()) if (line.includes(secret)) expect.unreachable(line);
};

test("10,000 spoilt messages at the network's door for acquirers", { timeout: 180_000 }, async () => {
  // Left out: what still has its key fields and amount and asks for something known is a message, and is journalled.
  const whole = (frame: Uint8Array) => {
    const read = orUndefined(() => parseCupsFrame(frame).message);
    return (
      read !== undefined && keyOf(read) !== undefined && text(read, 4) !== undefined && messageClass(read) !== "unknown"
    );
  };
  const outcomes = { sentBack: 0, answered: 0, cut: 0 };
  const all = async () => (await Promise.all([networkDb, parties.db.issuer, parties.db.tsp].map(digestOf))).join();
  lines.length = 0;
  await tenThousand(
    streams("00010000"),
    async (batch) => {
      const bad = batch.filter((stream) => !framesOf(stream).some(whole));
      await Promise.all(
        bad.map(async (stream) => {
          const [frame] = framesOf(stream);
          const [back] = framesOf(await sayTo(NETWORK_PORT, stream));
          if (back === undefined) {
            outcomes.cut += 1;
            return;
          }
          const asked = parseHeader(frame!).header;
          const told = parseHeader(back).header;
          expect([told.destination, told.source]).toEqual([asked.source, asked.destination]);
          if (told.rejectCode === "00000") {
            outcomes.answered += 1;
            expect(["00", "30", "40"]).toContain(text(parseCupsFrame(back).message, 39));
          } else {
            outcomes.sentBack += 1;
            expect(told.rejectCode).toBe("00065");
            expect(toLatin1(back.subarray(46))).toBe(toLatin1(frame!.subarray(46)));
          }
        }),
      );
      return bad.length;
    },
    all,
  );
  for (const [outcome, count] of Object.entries(outcomes)) expect(count, outcome).toBeGreaterThan(50);
  const causes = lines.filter((line) => line.startsWith("network.badFrame"));
  expect(causes.length).toBeGreaterThan(1000);
  for (const cause of causes)
    if (!/"cause":"messageMalformed","at":"[a-zA-Z]+ at byte \d+/.test(cause)) expect.unreachable(cause);
  expectSilentOnNumbers(lines);
  expect(text(await ask(NETWORK_PORT, purchase()), 39)).toBe("00");
  expect(text(await ask(NETWORK_PORT, purchase({ 2: token.tokenPan, 55: token.chip(1) })), 39)).toBe("00");
});

test("10,000 spoilt messages at the bank's door for the network", { timeout: 180_000 }, async () => {
  // Left out: a request that names one of the bank's cards, an amount and itself may be booked, or refused on record.
  const ours = new Set(DEMO_CARDS.map(({ pan }) => pan));
  const whole = (frame: Uint8Array) => {
    const read = orUndefined(() => parseCupsFrame(frame).message);
    const pan = read === undefined ? undefined : panOf(read);
    if (read === undefined || pan?.ok !== true || !ours.has(pan.value.expose())) return false;
    return keyOf(read) !== undefined && text(read, 4) !== undefined && text(read, 49) !== undefined;
  };
  const outcomes = new Map<string, number>();
  await parties.quiet();
  const before = parties.lines.length;
  await tenThousand(
    streams(ISSUER),
    async (batch) => {
      const bad = batch.filter((stream) => !framesOf(stream).some(whole));
      await Promise.all(
        bad.map(async (stream) => {
          // The bank looks the card up before it answers.
          const isRequest = framesOf(stream).some((frame) => {
            const read = orUndefined(() => parseCupsFrame(frame));
            return read?.header.rejectCode === "00000" && Number(read.message.mti[2]) % 2 === 0;
          });
          const [back] = framesOf(await sayTo(ISSUER_PORT, stream, isRequest ? 5000 : 0));
          const code = back === undefined ? "no answer" : text(parseCupsFrame(back).message, 39)!;
          outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
        }),
      );
      return bad.length;
    },
    () => digestOf(parties.db.issuer),
  );
  // What is no message gets no answer; what lacks a field 30; what the bank does not do 12 or 40; strangers' cards 14.
  expect([...outcomes.keys()].filter((code) => !["no answer", "00", "12", "14", "30", "40"].includes(code))).toEqual(
    [],
  );
  for (const code of ["no answer", "14", "30"]) expect(outcomes.get(code), code).toBeGreaterThan(50);
  const logged = parties.lines.slice(before);
  expect(logged.filter((line) => line.startsWith("issuer.badFrame")).length).toBeGreaterThan(1000);
  expectSilentOnNumbers(logged);
  expect(text(await ask(ISSUER_PORT, purchase()), 39)).toBe("00");
});
test.each(["0210", "0290", "0430", "0830"])("nobody answers a %s that was not asked for", async (mti) => {
  for (const port of [NETWORK_PORT, ISSUER_PORT]) {
    const frame = encodeCupsFrame(header("00010000"), { ...purchase(), mti });
    expect((await sayTo(port, framed(frame))).length).toBe(0);
    const sentBack = encodeCupsFrame({ ...header("00010000"), rejectCode: "00065" }, purchase());
    expect((await sayTo(port, framed(sentBack))).length).toBe(0);
  }
});

describe.each([
  ["network", NETWORK_PORT],
  ["issuer", ISSUER_PORT],
] as const)("the %s's port", (_name, port) => {
  test.each([
    ["a browser", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["nothing", ""],
    ["keep-alives", "00000000"],
    ["a head alone", "0512"],
    ["a short frame", "0004abcd"],
    ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001"],
  ])("%s does not disturb it", async (_what, said) => {
    expect((await sayTo(port, Buffer.from(said, "latin1"))).length).toBe(0);
    expect(text(await ask(port, message("0820", { 70: "301" })), 39)).toBe("00");
  });
});
