import type * as v from "valibot";
import type { IssuerDeskApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import type { Db, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import { productById } from "../cards/products.ts";
import type { CardStatus } from "../host/book.ts";
import { auditLedger } from "../ledger/audit.ts";

type AccountView = v.InferOutput<IssuerDeskApi["setCardStatus"]["answer"]>;

const ACCOUNTS_MAX = 200;
const LINES_MAX = 50;

const ACCOUNT_COLUMNS = `
  select c.b, c.id as card_id, c.account_id, c.pan_suffix, c.product_id, c.status, u.holder_name, a.currency,
    a.posted_minor, a.held_minor, a.credit_limit_minor
  from card c
  join account a on a.b = c.b and a.id = c.account_id
  join customer u on u.b = c.customer_b and u.id = c.customer_id`;

interface AccountRow {
  readonly b: number;
  readonly card_id: string;
  readonly account_id: string;
  readonly pan_suffix: string;
  readonly product_id: string;
  readonly status: CardStatus;
  readonly holder_name: string;
  readonly currency: string;
  readonly posted_minor: bigint;
  readonly held_minor: bigint;
  readonly credit_limit_minor: bigint;
}

/** The bank's own desk: reads across shards, which payments never do. */
export function createDesk({ db }: { readonly db: Db }): Calls<IssuerDeskApi> {
  return {
    async accounts() {
      const rows = await db.query<AccountRow>({
        text: `${ACCOUNT_COLUMNS} order by c.issued_at, c.id limit ${ACCOUNTS_MAX}`,
      });
      return ok({ accounts: rows.map(viewOf) });
    },

    async statement({ cardId }) {
      const card = await findCard(db, cardId);
      if (card === undefined) return err(problem("notFound"));
      const rows = await db.query<{ at: bigint; words: string; minor: bigint; balance_minor: bigint; kind: string }>(
        {
          text: `
            select at, words, minor, balance_minor, kind from posting
            where b = $1 and account_id = $2 order by entry desc limit ${LINES_MAX}`,
        },
        [card.b, card.account_id],
      );
      return ok({
        lines: rows.map((row) => ({
          at: Number(row.at),
          text: row.words,
          minor: row.minor.toString(),
          balanceMinor: row.balance_minor.toString(),
          kind: row.kind,
        })),
      });
    },

    async setCardStatus({ cardId, status }) {
      return db.transaction(async (tx): Promise<Result<AccountView, Problem>> => {
        const card = await findCard(tx, cardId);
        if (card === undefined) return err(problem("notFound"));
        if (card.status === "cancelled") return err(problem("wrongState"));
        await tx.query({ text: "update card set status = $3 where b = $1 and id = $2" }, [card.b, cardId, status]);
        // A payment decided on the old status finds its account changed, and is decided again.
        await tx.query({ text: "update account set version = version + 1 where b = $1 and id = $2" }, [
          card.b,
          card.account_id,
        ]);
        return ok(viewOf({ ...card, status }));
      });
    },

    async audit() {
      const audit = await auditLedger(db);
      return ok({ ...audit, entriesSumMinor: audit.entriesSumMinor.toString() });
    },
  };
}

async function findCard(db: Queries, cardId: string): Promise<AccountRow | undefined> {
  const rows = await db.query<AccountRow>({ text: `${ACCOUNT_COLUMNS} where c.id = $1` }, [cardId]);
  return rows[0];
}

function viewOf(row: AccountRow): AccountView {
  return {
    cardId: row.card_id,
    panSuffix: row.pan_suffix,
    holderName: row.holder_name,
    product: productById(row.product_id),
    status: row.status,
    currency: row.currency,
    postedMinor: row.posted_minor.toString(),
    heldMinor: row.held_minor.toString(),
    availableMinor: (row.posted_minor - row.held_minor + row.credit_limit_minor).toString(),
  };
}
