import type { CallContext } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import { once } from "#party";
import { fromUtf8, type Result, toHex } from "#protocol/bytes";
import type { BindingParts } from "./binding/parts.ts";
import { KEYS } from "./ports.ts";

/**
 * A change that a person makes: once for each idempotency key, in one transaction. What was asked is kept as its keyed
 * hash only: it may hold a document's number. Refusals are not kept, but what they wrote stays.
 *
 * @param caller one person's keys are not another's.
 */
export async function changeOnce<T>(
  parts: Pick<BindingParts, "db" | "clock" | "keys" | "nudge">,
  caller: string,
  operation: string,
  request: object,
  context: CallContext,
  work: (tx: Queries) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const { db, clock, keys, nudge } = parts;
  const asked = toHex(keys.hmac(KEYS.code, fromUtf8(JSON.stringify(request))));
  const name = { caller, operation, key: context.idempotencyKey };
  const answer = await once<T>(db, name, { asked }, clock.now(), (remember) =>
    db.transaction(async (tx) => {
      const result = await work(tx);
      if (result.ok) await remember(tx, result.value);
      return result;
    }),
  );
  nudge();
  // What stood in the way may be the same call, which came a moment earlier: then its answer is this one's.
  return answer.ok ? answer : once<T>(db, name, { asked }, clock.now(), async () => answer);
}
