import type { Clock, Queries, Random } from "#contracts/ports";
import { makeCaseCode } from "#protocol/diagnosis";

/** Two sales drawing one code is as rare as winning twice: drawn again. */
const DRAWS_MAX = 8;

/** The code of a journey that failed at a till: made when it is first asked for, and the same ever after. */
export async function caseOf(
  ports: { readonly db: Queries; readonly random: Random; readonly clock: Clock },
  journeyId: string,
): Promise<string> {
  const { db, random, clock } = ports;
  for (let draws = 0; draws < DRAWS_MAX; draws++) {
    const known = await db.query<{ code: string }>({ text: "select code from case_code where journey_id = $1" }, [
      journeyId,
    ]);
    if (known[0] !== undefined) return known[0].code;
    await db.query(
      { text: "insert into case_code (code, journey_id, at) values ($1, $2, $3) on conflict do nothing" },
      [makeCaseCode((limit) => random.below(limit)), journeyId, clock.now()],
    );
  }
  throw new Error("acquirer: no free case code");
}

export async function journeyOfCase(db: Queries, caseCode: string): Promise<string | undefined> {
  const rows = await db.query<{ journey_id: string }>({ text: "select journey_id from case_code where code = $1" }, [
    caseCode,
  ]);
  return rows[0]?.journey_id;
}
