import { connect, createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Link, LinkServer, Peer } from "#contracts/ports";
import { systemClock } from "./clock/index.ts";
import { silentLog } from "./log/index.ts";
import { memoryLink } from "./memory-link/index.ts";
import { FRAMINGS, tcpLink, tcpLinkServer } from "./tcp/index.ts";

const secret = new Uint8Array(32).fill(7);
let nextPort = 19_300 + (process.pid % 3) * 30;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function tcp(framing: "cups" | "length32", withSecret: boolean, theirSecret = secret) {
  const port = nextPort++;
  const base = { host: "127.0.0.1", port, framing: FRAMINGS[framing], log: silentLog, handshakeMs: 200 };
  return {
    port,
    link: tcpLink({ ...base, timers: systemClock, ...(withSecret ? { secret: theirSecret } : {}) }),
    server: tcpLinkServer({ ...base, ...(withSecret ? { secret } : {}) }),
  };
}

async function until(done: () => boolean, rounds = 400): Promise<boolean> {
  for (let i = 0; i < rounds && !done(); i++) await new Promise((next) => setTimeout(next, 5));
  return done();
}

/** The server sends every frame back; the caller keeps what it gets. */
async function echo({ link, server }: { link: Link; server: LinkServer }) {
  const got: Uint8Array[] = [];
  const seen = { up: 0, down: 0, closed: 0, peers: [] as Peer[] };
  await server.start({
    onOpen: (peer) => void seen.peers.push(peer),
    onFrame: (peer, frame) => void peer.send(frame),
    onClose: () => void seen.closed++,
  });
  link.start({ onFrame: (frame) => void got.push(frame), onUp: () => void seen.up++, onDown: () => void seen.down++ });
  stops.push(
    () => link.stop(),
    () => server.stop(),
  );
  return { got, seen };
}

describe.each([
  ["memory", () => memoryLink()],
  ["tcp, cups frames", () => tcp("cups", false)],
  ["tcp, length32 frames, shared secret", () => tcp("length32", true)],
] as const)("link over %s", (_name, make) => {
  test("frames arrive whole, in order, and unshared", async () => {
    const pair = make();
    const { got, seen } = await echo(pair);
    expect(await until(() => seen.up === 1)).toBe(true);
    const frames = Array.from({ length: 300 }, (_, i) => new Uint8Array(1 + ((i * 37) % 1500)).fill(i));
    for (const frame of frames) expect(pair.link.send(frame)).toBe(true);
    frames[0]!.fill(99);
    expect(await until(() => got.length === 300)).toBe(true);
    expect(got.map((frame) => [frame.length, frame[frame.length - 1]])).toEqual(
      frames.map((frame, i) => [frame.length, i & 0xff]),
    );
  });

  test("a handler that throws loses that peer, and the link comes back to a better one", async () => {
    const pair = make();
    const told: string[] = [];
    await pair.server.start({
      onOpen: () => void told.push("open"),
      onFrame() {
        throw new Error("a mistake of ours");
      },
      onClose: () => void told.push("close"),
    });
    pair.link.start({ onFrame() {}, onUp: () => void told.push("up"), onDown: () => void told.push("down") });
    stops.push(
      () => pair.link.stop(),
      () => pair.server.stop(),
    );
    await until(() => told.includes("up"));
    pair.link.send(Uint8Array.of(1));
    expect(await until(() => told.includes("down") && told.includes("close"))).toBe(true);
  });

  test("a stopped end neither sends nor hears", async () => {
    const pair = make();
    const { got, seen } = await echo(pair);
    await until(() => seen.up === 1);
    await pair.link.stop();
    expect(pair.link.send(Uint8Array.of(1))).toBe(false);
    expect(await until(() => seen.closed === 1)).toBe(true);
    seen.peers[0]!.send(Uint8Array.of(2));
    await until(() => got.length > 0, 5);
    expect(got).toEqual([]);
    expect(seen.down).toBe(1);
  });

  test("the server's stop cuts everyone", async () => {
    const pair = make();
    const { seen } = await echo(pair);
    await until(() => seen.up === 1);
    await pair.server.stop();
    expect(await until(() => seen.down === 1)).toBe(true);
    expect(pair.link.send(Uint8Array.of(1))).toBe(false);
  });

  test("a cut is told to both, and sending says that it did not", async () => {
    const pair = make();
    const { seen } = await echo(pair);
    expect(pair.link.send(new Uint8Array(1))).toBe(false);
    await until(() => seen.peers.length === 1 && seen.up === 1);
    seen.peers[0]!.close();
    expect(await until(() => seen.down === 1 && seen.closed === 1)).toBe(true);
  });
});

test("memory: cut and mended, what was on its way is lost and what comes after is not", async () => {
  const pair = memoryLink();
  const { got, seen } = await echo(pair);
  await until(() => seen.up === 1);
  pair.link.send(Uint8Array.of(1));
  pair.cut();
  expect(pair.link.send(Uint8Array.of(2))).toBe(false);
  pair.mend();
  pair.link.send(Uint8Array.of(3));
  expect(await until(() => got.length === 1)).toBe(true);
  expect([[...got[0]!], seen.up, seen.down, seen.closed]).toEqual([[3], 2, 1, 1]);
});

test("tcp: a frame longer than its framing carries is not sent", async () => {
  const pair = tcp("cups", false);
  const { got, seen } = await echo(pair);
  await until(() => seen.up === 1);
  expect(pair.link.send(new Uint8Array(10_000))).toBe(false);
  expect(pair.link.send(new Uint8Array(9999))).toBe(true);
  expect(await until(() => got.length === 1)).toBe(true);
});

test("tcp: frames behind one that made the server hang up are not looked at", async () => {
  const pair = tcp("cups", false);
  const heard: number[] = [];
  await pair.server.start({
    onOpen() {},
    onClose() {},
    onFrame(peer, frame) {
      heard.push(frame[0]!);
      peer.close();
    },
  });
  stops.push(() => pair.server.stop());
  const stranger = connect(pair.port, "127.0.0.1");
  stranger.on("error", () => {});
  stranger.end("0001a0001b0001c");
  await new Promise((resolve) => stranger.on("close", resolve));
  expect(heard).toEqual([97]);
});

test("tcp: who does not answer the challenge in time is cut off, whichever end he is", async () => {
  const guarded = tcp("length32", true);
  const { seen } = await echo(guarded);
  const silent = connect(guarded.port, "127.0.0.1");
  silent.on("error", () => {});
  silent.resume();
  let cut = false;
  silent.on("close", () => {
    cut = true;
  });
  expect(await until(() => cut)).toBe(true);
  expect(seen.peers.length).toBeLessThanOrEqual(1);
  // A port where somebody accepts and says nothing: tried again, and again.
  let calls = 0;
  const mute = createServer(() => void calls++);
  const port = nextPort++;
  await new Promise<void>((resolve) => mute.listen(port, "127.0.0.1", resolve));
  const { framing, timers, log } = { framing: FRAMINGS.length32, timers: systemClock, log: silentLog };
  const link = tcpLink({ host: "127.0.0.1", port, framing, timers, log, secret, handshakeMs: 20 });
  link.start({ onFrame() {}, onDown() {}, onUp: () => expect.unreachable() });
  expect(await until(() => calls >= 2)).toBe(true);
  await link.stop();
  mute.close();
});

test("tcp: a server that cannot prove that it has the secret is not talked to", async () => {
  let calls = 0;
  const impostor = createServer((socket) => {
    calls += 1;
    socket.on("error", () => {});
    socket.write(Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.alloc(16)]));
    socket.once("data", () => socket.write(Buffer.concat([Buffer.from([0, 0, 0, 32]), Buffer.alloc(32)])));
  });
  const port = nextPort++;
  await new Promise<void>((resolve) => impostor.listen(port, "127.0.0.1", resolve));
  const link = tcpLink({
    host: "127.0.0.1",
    port,
    framing: FRAMINGS.length32,
    timers: systemClock,
    log: silentLog,
    secret,
  });
  link.start({ onFrame() {}, onDown() {}, onUp: () => expect.unreachable() });
  expect(await until(() => calls >= 2)).toBe(true);
  expect(link.send(Uint8Array.of(1))).toBe(false);
  await link.stop();
  impostor.close();
});

test("tcp: comes back by itself after a cut", async () => {
  const pair = tcp("cups", true);
  const { seen, got } = await echo(pair);
  await until(() => seen.up === 1);
  seen.peers[0]!.close();
  expect(await until(() => seen.up === 2)).toBe(true);
  pair.link.send(Uint8Array.of(5));
  expect(await until(() => got.length === 1)).toBe(true);
});

test("tcp: without the secret nobody gets in", async () => {
  const { seen } = await echo(tcp("length32", true, new Uint8Array(32).fill(8)));
  expect(await until(() => seen.up > 0, 60)).toBe(false);
  expect(seen.peers.length).toBe(0);
});

test("tcp: garbage cuts that peer alone", async () => {
  const pair = tcp("cups", false);
  const { got, seen } = await echo(pair);
  await until(() => seen.up === 1);
  const stranger = connect(pair.port, "127.0.0.1");
  let cut = false;
  stranger.on("close", () => {
    cut = true;
  });
  stranger.on("error", () => {});
  stranger.write("GET / HTTP/1.1\r\n\r\n");
  expect(await until(() => cut)).toBe(true);
  pair.link.send(Uint8Array.of(1));
  expect(await until(() => got.length === 1)).toBe(true);
});
