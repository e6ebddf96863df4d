import { afterEach, beforeEach, expect, test } from "vitest";
import { isCause } from "#protocol/diagnosis";
import { context, must, openTsp, type TspAlone } from "../../test/parties/tsp-alone.ts";

const MINUTE = 60_000;

let one: TspAlone;
let bindingId: string;
let tokenRef: string;
beforeEach(async () => {
  one = await openTsp({ policy: { codeOwner: "tsp" } });
  const request = await one.request();
  bindingId = request.bindingId;
  tokenRef = must(await one.wallet.requestToken(request, context(bindingId))).token!.tokenRef;
});
afterEach(() => one.stop());

const send = (key?: string) =>
  one.wallet.sendCode({ tokenRef, methodId: "sms", language: "zh" }, context(bindingId, key));
const submit = async (code: string, key?: string) => {
  const codeJwe = await one.seal({ code });
  return one.wallet.submitCode({ tokenRef, codeJwe }, context(bindingId, key));
};
const outcome = async (code: string, key?: string) => must(await submit(code, key)).result;
const wrongOf = (code: string) => (code === "000000" ? "000001" : "000000");
const newest = () => one.delivered.at(-1)!;

test("made here, sent by the bank, checked here: the bank never sees what was typed", async () => {
  expect(must(await send())).toMatchObject({ sentTo: "138****8001", codesLeft: 2 });
  expect(newest()).toMatch(/^\d{6}$/);
  expect(await outcome(wrongOf(newest()))).toEqual({ outcome: "wrong", triesLeft: 2 });
  expect(must(await submit(newest()))).toMatchObject({ result: { outcome: "passed" }, token: { status: "active" } });
  expect(one.script.calls.map(({ operation }) => operation)).not.toContain("checkCode");
  const kept = await one.db.query({ text: "select * from code" });
  expect(JSON.stringify(kept, (_key, value) => (typeof value === "bigint" ? `${value}` : value))).not.toContain(
    newest(),
  );
  const codes = (await one.facts(bindingId)).map(({ code }) => code);
  expect(codes).toEqual(expect.arrayContaining(["codeMade", "codeSent", "codeWrong", "codeRight", "tokenActivated"]));
});

test("the same call again: one code, one try", async () => {
  const first = must(await send("s1"));
  expect(must(await send("s1"))).toEqual(first);
  expect(one.delivered).toHaveLength(1);
  for (let i = 0; i < 5; i++)
    expect(await outcome(wrongOf(newest()), "t1")).toEqual({ outcome: "wrong", triesLeft: 2 });
});

test("the bank gave no answer: asked again, another code goes, and only that one counts", async () => {
  one.script.silent.add("deliverCode");
  expect(await send("s1")).toMatchObject({ error: { code: "peerUnavailable" } });
  expect(await outcome("123456")).toEqual({ outcome: "noCode" });
  one.script.silent.clear();
  must(await send("s1"));
  expect(await outcome(newest())).toEqual({ outcome: "passed" });
});

test("an earlier code is told as one, an old one as expired; too soon and too many are refused", async () => {
  must(await send());
  const first = newest();
  expect(await send()).toMatchObject({ error: { code: "tooMany", cause: "codeUnclaimed", retryAfterMs: MINUTE } });
  one.clock.advance(MINUTE);
  must(await send());
  if (first !== newest()) expect(await outcome(first)).toEqual({ outcome: "superseded", triesLeft: 2 });
  one.clock.advance(30 * MINUTE + 1);
  expect(await outcome(newest())).toEqual({ outcome: "expired", codesLeft: 1 });
  must(await send());
  one.clock.advance(MINUTE);
  expect(await send()).toMatchObject({ error: { code: "tooMany", cause: "methodUsedUp" } });
});

test("a thousand guesses: nine are looked at, and the guesser learns nothing by the others", async () => {
  let passed = 0;
  const seen = new Map<string, number>();
  for (let guess = 0; guess < 1000; guess++) {
    if (guess % 100 === 0) {
      await send();
      one.clock.advance(MINUTE);
    }
    // As bad luck would have it, never the right one: by number alone there is no way in.
    const text = String(guess).padStart(6, "0");
    const result = await outcome(one.delivered.includes(text) ? "999999" : text);
    seen.set(result.outcome, (seen.get(result.outcome) ?? 0) + 1);
    if (result.outcome === "passed") passed += 1;
  }
  expect(passed).toBe(0);
  expect(seen.get("wrong")).toBe(6);
  expect([...seen.keys()].sort()).toEqual(["dead", "methodDead", "wrong"]);
  const failed = (await one.facts(bindingId)).filter(({ code }) => isCause(code));
  expect(failed.filter(({ code }) => code === "codeWrong")).toHaveLength(6);
}, 120_000);

test("the other way, the bank makes and checks them: nothing is kept here", async () => {
  await one.stop();
  one = await openTsp();
  const request = await one.request();
  tokenRef = must(await one.wallet.requestToken(request, context(request.bindingId))).token!.tokenRef;
  must(await send());
  expect(must(await submit("123456")).token.status).toBe("active");
  expect(one.delivered).toEqual([]);
  expect(await one.db.query({ text: "select 1 as one from code" })).toEqual([]);
  expect(one.script.calls.map(({ operation }) => operation)).toEqual(expect.arrayContaining(["sendCode", "checkCode"]));
});
