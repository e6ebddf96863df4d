import type { Db, GroupCommit, Queries, Statement } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import { chinaDate, type Instant } from "#protocol/time";
import { type Sale, type SaleRow, type SaleState, saleOf } from "./sale.ts";

const COLUMNS =
  "b, id, kind, terminal_id, amount_minor, currency, state, token_suffix, request, rrn, original_id, refunded_minor, response_code, at";

const INSERT = `insert into sale (${COLUMNS}, business_date)
    select * from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::bytea[],
      $10::text[], $11::text[], $12::bigint[], $13::text[], $14::bigint[], $15::text[])`;
/**
 * First outcome wins: an answer that crosses a reversal changes nothing. Said as a case, so that the index of open sales,
 * which has no way to one of them by its key, does not look like a way to it (docs/adr/0007).
 */
const settleFrom = (parameters: string): string => `
    update sale s set state = i.state, response_code = i.response_code, reversal = i.reversal, next_at = i.next_at
    from unnest(${parameters}) as i(b, id, state, response_code, reversal, next_at)
    where s.b = i.b and s.id = i.id and case s.state when 'sent' then true when 'reversing' then i.state in ('reversing', 'reversed')
      else false end
    returning s.id`;
const KEEP: Statement = { name: "acquirer.keep", text: INSERT };
const SETTLE: Statement = {
  name: "acquirer.settle",
  text: settleFrom("$1::smallint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bigint[]"),
};
const KEEP_AND_SETTLE: Statement = {
  name: "acquirer.keep-and-settle",
  text: `with kept as (${INSERT})
    ${settleFrom("$16::smallint[], $17::text[], $18::text[], $19::text[], $20::bytea[], $21::bigint[]")}`,
};

export interface Outcome {
  readonly b: number;
  readonly id: string;
  readonly state: SaleState;
  readonly responseCode: string | null;
  readonly reversal: Uint8Array | null;
  readonly nextAt: Instant | null;
}

export interface SaleStore {
  /** Durable before it resolves: nothing is sent that we could forget. */
  keep(sale: Sale): Promise<void>;
  /**
   * A refund or void, and the part of its sale that it takes: both or neither, also when we die in between.
   * `repeated`: that id is in the books already. `tooMuch`: the sale has not so much left.
   */
  keepGiveBack(sale: Sale, original: Sale): Promise<"kept" | "repeated" | "tooMuch">;
  /** Durable before it resolves. False: another outcome was there first. */
  settle(outcome: Outcome): Promise<boolean>;
  /** An outcome without money of a refund or void: its sale gets back what had been taken from it, at once. */
  settleUndone(outcome: Outcome, originalId: string, minor: bigint): Promise<boolean>;
  /** A declined sale or void becomes one that is being reversed; a void takes its part of the sale again for as long. */
  reopen(sale: Sale, reversal: Uint8Array, dueAt: Instant): Promise<boolean>;
}

/** Leaves a transaction without a trace. */
class TooMuch extends Error {}

const rowsOf = (sales: readonly Sale[]) => [
  sales.map((s) => s.b),
  sales.map((s) => s.id),
  sales.map((s) => s.kind),
  sales.map((s) => s.terminalId),
  sales.map((s) => s.amount.minor),
  sales.map((s) => s.amount.currency),
  sales.map((s) => s.state),
  sales.map((s) => s.tokenSuffix),
  sales.map((s) => s.request),
  sales.map((s) => s.rrn),
  sales.map((s) => s.originalId),
  sales.map((s) => s.refundedMinor),
  sales.map((s) => s.responseCode),
  sales.map((s) => s.at),
  sales.map((s) => chinaDate(s.at)),
];

const columnsOf = (outcomes: readonly Outcome[]) => [
  outcomes.map((o) => o.b),
  outcomes.map((o) => o.id),
  outcomes.map((o) => o.state),
  outcomes.map((o) => o.responseCode),
  outcomes.map((o) => o.reversal),
  outcomes.map((o) => o.nextAt),
];

export function createSaleStore(db: Db, groupCommit: GroupCommit, lanes: number): SaleStore {
  /** New sales and outcomes share lanes and batches: half as many commits. No batch has both of one sale. */
  const write = groupCommit.create<{ readonly sale: Sale } | { readonly outcome: Outcome }, boolean>({
    lanes,
    maxBatch: 128,
    shardOf: (item) => ("sale" in item ? item.sale.b : item.outcome.b),
    async commit(items) {
      const sales = items.flatMap((item) => ("sale" in item ? [item.sale] : []));
      const outcomes = items.flatMap((item) => ("outcome" in item ? [item.outcome] : []));
      const settled = new Set((await writeAll(sales, outcomes)).map((row) => row.id));
      return items.map((item) => "sale" in item || settled.has(item.outcome.id));
    },
  });
  function writeAll(sales: readonly Sale[], outcomes: readonly Outcome[]): Promise<readonly { readonly id: string }[]> {
    if (outcomes.length === 0) return db.query(KEEP, rowsOf(sales));
    if (sales.length === 0) return db.query(SETTLE, columnsOf(outcomes));
    return db.query(KEEP_AND_SETTLE, [...rowsOf(sales), ...columnsOf(outcomes)]);
  }

  return {
    async keep(sale) {
      await write({ sale });
    },
    settle: (outcome) => write({ outcome }),
    async keepGiveBack(sale, original) {
      try {
        return await db.transaction(async (tx) => {
          const kept = await tx.query({ text: `${INSERT} on conflict do nothing returning id` }, rowsOf([sale]));
          if (kept.length === 0) return "repeated" as const;
          if (!(await takeRefund(tx, original.id, sale.amount.minor))) throw new TooMuch();
          return "kept" as const;
        });
      } catch (error) {
        if (error instanceof TooMuch) return "tooMuch";
        throw error;
      }
    },
    async reopen(sale, reversal, dueAt) {
      try {
        return await db.transaction(async (tx) => {
          const rows = await tx.query(
            {
              text: `update sale set state = 'reversing', response_code = null, reversal = $3, next_at = $4
                where b = $1 and id = $2 and state = 'declined' returning id`,
            },
            [sale.b, sale.id, reversal, dueAt],
          );
          if (rows.length === 0) return false;
          if (sale.originalId !== null && !(await takeRefund(tx, sale.originalId, sale.amount.minor)))
            throw new TooMuch();
          return true;
        });
      } catch (error) {
        if (error instanceof TooMuch) return false;
        throw error;
      }
    },
    settleUndone: (outcome, originalId, minor) =>
      db.transaction(async (tx) => {
        const done = (await tx.query(SETTLE, columnsOf([outcome]))).length === 1;
        if (done) await takeRefund(tx, originalId, -minor);
        return done;
      }),
  };
}

export async function saleById(db: Queries, b: number, id: string): Promise<Sale | undefined> {
  return (
    await db.query<SaleRow>({ name: "acquirer.sale", text: `select ${COLUMNS} from sale where b = $1 and id = $2` }, [
      b,
      id,
    ])
  ).map(saleOf)[0];
}

/** Declined sales and voids of a terminal, by reference: a void has its sale's. */
export async function declinedSales(
  db: Queries,
  terminalId: string,
  rrn: string,
  since: Instant,
): Promise<readonly Sale[]> {
  const rows = await db.query<SaleRow>(
    {
      text: `select ${COLUMNS} from sale
        where terminal_id = $1 and at >= $2 and rrn = $3 and state = 'declined' and kind in ('sale', 'void')`,
    },
    [terminalId, since, rrn],
  );
  return rows.map(saleOf);
}

export async function salesOf(db: Queries, terminalId: string, limit: number): Promise<readonly Sale[]> {
  const rows = await db.query<SaleRow>(
    { text: `select ${COLUMNS} from sale where terminal_id = $1 order by at desc, id desc limit $2` },
    [terminalId, limit],
  );
  return rows.map(saleOf);
}

/** Takes part of a sale for a refund or void, or gives it back (negative). False: more than is left. */
async function takeRefund(db: Queries, saleId: string, minor: bigint): Promise<boolean> {
  const rows = await db.query(
    {
      text: `update sale set refunded_minor = refunded_minor + $3 where b = $1 and id = $2 and state = 'approved'
        and refunded_minor + $3 between 0 and amount_minor returning id`,
    },
    [shardOf(saleId), saleId, minor],
  );
  return rows.length === 1;
}

/**
 * Business without an outcome, the longest due first: what was put off until `dueBy` at the latest, and what was sent by
 * `sentBy` and never came to anything.
 */
export async function openSales(
  db: Queries,
  until: { readonly dueBy: Instant; readonly sentBy: Instant },
  limit: number,
): Promise<readonly (Sale & { readonly reversal: Uint8Array | null })[]> {
  const rows = await db.query<SaleRow & { reversal: Uint8Array | null }>(
    {
      text: `select ${COLUMNS}, reversal from sale
        where state in ('sent', 'reversing') and (next_at <= $1 or (next_at is null and at <= $2))
        order by coalesce(next_at, at) limit $3`,
    },
    [until.dueBy, until.sentBy, limit],
  );
  return rows.map((row) => ({ ...saleOf(row), reversal: row.reversal }));
}

export interface Totals {
  readonly sales: number;
  readonly salesMinor: bigint;
  readonly refunds: number;
  readonly refundsMinor: bigint;
}

/** Approved business of one day (MMDD, China time). A void is a refund of the whole. */
export async function totalsOf(db: Queries, terminalId: string, at: Instant): Promise<Totals> {
  const rows = await db.query<{ kind: string; n: bigint; minor: bigint }>(
    {
      text: `select kind, count(*)::bigint as n, sum(amount_minor)::bigint as minor from sale
        where terminal_id = $1 and business_date = $2 and state = 'approved' and at > $3 group by kind`,
    },
    [terminalId, chinaDate(at), at - 2 * 86_400_000],
  );
  const sum = (kinds: readonly string[]) =>
    rows
      .filter((row) => kinds.includes(row.kind))
      .reduce((total, row) => ({ n: total.n + Number(row.n), minor: total.minor + row.minor }), { n: 0, minor: 0n });
  const sales = sum(["sale"]);
  const refunds = sum(["refund", "void"]);
  return { sales: sales.n, salesMinor: sales.minor, refunds: refunds.n, refundsMinor: refunds.minor };
}
