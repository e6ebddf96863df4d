import type { Db, Statement } from "#contracts/ports";
import { type CurrencyCode, currency } from "#protocol/money";
import { type ExpiryYymm, type Instant, instant } from "#protocol/time";
import { encodeNotice } from "../outbox/row.ts";
import { type Account, type Authorisation, Book, type Card } from "./book.ts";
import type { HostRequest } from "./core.ts";

/*
 * Each row is looked up by its key, whatever the planner believes of the tables: a join that it may turn around is not
 * written here (docs/adr/0007).
 */

/** One row a request: its account and card, and the rows it names as JSON (absent for most), to keep the row narrow. */
const READ: Statement = {
  name: "issuer-host-read",
  text: `
    select i.account_id, i.b, a.kind, a.currency, a.credit_limit_minor, a.restricted, a.posted_minor, a.held_minor, a.day,
      a.day_spent_minor, a.next_hold_expiry, a.version, c.id as card_id, c.status, c.expiry, c.product_id, own.row as own,
      original.row as original
    from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[])
      as i(b, account_id, card_id, journey_id, original_id),
    lateral (select * from account a where a.b = i.b and a.id = i.account_id limit 1) a
    left join lateral (select * from card c where c.b = i.b and c.id = i.card_id limit 1) c on true
    left join lateral (select row_to_json(x) as row from authorisation x
      where x.b = i.b and x.account_id = i.account_id and x.journey_id = i.journey_id limit 1) own on true
    left join lateral (select row_to_json(x) as row from authorisation x
      where x.b = i.b and x.account_id = i.account_id and x.journey_id = i.original_id limit 1) original on true`,
};

const READ_AUTHORISATIONS: Statement = {
  name: "issuer-host-read-authorisations",
  text: `
    select x.row
    from unnest($1::smallint[], $2::text[], $3::text[]) as i(b, account_id, journey_id),
    lateral (select row_to_json(x) as row from authorisation x
      where x.b = i.b and x.account_id = i.account_id and x.journey_id = i.journey_id limit 1) x`,
};

const READ_OPEN_HOLDS: Statement = {
  name: "issuer-host-read-open-holds",
  text: `
    select x.row
    from unnest($1::smallint[], $2::text[]) as i(b, account_id),
    lateral (select row_to_json(x) as row from authorisation x
      where x.b = i.b and x.account_id = i.account_id and x.held_minor > 0 offset 0) x`,
};

/**
 * Writes a batch. An account whose version is no longer the one read is left alone with all that belongs to it; the
 * accounts that were written come back. Rows name their account by its place \`n\` in the batch.
 */
const WRITE: Statement = {
  name: "issuer-host-write",
  text: `
    with moved as (
      update account a set posted_minor = i.posted, held_minor = i.held, day = i.day, day_spent_minor = i.day_spent,
        next_hold_expiry = i.next_hold_expiry, version = i.version
      from unnest($1::smallint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[],
        $8::bigint[], $9::bigint[]) with ordinality
        as i(b, id, read_version, version, posted, held, day, day_spent, next_hold_expiry, n)
      where a.b = i.b and a.id = i.id and a.version = i.read_version
      returning i.n::integer as n
    ), done as materialized (
      select coalesce(array_agg(n), '{}') as ns from moved
    ), inserted as (
      insert into authorisation (b, account_id, journey_id, kind, amount_minor, response_code, auth_code, state,
        original_id, refunded_minor, held_minor, hold_expires_at, decided_at)
      select b, account_id, journey_id, kind, amount_minor, response_code, auth_code, state, original_id,
        refunded_minor, held_minor, hold_expires_at, $23::bigint
      from unnest($10::integer[], $11::smallint[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::text[],
        $17::text[], $18::text[], $19::text[], $20::bigint[], $21::bigint[], $22::bigint[])
        as i(n, b, account_id, journey_id, kind, amount_minor, response_code, auth_code, state, original_id,
          refunded_minor, held_minor, hold_expires_at)
      where n = any((select ns from done)::integer[])
    ), changed as (
      update authorisation x set state = i.state, refunded_minor = i.refunded_minor, held_minor = i.held_minor
      from unnest($24::integer[], $25::smallint[], $26::text[], $27::text[], $28::text[], $29::bigint[], $30::bigint[])
        as i(n, b, account_id, journey_id, state, refunded_minor, held_minor)
      where i.n = any((select ns from done)::integer[])
        and x.b = i.b and x.account_id = i.account_id and x.journey_id = i.journey_id
    ), posted as (
      insert into posting (b, account_id, entry, contra, minor, balance_minor, kind, journey_id, words, at)
      select b, account_id, entry, 'clearing', minor, balance_minor, kind, journey_id, words, $23
      from unnest($31::integer[], $32::smallint[], $33::text[], $34::bigint[], $35::bigint[], $36::bigint[],
        $37::text[], $38::text[], $39::text[])
        as i(n, b, account_id, entry, minor, balance_minor, kind, journey_id, words)
      where n = any((select ns from done)::integer[])
    ), noticed as (
      insert into outbox (due_at, b, id, kind, payload, attempts)
      select $23, b, id, 'paymentNotice', payload, 0
      from unnest($40::integer[], $41::smallint[], $42::text[], $43::bytea[]) as i(n, b, id, payload)
      where n = any((select ns from done)::integer[])
      on conflict do nothing
    )
    select n from moved`,
};

interface ReadRow {
  readonly account_id: string;
  readonly b: number;
  readonly kind: "debit" | "credit";
  readonly currency: string;
  readonly credit_limit_minor: bigint;
  readonly restricted: boolean;
  readonly posted_minor: bigint;
  readonly held_minor: bigint;
  readonly day: number;
  readonly day_spent_minor: bigint;
  readonly next_hold_expiry: bigint | null;
  readonly version: bigint;
  readonly card_id: string | null;
  readonly status: Card["status"];
  readonly expiry: ExpiryYymm;
  readonly product_id: string;
  readonly own: AuthorisationRow | null;
  readonly original: AuthorisationRow | null;
}

/** As row_to_json writes it: amounts are n 12 at most, so a JSON number holds them exactly. */
interface AuthorisationRow {
  readonly b: number;
  readonly account_id: string;
  readonly journey_id: string;
  readonly kind: Authorisation["kind"];
  readonly amount_minor: number;
  readonly response_code: string;
  readonly auth_code: string | null;
  readonly state: Authorisation["state"];
  readonly original_id: string | null;
  readonly refunded_minor: number;
  readonly held_minor: number;
  readonly hold_expires_at: number | null;
  readonly decided_at: number;
}

export interface HostStore {
  /** Everything the decisions on `requests` can need. */
  read(requests: readonly HostRequest[], now: Instant): Promise<Book>;
  /** Ids of the touched accounts that another writer had changed: nothing of theirs was written. */
  write(book: Book, now: Instant): Promise<ReadonlySet<string>>;
}

export function createHostStore(db: Db): HostStore {
  return {
    async read(requests, now) {
      const book = new Book();
      const rows = await db.query<ReadRow>(READ, [
        requests.map((r) => r.b),
        requests.map((r) => r.accountId),
        requests.map((r) => (r.kind === "sweep" ? null : r.cardId)),
        requests.map((r) => ("journeyId" in r ? r.journeyId : null)),
        requests.map((r) => ("originalId" in r ? r.originalId : null)),
      ]);
      for (const row of rows) {
        book.addAccount(accountOf(row));
        if (row.card_id !== null) {
          const { card_id: id, account_id: accountId, status, expiry, product_id: productId } = row;
          book.cards.set(id, { id, accountId, status, expiry, productId });
        }
        if (row.own !== null) book.addAuthorisation(authorisationOf(row.own));
        if (row.original !== null) book.addAuthorisation(authorisationOf(row.original));
      }
      await readOpenHolds(db, book, now);
      await readOriginals(db, book);
      return book;
    },

    async write(book, now) {
      const touched = book.touchedAccounts();
      if (touched.length === 0) return new Set();
      const { inserted, changed, postings, notices } = book;
      const accounts = touched.map((t) => t.account);
      const places = new Map(accounts.map((account, i) => [account.id, i + 1]));
      const placeOf = (row: { readonly accountId: string }) => places.get(row.accountId)!;
      const written = await db.query<{ n: number }>(WRITE, [
        accounts.map((a) => a.b),
        accounts.map((a) => a.id),
        touched.map((t) => t.readVersion),
        accounts.map((a) => a.version),
        accounts.map((a) => a.postedMinor),
        accounts.map((a) => a.heldMinor),
        accounts.map((a) => a.day),
        accounts.map((a) => a.daySpentMinor),
        accounts.map((a) => a.nextHoldExpiry),
        inserted.map(placeOf),
        inserted.map((x) => x.b),
        inserted.map((x) => x.accountId),
        inserted.map((x) => x.journeyId),
        inserted.map((x) => x.kind),
        inserted.map((x) => x.amountMinor),
        inserted.map((x) => x.responseCode),
        inserted.map((x) => x.authCode),
        inserted.map((x) => x.state),
        inserted.map((x) => x.originalId),
        inserted.map((x) => x.refundedMinor),
        inserted.map((x) => x.heldMinor),
        inserted.map((x) => x.holdExpiresAt),
        now,
        changed.map(placeOf),
        changed.map((x) => x.b),
        changed.map((x) => x.accountId),
        changed.map((x) => x.journeyId),
        changed.map((x) => x.state),
        changed.map((x) => x.refundedMinor),
        changed.map((x) => x.heldMinor),
        postings.map(placeOf),
        postings.map((p) => p.b),
        postings.map((p) => p.accountId),
        postings.map((p) => p.entry),
        postings.map((p) => p.minor),
        postings.map((p) => p.balanceMinor),
        postings.map((p) => p.kind),
        postings.map((p) => p.journeyId),
        postings.map((p) => p.words),
        notices.map(placeOf),
        notices.map((n) => n.b),
        notices.map((n) => n.notice.noticeId),
        notices.map((n) => encodeNotice({ tokenPan: n.tokenPan, notice: n.notice })),
      ]);
      if (written.length === accounts.length) return new Set();
      const done = new Set(written.map((row) => row.n));
      return new Set(accounts.filter((_, i) => !done.has(i + 1)).map((a) => a.id));
    },
  };
}

/** All open holds of accounts of which one may have expired, so that the next expiry is known as well. */
async function readOpenHolds(db: Db, book: Book, now: Instant): Promise<void> {
  const due = [...book.accounts.values()].filter((a) => a.nextHoldExpiry !== null && a.nextHoldExpiry <= now);
  if (due.length === 0) return;
  const rows = await db.query<{ row: AuthorisationRow }>(READ_OPEN_HOLDS, [due.map((a) => a.b), due.map((a) => a.id)]);
  for (const { row } of rows) book.addAuthorisation(authorisationOf(row));
}

/** A void refers to a completion, that to its pre-authorisation: reads on until nothing referred to is missing. */
async function readOriginals(db: Db, book: Book): Promise<void> {
  const asked = new Set<string>();
  for (;;) {
    const missing = [...book.authorisations()].filter(
      (x) =>
        x.originalId !== null &&
        !asked.has(`${x.accountId} ${x.originalId}`) &&
        !book.authorisation(x.accountId, x.originalId),
    );
    if (missing.length === 0) return;
    for (const x of missing) asked.add(`${x.accountId} ${x.originalId}`);
    const rows = await db.query<{ row: AuthorisationRow }>(READ_AUTHORISATIONS, [
      missing.map((x) => x.b),
      missing.map((x) => x.accountId),
      missing.map((x) => x.originalId),
    ]);
    for (const { row } of rows) book.addAuthorisation(authorisationOf(row));
  }
}

function accountOf(row: ReadRow): Account {
  return {
    b: row.b,
    id: row.account_id,
    kind: row.kind,
    currency: currency(row.currency) as CurrencyCode,
    creditLimitMinor: row.credit_limit_minor,
    restricted: row.restricted,
    postedMinor: row.posted_minor,
    heldMinor: row.held_minor,
    day: row.day,
    daySpentMinor: row.day_spent_minor,
    nextHoldExpiry: row.next_hold_expiry === null ? null : instant(Number(row.next_hold_expiry)),
    version: row.version,
  };
}

function authorisationOf(row: AuthorisationRow): Authorisation {
  return {
    b: row.b,
    accountId: row.account_id,
    journeyId: row.journey_id,
    kind: row.kind,
    amountMinor: BigInt(row.amount_minor),
    responseCode: row.response_code,
    authCode: row.auth_code,
    originalId: row.original_id,
    decidedAt: instant(row.decided_at),
    state: row.state,
    refundedMinor: BigInt(row.refunded_minor),
    heldMinor: BigInt(row.held_minor),
    holdExpiresAt: row.hold_expires_at === null ? null : instant(row.hold_expires_at),
  };
}
