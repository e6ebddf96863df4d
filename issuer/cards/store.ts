import type { KeyStore, Queries } from "#contracts/ports";
import { equalBytes, fromAscii, shardOf, toUtf8 } from "#protocol/bytes";
import type { ExpiryYymm } from "#protocol/time";
import type { RiskMark } from "../binding/rules.ts";
import type { CardStatus } from "../host/book.ts";
import type { Target } from "../host/core.ts";
import { KEYS } from "../ports.ts";
import { directoryShard } from "./directory.ts";
import { type CardState, statusOf } from "./status.ts";

/*
 * Who holds what, always in this order: device, customer, card, binding, account. Everything that changes a card, its
 * customer's record or its bindings holds customer and card first, so that two journeys for one card, and a desk beside
 * them, come one after the other.
 */

/** A card with its holder and its account. */
export interface HeldCard extends Target {
  readonly state: CardState;
  readonly expiry: ExpiryYymm;
  readonly psn: string;
  readonly panSuffix: string;
  readonly productId: string;
  readonly cvn2Hmac: Uint8Array | null;
  readonly successorId: string | null;
  readonly customer: HeldCustomer;
  readonly account: {
    readonly class: number;
    readonly restricted: boolean;
    readonly arrearsMinor: bigint;
    readonly postedMinor: bigint;
    readonly heldMinor: bigint;
    readonly creditLimitMinor: bigint;
    readonly currency: string;
  };
}

export interface HeldCustomer {
  readonly b: number;
  readonly customerId: string;
  readonly holderName: string;
  /** The phone reserved at the bank. */
  readonly mobile: string | null;
  readonly documentKind: string;
  /** YYYYMMDD, both. */
  readonly documentExpires: string;
  readonly reviewDue: string;
  readonly counterOnly: boolean;
  readonly riskMark: RiskMark | null;
  readonly idNumberSealed: Uint8Array;
}

export async function findCard(db: Queries, hmac: Uint8Array): Promise<Target | undefined> {
  const rows = await db.query<{ account_id: string; card_id: string }>(
    { text: "select account_id, card_id from pan_directory where b = $1 and pan_hmac = $2" },
    [directoryShard(hmac), hmac],
  );
  const row = rows[0];
  return row === undefined ? undefined : { b: shardOf(row.account_id), accountId: row.account_id, cardId: row.card_id };
}

/** By id alone, as the desk and the app know cards. */
export async function findCardById(
  db: Queries,
  cardId: string,
): Promise<(Target & { customerId: string }) | undefined> {
  const rows = await db.query<{ b: number; account_id: string; customer_id: string }>(
    { text: "select b, account_id, customer_id from card where id = $1" },
    [cardId],
  );
  const row = rows[0];
  return row === undefined ? undefined : { b: row.b, accountId: row.account_id, cardId, customerId: row.customer_id };
}

/** Holds a customer's record until the transaction ends. */
export async function holdCustomer(tx: Queries, customerId: string): Promise<HeldCustomer | undefined> {
  const rows = await tx.query<{
    holder_name: string;
    mobile: string | null;
    document_kind: string;
    document_expires: string;
    review_due: string;
    counter_only: boolean;
    risk_mark: RiskMark | null;
    id_number_sealed: Uint8Array;
  }>(
    {
      text: `select holder_name, mobile, document_kind, document_expires, review_due, counter_only, risk_mark,
        id_number_sealed from customer where b = $1 and id = $2 for update`,
    },
    [shardOf(customerId), customerId],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    b: shardOf(customerId),
    customerId,
    holderName: row.holder_name,
    mobile: row.mobile,
    documentKind: row.document_kind,
    documentExpires: row.document_expires,
    reviewDue: row.review_due,
    counterOnly: row.counter_only,
    riskMark: row.risk_mark,
    idNumberSealed: row.id_number_sealed,
  };
}

/** Reads a card with its account and holder, and holds holder and card until the transaction ends. */
export async function holdCard(tx: Queries, target: Target): Promise<HeldCard> {
  const owners = await tx.query<{ customer_id: string }>(
    { text: "select customer_id from card where b = $1 and id = $2" },
    [target.b, target.cardId],
  );
  const owner = owners[0];
  const customer = owner === undefined ? undefined : await holdCustomer(tx, owner.customer_id);
  const cards = await tx.query<{
    base_status: CardState["base"];
    blocks: CardState["blocks"];
    expiry: ExpiryYymm;
    psn: string;
    pan_suffix: string;
    product_id: string;
    cvn2_hmac: Uint8Array | null;
    successor_id: string | null;
  }>(
    {
      text: `select base_status, blocks, expiry, psn, pan_suffix, product_id, cvn2_hmac, successor_id
        from card where b = $1 and id = $2 for update`,
    },
    [target.b, target.cardId],
  );
  const accounts = await tx.query<{
    class: number;
    restricted: boolean;
    arrears_minor: bigint;
    posted_minor: bigint;
    held_minor: bigint;
    credit_limit_minor: bigint;
    currency: string;
  }>(
    {
      text: `select class, restricted, arrears_minor, posted_minor, held_minor, credit_limit_minor, currency
        from account where b = $1 and id = $2`,
    },
    [target.b, target.accountId],
  );
  const card = cards[0];
  const account = accounts[0];
  if (customer === undefined || card === undefined || account === undefined)
    throw new RangeError("cards: one that is known by its number, without its row, holder or account");
  return {
    b: target.b,
    accountId: target.accountId,
    cardId: target.cardId,
    state: { base: card.base_status, blocks: card.blocks },
    expiry: card.expiry,
    psn: card.psn,
    panSuffix: card.pan_suffix,
    productId: card.product_id,
    cvn2Hmac: card.cvn2_hmac,
    successorId: card.successor_id,
    customer,
    account: {
      class: account.class,
      restricted: account.restricted,
      arrearsMinor: account.arrears_minor,
      postedMinor: account.posted_minor,
      heldMinor: account.held_minor,
      creditLimitMinor: account.credit_limit_minor,
      currency: account.currency,
    },
  };
}

/** Writes what a card has become. A payment decided on what it was finds its account changed, and is decided again. */
export async function writeCardState(tx: Queries, card: Target, state: CardState): Promise<void> {
  await tx.query({ text: "update card set status = $3, base_status = $4, blocks = $5 where b = $1 and id = $2" }, [
    card.b,
    card.cardId,
    statusOf(state) satisfies CardStatus,
    state.base,
    [...state.blocks],
  ]);
  await tx.query({ text: "update account set version = version + 1 where b = $1 and id = $2" }, [
    card.b,
    card.accountId,
  ]);
}

/** The sealed number of the holder's document is opened to compare, never to show. */
export function idNumberOf(keys: KeyStore, customer: Pick<HeldCustomer, "customerId" | "idNumberSealed">): string {
  const bytes = keys.open(KEYS.panSeal, customer.idNumberSealed, `idNumber ${customer.customerId}`);
  const text = bytes === undefined ? undefined : toUtf8(bytes);
  if (text === undefined) throw new RangeError("customer: a sealed document number does not open");
  return text;
}

export function isDocumentOf(
  keys: KeyStore,
  customer: HeldCustomer,
  document: { readonly kind: string; readonly number: string },
): boolean {
  return (
    document.kind === customer.documentKind &&
    equalBytes(digest(keys, document.number), digest(keys, idNumberOf(keys, customer)))
  );
}

/** Equal lengths for whatever is compared. */
function digest(keys: KeyStore, text: string): Uint8Array {
  return keys.hmac(KEYS.lookUp, fromAscii(`document ${text}`));
}
