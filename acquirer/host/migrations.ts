import type { Migration } from "#contracts/ports";
import { FACT_TABLE } from "#party";

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: "merchants, terminals, sales",
    sql: `
      create table merchant (id text primary key, name text not null, mcc text not null);
      create table terminal (id text primary key, merchant_id text not null references merchant(id));
      -- Trace numbers are taken in blocks, so that none comes twice after a crash.
      create table trace_number (one boolean primary key, next_block bigint not null);
      create table sale (
        b smallint not null,
        id text not null,
        kind text not null,
        terminal_id text not null,
        amount_minor bigint not null,
        currency text not null,
        state text not null,
        token_suffix text not null,
        request bytea not null,
        rrn text not null,
        original_id text,
        refunded_minor bigint not null,
        response_code text,
        reversal bytea,
        next_at bigint,
        business_date text not null,
        at bigint not null,
        primary key (b, id)
      ) with (fillfactor = 70);
      create index sale_terminal on sale (terminal_id, at);
      -- What has no answer yet: few rows, read at start and by the repeater.
      create index sale_open on sale (next_at) where state in ('sent', 'reversing');
    `,
  },
  {
    number: 2,
    name: "taps, cases, what a merchant may take",
    sql: `
      ${FACT_TABLE}
      -- One code a failed sale: it leads holder, agent and engineer to the same journey.
      create table case_code (code text primary key, journey_id text not null unique, at bigint not null);
      alter table merchant
        add column blocked boolean not null default false,
        add column contactless boolean not null default true;
    `,
  },
  {
    number: 3,
    name: "parameters of a terminal",
    sql: `
      alter table terminal
        add column applications text not null default 'all',
        add column emv_mode boolean not null default true;
    `,
  },
];
