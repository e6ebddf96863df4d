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
    readonly name: string;
    readonly second?: string;
    readonly secondName?: string;
    readonly action: string;
    readonly subject: string;
    readonly customerId?: string;
    readonly reason: string;
  }[]
> {
  const rows = await db.query<{
    at: bigint;
    staff_id: string;
    name: string | null;
    second: string | null;
    second_name: string | null;
    action: string;
    subject: string;
    customer_id: string | null;
    reason: string;
  }>(
    {
      // Customers, too, change things: in the bank's app.
      text: `select a.at, a.staff_id, coalesce(s.name, u.holder_name) as name, a.second, t.name as second_name, a.action,
          a.subject, a.customer_id, a.reason
        from audit_entry a
        left join staff_member s on s.staff_id = a.staff_id
        left join staff_member t on t.staff_id = a.second
        left join customer u on u.id = a.staff_id
        where $1::text is null or a.customer_id = $1 order by a.seq desc limit ${SHOWN_MAX}`,
    },
    [customerId ?? null],
  );
  return rows.map((row) => ({
    at: Number(row.at),
    staffId: row.staff_id,
    name: row.name ?? row.staff_id,
    ...(row.second === null ? {} : { second: row.second, secondName: row.second_name ?? row.second }),
    action: row.action,
    subject: row.subject,
    ...(row.customer_id === null ? {} : { customerId: row.customer_id }),
    reason: row.reason,
  }));
}
