import type { EvidenceApi } from "#contracts/facts";
import type { Calls } from "#contracts/operation";
import { collectEvidence, type FactLog, type Neighbour } from "#party";
import { shardOf } from "#protocol/bytes";
import type { Cause, Fact, FactData, Witness } from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import type { TspPorts } from "./ports.ts";
import { tokenOfBinding } from "./store.sql.ts";

/** Longer than the network gives the acquirer behind it. */
const NEIGHBOUR_MS = 3_000;

/** What the TSP holds of a binding or a payment, with what the others hold. */
export function evidence(ports: TspPorts, facts: FactLog): (asker: Witness) => Calls<EvidenceApi> {
  const { db, clock, timers, issuer, wallet, network } = ports;

  async function ofPayment(journeyId: string): Promise<readonly Fact[]> {
    const refused = await db.query<{ cause: Cause; at: bigint; data: FactData }>(
      {
        name: "tsp.refusals",
        text: "select cause, at, data from refusal where b = $1 and journey_id = $2 order by at",
      },
      [shardOf(journeyId), journeyId],
    );
    // Asked once in a while: a way in by journey would cost every accepted payment an index entry.
    const spent = await db.query<{ at: bigint; token_pan: string; atc: number }>(
      { text: "select at, token_pan, atc from spent where journey_id = $1" },
      [journeyId],
    );
    const hop = { peer: "network", operation: "authoriseToken", hop: journeyId } as const;
    /** It was asked and it decided: both at the moment of what it wrote. */
    const around = (at: bigint, code: Fact["code"], outcome: Fact["outcome"], data: FactData, answer: FactData) => {
      const fact = { journeyId, at: instant(Number(at)), party: "tsp", stage: "authorise", outcome: "noted" } as const;
      return [
        { ...fact, code: "received", data: hop },
        { ...fact, code, outcome, data },
        { ...fact, code: "decided", data: { ...hop, ...answer } },
      ] satisfies Fact[];
    };
    return [
      ...refused.flatMap(({ cause, at, data }) => around(at, cause, "failed", data, { cause })),
      ...spent.flatMap(({ at, token_pan, atc }) =>
        around(at, "tokenAccepted", "noted", { token: token_pan.slice(-4), counter: atc }, { answer: "ok" }),
      ),
    ];
  }

  async function ofBinding(journeyId: string): Promise<readonly Fact[]> {
    const token = await tokenOfBinding(db, journeyId);
    if (token === undefined) return [];
    const data = { status: token.state.kind, token: token.tokenPan.slice(-4) };
    return [
      { journeyId, at: token.changedAt, party: "tsp", stage: "issue", code: "tokenState", outcome: "noted", data },
    ];
  }

  const neighbours: Neighbour[] = [
    { party: "issuer", behind: ["bankApp", "carrier"], calls: issuer },
    { party: "wallet", behind: ["device"], calls: wallet },
    ...(network === undefined
      ? []
      : [{ party: "network", behind: ["acquirer", "terminal"], calls: network } satisfies Neighbour]),
  ];
  return collectEvidence({
    clock,
    timers,
    deadlineMs: NEIGHBOUR_MS,
    neighbours,
    async holding(journeyId) {
      const [held, derived] = await Promise.all([
        facts.holding(journeyId),
        journeyId.startsWith("iso-") ? ofPayment(journeyId) : ofBinding(journeyId),
      ]);
      return { ...held, facts: [...held.facts, ...derived].sort((a, b) => a.at - b.at) };
    },
  });
}
