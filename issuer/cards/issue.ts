import type { Clock, Db, KeyStore, Queries } from "#contracts/ports";
import { fromAscii, shardOf } from "#protocol/bytes";
import type { HolderName, IdNumber, Mobile } from "#protocol/holder";
import type { CurrencyCode } from "#protocol/money";
import type { Pan } from "#protocol/pan";
import type { ExpiryYymm } from "#protocol/time";
import type { RiskMark } from "../binding/rules.ts";
import type { CardStatus } from "../host/book.ts";
import { ensureKeys, KEYS } from "../ports.ts";
import { directoryShard, panHmac } from "./directory.ts";
import { productOf } from "./products.ts";
import { stateOf } from "./status.ts";

/** A card with its account and its holder, as the bank opens them. */
export interface NewCard {
  readonly cardId: string;
  readonly accountId: string;
  readonly customerId: string;
  readonly pan: Pan;
  readonly expiry: ExpiryYymm;
  /** Credit cards only. */
  readonly cvn2?: string;
  readonly status: CardStatus;
  readonly holderName: HolderName;
  /** The phone reserved at the bank. */
  readonly mobile: Mobile | null;
  readonly idNumber: IdNumber;
  /** YYYYMMDD. */
  readonly documentExpires: string;
  readonly currency: CurrencyCode;
  readonly openingMinor: bigint;
  readonly creditLimitMinor: bigint;
  /** I unless it says otherwise. */
  readonly accountClass?: 1 | 2 | 3;
  readonly accountRestricted?: boolean;
  readonly arrearsMinor?: bigint;
  readonly counterOnly?: boolean;
  readonly riskMark?: RiskMark;
  /** The card that this one replaced, issued before it: it is told to be replaced. */
  readonly successorOf?: string;
}

const CHUNK = 1000;

/** Opens cards by the thousand. A number that is already issued is left as it is. */
export async function issueCards(
  ports: { readonly db: Db; readonly keys: KeyStore; readonly clock: Clock },
  cards: readonly NewCard[],
): Promise<void> {
  ensureKeys(ports.keys);
  for (let i = 0; i < cards.length; i += CHUNK) {
    const chunk = cards.slice(i, i + CHUNK);
    await ports.db.transaction((tx) => issueChunk(tx, ports.keys, ports.clock, chunk));
  }
}

async function issueChunk(tx: Queries, keys: KeyStore, clock: Clock, cards: readonly NewCard[]): Promise<void> {
  const hmacs = cards.map((card) => panHmac(keys, card.pan));
  const entered = await tx.query<{ card_id: string }>(
    {
      text: `
        insert into pan_directory (b, pan_hmac, account_id, card_id)
        select * from unnest($1::smallint[], $2::bytea[], $3::text[], $4::text[])
        on conflict do nothing returning card_id`,
    },
    [hmacs.map(directoryShard), hmacs, cards.map((card) => card.accountId), cards.map((card) => card.cardId)],
  );
  const isNew = new Set(entered.map((row) => row.card_id));
  const fresh = cards.filter((card) => isNew.has(card.cardId));
  if (fresh.length === 0) return;
  const b = fresh.map((card) => shardOf(card.accountId));
  const now = clock.now();
  await tx.query(
    {
      text: `
        insert into customer (b, id, holder_name, mobile, id_number_sealed, document_expires, counter_only, risk_mark)
        select * from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::boolean[],
          $8::text[])
        on conflict do nothing`,
    },
    [
      fresh.map((card) => shardOf(card.customerId)),
      fresh.map((card) => card.customerId),
      fresh.map((card) => card.holderName),
      fresh.map((card) => card.mobile),
      fresh.map((card) => keys.seal(KEYS.panSeal, fromAscii(card.idNumber), `idNumber ${card.customerId}`)),
      fresh.map((card) => card.documentExpires),
      fresh.map((card) => card.counterOnly === true),
      fresh.map((card) => card.riskMark ?? null),
    ],
  );
  await tx.query(
    {
      text: `
        with opened as (
          insert into account (b, id, customer_id, kind, currency, credit_limit_minor, posted_minor, held_minor, day,
            day_spent_minor, next_hold_expiry, version, class, restricted, arrears_minor)
          select i.b, i.id, i.customer_id, i.kind, i.currency, i.credit_limit, i.opening, 0, 0, 0, null, 0, i.class,
            i.restricted, i.arrears
          from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
            $9::smallint[], $10::boolean[], $11::bigint[])
            as i(b, id, customer_id, kind, currency, credit_limit, opening, class, restricted, arrears)
          on conflict do nothing
          returning b, id, posted_minor
        )
        insert into posting (b, account_id, entry, contra, minor, balance_minor, kind, journey_id, words, at)
        select b, id, 0, 'opening', posted_minor, posted_minor, 'opening', 'opening', '开户 Opening', $8::bigint
        from opened`,
    },
    [
      b,
      fresh.map((card) => card.accountId),
      fresh.map((card) => card.customerId),
      fresh.map((card) => productFor(card).kind),
      fresh.map((card) => card.currency),
      fresh.map((card) => card.creditLimitMinor),
      fresh.map((card) => card.openingMinor),
      now,
      fresh.map((card) => card.accountClass ?? 1),
      fresh.map((card) => card.accountRestricted === true),
      fresh.map((card) => card.arrearsMinor ?? 0n),
    ],
  );
  await tx.query(
    {
      text: `
        insert into card (b, id, account_id, customer_b, customer_id, product_id, pan_sealed, pan_suffix, psn, expiry,
          cvn2_hmac, status, base_status, blocks, issued_at)
        select i.b, i.id, i.account_id, i.customer_b, i.customer_id, i.product_id, i.pan_sealed, i.pan_suffix, i.psn,
          i.expiry, i.cvn2_hmac, i.status, i.base_status,
          case when i.block is null then '{}'::text[] else array[i.block] end, $15::bigint
        from unnest($1::smallint[], $2::text[], $3::text[], $4::smallint[], $5::text[],
          $6::text[], $7::bytea[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::text[], $13::text[], $14::text[])
          as i(b, id, account_id, customer_b, customer_id, product_id, pan_sealed, pan_suffix, psn, expiry, cvn2_hmac,
            status, base_status, block)`,
    },
    [
      b,
      fresh.map((card) => card.cardId),
      fresh.map((card) => card.accountId),
      fresh.map((card) => shardOf(card.customerId)),
      fresh.map((card) => card.customerId),
      fresh.map((card) => productFor(card).id),
      fresh.map((card) => keys.seal(KEYS.panSeal, fromAscii(card.pan.expose()), `pan ${card.cardId}`)),
      fresh.map((card) => card.pan.suffix),
      fresh.map(() => "01"),
      fresh.map((card) => card.expiry),
      fresh.map((card) => (card.cvn2 === undefined ? null : cvn2Hmac(keys, card.cardId, card.cvn2))),
      fresh.map((card) => card.status),
      fresh.map((card) => stateOf(card.status).base),
      fresh.map((card) => stateOf(card.status).blocks[0] ?? null),
      now,
    ],
  );
  const followed = fresh.filter((card) => card.successorOf !== undefined);
  if (followed.length > 0)
    await tx.query(
      {
        text: `update card c set successor_id = i.id from unnest($1::text[], $2::text[]) as i(old, id) where c.id = i.old`,
      },
      [followed.map((card) => card.successorOf!), followed.map((card) => card.cardId)],
    );
}

/** CVN2 is compared, never shown: only its keyed hash, bound to the card, is kept. */
export function cvn2Hmac(keys: KeyStore, cardId: string, cvn2: string): Uint8Array {
  return keys.hmac(KEYS.lookUp, fromAscii(`cvn2 ${cardId} ${cvn2}`));
}

function productFor(card: NewCard): { readonly id: string; readonly kind: "debit" | "credit" } {
  const product = productOf(card.pan.expose());
  if (product === undefined) throw new RangeError("issueCards: a number outside the bank's ranges");
  return product;
}
