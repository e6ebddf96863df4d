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
  const odd = oddText(body);
  if (odd !== undefined) {
    const known = Object.hasOwn((operation.request as { entries?: object }).entries ?? {}, odd.field);
    return err(problem("badRequest", { ...(known ? { at: odd.field } : {}), detail: odd.detail }));
  }
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

const NESTING_MAX = 32;

/** JSON can spell what no text column and no UTF-8 can hold, and nest deeper than any call does. `field`: of the outermost object. */
function oddText(body: unknown): { readonly field: string; readonly detail: string } | undefined {
  const open: { readonly value: unknown; readonly field: string; readonly depth: number }[] = [
    { value: body, field: "", depth: 0 },
  ];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { value, field, depth } = item;
    if (typeof value === "string" && /\0|\p{Cs}/u.test(value))
      return { field, detail: "a text with a zero character or half a character" };
    if (typeof value !== "object" || value === null) continue;
    if (depth === NESTING_MAX) return { field, detail: "nested too deep" };
    for (const [key, inner] of Object.entries(value)) {
      open.push({ value: key, field: depth === 0 ? "" : field, depth: depth + 1 });
      open.push({ value: inner, field: depth === 0 ? key : field, depth: depth + 1 });
    }
  }
  return undefined;
}
