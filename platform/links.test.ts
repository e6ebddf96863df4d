import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Link, LinkServer, Peer } from "#contracts/ports";
import { systemClock } from "./clock/index.ts";
import { silentLog } from "./log/index.ts";
import { memoryLink } from "./memory-link/index.ts";
import { FRAMINGS, tcpLink, tcpLinkServer } from "./tcp/index.ts";

const secret = new Uint8Array(32).fill(7);
let nextPort = 18_400 + (process.pid % 500) * 4;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function tcp(framing: "cups" | "length32", withSecret: boolean, theirSecret = secret) {
  const port = nextPort++;
  const base = { host: "127.0.0.1", port, framing: FRAMINGS[framing], log: silentLog };
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
  const seen = { up: 0, down: 0, peers: [] as Peer[] };
  await server.start({
    onOpen: (peer) => void seen.peers.push(peer),
    onFrame: (peer, frame) => void peer.send(frame),
    onClose() {},
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

  test("a cut is told to both, and sending says that it did not", async () => {
    const pair = make();
    const { seen } = await echo(pair);
    expect(pair.link.send(new Uint8Array(1))).toBe(false);
    await until(() => seen.peers.length === 1 && seen.up === 1);
    seen.peers[0]!.close();
    expect(await until(() => seen.down === 1)).toBe(true);
  });
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
