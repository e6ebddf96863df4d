import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Api, Calls } from "#contracts/operation";
import type { Log } from "#contracts/ports";
import { PROBLEM_STATUS, type Problem, problem } from "#contracts/problem";
import { call } from "../calls/index.ts";

const BODY_MAX = 64 * 1024;
const KEY = /^[A-Za-z0-9_-]{1,64}$/;

export interface ApiDoor<A extends Api> {
  readonly api: A;
  /** The calls for this request's caller, or why he may not call. */
  readonly callsFor: (context: Context) => Promise<Calls<A> | Problem> | Calls<A> | Problem;
  readonly log: Log;
}

/** Each operation as POST {path}/v1/{name}. Refusals are RFC 9457 problems; nothing that was sent comes back. */
export function serveApi<A extends Api>(app: Hono, path: string, door: ApiDoor<A>): void {
  app.post(`${path}/v1/:name`, async (context, next) => {
    const name = context.req.param("name");
    if (!Object.hasOwn(door.api, name)) return next();
    const refused = headersFault(context, door.api[name]!.readOnly === true);
    if (refused !== undefined) return problemAnswer(context, refused);
    const body = await readBody(context.req.raw);
    if ("fault" in body) return problemAnswer(context, problem("badRequest", { at: "body", detail: body.fault }));
    const onFailure = (operation: string, error: unknown) => door.log.error("http.failed", { operation, error });
    let calls: Calls<A> | Problem;
    try {
      calls = await door.callsFor(context);
    } catch (error) {
      onFailure(name, error);
      return problemAnswer(context, problem("internal"));
    }
    if (isProblem(calls)) return problemAnswer(context, calls);
    const idempotencyKey = context.req.header("idempotency-key") ?? "read-only";
    const journeyId = context.req.header("kabao-journey") ?? idempotencyKey;
    const result = await call(door.api, name, { calls, onFailure }, body.json, { journeyId, idempotencyKey });
    return result.ok ? context.json(result.value as object) : problemAnswer(context, result.error);
  });
}

function headersFault(context: Context, readOnly: boolean): Problem | undefined {
  const type = context.req.header("content-type") ?? "";
  if (!/^application\/json\b/.test(type))
    return problem("badRequest", { at: "Content-Type", detail: "wants application/json" });
  const key = context.req.header("idempotency-key");
  if (!readOnly && key === undefined)
    return problem("badRequest", { at: "Idempotency-Key", detail: "wants one for each call that changes something" });
  if (key !== undefined && !KEY.test(key)) return problem("badRequest", { at: "Idempotency-Key" });
  const journey = context.req.header("kabao-journey");
  return journey !== undefined && !KEY.test(journey) ? problem("badRequest", { at: "Kabao-Journey" }) : undefined;
}

/** Reads no more than the limit, whatever length the sender announced. */
async function readBody(request: Request): Promise<{ readonly json: unknown } | { readonly fault: string }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > BODY_MAX) return { fault: "over 64 KB" };
      chunks.push(chunk);
    }
  } catch {
    return { fault: "ends too early" };
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return { fault: "not UTF-8" };
  }
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { fault: "not JSON" };
  }
}

function isProblem(value: object): value is Problem {
  return typeof (value as { code?: unknown }).code === "string";
}

/** A refusal as RFC 9457 has it. */
export function problemAnswer(context: Context, fault: Problem): Response {
  const status = PROBLEM_STATUS[fault.code];
  return context.newResponse(
    JSON.stringify({ type: `urn:kabao:problem:${fault.code}`, title: fault.code, status, ...fault }),
    status,
    {
      "content-type": "application/problem+json",
    },
  );
}

/** Only pages and programs that speak to us by our own name get in: no foreign page, no rebound DNS name. */
export function doorGuard(hosts: ReadonlySet<string>, origins: ReadonlySet<string>): MiddlewareHandler {
  return async (context, next): Promise<Response | undefined> => {
    const origin = context.req.header("origin");
    if (!hosts.has(context.req.header("host") ?? "") || (origin !== undefined && !origins.has(origin))) {
      return problemAnswer(context, problem("forbidden", { at: origin === undefined ? "Host" : "Origin" }));
    }
    await next();
    context.header("x-content-type-options", "nosniff");
    context.header("referrer-policy", "no-referrer");
    return undefined;
  };
}
