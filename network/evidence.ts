import type { AcquirerNetworkApi, NetworkTspApi } from "#contracts/evidence-api";
import type { Calls } from "#contracts/operation";
import type { Clock, Db, Timers } from "#contracts/ports";
import { collectEvidence, type FactLog } from "#party";
import { shardOf } from "#protocol/bytes";
import type { Fact } from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import type { Journal } from "./journal.ts";

const NEIGHBOUR_MS = 1_500;

interface Row {
  readonly at: bigint;
  readonly answered_at: bigint | null;
  readonly mti: string;
  readonly response_code: string | null;
}

/** What the network holds of a payment: its journal says what came and what was answered, its facts where it stopped. */
export function evidence(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly facts: FactLog;
  readonly journal: Journal;
  readonly acquirer?: Calls<AcquirerNetworkApi>;
}): Calls<NetworkTspApi> {
  const { db, clock, timers, facts, journal, acquirer } = ports;

  async function journalled(journeyId: string): Promise<readonly Fact[]> {
    await journal.flushed();
    const rows = await db.query<Row>(
      {
        name: "network.journey",
        text: "select at, answered_at, mti, response_code from journal where b = $1 and journey_id = $2 order by seq",
      },
      [shardOf(journeyId), journeyId],
    );
    return rows.flatMap(({ at, answered_at: answeredAt, mti, response_code: answer }): readonly Fact[] => {
      const data = { peer: "acquirer", operation: mti, hop: journeyId } as const;
      const noted = { journeyId, party: "network", stage: "authorise", outcome: "noted" } as const;
      const received: Fact = { ...noted, at: instant(Number(at)), code: "received", data };
      if (answeredAt === null) return [received];
      const said = answer === null ? data : { ...data, answer };
      return [received, { ...noted, at: instant(Number(answeredAt)), code: "decided", data: said }];
    });
  }

  return collectEvidence({
    clock,
    timers,
    deadlineMs: NEIGHBOUR_MS,
    neighbours: acquirer === undefined ? [] : [{ party: "acquirer", behind: ["terminal"], calls: acquirer }],
    async holding(journeyId) {
      const [held, passed] = await Promise.all([facts.holding(journeyId), journalled(journeyId)]);
      return { ...held, facts: [...held.facts, ...passed].sort((a, b) => a.at - b.at) };
    },
  })("tsp");
}
