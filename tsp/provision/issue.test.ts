import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "#contracts/ports";
import { manualClock } from "#platform/clock";
import { openKeyStore } from "#platform/keystore";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { shardOf } from "#protocol/bytes";
import { luhnDigit, Pan } from "#protocol/pan";
import { isTokenPan } from "#protocol/paytoken";
import { type ExpiryYymm, instant } from "#protocol/time";
import { migrations } from "../migrations.ts";
import { tokenByPan, tokenByRef } from "../store.sql.ts";
import { openPan } from "../vault.ts";
import { type BulkCard, issueTokens } from "./issue.ts";

let db: Db & { close(): Promise<void> };
beforeAll(async () => {
  db = await openPglite("tsp", migrations);
});
afterAll(() => db.close());

const clock = manualClock(instant(Date.UTC(2026, 10, 24, 4)));
const keys = openKeyStore({ memory: true }, seededRandom(1));

function cardOf(serial: number, kind: "debit" | "credit"): BulkCard {
  const body = `6229997${String(serial).padStart(11, "0")}`;
  const pan = Pan.parse(body + luhnDigit(body));
  if (!pan.ok) throw new Error("not a number");
  return {
    pan: pan.value,
    kind,
    psn: "01",
    deviceId: `device-${serial}`,
    deviceName: "手机",
    deviceKey: { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) },
    keySource: "secureElement",
    walletAccount: `account-${serial}`,
    tokenExpiry: "3512" as ExpiryYymm,
  };
}

test("tokens by the thousand: each in its card's shard, found by number and by reference, leading to its own card", async () => {
  const cards = Array.from({ length: 1200 }, (_, i) => cardOf(i, i % 3 === 0 ? "credit" : "debit"));
  const tokens = await issueTokens({ db, keys, clock, random: seededRandom(2) }, cards);
  expect(tokens).toHaveLength(cards.length);
  expect(new Set(tokens.map(({ tokenPan }) => tokenPan)).size).toBe(cards.length);
  expect(new Set(tokens.map(({ tokenRef }) => tokenRef)).size).toBe(cards.length);
  for (const [i, token] of tokens.entries()) {
    expect([shardOf(token.tokenPan), shardOf(token.tokenRef), shardOf(token.panRef)]).toEqual([
      token.b,
      token.b,
      token.b,
    ]);
    expect(isTokenPan(token.tokenPan)).toBe(true);
    expect(token.tokenPan.length).toBe(cards[i]!.kind === "debit" ? 19 : 16);
  }
  for (const i of [0, 1, 999, 1000, 1199]) {
    const token = tokens[i]!;
    expect(await tokenByPan(db, token.b, token.tokenPan)).toEqual(token);
    expect(await tokenByRef(db, token.b, token.tokenRef)).toEqual(token);
    const rows = await db.query<{ pan_sealed: Uint8Array }>(
      { text: "select pan_sealed from card where b = $1 and pan_ref = $2" },
      [token.b, token.panRef],
    );
    expect(openPan(keys, token.panRef, rows[0]!.pan_sealed).expose()).toBe(cards[i]!.pan.expose());
  }
});

test("the same card on another device: another token, the same card", async () => {
  const ports = { db, keys, clock, random: seededRandom(3) };
  const [first] = await issueTokens(ports, [cardOf(5000, "debit")]);
  const [second] = await issueTokens(ports, [{ ...cardOf(5000, "debit"), deviceId: "watch" }]);
  expect(second).toMatchObject({ panRef: first!.panRef, b: first!.b });
  expect(second!.tokenPan).not.toBe(first!.tokenPan);
  const rows = await db.query({ text: "select b from card where pan_ref = $1" }, [first!.panRef]);
  expect(rows).toHaveLength(1);
});
