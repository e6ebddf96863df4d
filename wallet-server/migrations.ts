import type { Migration } from "#contracts/ports";
import { ANSWERED_INDEX, ANSWERED_TABLE, FACT_TABLE, PASSKEY_TABLES } from "#party";

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: "accounts, devices, bindings, passes, notices",
    sql: `
      create table account (id text primary key, name text not null, user_handle bytea not null unique, created_at bigint not null);
      create table passkey (
        id text primary key,
        account_id text not null references account(id),
        public_key bytea not null,
        counter bigint not null,
        transports jsonb not null,
        created_at bigint not null
      );
      create table ceremony (id text primary key, challenge text not null, name text, user_handle bytea, expires_at bigint not null);
      create table session (token_hash bytea primary key, account_id text not null references account(id), expires_at bigint not null);
      create table device (
        id text primary key,
        account_id text not null references account(id),
        name text not null,
        kind text not null,
        key_source text not null,
        public_key jsonb not null,
        lost boolean not null,
        created_at bigint not null
      );
      create index device_account on device (account_id);
      create table binding (
        id text primary key,
        account_id text not null,
        device_id text not null references device(id),
        stage text not null,
        card_jwe text,
        pan_ref text,
        token_ref text unique,
        pass_id text,
        view jsonb not null,
        version bigint not null,
        started_at bigint not null
      );
      create index binding_device on binding (device_id, started_at);
      create table pass (
        id text primary key,
        account_id text not null,
        device_id text not null references device(id),
        token_ref text not null unique,
        token jsonb not null,
        token_changed_at bigint not null,
        product jsonb not null,
        is_default boolean not null,
        provisioned boolean not null,
        created_at bigint not null
      );
      create index pass_device on pass (device_id, created_at);
      create table notice (
        id text primary key,
        account_id text not null,
        device_id text not null,
        pass_id text not null,
        body jsonb not null,
        at bigint not null
      );
      create index notice_device on notice (device_id, at);
      -- First answers to calls whose late repeat must change nothing.
      create table answered_call (
        account_id text not null,
        operation text not null,
        key text not null,
        request text not null,
        answer jsonb not null,
        at bigint not null,
        primary key (account_id, operation, key)
      );
    `,
  },
  {
    number: 2,
    name: "facts, cases, retries, recovery, second devices",
    sql: `
      ${FACT_TABLE}
      -- First answers by the table all parties share; those kept so far are of calls long over.
      drop table answered_call;
      ${ANSWERED_TABLE}
      ${PASSKEY_TABLES}
      insert into webauthn_key (id, owner_id, kind, name, public_key, counter, transports, created_at)
        select id, account_id, 'passkey', '', public_key, counter, transports, created_at from passkey;
      drop table passkey;
      drop table ceremony;

      alter table account
        add column region text not null default 'CN',
        add column birth_year integer,
        add column locked boolean not null default false,
        add column lock_reason text,
        add column settings_changed_at bigint,
        add column last_used_at bigint;
      alter table session add column key_id text;
      create table recovery_code (code_hash bytea primary key, account_id text not null references account(id));
      create index recovery_code_account on recovery_code (account_id);
      create table join_code (
        id text primary key,
        account_id text not null references account(id),
        code_hash bytea not null,
        tries integer not null,
        expires_at bigint not null
      );
      create index join_code_account on join_code (account_id);
      create table tried (what text not null, who text not null, at bigint not null);
      create index tried_when on tried (what, who, at);

      alter table device
        add column model text not null default '',
        add column key_id text,
        add column removed_at bigint,
        add column lost_since bigint,
        add column lost_until bigint;

      alter table binding
        add column activation_data text,
        -- How often the bank was asked for a decision; each has a request key of its own.
        add column attempt integer not null default 0,
        -- What was asked, word for word, so that it can be asked again.
        add column asked jsonb,
        add column tries integer not null default 0,
        add column next_try_at bigint,
        add column same_account boolean not null default false;
      create index binding_due on binding (next_try_at) where next_try_at is not null;
      update binding set view = view || '{"causes": [], "source": "typed"}'::jsonb;
      create table attempt (
        binding_id text not null,
        account_id text not null,
        device_id text not null,
        pan_ref text not null,
        at bigint not null
      );
      create index attempt_device on attempt (device_id, at);
      create index attempt_card on attempt (account_id, pan_ref);
      insert into attempt (binding_id, account_id, device_id, pan_ref, at)
        select id, account_id, device_id, pan_ref, started_at from binding where pan_ref is not null;

      alter table pass
        add column binding_id text,
        -- Taken off by its holder; the token's end is on its way to the TSP.
        add column gone boolean not null default false,
        -- The account was recovered: nothing but a new verification at the bank brings it back.
        add column held boolean not null default false,
        -- Sealed to the TSP, of debit cards only: another device of the account can have the card without typing.
        add column card_jwe text;
      update pass set binding_id = binding.id from binding where binding.token_ref = pass.token_ref;

      create table case_code (
        code text primary key,
        journey_id text not null unique,
        account_id text not null,
        device_id text not null,
        at bigint not null
      );
      -- Journeys that began on a device and never came further.
      create table device_journey (journey_id text primary key, account_id text not null, device_id text not null);
      create index notice_journey on notice ((body->>'journeyId'));
      create table errand (
        id text primary key,
        kind text not null,
        body jsonb not null,
        journey_id text not null,
        device_id text not null,
        tries integer not null,
        next_at bigint not null
      );
      create index errand_due on errand (next_at);
      create table card_key (id integer primary key, key jsonb not null);
    `,
  },
  {
    number: 3,
    name: "sessions that only find devices, requests for cards",
    sql: `
      -- Of older sessions it is not known when they began: before any loss.
      alter table session
        add column opened_at bigint not null default 0,
        add column finds_only boolean not null default false;
      create table card_request (
        id text primary key,
        account_id text not null references account(id),
        device_id text not null references device(id),
        from_device_id text not null references device(id),
        pass_ids jsonb not null,
        expires_at bigint not null,
        unique (device_id, from_device_id)
      );
      create index card_request_from on card_request (from_device_id);
    `,
  },
  {
    number: 4,
    name: "notices to closed phones",
    sql: `
      -- What the holder of a device wants to be told of while it is closed; none: everything.
      create table notice_choice (
        device_id text primary key references device(id),
        which text not null,
        amounts text not null,
        language text not null
      );
      -- Where its browser takes pushes.
      create table push_target (
        device_id text primary key references device(id),
        endpoint text not null,
        p256dh text not null,
        auth text not null,
        since bigint not null
      );
      create index push_target_endpoint on push_target (endpoint);
      create table push (
        id text primary key,
        device_id text not null,
        message jsonb not null,
        tries integer not null,
        next_at bigint not null,
        ends_at bigint not null
      );
      create index push_due on push (next_at, id);
      create index push_device on push (device_id);
    `,
  },
  {
    number: 5,
    name: "the devices that a session acts for, wiped devices, first answers by their time",
    sql: `
      -- Of older sessions none is known: the first that each acts for is its own.
      create table session_device (
        token_hash bytea not null references session(token_hash) on delete cascade,
        device_id text not null references device(id),
        primary key (token_hash, device_id)
      );
      alter table device add column wiped_at bigint;
      ${ANSWERED_INDEX}
    `,
  },
  {
    number: 6,
    name: "devices that keep no keys",
    sql: "alter table device add column keeps_keys boolean not null default true;",
  },
];
