import type * as v from "valibot";
import type { Customer, DeskAccount, IssuerDeskApi } from "#contracts/desk-api";
import type { Queries } from "#contracts/ports";
import { type Mobile, maskMobile, normaliseHolderName } from "#protocol/holder";
import { type ExpiryYymm, type Instant, toYymmdd } from "#protocol/time";
import { productById } from "../cards/products.ts";
import { type CardState, statusOf } from "../cards/status.ts";

const ACCOUNTS_MAX = 200;
const LINES_MAX = 50;
const CUSTOMERS_MAX = 20;

type StatementLine = v.InferOutput<IssuerDeskApi["statement"]["answer"]>["lines"][number];

/*
 * What the desk sees: reads across shards, which payments never do.
 */

const ACCOUNT_COLUMNS = `
  select c.b, c.id as card_id, c.account_id, c.customer_id, c.pan_suffix, c.product_id, c.base_status, c.blocks, c.expiry,
    u.holder_name, a.currency, a.posted_minor, a.held_minor, a.credit_limit_minor
  from card c
  join account a on a.b = c.b and a.id = c.account_id
  join customer u on u.b = c.customer_b and u.id = c.customer_id`;

interface AccountRow {
  readonly b: number;
  readonly card_id: string;
  readonly account_id: string;
  readonly customer_id: string;
  readonly pan_suffix: string;
  readonly product_id: string;
  readonly base_status: CardState["base"];
  readonly blocks: CardState["blocks"];
  readonly expiry: ExpiryYymm;
  readonly holder_name: string;
  readonly currency: string;
  readonly posted_minor: bigint;
  readonly held_minor: bigint;
  readonly credit_limit_minor: bigint;
}

export async function allAccounts(db: Queries): Promise<DeskAccount[]> {
  const rows = await db.query<AccountRow>({
    text: `${ACCOUNT_COLUMNS} order by c.issued_at, c.id limit ${ACCOUNTS_MAX}`,
  });
  return rows.map(accountOf);
}

export async function accountOfCard(db: Queries, cardId: string): Promise<DeskAccount | undefined> {
  const rows = await db.query<AccountRow>({ text: `${ACCOUNT_COLUMNS} where c.id = $1` }, [cardId]);
  return rows[0] === undefined ? undefined : accountOf(rows[0]);
}

export async function accountsOfCustomer(db: Queries, customerId: string): Promise<DeskAccount[]> {
  const rows = await db.query<AccountRow>(
    { text: `${ACCOUNT_COLUMNS} where c.customer_id = $1 order by c.issued_at, c.id` },
    [customerId],
  );
  return rows.map(accountOf);
}

function accountOf(row: AccountRow): DeskAccount {
  return {
    cardId: row.card_id,
    customerId: row.customer_id,
    panSuffix: row.pan_suffix,
    holderName: row.holder_name,
    product: productById(row.product_id),
    status: statusOf({ base: row.base_status, blocks: row.blocks }),
    expiry: row.expiry,
    currency: row.currency,
    postedMinor: row.posted_minor.toString(),
    heldMinor: row.held_minor.toString(),
    availableMinor: (row.posted_minor - row.held_minor + row.credit_limit_minor).toString(),
  };
}

/** Undefined: no such card. */
export async function statementOf(db: Queries, cardId: string): Promise<StatementLine[] | undefined> {
  const cards = await db.query<{ b: number; account_id: string }>(
    { text: "select b, account_id from card where id = $1" },
    [cardId],
  );
  const card = cards[0];
  if (card === undefined) return undefined;
  const rows = await db.query<{ at: bigint; words: string; minor: bigint; balance_minor: bigint; kind: string }>(
    {
      text: `
        select at, words, minor, balance_minor, kind from posting
        where b = $1 and account_id = $2 order by entry desc limit ${LINES_MAX}`,
    },
    [card.b, card.account_id],
  );
  return rows.map((row) => ({
    at: Number(row.at),
    text: row.words,
    minor: row.minor.toString(),
    balanceMinor: row.balance_minor.toString(),
    kind: row.kind,
  }));
}

interface CustomerRow {
  readonly id: string;
  readonly holder_name: string;
  readonly mobile: string | null;
  readonly document_expires: string;
  readonly review_due: string;
  readonly counter_only: boolean;
}
const CUSTOMER_COLUMNS = "select id, holder_name, mobile, document_expires, review_due, counter_only from customer";

/** By the whole name, or by four digits: a card's last, or the reserved phone's. */
export async function findCustomers(db: Queries, text: string, now: Instant): Promise<Customer[]> {
  const name = normaliseHolderName(text);
  const rows = /^\d{4}$/.test(text)
    ? await db.query<CustomerRow>(
        {
          text: `${CUSTOMER_COLUMNS} where right(mobile, 4) = $1
            or id in (select customer_id from card where pan_suffix = $1) order by id limit ${CUSTOMERS_MAX}`,
        },
        [text],
      )
    : name.ok
      ? await db.query<CustomerRow>(
          { text: `${CUSTOMER_COLUMNS} where holder_name = $1 order by id limit ${CUSTOMERS_MAX}` },
          [name.value],
        )
      : [];
  return Promise.all(rows.map((row) => customerOf(db, row, now)));
}

export async function customerView(db: Queries, customerId: string, now: Instant): Promise<Customer | undefined> {
  const rows = await db.query<CustomerRow>({ text: `${CUSTOMER_COLUMNS} where id = $1` }, [customerId]);
  return rows[0] === undefined ? undefined : customerOf(db, rows[0], now);
}

async function customerOf(db: Queries, row: CustomerRow, now: Instant): Promise<Customer> {
  const today = `20${toYymmdd(now)}`;
  const cards = await accountsOfCustomer(db, row.id);
  const tokens = await db.query<{
    id: string;
    card_id: string;
    device_name: string;
    token_suffix: string | null;
    token_status: "inactive" | "active" | "suspended" | "deleted" | null;
  }>(
    {
      text: `select id, card_id, device_name, token_suffix, token_status from binding
        where card_id = any($1::text[]) and decision <> 'red' and ended_at is null order by decided_at desc, id`,
    },
    [cards.map((card) => card.cardId)],
  );
  return {
    customerId: row.id,
    name: row.holder_name,
    ...(row.mobile === null ? {} : { reservedPhone: maskMobile(row.mobile as Mobile) }),
    documentExpires: row.document_expires,
    recordCurrent: row.document_expires >= today && row.review_due >= today,
    counterOnly: row.counter_only,
    cards,
    tokens: tokens.map((token) => ({
      bindingId: token.id,
      cardId: token.card_id,
      deviceName: token.device_name,
      ...(token.token_suffix === null ? {} : { tokenSuffix: token.token_suffix }),
      ...(token.token_status === null ? {} : { status: token.token_status }),
    })),
  };
}

/** The last time money left the card's account: what the hotline asks about. */
export async function lastPaymentMinor(
  db: Queries,
  account: { readonly b: number; readonly accountId: string },
): Promise<bigint> {
  const rows = await db.query<{ minor: bigint }>(
    {
      text: `select minor from posting where b = $1 and account_id = $2 and minor < 0 and kind <> 'opening'
        order by entry desc limit 1`,
    },
    [account.b, account.accountId],
  );
  return rows[0] === undefined ? 0n : -rows[0].minor;
}
