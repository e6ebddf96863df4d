import type { Instant } from "#protocol/time";
import { type Stage, WITNESSES, type Witness } from "../cause.ts";
import type { Fact, Holding } from "../fact.ts";
import { CLOCK_TOLERANCE_MS, type ClockOffsets, clockOffsets } from "./clocks.ts";
import { type Hop, pairHops } from "./hops.ts";
import { clockOf, type Kept } from "./kept.ts";

/** All that could be collected of one journey, read for diagnosis. */
export interface Evidence {
  readonly journeyId: string | undefined;
  readonly kind: "binding" | "payment";
  /** Every readable keeper's facts in its own order. */
  readonly keepers: ReadonlyMap<Witness, readonly Kept[]>;
  /** All facts on one time line. */
  readonly facts: readonly Kept[];
  /** Parties that could not be asked. */
  readonly unreachable: readonly Witness[];
  readonly hops: readonly Hop[];
  readonly clocks: ClockOffsets;
  /** Who keeps what a party says. */
  keeperOf(party: Witness): Witness;
  /** May its silence be used: it was asked, and answered. */
  readable(party: Witness): boolean;
  /** Could it hold something that nobody could read: it did not answer, or stands behind one that did not. */
  hidden(party: Witness): boolean;
  holding(party: Witness): { readonly askedAt: Instant; readonly upSince: Instant | undefined } | undefined;
}

const SPEAKS_THROUGH: Readonly<Partial<Record<Witness, Witness>>> = {
  device: "wallet",
  bankApp: "issuer",
  carrier: "issuer",
  terminal: "acquirer",
  gate: "acquirer",
  merchant: "acquirer",
};

const PAYMENT_STAGES: ReadonlySet<Stage> = new Set(["tap", "authorise", "complete", "ride", "shop", "code"]);

export function readEvidence(holdings: readonly Holding[]): Evidence {
  const read = new Map<Witness, Holding>();
  const silent = new Set<Witness>();
  for (const holding of holdings) {
    if (!holding.reachable) silent.add(holding.party);
    else read.set(holding.party, merged(read.get(holding.party), holding));
  }
  for (const party of read.keys()) silent.delete(party);
  // Who speaks through another was read with him, or could not be asked because of him.
  for (const party of [...silent]) {
    const keeper = SPEAKS_THROUGH[party];
    if (keeper !== undefined && (read.has(keeper) || silent.has(keeper))) silent.delete(party);
  }

  const keeperOf = (party: Witness) =>
    read.has(party) || silent.has(party) ? party : (SPEAKS_THROUGH[party] ?? party);
  const raw = [...read.values()].map(({ party, facts }) =>
    inOrder(facts).map((fact, index) => ({ fact, keeper: party, index, time: fact.at as number })),
  );
  const clocks = clockOffsets(pairHops(raw.flat()), [...read.values()]);
  const keepers = new Map([...read.keys()].map((party, i) => [party, timed(raw[i]!, clocks)]));
  const kept = [...keepers.values()].flat();
  const facts = kept.toSorted((a, b) => a.time - b.time || compareKeepers(a.keeper, b.keeper) || a.index - b.index);
  const journeyId = facts[0]?.fact.journeyId;
  return {
    journeyId,
    kind:
      journeyId?.startsWith("iso-") === true || kept.some(({ fact }) => PAYMENT_STAGES.has(fact.stage))
        ? "payment"
        : "binding",
    keepers,
    facts,
    unreachable: [...silent],
    hops: pairHops(kept),
    clocks,
    keeperOf,
    readable: (party) => read.has(keeperOf(party)),
    hidden: (party) => silent.has(keeperOf(party)) || (silent.size > 0 && !read.has(keeperOf(party))),
    holding: (party) => {
      const holding = read.get(keeperOf(party));
      return holding === undefined ? undefined : { askedAt: holding.askedAt, upSince: holding.upSince };
    },
  };
}

/** At the same moment: the one nearer to the holder first, so that the order of asking changes nothing. */
function compareKeepers(a: Witness, b: Witness): number {
  return WITNESSES.indexOf(a) - WITNESSES.indexOf(b);
}

/** The same party may have been read along two ways: what it says twice is one fact. */
function merged(one: Holding | undefined, other: Holding): Holding {
  if (one === undefined) return other;
  const seen = new Map([...one.facts, ...other.facts].map((fact) => [JSON.stringify(fact), fact]));
  return { ...(one.askedAt >= other.askedAt ? one : other), facts: [...seen.values()] };
}

/** As they were written; what the device reports late, since it was offline, goes where it belongs by its stamp. */
function inOrder(facts: readonly Fact[]): readonly Fact[] {
  const order: Fact[] = [];
  for (const fact of facts) {
    const late = fact.party === "device" && order.some((before) => before.at - fact.at > CLOCK_TOLERANCE_MS);
    const place = late ? order.findIndex((before) => before.at > fact.at) : order.length;
    order.splice(place, 0, fact);
  }
  return order;
}

/** On one clock; the device's, which no hop tells, is held between what its keeper wrote before and after. */
function timed(facts: readonly Kept[], clocks: ClockOffsets): readonly Kept[] {
  const whole: Kept[] = [];
  for (const kept of facts) {
    const own = kept.fact.at - clocks.ahead(clockOf(kept));
    const before = whole.at(-1)?.time ?? -Infinity;
    const next = facts.slice(kept.index + 1).find(({ fact }) => fact.party !== "device");
    const after = next === undefined ? Infinity : next.fact.at - clocks.ahead(clockOf(next));
    const device = kept.fact.party === "device" && kept.keeper !== "device";
    whole.push({ ...kept, time: device ? Math.max(before, Math.min(own, after)) : own });
  }
  return whole;
}
