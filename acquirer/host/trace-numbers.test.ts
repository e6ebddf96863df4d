import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Db } from "#contracts/ports";
import { openPglite } from "#platform/pglite";
import { migrations } from "./migrations.ts";
import { traceNumbers } from "./trace-numbers.ts";

let db: Db & { close(): Promise<void> };
beforeAll(async () => {
  db = await openPglite("acquirer", migrations);
});
afterAll(() => db.close());
beforeEach(() => db.query({ text: "truncate trace_number" }));

const take = (next: () => Promise<string>, count: number) => Promise.all(Array.from({ length: count }, next));

test("thousands asked for at once are all different, six digits, from 000001", async () => {
  const numbers = await take(traceNumbers(db), 5000);
  expect(new Set(numbers).size).toBe(5000);
  expect(numbers[0]).toBe("000001");
  expect(numbers.every((number) => /^\d{6}$/.test(number))).toBe(true);
});

test("after a crash some are left out, and none comes again", async () => {
  const seen = new Set<string>();
  for (let life = 0; life < 20; life++) {
    for (const number of await take(traceNumbers(db), 7 + life)) {
      expect(seen.has(number)).toBe(false);
      seen.add(number);
    }
  }
});

test("after 999999 comes 000001, and never 000000", async () => {
  // The block in which the numbers go around: 500 of 2000 is the last whole one before it.
  await db.query({ text: "insert into trace_number (one, next_block) values (true, 499)" });
  const numbers = await take(traceNumbers(db), 4000);
  const turn = numbers.indexOf("999999");
  expect(turn).toBeGreaterThan(0);
  expect(numbers.slice(turn, turn + 3)).toEqual(["999999", "000001", "000002"]);
  expect(numbers).not.toContain("000000");
  expect(new Set(numbers).size).toBe(4000);
});

test("a database that was away for a moment gives none twice", async () => {
  let away = true;
  const flaky: Db = {
    query: (statement, parameters) => (away ? Promise.reject(new Error("away")) : db.query(statement, parameters)),
    transaction: (work) => db.transaction(work),
  };
  const next = traceNumbers(flaky);
  await expect(Promise.all([next(), next()])).rejects.toThrow("away");
  away = false;
  const numbers = await take(next, 100);
  expect(new Set(numbers).size).toBe(100);
});
