import type { Queries, Random } from "#contracts/ports";
import { makeCaseCode } from "#protocol/diagnosis";
import type { Instant } from "#protocol/time";

export interface CaseRow {
  readonly code: string;
  readonly journeyId: string;
  readonly accountId: string;
  readonly deviceId: string;
}

const TRIES_MAX = 20;

/** The code of a journey; made when it first fails, and the same from then on. */
export async function caseOf(
  tx: Queries,
  random: Random,
  journey: Omit<CaseRow, "code">,
  at: Instant,
): Promise<string> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const known = await tx.query<{ code: string }>({ text: "select code from case_code where journey_id = $1" }, [
      journey.journeyId,
    ]);
    if (known[0] !== undefined) return known[0].code;
    await tx.query(
      {
        text: "insert into case_code (code, journey_id, account_id, device_id, at) values ($1, $2, $3, $4, $5) on conflict do nothing",
      },
      [makeCaseCode((limit) => random.below(limit)), journey.journeyId, journey.accountId, journey.deviceId, at],
    );
  }
  throw new Error("cases: no free code is found");
}

export async function caseByCode(db: Queries, code: string): Promise<CaseRow | undefined> {
  const rows = await db.query<CaseRow>(
    {
      text: `select code, journey_id as "journeyId", account_id as "accountId", device_id as "deviceId" from case_code where code = $1`,
    },
    [code],
  );
  return rows[0];
}
