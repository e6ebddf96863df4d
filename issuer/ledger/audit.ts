import type { Db } from "#contracts/ports";

export interface Audit {
  /** Over both sides of all entries, internal accounts included: zero, or money was made or lost. */
  readonly entriesSumMinor: bigint;
  /** Every balance is what its entries and its open holds say. */
  readonly accountsAgree: boolean;
  readonly postings: number;
  readonly openHolds: number;
}

/** Reads the whole ledger in one snapshot; for the desk and for proofs, never for a payment. */
export async function auditLedger(db: Db): Promise<Audit> {
  const rows = await db.query<{ sum: bigint; disagreeing: bigint; postings: bigint; holds: bigint }>({
    text: `
      with entries as (
        select b, account_id, sum(minor)::bigint as moved, count(*)::bigint as entries,
          (array_agg(balance_minor order by entry desc))[1] as newest_balance
        from posting group by b, account_id
      ), holds as (
        select b, account_id, sum(held_minor)::bigint as held, count(*)::bigint as open
        from authorisation where held_minor > 0 group by b, account_id
      ), accounts as (
        select a.posted_minor, a.held_minor, coalesce(e.moved, 0) as moved, coalesce(h.held, 0) as held,
          coalesce(e.newest_balance, 0) as newest_balance
        from account a
        left join entries e on e.b = a.b and e.account_id = a.id
        left join holds h on h.b = a.b and h.account_id = a.id
      )
      select
        -- Customers' balances as kept, and the internal accounts' as their entries say: the two sides of the books.
        ((select coalesce(sum(posted_minor), 0) from accounts)
          - (select coalesce(sum(moved), 0) from entries))::bigint as sum,
        (select count(*) from accounts
          where posted_minor <> moved or held_minor <> held or newest_balance <> posted_minor) as disagreeing,
        (select coalesce(sum(entries), 0) from entries)::bigint as postings,
        (select coalesce(sum(open), 0) from holds)::bigint as holds`,
  });
  const row = rows[0]!;
  return {
    entriesSumMinor: row.sum,
    accountsAgree: row.disagreeing === 0n,
    postings: Number(row.postings),
    openHolds: Number(row.holds),
  };
}
