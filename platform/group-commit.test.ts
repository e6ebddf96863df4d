import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GroupCommit } from "#contracts/ports";
import { instant } from "#protocol/time";
import { manualClock } from "./clock/index.ts";
import { groupCommit, pacedGroupCommit } from "./group-commit/index.ts";

interface Held {
  readonly items: readonly number[];
  finish(): void;
  fail(error: Error): void;
}

/** A commit that waits until it is told how it ends. */
function held(options: { lanes?: number; maxBatch?: number; grouping?: GroupCommit } = {}) {
  const batches: Held[] = [];
  const submit = (options.grouping ?? groupCommit).create<number, string>({
    lanes: options.lanes ?? 1,
    maxBatch: options.maxBatch ?? 100,
    shardOf: (item) => item % 10,
    commit: (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, finish: () => resolve(items.map((item) => `done ${item}`)), fail: reject });
      }),
  });
  return { batches, submit };
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("group commit", () => {
  test("what is asked for in one turn goes together, what comes meanwhile goes next, in order of arrival", async () => {
    const { batches, submit } = held();
    const first = [1, 2, 3].map(submit);
    await turn();
    const second = [4, 5].map(submit);
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3]]);
    batches[0]!.finish();
    expect(await Promise.all(first)).toEqual(["done 1", "done 2", "done 3"]);
    await turn();
    expect(batches[1]!.items).toEqual([4, 5]);
    batches[1]!.finish();
    expect(await Promise.all(second)).toEqual(["done 4", "done 5"]);
  });

  test("nobody is answered before his batch is durable", async () => {
    const { batches, submit } = held();
    let answered = false;
    const asked = submit(1).then(() => {
      answered = true;
    });
    await turn();
    await turn();
    expect(answered).toBe(false);
    batches[0]!.finish();
    await asked;
    expect(answered).toBe(true);
  });

  test("a batch has its limit; an empty lane does not linger", async () => {
    const { batches, submit } = held({ maxBatch: 3 });
    const all = [1, 2, 3, 4, 5, 6, 7].map(submit);
    for (let i = 0; i < 3; i++) {
      await turn();
      batches[i]!.finish();
    }
    await Promise.all(all);
    expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  });

  test("lanes go side by side, items of one shard always in one of them", async () => {
    const { batches, submit } = held({ lanes: 2 });
    const all = [10, 11, 20, 21, 30].map(submit);
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([
      [10, 20, 30],
      [11, 21],
    ]);
    for (const batch of batches) batch.finish();
    await Promise.all(all);
  });

  test("a batch that fails fails all its items, and none of the next", async () => {
    const { batches, submit } = held();
    const first = Promise.allSettled([submit(1), submit(2)]);
    await turn();
    const second = submit(3);
    batches[0]!.fail(new Error("disk full"));
    expect((await first).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await turn();
    batches[1]!.finish();
    expect(await second).toBe("done 3");
  });

  test("a commit that does not answer everyone is a mistake, not somebody else's answer", async () => {
    const submit = groupCommit.create<number, number>({
      lanes: 1,
      maxBatch: 10,
      shardOf: () => 0,
      commit: async () => [1],
    });
    const both = await Promise.allSettled([submit(1), submit(2)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  test("whatever comes when: each item is committed once, in order within its shard, and answered as itself", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(999), fc.nat(3)), { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        async (arrivals, lanes, maxBatch) => {
          const committed: number[] = [];
          let inFlight = 0;
          const submit = groupCommit.create<{ id: number; shard: number }, number>({
            lanes,
            maxBatch,
            shardOf: (item) => item.shard,
            async commit(items) {
              inFlight += 1;
              expect(inFlight).toBeLessThanOrEqual(lanes);
              expect(items.length).toBeLessThanOrEqual(maxBatch);
              await turn();
              committed.push(...items.map((item) => item.id));
              inFlight -= 1;
              return items.map((item) => item.id);
            },
          });
          const answers: Promise<number>[] = [];
          for (const [id, [shard, pause]] of arrivals.entries()) {
            answers.push(submit({ id, shard }));
            if (pause === 0) await turn();
          }
          expect(await Promise.all(answers)).toEqual(arrivals.map((_, id) => id));
          expect([...committed].sort((a, b) => a - b)).toEqual(arrivals.map((_, id) => id));
          for (const shard of new Set(arrivals.map(([one]) => one))) {
            const mine = committed.filter((id) => arrivals[id]![0] === shard);
            expect(mine).toEqual([...mine].sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("at a pace: one alone goes at once, a few wait for more, a crowd does not", async () => {
    const clock = manualClock(instant(1_700_000_000_000));
    const { batches, submit } = held({ maxBatch: 200, grouping: pacedGroupCommit(clock) });
    const sizes = () => batches.map(({ items }) => items.length);
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
    const end = async () => {
      batches.at(-1)!.finish();
      await turn();
    };
    // Quiet: one after the other, none waits.
    for (const n of [1, 2]) {
      void submit(n);
      await turn();
      expect(sizes()).toEqual(numbers(n).map(() => 1));
      await end();
    }
    // Traffic: the next few wait until the pace lets them go, with what came meanwhile.
    for (const n of [1, 2]) void submit(n);
    await turn();
    await end();
    void submit(3);
    await turn();
    clock.advance(3);
    void submit(4);
    await turn();
    expect(sizes()).toEqual([1, 1, 2]);
    clock.advance(1);
    await turn();
    expect(sizes()).toEqual([1, 1, 2, 2]);
    await end();
    // A crowd is a batch of its own.
    for (const n of numbers(64)) void submit(n);
    await turn();
    expect(sizes()).toEqual([1, 1, 2, 2, 64]);
    await end();
    // A clock that was set back holds nobody up.
    clock.advance(-60_000);
    void submit(5);
    await turn();
    expect(sizes()).toEqual([1, 1, 2, 2, 64, 1]);
  });
});
