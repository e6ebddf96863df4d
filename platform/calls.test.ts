import { createServer } from "node:http";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallContext, type Calls, operation } from "#contracts/operation";
import { PROBLEM_STATUS, type Problem, type ProblemCode, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import { httpCalls, memoryCalls } from "./calls/index.ts";
import { Hono, type Listening, listen, serveApi } from "./http/index.ts";
import { silentLog } from "./log/index.ts";

const api = {
  greet: operation({
    summary: "Say hello",
    request: v.object({ name: v.pipe(v.string(), v.maxLength(5)), deep: v.optional(v.object({ n: v.number() })) }),
    answer: v.object({ text: v.string(), more: v.optional(v.string()) }),
  }),
  peek: operation({ summary: "Look", request: v.object({}), answer: v.object({ n: v.number() }), readOnly: true }),
};
type GreetAnswer = Result<{ text: string; more?: string }, Problem>;

/** What the far end does next, and what it was asked. */
let next: (name: string) => Promise<GreetAnswer>;
let asked: { request: unknown; context: CallContext }[];
const implementation: Calls<typeof api> = {
  greet: (request, context) => {
    asked.push({ request, context });
    return next(request.name);
  },
  peek: async () => ok({ n: 7 }),
};
const context = { journeyId: "journey-1", idempotencyKey: "key-1" };
const STOPPED = { cause: "nameMismatch", causes: ["nameMismatch", "cardExpired"], caseCode: "K7F-3QM" } as const;

let listening: Listening;
let failures: unknown[] = [];
beforeAll(async () => {
  const app = new Hono();
  const log = { ...silentLog, error: (_event: string, fields?: object) => void failures.push(fields) };
  serveApi(app, "/room", { api, log, callsFor: () => implementation });
  listening = await listen(app, { host: "127.0.0.1", port: 19_250 });
});
afterAll(() => listening.close());

describe.each<[string, Calls<typeof api>]>([
  ["memory", memoryCalls(api, { calls: implementation, onFailure: (_name, error) => void failures.push(error) })],
  ["HTTP", httpCalls(api, { baseUrl: "http://127.0.0.1:19250/room" })],
])("calls over %s", (_name, calls) => {
  test("request, context and answer come through", async () => {
    asked = [];
    next = async (name) => ok({ text: `你好 ${name}` });
    expect(await calls.greet({ name: "张伟" }, context)).toEqual(ok({ text: "你好 张伟" }));
    expect(asked).toEqual([{ request: { name: "张伟" }, context }]);
    expect(await calls.peek({}, context)).toEqual(ok({ n: 7 }));
  });

  test("what the schema does not have is left behind, in both directions", async () => {
    asked = [];
    next = async () => ok({ text: "x", secret: "y" } as never);
    expect(await calls.greet({ name: "a", admin: true } as never, context)).toEqual(ok({ text: "x" }));
    expect(asked[0]!.request).toEqual({ name: "a" });
  });

  test.each(Object.keys(PROBLEM_STATUS) as ProblemCode[])("a refusal arrives as it was made: %s", async (code) => {
    next = async () => err(problem(code, { at: "name", detail: "because", retryAfterMs: 5, ...STOPPED }));
    expect(await calls.greet({ name: "a" }, context)).toEqual(
      err({ code, at: "name", detail: "because", retryAfterMs: 5, ...STOPPED }),
    );
  });

  test.each<[string, unknown, string | undefined]>([
    ["too long", { name: "abcdef" }, "name"],
    ["of another type", { name: 7 }, "name"],
    ["missing", {}, "name"],
    ["wrong inside", { name: "a", deep: { n: "7" } }, "deep.n"],
    ["a zero character", { name: "a\u0000" }, "name"],
    ["half a character", { name: "\ud800" }, "name"],
    ["under a name that is not ours", { name: "a", "6229990100000000017": "\u0000" }, undefined],
    ["no object", "hello", ""],
  ])("a request that does not fit is refused with its place and never runs: %s", async (_what, request, at) => {
    asked = [];
    const answer = await calls.greet(request as never, context);
    expect(answer).toMatchObject({ ok: false, error: { code: "badRequest", detail: expect.any(String) } });
    expect(answer.ok ? "" : (answer.error.at ?? undefined)).toBe(at);
    expect(JSON.stringify(answer)).not.toMatch(/abcdef|hello|6229/);
    expect(asked).toEqual([]);
  });

  test("our own mistakes stay with us: the caller hears 'internal', the log hears why", async () => {
    failures = [];
    next = () => Promise.reject(new Error("a secret detail"));
    expect(await calls.greet({ name: "a" }, context)).toEqual(err({ code: "internal" }));
    next = async () => ok({ wrong: 1 } as never);
    expect(await calls.greet({ name: "a" }, context)).toEqual(err({ code: "internal" }));
    expect(failures).toHaveLength(2);
  });
});

describe("over HTTP only", () => {
  const at = (port: number, timeoutMs = 1000) =>
    httpCalls(api, { baseUrl: `http://127.0.0.1:${port}/room`, timeoutMs });

  test("a peer that is away, late, or answers nonsense is 'peerUnavailable': try again", async () => {
    const unavailable = { ok: false, error: { code: "peerUnavailable" } };
    expect(await at(19_251).greet({ name: "a" }, context)).toMatchObject(unavailable);
    const answers = [
      [200, "<html>"],
      [200, '{"wrong":1}'],
      [502, "<html>Bad Gateway"],
      [500, '{"code":"toString"}'],
      [404, "[]"],
    ] as const;
    let turn = 0;
    const nonsense = createServer((_request, response) => {
      const [status, body] = answers[turn++] ?? [0, ""];
      if (status === 0) return; // never answers
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body);
    });
    await new Promise<void>((resolve) => nonsense.listen(19_252, "127.0.0.1", resolve));
    for (const [status, body] of answers)
      expect(await at(19_252).greet({ name: "a" }, context), `${status} ${body}`).toMatchObject(unavailable);
    expect(await at(19_252, 30).greet({ name: "a" }, context)).toMatchObject(unavailable);
    nonsense.closeAllConnections();
    nonsense.close();
  });
});
