import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acquirerTillApi } from "#contracts/acquirer-api";
import { issuerDeskApi } from "#contracts/desk-api";
import { issuerApi } from "#contracts/issuer-api";
import { problem } from "#contracts/problem";
import { tspIssuerApi, tspWalletApi } from "#contracts/tsp-api";
import { walletDeviceApi, walletSignInApi, walletTspApi } from "#contracts/wallet-api";
import { ok } from "#protocol/bytes";
import {
  doorGuard,
  type EventStream,
  eventStream,
  Hono,
  type Listening,
  listen,
  openApiDocument,
  serveApi,
} from "./http/index.ts";
import { silentLog } from "./log/index.ts";

const PORT = 19_260;
const HOST = `localhost:${PORT}`;
let listening: Listening;
const streams: EventStream[] = [];
let closed = 0;
let failed = 0;

beforeAll(async () => {
  const app = new Hono();
  app.use("*", doorGuard(new Set([HOST]), new Set([`http://${HOST}`])));
  const log = { ...silentLog, error: () => void failed++ };
  const api = { peek: issuerDeskApi.audit, act: issuerDeskApi.renewCard };
  const audit = { entriesSumMinor: "0", accountsAgree: true, postings: 0, openHolds: 0 };
  serveApi(app, "/bank", {
    api,
    log,
    callsFor(context) {
      const who = context.req.header("authorization");
      if (who === "Bearer broken") throw new Error("the table of sessions is gone");
      if (who !== "Bearer good") return problem("notSignedIn");
      return {
        peek: async () => ok(audit),
        act: async () => ({ ok: false, error: problem("notFound", { at: "cardId" }) }),
      };
    },
  });
  app.get("/events", (context) =>
    eventStream(context, (stream) => {
      streams.push(stream);
      return () => void closed++;
    }),
  );
  listening = await listen(app, { host: "127.0.0.1", port: PORT });
});
afterAll(() => listening.close());

const call = (name: string, body: string | Uint8Array, headers: Record<string, string> = {}, method = "POST") =>
  fetch(`http://${HOST}/bank/v1/${name}`, {
    method,
    headers: { authorization: "Bearer good", "content-type": "application/json", "idempotency-key": "k1", ...headers },
    ...(method === "GET" ? {} : { body: body instanceof Uint8Array ? Buffer.from(body) : body }),
  });
const refusal = async (answer: Response) => {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const fault = (await answer.json()) as Record<string, unknown>;
  expect(fault).toMatchObject({
    type: `urn:kabao:problem:${fault["code"]}`,
    title: fault["code"],
    status: answer.status,
  });
  return [answer.status, fault["code"], fault["at"] ?? fault["detail"]];
};
const ACT = '{"cardId":"c1","newNumber":true}';

describe("a door", () => {
  test("serves what its callers may call", async () => {
    const answer = await call("peek", "{}");
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ accountsAgree: true })]);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await refusal(await call("act", ACT))).toEqual([404, "notFound", "cardId"]);
  });

  test.each<[string, string | Uint8Array, Record<string, string>, unknown[]]>([
    ["no JSON", "{", {}, [400, "badRequest", "body"]],
    ["no body", "", {}, [400, "badRequest", "body"]],
    ["no UTF-8", Uint8Array.of(0x22, 0xff, 0xfe, 0x22), {}, [400, "badRequest", "body"]],
    [
      "another type",
      "cardId=1",
      { "content-type": "application/x-www-form-urlencoded" },
      [400, "badRequest", "Content-Type"],
    ],
    ["nearly the type", ACT, { "content-type": "application/jsonx" }, [400, "badRequest", "Content-Type"]],
    ["no key", ACT, { "idempotency-key": "" }, [400, "badRequest", "Idempotency-Key"]],
    ["an odd key", ACT, { "idempotency-key": "a b" }, [400, "badRequest", "Idempotency-Key"]],
    ["an odd journey", ACT, { "kabao-journey": "a/b" }, [400, "badRequest", "Kabao-Journey"]],
    ["a wrong value", '{"cardId":"c1","newNumber":"eaten"}', {}, [400, "badRequest", "newNumber"]],
    ["nobody", ACT, { authorization: "" }, [401, "notSignedIn", undefined]],
    ["a failure of ours", ACT, { authorization: "Bearer broken" }, [500, "internal", undefined]],
  ])("refuses: %s", async (_name, body, headers, expected) => {
    expect(await refusal(await call("act", body, headers))).toEqual(expected);
  });

  test("a failure of ours is logged, and says nothing outside", async () => {
    const before = failed;
    const text = await (await call("peek", "{}", { authorization: "Bearer broken" })).text();
    expect(text).not.toContain("sessions");
    expect(failed).toBe(before + 1);
  });

  test("reading wants no key; a charset may stand behind the type", async () => {
    const headers = { authorization: "Bearer good", "content-type": "application/json; charset=utf-8" };
    expect((await fetch(`http://${HOST}/bank/v1/peek`, { method: "POST", headers, body: "{}" })).status).toBe(200);
  });

  test("what is not there, or is asked for another way, is not found", async () => {
    for (const [name, method] of [
      ["nothing", "POST"],
      ["toString", "POST"],
      ["__proto__", "POST"],
      ["act", "GET"],
    ] as const)
      expect((await call(name, ACT, {}, method)).status, `${method} ${name}`).toBe(404);
  });

  test("no more of a body is read than a door takes, announced or not", async () => {
    expect(await refusal(await call("act", `"${"x".repeat(70_000)}"`))).toEqual([400, "badRequest", "body"]);
    // Chunked, without a length, and without an end.
    const socket = connect(PORT, "127.0.0.1");
    socket.on("error", () => {});
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString();
    });
    const head = [
      "POST /bank/v1/act HTTP/1.1",
      `Host: ${HOST}`,
      "Authorization: Bearer good",
      "Content-Type: application/json",
    ];
    socket.write(`${[...head, "Idempotency-Key: k1", "Transfer-Encoding: chunked"].join("\r\n")}\r\n\r\n`);
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    for (let i = 0; i < 6; i++) socket.write(chunk);
    for (let i = 0; i < 500 && heard === ""; i++) await new Promise((next) => setTimeout(next, 4));
    socket.destroy();
    expect(heard).toMatch(/^HTTP\/1\.1 400 [\s\S]*over 64 KB/);
  });
});

/** A request with headers that fetch does not let one choose. */
function raw(headers: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(PORT, "127.0.0.1");
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString();
    });
    socket.on("close", () => resolve(heard));
    socket.write(
      `GET /bank/v1/peek HTTP/1.1\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`,
    );
  });
}

describe("the guard before every door", () => {
  test.each([
    ["our name", [`Host: ${HOST}`], "404"],
    ["our page", [`Host: ${HOST}`, `Origin: http://${HOST}`], "404"],
    ["another name (a rebound one)", ["Host: evil.example"], "403"],
    ["our name on another port", ["Host: localhost:80"], "403"],
    ["another page", [`Host: ${HOST}`, "Origin: http://evil.example"], "403"],
    ["a page without an origin", [`Host: ${HOST}`, "Origin: null"], "403"],
    ["our name over another scheme", [`Host: ${HOST}`, `Origin: https://${HOST}`], "403"],
  ])("%s", async (_name, headers, status) => {
    const heard = await raw(headers);
    expect(heard.slice(9, 12)).toBe(status);
    if (status === "403") expect(heard).toContain('"code":"forbidden"');
  });
});

describe("events", () => {
  test("arrive in order while the reader is there, and the writer hears when he goes", async () => {
    const leaving = new AbortController();
    const answer = await fetch(`http://${HOST}/events`, { signal: leaving.signal });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let i = 0; i < 500 && streams.length === 0; i++) await new Promise((next) => setTimeout(next, 2));
    for (let i = 0; i < 50; i++) streams[0]!.send("wallet", { i, text: "换行\n第二行" });
    let text = "";
    while (!text.includes('"i":49')) text += (await reader.read()).value ?? "";
    const got = [...text.matchAll(/^event: wallet\ndata: (.*)$/gm)].map((match) => JSON.parse(match[1]!));
    expect(got).toEqual(Array.from({ length: 50 }, (_, i) => ({ i, text: "换行\n第二行" })));
    leaving.abort();
    for (let i = 0; i < 500 && closed === 0; i++) await new Promise((next) => setTimeout(next, 2));
    expect(closed).toBe(1);
    streams[0]!.send("wallet", "to nobody");
  });
});

test("a port that is taken says so in words", async () => {
  await expect(listen(new Hono(), { host: "127.0.0.1", port: PORT })).rejects.toThrow(new RegExp(`${PORT}`));
});

test("every call of every API is in the OpenAPI document, with its schemas and its key", () => {
  const doors = [
    { prefix: "/wallet", api: { ...walletSignInApi, ...walletDeviceApi } },
    { prefix: "/acquirer", api: acquirerTillApi },
    { prefix: "/desk", api: issuerDeskApi },
    { prefix: "/tsp/wallet", api: tspWalletApi },
    { prefix: "/tsp/issuer", api: tspIssuerApi },
    { prefix: "/issuer/tsp", api: issuerApi },
    { prefix: "/wallet/tsp", api: walletTspApi },
  ].map((one) => ({ ...one, server: "http://localhost:8620", tag: one.prefix.slice(1) }));
  const document = openApiDocument(doors, "1.2.3") as {
    openapi: string;
    info: { version: string };
    paths: Record<string, { post: { parameters: { name: string; required: boolean }[]; requestBody: object } }>;
  };
  expect([document.openapi, document.info.version]).toEqual(["3.1.0", "1.2.3"]);
  const expected = doors.flatMap(({ prefix, api }) => Object.keys(api).map((name) => `${prefix}/v1/${name}`));
  expect(Object.keys(document.paths).sort()).toEqual(expected.sort());
  const keyOf = (path: string) =>
    document.paths[path]!.post.parameters.find(({ name }) => name === "Idempotency-Key")!.required;
  expect([keyOf("/tsp/wallet/v1/requestToken"), keyOf("/tsp/wallet/v1/token")]).toEqual([true, false]);
  expect(JSON.stringify(document.paths["/tsp/wallet/v1/replenishKeys"]!.post.requestBody)).toContain('"maximum":20');
});
