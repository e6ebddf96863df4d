import { expect, test } from "vitest";
import { err, ok } from "#protocol/bytes";
import { createScanFlow } from "./flow.ts";
import type { CameraFault, LiveCamera, Scanner } from "./ports.ts";
import type { Reading } from "./reader.ts";

const CARD: Reading = { number: { kind: "card", digits: "6229990100000000017", listed: true, credit: false } };
const CREDIT: Reading = { number: { kind: "card", digits: "6259991000000021", listed: true, credit: true } };
const rest = async () => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};

/** A camera and a reader that are played by hand. */
function bench(fault?: CameraFault) {
  const told: string[] = [];
  const work: { afterMs: number; run(): void }[] = [];
  let lost = () => {};
  let answer: ((reading: Reading | undefined) => void) | undefined;
  let bringScanner: (scanner: Scanner | undefined) => void = () => {};
  const live: LiveCamera = {
    show() {},
    grab: () => ({ width: 1, height: 1, data: new Uint8ClampedArray(4) }),
    torch: async (on) => void told.push(`torch ${on}`),
    close: () => told.push("camera off"),
  };
  const scanner: Scanner = {
    read: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    close: () => told.push("reader off"),
  };
  const flow = createScanFlow({
    camera: {
      async open(onLost) {
        lost = onLost;
        return fault === undefined ? ok(live) : err(fault);
      },
    },
    openScanner: () =>
      new Promise((resolve) => {
        bringScanner = resolve;
      }),
    timers: {
      after(afterMs, run) {
        const one = { afterMs, run };
        work.push(one);
        return () => void work.splice(work.indexOf(one), 1);
      },
    },
  });
  return {
    flow,
    told,
    work,
    lose: () => lost(),
    open: () => {
      void flow.open({
        onCard: ({ pan, expiry }) => told.push(`card ${pan.slice(-4)} ${expiry}`),
        onTrouble: (cause) => told.push(cause),
      });
      return rest();
    },
    ready: (there = true) => {
      bringScanner(there ? scanner : undefined);
      return rest();
    },
    async frames(...readings: (Reading | undefined)[]) {
      for (const reading of readings) {
        answer?.(reading);
        await rest();
      }
    },
  };
}

test("two frames agree: everything is off before the card is told", async () => {
  const { flow, told, work, open, ready, frames } = bench();
  await open();
  expect(flow.state.get()).toMatchObject({ step: "looking", ready: false, torch: false });
  await ready();
  await frames({}, CARD, CARD);
  expect(told).toEqual(["camera off", "reader off", "card 0017 undefined"]);
  expect(flow.state.get()).toEqual({ step: "closed" });
  expect(work).toEqual([]);
});

test("a credit card's date is waited for, but not for long", async () => {
  const quick = bench();
  await quick.open();
  await quick.ready();
  await quick.frames(CREDIT, CREDIT);
  expect(quick.told).toEqual([]);
  await quick.frames({ ...CREDIT, expiry: "06/33" }, { ...CREDIT, expiry: "06/33" });
  expect(quick.told.at(-1)).toBe("card 0021 06/33");
  const slow = bench();
  await slow.open();
  await slow.ready();
  await slow.frames(...Array.from({ length: 6 }, () => CREDIT));
  expect(slow.told.at(-1)).toBe("card 0021 undefined");
});

test("nothing in ten seconds: typing is offered, and it goes on looking", async () => {
  const { flow, told, work, open, ready, frames } = bench();
  await open();
  expect(work).toEqual([]);
  await ready();
  expect(work.map(({ afterMs }) => afterMs)).toEqual([10_000]);
  work[0]!.run();
  expect(flow.state.get()).toMatchObject({ step: "looking", hint: "nothing" });
  expect(told).toEqual(["scanUnreadable"]);
  await frames(CARD, CARD);
  expect(told.at(-1)).toBe("card 0017 undefined");
});

test("refused by the holder: told, and no model is asked for", async () => {
  const { flow, told, open } = bench("refused");
  await open();
  expect(flow.state.get()).toEqual({ step: "failed", why: "refused" });
  expect(told).toEqual(["cameraRefused"]);
});

test.each(["none", "busy"] as const)("camera %s: told on the screen only", async (why) => {
  const { flow, told, open } = bench(why);
  await open();
  expect(flow.state.get()).toEqual({ step: "failed", why });
  expect(told).toEqual([]);
});

test("models that do not come, a reader that breaks, and a camera that goes", async () => {
  const without = bench();
  await without.open();
  await without.ready(false);
  expect(without.flow.state.get()).toEqual({ step: "failed", why: "noReader" });
  expect(without.told).toEqual(["camera off"]);
  const crashed = bench();
  await crashed.open();
  await crashed.ready();
  await crashed.frames(CARD, undefined);
  expect(crashed.flow.state.get()).toEqual({ step: "failed", why: "noReader" });
  expect(crashed.told).toEqual(["camera off", "reader off"]);
  const gone = bench();
  await gone.open();
  await gone.ready();
  gone.lose();
  expect(gone.flow.state.get()).toEqual({ step: "failed", why: "none" });
  expect(gone.told).toContain("reader off");
});

test("closed while the models are on their way: they are put away when they come, and no frame counts", async () => {
  const { flow, told, open, ready, frames } = bench();
  await open();
  flow.close();
  await ready();
  await frames(CARD, CARD);
  expect(told).toEqual(["camera off", "reader off"]);
  expect(flow.state.get()).toEqual({ step: "closed" });
});

test("the lamp goes on and off", async () => {
  const { flow, told, open } = bench();
  await open();
  await flow.switchTorch();
  await flow.switchTorch();
  expect(told).toEqual(["torch true", "torch false"]);
});
