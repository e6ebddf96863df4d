import { afterAll, beforeAll, expect, test } from "vitest";
import type { WireRow } from "#contracts/wire";
import { wireApi } from "#contracts/wire-api";
import { httpCalls } from "#platform/calls";
import { freshCards } from "../../app/sandbox/cards.ts";
import { setStage } from "../../app/sandbox/run.ts";
import { type Cast, PLAYS } from "../../app/sandbox/steps.ts";
import { type SandboxWorld, startSandbox } from "../../app/sandbox/world.ts";

// Payments that are altered between real parties: the wire view's door names what the card had signed.

let world: SandboxWorld;
let cast: Cast;
beforeAll(async () => {
  world = await startSandbox();
  cast = await setStage(world, {}, freshCards());
  await PLAYS.hold(cast, { do: "hold", cards: ["main"] });
}, 120_000);
afterAll(async () => {
  for (const { phone } of cast?.phones.values() ?? []) phone.close();
  await world?.stop();
}, 30_000);

const rows = async () => ((await (await fetch(`${world.url}/demo/v1/wire`)).json()) as { rows: WireRow[] }).rows;

/** Pays while a message is altered, and asks about the payment by its first message. */
async function explained(at: string, becomes: string) {
  const before = (await rows()).length;
  world.faults.add({ edge: "acquirerToNetwork", operation: "0200", does: "alter", at, becomes, times: 1 });
  await PLAYS.pay(cast, { do: "pay", minor: 1234 });
  const payment = (await rows()).slice(before).find(({ cryptogram }) => cryptogram);
  const calls = httpCalls(wireApi, { baseUrl: `${world.url}/demo/wire` });
  const answer = await calls.explain({ seq: payment!.seq }, { journeyId: "test", idempotencyKey: "test" });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

test.each([
  ["the amount", "9F02", "000000009900", "000000001234"],
  ["the counter", "9F36", "0999", /^00/],
  ["the unpredictable number", "9F37", "01020304", /^[0-9A-F]{8}$/],
])("%s", async (_what, tag, becomes, signed) => {
  const told = await explained(`F55.${tag}`, becomes);
  expect(told).toMatchObject({ verdict: "wrong", answered: { outcome: "refused" } });
  expect(told.why).toMatchObject([{ id: "input", tag, message: becomes, signed: expect.stringMatching(signed) }]);
  expect(told.expected).not.toBe(told.got);
});

test("a payment that nobody touched is right", async () => {
  const before = (await rows()).length;
  await PLAYS.pay(cast, { do: "pay", minor: 1234 });
  const payment = (await rows()).slice(before).find(({ cryptogram }) => cryptogram);
  const calls = httpCalls(wireApi, { baseUrl: `${world.url}/demo/wire` });
  const answer = await calls.explain({ seq: payment!.seq }, { journeyId: "test", idempotencyKey: "test" });
  expect(answer).toMatchObject({ ok: true, value: { verdict: "right", why: [], answered: { outcome: "accepted" } } });
});
