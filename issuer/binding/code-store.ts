import type { CodeOutcome, CodeSent } from "#contracts/common";
import type { KeyStore, Queries } from "#contracts/ports";
import { fromAscii, SHARDS, shardOf } from "#protocol/bytes";
import { type Instant, instant } from "#protocol/time";
import { chinaDay } from "../china-day.ts";
import { KEYS } from "../ports.ts";
import type { CodeState } from "./codes.ts";

export interface CodeRow extends CodeState {
  readonly hash: Uint8Array;
}

export function codeHash(keys: KeyStore, bindingId: string, number: number, code: string): Uint8Array {
  return keys.hmac(KEYS.code, fromAscii(`code ${bindingId} ${number} ${code}`));
}

/** All codes of a binding, newest first: at most as many as the method allows. */
export async function readCodes(tx: Queries, bindingId: string): Promise<readonly CodeRow[]> {
  const rows = await tx.query<{
    number: number;
    hash: Uint8Array;
    sent_at: bigint;
    expires_at: bigint;
    wrong_tries: number;
    used: boolean;
    voided: boolean;
    delivered: boolean | null;
  }>(
    {
      text: `
        select number, hash, sent_at, expires_at, wrong_tries, used, voided, delivered from activation_code
        where b = $1 and binding_id = $2 order by number desc`,
    },
    [shardOf(bindingId), bindingId],
  );
  return rows.map((row) => ({
    number: row.number,
    hash: row.hash,
    sentAt: instant(Number(row.sent_at)),
    expiresAt: instant(Number(row.expires_at)),
    wrongTries: row.wrong_tries,
    used: row.used,
    voided: row.voided,
    delivered: row.delivered,
  }));
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

/** The row in the outbox that carries a code's text. */
export function codeRowId(bindingId: string, number: number): string {
  return `code-${bindingId}-${number}`;
}

/** Codes that are out are dead, and texts that still wait are not sent. */
export async function voidCodes(tx: Queries, bindingId: string): Promise<void> {
  const b = shardOf(bindingId);
  const dead = await tx.query<{ number: number }>(
    { text: "update activation_code set voided = true where b = $1 and binding_id = $2 returning number" },
    [b, bindingId],
  );
  await tx.query({ text: "delete from outbox where b = $1 and id = any($2::text[]) and kind <> 'paymentNotice'" }, [
    b,
    dead.map(({ number }) => codeRowId(bindingId, number)),
  ]);
}

/** What the carrier said of a code's text. False: there is no such code, or it has said so before. */
export async function markDelivery(
  tx: Queries,
  bindingId: string,
  number: number,
  delivered: boolean,
): Promise<boolean> {
  const rows = await tx.query(
    {
      text: `update activation_code set delivered = $4 where b = $1 and binding_id = $2 and number = $3
        and delivered is distinct from $4 returning number`,
    },
    [shardOf(bindingId), bindingId, number, delivered],
  );
  return rows.length === 1;
}

/** The sender has refused a code's text, and it still waits for another try. */
export async function isUnsent(tx: Queries, bindingId: string, number: number): Promise<boolean> {
  const rows = await tx.query({ text: "select id from outbox where b = $1 and id = $2 and attempts > 0" }, [
    shardOf(bindingId),
    codeRowId(bindingId, number),
  ]);
  return rows.length > 0;
}

function phoneKey(keys: KeyStore, mobile: string): { readonly b: number; readonly hmac: Uint8Array } {
  const hmac = keys.hmac(KEYS.lookUp, fromAscii(`phone ${mobile}`));
  return { b: hmac[0]! % SHARDS, hmac };
}

/** Messages to a phone on this China day. */
export async function messagesToday(tx: Queries, keys: KeyStore, mobile: string, now: Instant): Promise<number> {
  const { b, hmac } = phoneKey(keys, mobile);
  const rows = await tx.query<{ messages: number }>(
    { text: "select messages from phone_day where b = $1 and mobile_hmac = $2 and day = $3" },
    [b, hmac, chinaDay(now)],
  );
  return rows[0]?.messages ?? 0;
}

export async function countMessage(tx: Queries, keys: KeyStore, mobile: string, now: Instant): Promise<void> {
  const { b, hmac } = phoneKey(keys, mobile);
  await tx.query(
    {
      text: `insert into phone_day as p (b, mobile_hmac, day, messages) values ($1, $2, $3, 1)
        on conflict (b, mobile_hmac, day) do update set messages = p.messages + 1`,
    },
    [b, hmac, chinaDay(now)],
  );
}

/** First answers to calls whose repeat must not count twice. */
type Answers = { readonly sendCode: CodeSent; readonly checkCode: CodeOutcome };

export async function readAnswer<Name extends keyof Answers>(
  tx: Queries,
  bindingId: string,
  operation: Name,
  key: string,
): Promise<{ readonly request: Uint8Array; readonly answer: Answers[Name] } | undefined> {
  const rows = await tx.query<{ request: Uint8Array; answer: Answers[Name] }>(
    {
      text: "select request, answer from code_answer where b = $1 and binding_id = $2 and operation = $3 and key = $4",
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
        insert into code_answer (b, binding_id, operation, key, request, answer)
        values ($1, $2, $3, $4, $5, $6::jsonb)`,
    },
    [shardOf(bindingId), bindingId, operation, key, request, JSON.stringify(answer)],
  );
}
