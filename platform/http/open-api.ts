import { toJsonSchema } from "@valibot/to-json-schema";
import type { Api } from "#contracts/operation";
import { PROBLEM_STATUS } from "#contracts/problem";

/** One door: what is offered, below which path, on which address, to whom. */
export interface DescribedDoor {
  readonly api: Api;
  readonly prefix: string;
  readonly server: string;
  readonly tag: string;
}

/** OpenAPI 3.1 of the given doors: made from the same schemas that check every call. */
export function openApiDocument(doors: readonly DescribedDoor[], version: string): object {
  const paths: Record<string, object> = {};
  for (const { api, prefix, server, tag } of doors) {
    for (const [name, operation] of Object.entries(api)) {
      const json = (schema: Parameters<typeof toJsonSchema>[0]) => ({
        "application/json": { schema: withoutDialect(toJsonSchema(schema, { errorMode: "ignore" })) },
      });
      const key = {
        name: "Idempotency-Key",
        in: "header",
        required: operation.readOnly !== true,
        schema: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
      };
      const journey = { name: "Kabao-Journey", in: "header", required: false, schema: { type: "string" } };
      const path = `${prefix}/v1/${name}`;
      if (paths[path] !== undefined) throw new RangeError(`open api: two doors offer ${path}`);
      paths[path] = {
        servers: [{ url: server }],
        post: {
          tags: [tag],
          operationId: `${tag.replaceAll(" ", "")}.${name}`,
          summary: operation.summary,
          parameters: [key, journey],
          requestBody: { required: true, content: json(operation.request) },
          responses: {
            "200": { description: "Done", content: json(operation.answer) },
            default: {
              description: "Refused, and why",
              content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
            },
          },
        },
      };
    }
  }
  const Problem = {
    type: "object",
    required: ["type", "title", "status", "code"],
    properties: {
      type: { type: "string" },
      title: { type: "string" },
      status: { type: "integer" },
      code: { enum: Object.keys(PROBLEM_STATUS) },
      at: { type: "string", description: "Where in the request" },
      detail: { type: "string" },
      retryAfterMs: { type: "integer" },
    },
  };
  return {
    openapi: "3.1.0",
    info: { title: "Kabao", version, license: { name: "Apache-2.0" } },
    paths,
    components: { schemas: { Problem } },
  };
}

function withoutDialect(schema: object): object {
  const { $schema: _, ...rest } = schema as { $schema?: string };
  return rest;
}
