import type * as v from "valibot";
import type { Result } from "#protocol/bytes";
import type { Problem } from "./problem.ts";

/** One call between parties: its schemas are its types, its checks and its OpenAPI. */
export interface Operation<
  Request extends v.GenericSchema = v.GenericSchema,
  Answer extends v.GenericSchema = v.GenericSchema,
> {
  readonly summary: string;
  readonly request: Request;
  readonly answer: Answer;
  /** Reads without changing anything: no idempotency key wanted. */
  readonly readOnly?: true;
}

export function operation<const Request extends v.GenericSchema, const Answer extends v.GenericSchema>(
  definition: Operation<Request, Answer>,
): Operation<Request, Answer> {
  return definition;
}

/** The calls one party offers another, by name. Over HTTP: POST /{room}/v1/{name} with a JSON body. */
export type Api = Readonly<Record<string, Operation>>;

export interface CallContext {
  /** Joins what every party knows of one binding or payment. Header `Kabao-Journey`. */
  readonly journeyId: string;
  /** A repeat with the same key and request gets the first answer. Header `Idempotency-Key`. */
  readonly idempotencyKey: string;
}

/** What a party implements and what its caller holds are one type; between them lie JSON and the schemas, also in one process. */
export type Calls<A extends Api> = {
  readonly [Name in keyof A]: (
    request: v.InferOutput<A[Name]["request"]>,
    context: CallContext,
  ) => Promise<Result<v.InferOutput<A[Name]["answer"]>, Problem>>;
};
