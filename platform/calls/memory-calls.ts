import type { Api, Calls } from "#contracts/operation";
import { err, ok } from "#protocol/bytes";
import { type CallImplementation, call } from "./call.ts";

/** Two parties in one process, still meeting in JSON and both schemas. */
export function memoryCalls<A extends Api>(api: A, implementation: CallImplementation<A>): Calls<A> {
  const one =
    (name: keyof A & string) => async (request: unknown, context: { journeyId: string; idempotencyKey: string }) => {
      const asked = JSON.stringify(request);
      const answer = await call(api, name, implementation, JSON.parse(asked), context);
      const told = JSON.stringify(answer.ok ? answer.value : answer.error);
      return answer.ok ? ok(JSON.parse(told)) : err(JSON.parse(told));
    };
  return Object.fromEntries(Object.keys(api).map((name) => [name, one(name)])) as Calls<A>;
}
