import type { Db, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result, shardOf } from "#protocol/bytes";
import type { Instant } from "#protocol/time";

/** Goes into a migration of the party's own schema: first answers to calls whose late repeat must change nothing. */
export const ANSWERED_TABLE = `
  create table answered_call (
    b smallint not null,
    caller text not null,
    operation text not null,
    key text not null,
    request text not null,
    answer jsonb not null,
    at bigint not null,
    primary key (b, caller, operation, key)
  );`;

/** Goes into a later migration: by when they were given, for what removes them. */
export const ANSWERED_INDEX = "create index answered_call_at on answered_call (at);";

/** Nobody repeats a call for longer: journeys wait for a week, and what can't be delivered is given up before this. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** Removes first answers that nobody asks for any more. */
export async function forgetAnswered(db: Db, now: Instant): Promise<void> {
  await db.query({ name: "answered.forget", text: "delete from answered_call where at < $1" }, [now - KEPT_MS]);
}

/** Which call this is: a key of one caller (a party, an account) is not one of another's. */
export interface CallName {
  readonly caller: string;
  readonly operation: string;
  readonly key: string;
}

/** Two of the same call ran at once, and the other one was first. */
class AlreadyAnswered extends Error {}

/**
 * A call whose repeat, however late, gets the first answer and changes nothing. Another request under the same key is
 * refused. Refusals are not kept: what was refused may be tried again.
 *
 * @param work does it, and calls `remember` with the answer in the transaction of its change; `remember` throws what
 *   undoes that transaction when another was first.
 */
export async function once<T>(
  db: Db,
  name: CallName,
  request: object,
  now: Instant,
  work: (remember: (tx: Queries, answer: T) => Promise<void>) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const asked = JSON.stringify(request);
  const id = [shardOf(name.key), name.caller, name.operation, name.key] as const;

  async function recall(): Promise<Result<T, Problem> | undefined> {
    const rows = await db.query<{ request: string; answer: T }>(
      {
        name: "answered.read",
        text: "select request, answer from answered_call where b = $1 and caller = $2 and operation = $3 and key = $4",
      },
      id,
    );
    if (rows[0] === undefined) return undefined;
    return rows[0].request === asked
      ? ok(rows[0].answer)
      : err(problem("idempotencyMismatch", { at: "Idempotency-Key" }));
  }

  async function remember(tx: Queries, answer: T): Promise<void> {
    const first = await tx.query(
      {
        name: "answered.keep",
        text: `insert into answered_call (b, caller, operation, key, request, answer, at)
          values ($1, $2, $3, $4, $5, $6::jsonb, $7) on conflict do nothing returning b`,
      },
      [...id, asked, JSON.stringify(answer), now],
    );
    if (first.length === 0) throw new AlreadyAnswered();
  }

  const before = await recall();
  if (before !== undefined) return before;
  try {
    return await work(remember);
  } catch (error) {
    if (error instanceof AlreadyAnswered) return (await recall())!;
    throw error;
  }
}
