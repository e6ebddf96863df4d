import * as v from "valibot";
import type { Api, CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";

/** What serves an API: its calls, told of a failure that is our own mistake. */
export interface CallImplementation<A extends Api> {
  readonly calls: Calls<A>;
  onFailure?(name: string, error: unknown): void;
}

/** Runs one operation on JSON from outside: both schemas are held, nothing the caller sent is echoed, nothing escapes. */
export async function call<A extends Api>(
  api: A,
  name: keyof A & string,
  implementation: CallImplementation<A>,
  body: unknown,
  context: CallContext,
): Promise<Result<unknown, Problem>> {
  const operation = api[name]!;
  const request = v.safeParse(operation.request, body);
  if (!request.success)
    return err(problem("badRequest", { at: pathOf(request.issues[0]), detail: "does not fit the schema" }));
  try {
    const answer = await implementation.calls[name](request.output as never, context);
    if (!answer.ok) return err(answer.error);
    return ok(v.parse(operation.answer, answer.value));
  } catch (error) {
    implementation.onFailure?.(name, error);
    return err(problem("internal"));
  }
}

/** "device.name": keys only, never values. */
function pathOf(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue) ?? "";
}
