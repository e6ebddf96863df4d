import { expect, test } from "vitest";
import { manualClock } from "#platform/clock";
import { instant } from "#protocol/time";
import { createWaits } from "./waits.ts";

const at = instant(0);

test("an answer goes to all who wait for it, once; who waits for another goes on waiting", async () => {
  const clock = manualClock(at);
  const waits = createWaits<string>(clock, "late");
  const [first, second, other] = [waits.begin("a", 100), waits.begin("a", 100), waits.begin("b", 100)];
  expect(waits.settle("a", "yes")).toBe(true);
  expect(await Promise.all([first.answer, second.answer])).toEqual(["yes", "yes"]);
  expect(waits.settle("a", "again")).toBe(false);
  clock.advance(100);
  expect(await other.answer).toBe("late");
  expect(clock.pending).toBe(0);
});

test("each until its own time is up", async () => {
  const clock = manualClock(at);
  const waits = createWaits<string>(clock, "late");
  const short = waits.begin("a", 50);
  const long = waits.begin("a", 200);
  clock.advance(50);
  expect(await short.answer).toBe("late");
  expect(waits.settle("a", "yes")).toBe(true);
  expect(await long.answer).toBe("yes");
});

test("one may be settled alone, and all together", async () => {
  const waits = createWaits<string>(manualClock(at), "late");
  const [mine, theirs, another] = [waits.begin("a", 50), waits.begin("a", 50), waits.begin("b", 50)];
  mine.settle("not sent");
  mine.settle("too late");
  waits.settleAll("silent");
  expect(await Promise.all([mine.answer, theirs.answer, another.answer])).toEqual(["not sent", "silent", "silent"]);
});
