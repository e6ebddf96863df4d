import { toJsonSchema } from "@valibot/to-json-schema";
import type { Api } from "#contracts/operation";
import { PROBLEM_STATUS } from "#contracts/problem";

/** OpenAPI 3.1 of the given APIs by path prefix: made from the same schemas that check every call. */
export function openApiDocument(rooms: Readonly<Record<string, Api>>, version: string): object {
  const paths: Record<string, object> = {};
  for (const [prefix, api] of Object.entries(rooms)) {
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
      paths[`${prefix}/v1/${name}`] = {
        post: {
          operationId: `${prefix.slice(1)}.${name}`,
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
