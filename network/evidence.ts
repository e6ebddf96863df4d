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
  readonly direction: "in" | "out";
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
        text: "select at, direction, mti, response_code from journal where b = $1 and journey_id = $2 order by seq",
      },
      [shardOf(journeyId), journeyId],
    );
    return rows.map(
      ({ at, direction, mti, response_code: answer }): Fact => ({
        journeyId,
        at: instant(Number(at)),
        party: "network",
        stage: "authorise",
        code: direction === "in" ? "received" : "decided",
        outcome: "noted",
        data: {
          peer: "acquirer",
          operation: requestMti(mti),
          hop: journeyId,
          ...(direction === "out" && answer !== null ? { answer } : {}),
        },
      }),
    );
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

/** Request and answer are one hop, named by the request: 0210 answers 0200. */
function requestMti(mti: string): string {
  return `${mti.slice(0, 2)}${Number(mti[2]) & ~1}${mti[3]}`;
}
