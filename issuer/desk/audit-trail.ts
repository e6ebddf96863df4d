import type { Queries } from "#contracts/ports";
import type { Instant } from "#protocol/time";

export interface AuditEntry {
  readonly at: Instant;
  readonly staffId: string;
  /** The second pair of eyes. */
  readonly second?: string;
  readonly action: string;
  /** What was changed: a card, a customer, a binding. */
  readonly subject: string;
  readonly customerId: string | null;
  readonly reason: string;
}

/** In the transaction of the change. Entries are only ever added. */
export async function writeAudit(tx: Queries, entry: AuditEntry): Promise<void> {
  await tx.query(
    {
      text: `insert into audit_entry (at, staff_id, second, action, subject, customer_id, reason)
        values ($1, $2, $3, $4, $5, $6, $7)`,
    },
    [entry.at, entry.staffId, entry.second ?? null, entry.action, entry.subject, entry.customerId, entry.reason],
  );
}

const SHOWN_MAX = 200;

/** Newest first. */
export async function readAudit(
  db: Queries,
  customerId: string | undefined,
): Promise<
  readonly {
    readonly at: number;
    readonly staffId: string;
    readonly second?: string;
    readonly action: string;
    readonly subject: string;
    readonly reason: string;
  }[]
> {
  const rows = await db.query<{
    at: bigint;
    staff_id: string;
    second: string | null;
    action: string;
    subject: string;
    reason: string;
  }>(
    {
      text: `select at, staff_id, second, action, subject, reason from audit_entry
        where $1::text is null or customer_id = $1 order by seq desc limit ${SHOWN_MAX}`,
    },
    [customerId ?? null],
  );
  return rows.map((row) => ({
    at: Number(row.at),
    staffId: row.staff_id,
    ...(row.second === null ? {} : { second: row.second }),
    action: row.action,
    subject: row.subject,
    reason: row.reason,
  }));
}
