import type { Queries } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import { type Instant, instant } from "#protocol/time";

export interface CallRow {
  readonly bindingId: string;
  readonly since: Instant;
  readonly state: "open" | "awaitingSecond" | "approved" | "refused";
  /** Who asked the questions. */
  readonly agent: string | null;
  readonly wrongAnswers: number | null;
}

/** A case that is there already stays as it is. */
export async function insertCall(tx: Queries, bindingId: string, at: Instant): Promise<void> {
  await tx.query(
    {
      text: "insert into call_case (b, binding_id, since, state) values ($1, $2, $3, 'open') on conflict do nothing",
    },
    [shardOf(bindingId), bindingId, at],
  );
}

interface CallColumns {
  readonly binding_id: string;
  readonly since: bigint;
  readonly state: CallRow["state"];
  readonly agent: string | null;
  readonly wrong_answers: number | null;
}
const rowOf = (row: CallColumns): CallRow => ({
  bindingId: row.binding_id,
  since: instant(Number(row.since)),
  state: row.state,
  agent: row.agent,
  wrongAnswers: row.wrong_answers,
});

export async function readCall(tx: Queries, bindingId: string): Promise<CallRow | undefined> {
  const rows = await tx.query<CallColumns>({ text: "select * from call_case where b = $1 and binding_id = $2" }, [
    shardOf(bindingId),
    bindingId,
  ]);
  return rows[0] === undefined ? undefined : rowOf(rows[0]);
}

export async function writeCall(tx: Queries, row: CallRow): Promise<void> {
  await tx.query(
    { text: "update call_case set state = $3, agent = $4, wrong_answers = $5 where b = $1 and binding_id = $2" },
    [shardOf(row.bindingId), row.bindingId, row.state, row.agent, row.wrongAnswers],
  );
}

const WAITING_MAX = 200;

/** Cases that wait for an agent or a supervisor, oldest first. */
export async function waitingCalls(db: Queries): Promise<readonly CallRow[]> {
  const rows = await db.query<CallColumns>({
    text: `select * from call_case where state in ('open', 'awaitingSecond') order by since, binding_id
      limit ${WAITING_MAX}`,
  });
  return rows.map(rowOf);
}
