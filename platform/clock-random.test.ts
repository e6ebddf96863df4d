import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Clock, Random, Timers } from "#contracts/ports";
import { instant } from "#protocol/time";
import { manualClock, movableClock, systemClock } from "./clock/index.ts";
import { seededRandom, systemRandom } from "./random/index.ts";

const START = instant(1_764_000_000_000);
const manual = manualClock(START);

describe.each<[string, Clock & Timers, (ms: number) => Promise<void>]>([
  ["the machine's", systemClock, (ms) => new Promise((next) => setTimeout(next, ms + 5))],
  ["a manual", manual, async (ms) => manual.advance(ms)],
])("%s clock", (_name, clock, pass) => {
  test("tells whole milliseconds, and goes on", async () => {
    const before = clock.now();
    expect(Number.isSafeInteger(before)).toBe(true);
    await pass(10);
    expect(clock.now()).toBeGreaterThanOrEqual(before + 10);
  });

  test("a timer runs once, when it is due and not before, unless it is taken back", async () => {
    const ran: string[] = [];
    clock.after(400, () => ran.push("late"));
    clock.after(5, () => ran.push("soon"));
    const back = clock.after(5, () => ran.push("never"));
    back();
    back();
    expect(ran).toEqual([]);
    await pass(10);
    expect(ran).toEqual(["soon"]);
    await pass(400);
    expect(ran).toEqual(["soon", "late"]);
  });

  test("a timer may set another", async () => {
    const ran: string[] = [];
    clock.after(2, () => {
      ran.push("one");
      clock.after(2, () => ran.push("two"));
    });
    await pass(5);
    await pass(5);
    expect(ran).toEqual(["one", "two"]);
  });
});

test("a manual clock runs what falls due in order of time, then of setting, at its own moment", () => {
  const clock = manualClock(START);
  const ran: [string, number][] = [];
  const note = (name: string) => () => void ran.push([name, clock.now() - START]);
  clock.after(20, note("b"));
  clock.after(10, note("a"));
  clock.after(20, note("c"));
  clock.after(10, () => clock.after(5, note("nested")));
  expect(clock.pending).toBe(4);
  clock.advance(30);
  expect(ran).toEqual([
    ["a", 10],
    ["nested", 15],
    ["b", 20],
    ["c", 20],
  ]);
  expect([clock.pending, clock.now() - START]).toEqual([0, 30]);
});

describe.each<[string, () => Random]>([
  ["the machine's", () => systemRandom],
  ["a seeded", () => seededRandom(7)],
])("%s randomness", (_name, open) => {
  test("gives as many bytes as asked for, and not the same ones again", () => {
    const random = open();
    expect([0, 1, 16, 1000].map((length) => random.bytes(length).length)).toEqual([0, 1, 16, 1000]);
    expect(random.bytes(16)).not.toEqual(random.bytes(16));
  });

  test("its UUIDs are version 4, and no two alike", () => {
    const random = open();
    const ids = Array.from({ length: 500 }, () => random.uuid());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(500);
  });

  test("its numbers are below the limit, all of them, about equally often", () => {
    const random = open();
    const seen = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) seen[random.below(10)]! += 1;
    // 2,000 each; six standard deviations are 255.
    for (const count of seen) expect(Math.abs(count - 2000)).toBeLessThan(255);
    expect(random.below(1)).toBe(0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (limit) => {
        const number = random.below(limit);
        return Number.isInteger(number) && number >= 0 && number < limit;
      }),
    );
  });

  test("no limit below one", () => {
    expect(() => open().below(0)).toThrow(RangeError);
    expect(() => open().below(-5)).toThrow(RangeError);
  });
});

test("one seed, one sequence; another seed, another", () => {
  const run = (seed: number) => {
    const random = seededRandom(seed);
    return [random.uuid(), random.below(1000), [...random.bytes(8)], random.uuid()];
  };
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

test("a clock that can be moved: what falls due by it happens at once and in order, the rest in what is left of its time", async () => {
  const base = manualClock(START);
  const clock = movableClock(base);
  const heard: string[] = [];
  clock.after(3000, () => heard.push("late"));
  clock.after(1000, () => heard.push("first"));
  const cancel = clock.after(1500, () => heard.push("taken back"));
  clock.after(2000, () => heard.push("second"));
  cancel();
  clock.advance(2000);
  expect(heard).toEqual(["first", "second"]);
  expect(clock.now()).toBe(START + 2000);
  base.advance(999);
  expect(heard).toHaveLength(2);
  base.advance(1);
  expect(heard).toEqual(["first", "second", "late"]);
});

test("a moved clock comes back: it shows the machine's time again, and timers keep what is left of theirs", () => {
  const base = manualClock(START);
  const clock = movableClock(base);
  const heard: string[] = [];
  clock.advance(60_000);
  clock.after(1000, () => heard.push("set ahead"));
  expect(clock.aheadMs).toBe(60_000);
  clock.comeBack();
  expect([clock.now() - START, clock.aheadMs]).toEqual([0, 0]);
  base.advance(999);
  expect(heard).toEqual([]);
  base.advance(1);
  expect(heard).toEqual(["set ahead"]);
});
