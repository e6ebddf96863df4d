import type { CodeOutcome, CodeSent, Decision, Language, TokenStatus } from "#contracts/common";
import type { Queries } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import { type ExpiryYymm, type Instant, instant } from "#protocol/time";
import { directoryShard } from "../cards/directory.ts";
import type { CardStatus } from "../host/book.ts";
import type { Target } from "../host/core.ts";
import { type BindingHistory, type CodeState, MISMATCHES, type Reason } from "./core.ts";

/*
 * Every change to a card's bindings holds the card's row first, so that two journeys for one card come one after the
 * other; a device's row is held before its card's.
 */

export interface BindingRow {
  readonly id: string;
  readonly panHmac: Uint8Array;
  readonly cardId: string | null;
  readonly accountId: string | null;
  readonly walletAccount: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly trid: string;
  readonly terms: { readonly version: string; readonly acceptedAt: number; readonly language: Language };
  readonly decision: Decision;
  readonly reason: Reason;
  readonly psn: string;
  /** Masked phone of the one method, when there is one. */
  readonly sentTo: string | null;
  readonly decidedAt: Instant;
  readonly verifiedAt: Instant | null;
  readonly tokenStatus: TokenStatus | null;
  readonly tokenChangedAt: Instant | null;
}

export interface HeldCard {
  readonly cardId: string;
  readonly status: CardStatus;
  readonly expiry: ExpiryYymm;
  readonly psn: string;
  readonly panSuffix: string;
  readonly productId: string;
  readonly cvn2Hmac: Uint8Array | null;
  readonly holderName: string;
  readonly mobile: string | null;
  readonly documentExpires: string;
  readonly postedMinor: bigint;
}

export async function findCard(db: Queries, hmac: Uint8Array): Promise<Target | undefined> {
  const rows = await db.query<{ account_id: string; card_id: string }>(
    { text: "select account_id, card_id from pan_directory where b = $1 and pan_hmac = $2" },
    [directoryShard(hmac), hmac],
  );
  const row = rows[0];
  return row === undefined ? undefined : { b: shardOf(row.account_id), accountId: row.account_id, cardId: row.card_id };
}

/** Holds the device's row until the transaction ends. */
export async function holdDevice(tx: Queries, deviceId: string): Promise<void> {
  await tx.query(
    {
      text: `
        insert into wallet_device as d (b, id, decisions) values ($1, $2, 1)
        on conflict (b, id) do update set decisions = d.decisions + 1`,
    },
    [shardOf(deviceId), deviceId],
  );
}

/** Reads a card with its account and holder, and holds the card's row until the transaction ends. */
export async function holdCard(tx: Queries, target: Target): Promise<HeldCard> {
  const cards = await tx.query<{
    customer_b: number;
    customer_id: string;
    status: CardStatus;
    expiry: ExpiryYymm;
    psn: string;
    pan_suffix: string;
    product_id: string;
    cvn2_hmac: Uint8Array | null;
  }>(
    {
      text: `
        select customer_b, customer_id, status, expiry, psn, pan_suffix, product_id, cvn2_hmac
        from card where b = $1 and id = $2 for update`,
    },
    [target.b, target.cardId],
  );
  const card = cards[0];
  if (card === undefined) throw new RangeError("binding: the directory names a card that is not there");
  const customers = await tx.query<{ holder_name: string; mobile: string | null; document_expires: string }>(
    { text: "select holder_name, mobile, document_expires from customer where b = $1 and id = $2" },
    [card.customer_b, card.customer_id],
  );
  const accounts = await tx.query<{ posted_minor: bigint }>(
    { text: "select posted_minor from account where b = $1 and id = $2" },
    [target.b, target.accountId],
  );
  const customer = customers[0];
  const account = accounts[0];
  if (customer === undefined || account === undefined)
    throw new RangeError("binding: a card without holder or account");
  return {
    cardId: target.cardId,
    status: card.status,
    expiry: card.expiry,
    psn: card.psn,
    panSuffix: card.pan_suffix,
    productId: card.product_id,
    cvn2Hmac: card.cvn2_hmac,
    holderName: customer.holder_name,
    mobile: customer.mobile,
    documentExpires: customer.document_expires,
    postedMinor: account.posted_minor,
  };
}

/** A token lives from the moment its holder is verified until it is deleted. */
const LIVES = `(verified_at is not null or token_status in ('active', 'suspended')) and token_status is distinct from 'deleted'`;

export async function readHistory(
  tx: Queries,
  facts: {
    readonly cardId: string;
    readonly deviceId: string;
    readonly walletAccount: string;
    readonly since: Instant;
  },
): Promise<BindingHistory> {
  const rows = await tx.query<{
    mismatches: bigint;
    adds: bigint;
    devices: bigint;
    elsewhere: boolean | null;
  }>(
    {
      text: `
        select
          count(*) filter (where decided_at >= $4 and reason = any($5::text[])) as mismatches,
          count(*) filter (where decided_at >= $4 and decision <> 'red' and token_status is distinct from 'deleted')
            as adds,
          count(distinct device_id) filter (where device_id <> $2 and ${LIVES}) as devices,
          bool_or(wallet_account <> $3 and ${LIVES}) as elsewhere
        from binding where card_id = $1`,
    },
    [facts.cardId, facts.deviceId, facts.walletAccount, facts.since, MISMATCHES],
  );
  const others = await tx.query<{ cards: bigint }>(
    {
      text: `select count(distinct card_id) as cards from binding where device_id = $1 and card_id <> $2 and ${LIVES}`,
    },
    [facts.deviceId, facts.cardId],
  );
  const row = rows[0]!;
  return {
    mismatchesToday: Number(row.mismatches),
    addsToday: Number(row.adds),
    otherDevices: Number(row.devices),
    otherCards: Number(others[0]!.cards),
    boundElsewhere: row.elsewhere === true,
  };
}

interface BindingColumns {
  readonly id: string;
  readonly pan_hmac: Uint8Array;
  readonly card_id: string | null;
  readonly account_id: string | null;
  readonly wallet_account: string;
  readonly device_id: string;
  readonly device_name: string;
  readonly trid: string;
  readonly terms_version: string;
  readonly terms_accepted_at: bigint;
  readonly terms_language: Language;
  readonly decision: Decision;
  readonly reason: Reason;
  readonly psn: string;
  readonly sent_to: string | null;
  readonly decided_at: bigint;
  readonly verified_at: bigint | null;
  readonly token_status: TokenStatus | null;
  readonly token_changed_at: bigint | null;
}

/** `hold`: no other transaction changes it until this one ends. */
export async function readBinding(tx: Queries, id: string, hold: boolean): Promise<BindingRow | undefined> {
  const rows = await tx.query<BindingColumns>(
    { text: `select * from binding where b = $1 and id = $2${hold ? " for update" : ""}` },
    [shardOf(id), id],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    id: row.id,
    panHmac: row.pan_hmac,
    cardId: row.card_id,
    accountId: row.account_id,
    walletAccount: row.wallet_account,
    deviceId: row.device_id,
    deviceName: row.device_name,
    trid: row.trid,
    terms: {
      version: row.terms_version,
      acceptedAt: Number(row.terms_accepted_at),
      language: row.terms_language,
    },
    decision: row.decision,
    reason: row.reason,
    psn: row.psn,
    sentTo: row.sent_to,
    decidedAt: instant(Number(row.decided_at)),
    verifiedAt: row.verified_at === null ? null : instant(Number(row.verified_at)),
    tokenStatus: row.token_status,
    tokenChangedAt: row.token_changed_at === null ? null : instant(Number(row.token_changed_at)),
  };
}

/** False when the id is taken. */
export async function insertBinding(tx: Queries, row: BindingRow): Promise<boolean> {
  const rows = await tx.query(
    {
      text: `
        insert into binding (b, id, pan_hmac, card_id, account_id, wallet_account, device_id, device_name, trid,
          terms_version, terms_accepted_at, terms_language, decision, reason, psn, sent_to, decided_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        on conflict do nothing returning id`,
    },
    [
      shardOf(row.id),
      row.id,
      row.panHmac,
      row.cardId,
      row.accountId,
      row.walletAccount,
      row.deviceId,
      row.deviceName,
      row.trid,
      row.terms.version,
      row.terms.acceptedAt,
      row.terms.language,
      row.decision,
      row.reason,
      row.psn,
      row.sentTo,
      row.decidedAt,
    ],
  );
  return rows.length === 1;
}

export async function markVerified(tx: Queries, id: string, at: Instant): Promise<void> {
  await tx.query({ text: "update binding set verified_at = coalesce(verified_at, $3) where b = $1 and id = $2" }, [
    shardOf(id),
    id,
    at,
  ]);
}

export async function writeToken(
  tx: Queries,
  id: string,
  token: { readonly ref: string; readonly suffix: string; readonly status: TokenStatus; readonly at: Instant },
): Promise<void> {
  await tx.query(
    {
      text: `
        update binding set token_ref = $3, token_suffix = $4, token_status = $5, token_changed_at = $6
        where b = $1 and id = $2`,
    },
    [shardOf(id), id, token.ref, token.suffix, token.status, token.at],
  );
}

export interface CodeRow extends CodeState {
  readonly hash: Uint8Array;
}

export async function readNewestCode(tx: Queries, bindingId: string): Promise<CodeRow | undefined> {
  const rows = await tx.query<{
    number: number;
    hash: Uint8Array;
    sent_at: bigint;
    expires_at: bigint;
    wrong_tries: number;
    used: boolean;
  }>(
    {
      text: `
        select number, hash, sent_at, expires_at, wrong_tries, used from activation_code
        where b = $1 and binding_id = $2 order by number desc limit 1`,
    },
    [shardOf(bindingId), bindingId],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    number: row.number,
    hash: row.hash,
    sentAt: instant(Number(row.sent_at)),
    expiresAt: instant(Number(row.expires_at)),
    wrongTries: row.wrong_tries,
    used: row.used,
  };
}

export async function countCodesOfCard(tx: Queries, cardId: string, since: Instant): Promise<number> {
  const rows = await tx.query<{ codes: bigint }>(
    { text: "select count(*) as codes from activation_code where card_id = $1 and sent_at >= $2" },
    [cardId, since],
  );
  return Number(rows[0]!.codes);
}

export async function insertCode(tx: Queries, bindingId: string, cardId: string, code: CodeRow): Promise<void> {
  await tx.query(
    {
      text: `
        insert into activation_code (b, binding_id, number, card_id, hash, sent_at, expires_at, wrong_tries, used)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    },
    [
      shardOf(bindingId),
      bindingId,
      code.number,
      cardId,
      code.hash,
      code.sentAt,
      code.expiresAt,
      code.wrongTries,
      code.used,
    ],
  );
}

export async function updateCode(tx: Queries, bindingId: string, code: CodeState): Promise<void> {
  await tx.query(
    {
      text: "update activation_code set wrong_tries = $4, used = $5 where b = $1 and binding_id = $2 and number = $3",
    },
    [shardOf(bindingId), bindingId, code.number, code.wrongTries, code.used],
  );
}

/** Leaves a text for a phone in the outbox; the payload is sealed. */
export async function insertText(
  tx: Queries,
  bindingId: string,
  text: { readonly id: string; readonly sealed: Uint8Array; readonly at: Instant; readonly uselessAfter: Instant },
): Promise<void> {
  await tx.query(
    {
      text: `
        insert into outbox (b, id, kind, payload, due_at, useless_after, attempts)
        values ($1, $2, 'text', $3, $4, $5, 0)`,
    },
    [shardOf(bindingId), text.id, text.sealed, text.at, text.uselessAfter],
  );
}

/** First answers to calls whose repeat must not count twice. */
export interface AnsweredCall<Answer> {
  readonly request: Uint8Array;
  readonly answer: Answer;
}
type Answers = { readonly sendCode: CodeSent; readonly checkCode: CodeOutcome };

export async function readAnswer<Name extends keyof Answers>(
  tx: Queries,
  bindingId: string,
  operation: Name,
  key: string,
): Promise<AnsweredCall<Answers[Name]> | undefined> {
  const rows = await tx.query<AnsweredCall<Answers[Name]>>(
    {
      text: "select request, answer from answered_call where b = $1 and binding_id = $2 and operation = $3 and key = $4",
    },
    [shardOf(bindingId), bindingId, operation, key],
  );
  return rows[0];
}

export async function insertAnswer<Name extends keyof Answers>(
  tx: Queries,
  bindingId: string,
  operation: Name,
  key: string,
  request: Uint8Array,
  answer: Answers[Name],
): Promise<void> {
  await tx.query(
    {
      text: `
        insert into answered_call (b, binding_id, operation, key, request, answer)
        values ($1, $2, $3, $4, $5, $6::jsonb)`,
    },
    [shardOf(bindingId), bindingId, operation, key, request, JSON.stringify(answer)],
  );
}
