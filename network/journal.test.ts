import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Db } from "#contracts/ports";
import { type ManualClock, manualClock } from "#platform/clock";
import { openKeyStore } from "#platform/keystore";
import { silentLog } from "#platform/log";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { answerTo } from "#protocol/iso8583";
import { instant } from "#protocol/time";
import { rest } from "../test/peers/mailbox.ts";
import { createJournal, type Journal } from "./journal.ts";
import { migrations } from "./migrations.ts";
import { ensureKeys } from "./ports.ts";

const MINUTE_MS = 60_000;
let db: Db & { close(): Promise<void> };
let clock: ManualClock;
let away: boolean;
let journal: Journal;

beforeAll(async () => {
  db = await openPglite("network", migrations);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query({ text: "truncate journal" });
  clock = manualClock(instant(Date.UTC(2026, 10, 24, 4)));
  away = false;
  const keys = openKeyStore({ memory: true }, seededRandom(1));
  ensureKeys(keys);
  const flaky: Db = {
    query: (statement, parameters) => (away ? Promise.reject(new Error("away")) : db.query(statement, parameters)),
    transaction: (work) => db.transaction(work),
  };
  journal = createJournal({ db: flaky, clock, timers: clock, keys, log: silentLog });
});

function record(stan: number): void {
  const request = { mti: "0200", fields: { 2: "6229990100000000017", 4: "000000000100", 11: `${stan}`, 49: "156" } };
  journal.record(request, answerTo(request, "00"), { journeyId: `iso-${stan}`, peer: "acquirer", at: clock.now() });
}
const written = async () =>
  (await db.query<{ journey_id: string }>({ text: "select journey_id from journal order by seq" })).map(
    (row) => row.journey_id,
  );

test("a database that was away for a while finds every exchange, in order and once", async () => {
  record(1);
  clock.advance(MINUTE_MS);
  await rest();
  expect(await written()).toEqual(["iso-1"]);
  away = true;
  record(2);
  for (let i = 0; i < 5; i++) {
    clock.advance(MINUTE_MS);
    await rest();
  }
  record(3);
  away = false;
  clock.advance(MINUTE_MS);
  await rest();
  expect(await written()).toEqual(["iso-1", "iso-2", "iso-3"]);
});

test("one that never takes an entry is asked for a while, and the later ones still pass", async () => {
  away = true;
  record(1);
  for (let i = 0; i < 12; i++) {
    clock.advance(MINUTE_MS);
    await rest();
  }
  away = false;
  record(2);
  clock.advance(MINUTE_MS);
  await rest();
  expect(await written()).toEqual(["iso-2"]);
});

test("a stop writes what there is and leaves no timer, the database away or not", async () => {
  for (const isAway of [false, true]) {
    away = isAway;
    record(isAway ? 2 : 1);
    await journal.flushed();
    expect(clock.pending).toBe(0);
  }
  expect(await written()).toEqual(["iso-1"]);
});
