import { expect, test } from "vitest";
import { manualClock } from "#platform/clock";
import { silentLog } from "#platform/log";
import { instant } from "#protocol/time";
import { ScriptedHost } from "../test/peers/scripted.ts";
import { createIssuerLink } from "./issuer-link.ts";

const ANSWER_MS = 10_000;
const request = { mti: "0200", fields: { 2: "6229990100000000017", 7: "1124120000", 11: "000001", 32: "99900010" } };

async function open() {
  const clock = manualClock(instant(Date.UTC(2026, 10, 24, 4)));
  const bank = new ScriptedHost("bank");
  const link = createIssuerLink({
    id: "99900001",
    institution: "00010000",
    link: bank.link,
    clock,
    timers: clock,
    log: silentLog,
    echoMs: 3_600_000,
    onUp() {},
  });
  link.start();
  await bank.signOn();
  return { clock, bank, link };
}

test("the same request twice: both askers get the one answer", async () => {
  const { bank, link } = await open();
  const asked = [link.ask(request, ANSWER_MS), link.ask(request, ANSWER_MS)];
  bank.answer(await bank.next("0200"), "00");
  expect(await Promise.all(asked)).toMatchObject([{ kind: "answer" }, { kind: "answer" }]);
});

test("each waits for as long as it said: the first one's end is not the second one's", async () => {
  const { clock, bank, link } = await open();
  const first = link.ask(request, ANSWER_MS);
  clock.advance(ANSWER_MS - 1);
  const second = link.ask(request, ANSWER_MS);
  clock.advance(1);
  expect(await first).toEqual({ kind: "silent" });
  bank.answer(await bank.next("0200"), "00");
  expect(await second).toMatchObject({ kind: "answer" });
});

test("one that cannot be sent again says nothing about the one that was", async () => {
  const { clock, bank, link } = await open();
  const sent = link.ask(request, ANSWER_MS);
  const take = bank.link.send;
  Object.assign(bank.link, { send: () => false });
  expect(await link.ask(request, ANSWER_MS)).toEqual({ kind: "notSent" });
  Object.assign(bank.link, { send: take });
  bank.answer(await bank.next("0200"), "00");
  expect(await sent).toMatchObject({ kind: "answer" });
  expect(clock.pending).toBe(1); // the echo
});

test("a link that falls ends every wait in silence, a stop as well", async () => {
  for (const fall of ["down", "stop"] as const) {
    const { bank, link } = await open();
    const asked = [link.ask(request, ANSWER_MS), link.ask(request, ANSWER_MS)];
    if (fall === "down") bank.down();
    else await link.stop();
    expect(await Promise.all(asked)).toEqual([{ kind: "silent" }, { kind: "silent" }]);
    expect(await link.ask(request, ANSWER_MS)).toEqual({ kind: "notSent" });
  }
});
