import type { Clock, Db, Queries } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import type { Fact, FactCode, FactData, Holding, Stage, Witness } from "#protocol/diagnosis";
import { type Instant, instant } from "#protocol/time";

/** Goes into a migration of the party's own schema. Facts are only ever added. */
export const FACT_TABLE = `
  create table fact (
    b smallint not null,
    journey_id text not null,
    seq bigint generated always as identity,
    at bigint not null,
    party text not null,
    stage text not null,
    code text not null,
    outcome text not null,
    data jsonb not null,
    primary key (b, journey_id, seq)
  );`;

/** A fact before it is written: the party's clock gives the time. */
export interface FactNote {
  readonly journeyId: string;
  readonly stage: Stage;
  readonly code: FactCode;
  readonly outcome: Fact["outcome"];
  readonly data?: FactData;
  /** Only for those that speak through this party: the bank app and the carrier through the bank, the device through the wallet. */
  readonly party?: Witness;
  /** Only for what another clock stamped: the device's own facts. */
  readonly at?: Instant;
}

/** What a party saw of each journey. */
export interface FactLog {
  /** In the transaction of the state that the facts speak of. */
  note(tx: Queries, ...notes: readonly FactNote[]): Promise<void>;
  /** On their own; durable when this resolves. */
  state(...notes: readonly FactNote[]): Promise<void>;
  of(journeyId: string): Promise<readonly Fact[]>;
  /** All it holds of a journey, as an answer to someone who collects. */
  holding(journeyId: string): Promise<Holding>;
}

interface FactRow {
  readonly journey_id: string;
  readonly at: bigint;
  readonly party: string;
  readonly stage: string;
  readonly code: string;
  readonly outcome: string;
  readonly data: FactData;
}

/** @param party who states the facts, when a note names nobody else. */
export function createFactLog(ports: { readonly db: Db; readonly clock: Clock; readonly party: Witness }): FactLog {
  const { db, clock, party } = ports;
  const upSince = clock.now();

  async function note(tx: Queries, ...notes: readonly FactNote[]): Promise<void> {
    if (notes.length === 0) return;
    const now = clock.now();
    await tx.query(
      {
        name: "facts.note",
        text: `insert into fact (b, journey_id, at, party, stage, code, outcome, data)
          select b, journey_id, at, party, stage, code, outcome, data::jsonb
          from unnest($1::smallint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
            with ordinality as i(b, journey_id, at, party, stage, code, outcome, data, n) order by n`,
      },
      [
        notes.map((n) => shardOf(n.journeyId)),
        notes.map((n) => n.journeyId),
        notes.map((n) => n.at ?? now),
        notes.map((n) => n.party ?? party),
        notes.map((n) => n.stage),
        notes.map((n) => n.code),
        notes.map((n) => n.outcome),
        notes.map((n) => JSON.stringify(n.data ?? {})),
      ],
    );
  }

  async function of(journeyId: string): Promise<readonly Fact[]> {
    const rows = await db.query<FactRow>(
      {
        name: "facts.of",
        text: "select journey_id, at, party, stage, code, outcome, data from fact where b = $1 and journey_id = $2 order by seq",
      },
      [shardOf(journeyId), journeyId],
    );
    return rows.map((row) => ({
      journeyId: row.journey_id,
      at: instant(Number(row.at)),
      party: row.party as Witness,
      stage: row.stage as Stage,
      code: row.code as FactCode,
      outcome: row.outcome as Fact["outcome"],
      data: row.data,
    }));
  }

  return {
    note,
    state: (...notes) => note(db, ...notes),
    of,
    async holding(journeyId) {
      const askedAt = clock.now();
      return { party, reachable: true, askedAt, upSince, facts: await of(journeyId) };
    },
  };
}
