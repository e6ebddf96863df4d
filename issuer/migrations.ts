import type { Migration } from "#contracts/ports";
import { ANSWERED_INDEX } from "#party";
import { STAFF } from "./migration-staff.ts";
import { VERIFICATION_AND_DESK } from "./migration-verification.ts";

/*
 * `b` is shardOf(account id) for all that belongs to an account, and shardOf of the row's own key elsewhere.
 *
 * A posting is one entry with its two sides in one row: `account_id` moves by `minor`, the internal account `contra`
 * of the same shard by as much the other way, so no entry can be out of balance. `entry` is the account's version at
 * that moment: an entry can't be written twice.
 */
export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: "accounts, cards, authorisations, postings, bindings, outbox",
    sql: `
      create table customer (
        b smallint not null,
        id text not null,
        holder_name text not null,
        -- The phone reserved at the bank; none: codes can't be sent.
        mobile text,
        id_number_sealed bytea not null,
        -- YYYYMMDD.
        document_expires text not null,
        primary key (b, id)
      );
      create table account (
        b smallint not null,
        id text not null,
        customer_id text not null,
        kind text not null,
        currency text not null,
        credit_limit_minor bigint not null,
        posted_minor bigint not null,
        held_minor bigint not null,
        -- Spent on this China day (days since 1970-01-01), for the day limit.
        day integer not null,
        day_spent_minor bigint not null,
        -- No open hold expires before this; may be earlier than needed, never later.
        next_hold_expiry bigint,
        version bigint not null,
        primary key (b, id)
      ) with (fillfactor = 70);
      -- Payments leave this column alone, so their updates stay within the page.
      create index account_hold_due on account (next_hold_expiry) where next_hold_expiry is not null;
      create table card (
        b smallint not null,
        id text not null,
        account_id text not null,
        customer_b smallint not null,
        customer_id text not null,
        product_id text not null,
        pan_sealed bytea not null,
        pan_suffix text not null,
        psn text not null,
        expiry text not null,
        cvn2_hmac bytea,
        status text not null,
        issued_at bigint not null,
        primary key (b, id)
      ) with (fillfactor = 70);
      -- For the desk, which knows cards by id alone.
      create index card_id on card (id);
      create index card_issued on card (issued_at, id);
      create table pan_directory (
        b smallint not null,
        pan_hmac bytea not null,
        account_id text not null,
        card_id text not null,
        primary key (b, pan_hmac)
      );
      create table authorisation (
        b smallint not null,
        account_id text not null,
        journey_id text not null,
        kind text not null,
        amount_minor bigint not null,
        response_code text not null,
        auth_code text,
        state text not null,
        original_id text,
        refunded_minor bigint not null,
        held_minor bigint not null,
        hold_expires_at bigint,
        decided_at bigint not null,
        primary key (b, account_id, journey_id)
      ) with (fillfactor = 90);
      create index authorisation_open_hold on authorisation (b, account_id, hold_expires_at) where held_minor > 0;
      create table posting (
        b smallint not null,
        account_id text not null,
        entry bigint not null,
        contra text not null,
        minor bigint not null,
        balance_minor bigint not null,
        kind text not null,
        journey_id text not null,
        words text not null,
        at bigint not null,
        primary key (b, account_id, entry)
      );
      -- Keyed by when it is due: the relay's way to it, and what is new goes to the end of the one index.
      create table outbox (
        due_at bigint not null,
        b smallint not null,
        id text not null,
        kind text not null,
        payload bytea not null,
        -- After this it helps nobody and is dropped.
        useless_after bigint,
        attempts integer not null,
        primary key (due_at, b, id)
      );

      create table wallet_device (
        b smallint not null,
        id text not null,
        decisions bigint not null,
        primary key (b, id)
      );
      create table binding (
        b smallint not null,
        id text not null,
        pan_hmac bytea not null,
        card_id text,
        account_id text,
        wallet_account text not null,
        device_id text not null,
        device_name text not null,
        trid text not null,
        terms_version text not null,
        terms_accepted_at bigint not null,
        terms_language text not null,
        decision text not null,
        reason text,
        psn text not null,
        sent_to text,
        decided_at bigint not null,
        -- The holder proved to be the holder (a code passed, or green).
        verified_at bigint,
        token_ref text,
        token_suffix text,
        token_status text,
        token_changed_at bigint,
        primary key (b, id)
      );
      create index binding_card on binding (card_id, decided_at);
      create index binding_device on binding (device_id);
      create table activation_code (
        b smallint not null,
        binding_id text not null,
        number smallint not null,
        card_id text not null,
        hash bytea not null,
        sent_at bigint not null,
        expires_at bigint not null,
        wrong_tries smallint not null,
        used boolean not null,
        primary key (b, binding_id, number)
      );
      create index activation_code_card on activation_code (card_id, sent_at);
      -- First answers to calls whose repeat must not count twice; b and binding_id are the binding's.
      create table answered_call (
        b smallint not null,
        binding_id text not null,
        key text not null,
        operation text not null,
        -- Keyed hash of what was asked: another request under the same key is a mistake of the caller.
        request bytea not null,
        answer jsonb not null,
        primary key (b, binding_id, operation, key)
      );
    `,
  },
  { number: 2, name: "verification, desk, bank app, transfers, facts", sql: VERIFICATION_AND_DESK },
  { number: 3, name: "staff", sql: STAFF },
  {
    number: 4,
    name: "USB keys by a teller's code, first answers by their time",
    sql: `
      create table usb_key_code (
        customer_id text primary key,
        code_hash bytea not null,
        wrong_tries smallint not null,
        expires_at bigint not null
      );
      ${ANSWERED_INDEX}
    `,
  },
];
