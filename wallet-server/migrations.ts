import type { Migration } from "#contracts/ports";

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
];
