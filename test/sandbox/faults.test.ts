import { describe, expect, test } from "vitest";
import type { Link, LinkHandlers } from "#contracts/ports";
import type { FaultSpec } from "#contracts/sandbox-api";
import { manualClock } from "#platform/clock";
import { hexBytes, ok } from "#protocol/bytes";
import { encodeCupsFrame, parseCupsFrame } from "#protocol/iso8583";
import { instant } from "#protocol/time";
import { createFaultBoard } from "../../app/sandbox/faults.ts";

const START = instant(1_764_000_000_000);
const context = { journeyId: "j", idempotencyKey: "k" };

/** A line whose far end writes down what comes, and can speak. */
function line() {
  const arrived: number[][] = [];
  let handlers: LinkHandlers | undefined;
  const link: Link = {
    start: (given) => {
      handlers = given;
      given.onUp();
    },
    send: (frame) => arrived.push([...frame]) > 0,
    stop: async () => {},
  };
  return { link, arrived, say: (...bytes: number[]) => handlers!.onFrame(Uint8Array.from(bytes)) };
}

function stage(does?: FaultSpec["does"], more: Partial<FaultSpec> = {}) {
  const clock = manualClock(START);
  const board = createFaultBoard(clock);
  const far = line();
  const heard: string[] = [];
  const near = board.link("networkToIssuer", far.link);
  near.start({
    onUp: () => void heard.push("up"),
    onDown: () => void heard.push("down"),
    onFrame: (frame) => void heard.push(`frame ${frame.join()}`),
  });
  const carried: string[] = [];
  const calls = board.calls("tspToIssuer", {
    ask: async (request: { readonly text: string }) => {
      carried.push(request.text);
      return ok({});
    },
  } as never) as unknown as { ask(request: object, context: object): Promise<unknown> };
  const ids =
    does === undefined
      ? []
      : (["networkToIssuer", "tspToIssuer", "field"] as const).map((edge) => board.add({ edge, does, ...more }));
  const card = board.field({ transmit: async (apdu) => Uint8Array.of(...apdu, 0x90, 0x00, 0x11, 0x22) });
  return { clock, board, near, far, heard, calls, carried, ids, card };
}
const FRAME = Uint8Array.of(1, 2, 3, 4);

describe("a line without a fault", () => {
  test("carries frames, calls and APDUs as they are, whatever stands on other lines", async () => {
    const { board, near, far, heard, calls, carried, card } = stage();
    board.add({ edge: "walletToTsp", does: "cut" });
    expect(near.send(FRAME)).toBe(true);
    far.say(9);
    expect(await calls.ask({ text: "hello" }, context)).toEqual(ok({}));
    expect([far.arrived, heard, carried]).toEqual([[[1, 2, 3, 4]], ["up", "frame 9"], ["hello"]]);
    expect([...(await card.transmit(FRAME))]).toEqual([1, 2, 3, 4, 0x90, 0, 0x11, 0x22]);
  });
});

describe("a fault", () => {
  test("cut: the line is down, its calls are not answered, the card has left the field; lifted, all is whole", async () => {
    const { board, near, far, heard, calls, carried, card } = stage("cut");
    expect(near.send(FRAME)).toBe(false);
    far.say(9);
    expect(await calls.ask({ text: "hello" }, context)).toMatchObject({ error: { code: "peerUnavailable" } });
    await expect(card.transmit(FRAME)).rejects.toThrow("card removed");
    expect([far.arrived, heard, carried]).toEqual([[], ["up", "down"], []]);
    board.lift();
    expect(heard.at(-1)).toBe("up");
    expect(near.send(FRAME)).toBe(true);
    expect(await calls.ask({ text: "again" }, context)).toEqual(ok({}));
  });

  test("delay: it arrives, but not before its time", async () => {
    const { clock, near, far, calls, carried, card } = stage("delay", { delayMs: 1000 });
    near.send(FRAME);
    const asked = calls.ask({ text: "hello" }, context);
    const answered = card.transmit(FRAME);
    clock.advance(999);
    expect([far.arrived, carried]).toEqual([[], []]);
    clock.advance(1);
    expect(await asked).toEqual(ok({}));
    expect((await answered).length).toBe(8);
    expect([far.arrived, carried]).toEqual([[[1, 2, 3, 4]], ["hello"]]);
  });

  test("lost answers: what was asked is carried out, and nobody hears of it", async () => {
    const { near, far, heard, calls, carried, card } = stage("dropAnswer");
    near.send(FRAME);
    far.say(9);
    expect(await calls.ask({ text: "hello" }, context)).toMatchObject({ error: { code: "peerUnavailable" } });
    await expect(card.transmit(FRAME)).rejects.toThrow("card removed");
    expect([far.arrived, heard, carried]).toEqual([[[1, 2, 3, 4]], ["up"], ["hello"]]);
  });

  test("a flipped byte: one bit differs, and of a call the answer cannot be read", async () => {
    const { near, far, calls, carried, card } = stage("flipByte");
    near.send(FRAME);
    expect(far.arrived).toEqual([[1, 2, 3, 5]]);
    expect([...FRAME]).toEqual([1, 2, 3, 4]);
    expect(await calls.ask({ text: "hello" }, context)).toMatchObject({ error: { code: "peerUnavailable" } });
    expect(carried).toEqual(["hello"]);
    expect([...(await card.transmit(FRAME))]).toEqual([1, 2, 3, 4, 0x90, 0, 0x10, 0x22]);
  });

  test("altered: messages of that type have other values, or lack them, and are whole; all else passes", () => {
    const { board, near, far } = stage();
    const message = (mti: string) => ({
      mti,
      fields: { 2: "6299900000000000019", 4: "000000001200", 22: "072", 55: hexBytes("9f3704a1b2c3d49f36020001") },
    });
    const frame = (mti: string) =>
      encodeCupsFrame({ test: true, destination: "00010000", source: "99900010", rejectCode: "00000" }, message(mti));
    const edge = "networkToIssuer";
    board.add({ edge, does: "alter", operation: "0200", at: "F22", becomes: "051", times: 1 });
    board.add({ edge, does: "alter", operation: "0200", at: "F4" });
    board.add({ edge, does: "alter", operation: "0200", at: "F55.9F37", becomes: "00000000" });
    board.add({ edge, does: "alter", operation: "0200", at: "F55.9F36" });
    near.send(frame("0200"));
    near.send(frame("0200"));
    near.send(frame("0420"));
    near.send(FRAME);
    const got = far.arrived.slice(0, 3).map((bytes) => parseCupsFrame(Uint8Array.from(bytes)).message);
    const { 4: _, ...rest } = message("0200").fields;
    const chip = hexBytes("9f370400000000");
    expect(got).toEqual([
      { mti: "0200", fields: { ...rest, 22: "051", 55: chip } },
      { mti: "0200", fields: { ...rest, 55: chip } },
      message("0420"),
    ]);
    expect(far.arrived[3]).toEqual([...FRAME]);
    expect(board.list().map(({ fault, hits }) => [fault.at, hits])).toEqual([
      ["F4", 2],
      ["F55.9F37", 2],
      ["F55.9F36", 2],
    ]);
  });

  test("comes, is met and goes: each is told to whoever watches, with how often it was met", () => {
    const { board, near } = stage();
    let told = 0;
    const stop = board.subscribe(() => {
      told += 1;
    });
    const faultId = board.add({ edge: "networkToIssuer", does: "flipByte", times: 2 });
    near.send(FRAME);
    expect(board.list()).toMatchObject([{ faultId, hits: 1 }]);
    near.send(FRAME);
    expect(board.list()).toEqual([]);
    expect(told).toBe(3);
    board.lift();
    stop();
    board.add({ edge: "field", does: "cut" });
    expect(told).toBe(3);
  });
});
