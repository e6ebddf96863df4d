import { createServer, type IncomingMessage } from "node:http";

/** An HTTP door of a stranger's program: what it answers by path, and what came in the Authorization header. */
export interface JsonDoor {
  /** Of the last request to each path. */
  readonly authorizations: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

export type Answering = (asked: Record<string, unknown>) => Promise<object> | object;

/** @param operations by path, "/issuer/tsp/v1/decideBinding". */
export async function openJsonDoor(port: number, operations: Readonly<Record<string, Answering>>): Promise<JsonDoor> {
  const authorizations = new Map<string, string>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    authorizations.set(path, request.headers.authorization ?? "");
    const operation = operations[path];
    const answer = async () =>
      operation === undefined
        ? { status: 404, body: { code: "notFound" } }
        : { status: 200, body: await operation(await bodyOf(request)) };
    void answer()
      .catch(() => ({ status: 500, body: { code: "internal" } }))
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    authorizations,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** One call of a party's door, as any program makes it. */
export async function callDoor(
  url: string,
  key: string,
  body: object,
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": `own-${process.hrtime.bigint()}`,
      authorization: `Bearer ${key}`,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString("utf8")) as Record<string, unknown>;
}
