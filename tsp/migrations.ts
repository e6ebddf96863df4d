import type { Migration } from "#contracts/ports";
import { ANSWERED_INDEX, ANSWERED_TABLE, FACT_TABLE } from "#party";

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
      ${ANSWERED_TABLE}
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
  {
    number: 2,
    name: "verification, facts, renewals",
    sql: `
      ${FACT_TABLE}
      alter table token
        add column verify_by bigint,
        -- Of a renewed token: the expiry that the device may still show until it has fetched the new one.
        add column previous_expiry text;
      -- No order of calls makes two live tokens of one card on one device.
      create unique index token_once on token (pan_ref, device_id, b) where status <> 'deleted';
      create index token_verify on token (verify_by) where status = 'inactive';
      create index token_expiry on token (token_expiry) where status in ('active', 'suspended');
      -- Who holds a whole device suspended: what becomes active on it comes out suspended.
      -- The key is the one that the device had first.
      create table device (device_id text primary key, held_by text[] not null, device_key jsonb);
      alter table binding
        -- A red decision answers this key alone: asked anew, it is decided anew. Null after a cure.
        add column asked_key text,
        add column ended_cause text;
      -- What the TSP's own score counts. Names only as a keyed hash.
      create table attempt (
        binding_id text not null,
        key text not null,
        pan_ref text not null,
        device_id text not null,
        wallet_account text not null,
        name_hash text not null,
        at bigint not null,
        primary key (binding_id, key)
      );
      create index attempt_card on attempt (pan_ref, at);
      create index attempt_device on attempt (device_id, at);
      -- Numbers ever given out of a range; none is given twice.
      create table token_range (card_kind text primary key, issued bigint not null);
      insert into token_range select k, (select count(*) from token t where t.card_kind = k) from unnest(array['debit', 'credit']) k;
      -- A renewed card's new number leads to the card it replaced.
      create table card_number (pan_ref text primary key, card_ref text not null);
      -- Codes that the TSP makes itself, where the bank only sends them: keyed hashes.
      create table code (
        binding_id text not null,
        serial int not null,
        key text not null,
        hash text not null,
        made_at bigint not null,
        expires_at bigint not null,
        tries int not null,
        dead boolean not null,
        sent_to text,
        primary key (binding_id, serial)
      );
      -- Push provisioning: each nonce is one device's, for a short time, and serves one pass and one binding.
      create table push_nonce (
        nonce text primary key,
        signature text not null,
        device_id text not null,
        expires_at bigint not null,
        taken_by text,
        binding_id text
      );
      -- Refused payments. Accepted ones are in "spent".
      create table refusal (
        b smallint not null,
        journey_id text not null,
        cause text not null,
        at bigint not null,
        data jsonb not null,
        primary key (b, journey_id, cause)
      );
      alter table outbox
        add column journey_id text not null default '',
        -- Of a token's notice: what its receiver knows of the token once it has it.
        add column token_ref text,
        add column version bigint;
      -- What wallet and bank were last told of a token, and what they last acknowledged.
      create table told (
        b smallint not null,
        token_ref text not null,
        peer text not null,
        version bigint not null,
        acknowledged bigint not null,
        at bigint not null,
        -- It was on record that this party holds another state than we do.
        differs boolean not null,
        primary key (b, token_ref, peer)
      );
      create index told_open on told (at) where acknowledged < version;
    `,
  },
  {
    number: 3,
    name: "first answers by their time",
    sql: ANSWERED_INDEX,
  },
];
