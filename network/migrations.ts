import type { Migration } from "#contracts/ports";
import { FACT_TABLE } from "#party";

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: "journal and safe store",
    sql: `
      -- Every request that passed, with its answer. No number in clear: a keyed hash and the last four.
      create table journal (
        b smallint not null,
        journey_id text not null,
        seq bigint not null,
        at bigint not null,
        answered_at bigint,
        peer text not null,
        mti text not null,
        pan_hash text,
        pan_suffix text,
        processing_code text,
        amount_minor bigint,
        currency text,
        response_code text,
        settlement_date text,
        primary key (b, journey_id, seq)
      );
      -- Entries come by the day: a summary of blocks finds a day, and costs an entry nothing.
      create index journal_settlement on journal using brin (settlement_date);
      -- Reversals that a member has not acknowledged yet: sent again until it does, also after a restart. Sealed.
      create table owed_reversal (
        b smallint not null,
        journey_id text not null,
        issuer text not null,
        message bytea not null,
        tries int not null,
        next_at bigint not null,
        primary key (b, journey_id)
      );
    `,
  },
  { number: 2, name: "facts of payments that stopped here", sql: FACT_TABLE },
];
