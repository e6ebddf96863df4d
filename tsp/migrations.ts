import type { Migration } from "#contracts/ports";

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: "vault and tokens",
    sql: `
      create table card (
        b smallint not null,
        pan_ref text not null,
        pan_sealed bytea not null,
        pan_suffix text not null,
        par text not null,
        created_at bigint not null,
        primary key (b, pan_ref)
      );
      -- b is the shard of the token PAN, of its reference and of its card alike: they are chosen so.
      create table token (
        b smallint not null,
        token_pan text not null,
        token_ref text not null,
        pan_ref text not null,
        binding_id text not null,
        device_id text not null,
        device_name text not null,
        device_key jsonb not null,
        wallet_account text not null,
        key_source text not null,
        status text not null,
        suspended_by text[] not null,
        token_expiry text not null,
        psn text not null,
        card_kind text not null,
        decision jsonb not null,
        key_ranges jsonb not null,
        next_atc int not null,
        changed_at bigint not null,
        primary key (b, token_pan)
      );
      -- b second: nothing but the primary key may look like a way to a token by its shard.
      create unique index token_ref_key on token (token_ref, b);
      create index token_device on token (device_id);
      create unique index token_binding on token (binding_id, b);
      -- What each payment changes of its token, apart and narrow; its version fences the whole token.
      create table token_use (
        b smallint not null,
        token_pan text not null,
        atc_high int not null,
        atc_seen bigint not null,
        cryptogram_failures int not null,
        version bigint not null,
        primary key (b, token_pan)
      ) with (fillfactor = 60);
      -- Accepted payments. The key is a second net under the window: no counter is spent twice. A retransmission finds
      -- by its counter that it is one.
      create table spent (
        b smallint not null,
        token_pan text not null,
        atc int not null,
        journey_id text not null,
        at bigint not null,
        primary key (b, token_pan, atc)
      );
      -- One row a decided binding, also the refused ones: the same request gets the same answer.
      create table binding (
        binding_id text primary key,
        b smallint not null,
        pan_ref text not null,
        wallet_account text not null,
        device_id text not null,
        answer jsonb not null,
        created_at bigint not null
      );
      -- First answers to calls whose late repeat must change nothing; b is the key's own.
      create table answered_call (
        b smallint not null,
        caller text not null,
        operation text not null,
        key text not null,
        request text not null,
        answer jsonb not null,
        at bigint not null,
        primary key (b, caller, operation, key)
      );
      create table outbox (
        b smallint not null,
        id text not null,
        topic text not null,
        body jsonb not null,
        tries int not null,
        next_at bigint not null,
        primary key (b, id)
      );
      create index outbox_due on outbox (next_at);
    `,
  },
];
