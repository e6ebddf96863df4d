import type { Clock, Db } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import type { WalletPolicy } from "./policy.ts";

/**
 * Counts a try before it is made, so that many at once do not slip through; refused when there were too many in the window.
 *
 * @param weight how many tries this one is
 */
export async function countTry(
  { db, clock, policy }: { readonly db: Db; readonly clock: Clock; readonly policy: WalletPolicy },
  what: keyof WalletPolicy["limits"],
  who: string,
  weight = 1,
): Promise<Result<"counted", Problem>> {
  const { max, windowMs } = policy.limits[what];
  const now = clock.now();
  return db.transaction(async (tx) => {
    await tx.query({ text: "select pg_advisory_xact_lock(hashtextextended($1, 0))" }, [`${what}/${who}`]);
    await tx.query({ text: "delete from tried where what = $1 and who = $2 and at <= $3" }, [
      what,
      who,
      now - windowMs,
    ]);
    const rows = await tx.query<{ n: bigint; oldest: bigint | null }>(
      { text: "select count(*)::bigint as n, min(at) as oldest from tried where what = $1 and who = $2" },
      [what, who],
    );
    const { n, oldest } = rows[0]!;
    if (Number(n) + weight > max)
      return err(problem("tooMany", { retryAfterMs: Math.max(1, Number(oldest ?? now) + windowMs - now) }));
    await tx.query({ text: "insert into tried (what, who, at) select $1, $2, $3 from generate_series(1, $4::int)" }, [
      what,
      who,
      now,
      weight,
    ]);
    return ok("counted");
  });
}
