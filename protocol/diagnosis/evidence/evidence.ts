import type { Instant } from "#protocol/time";
import type { Stage, Witness } from "../cause.ts";
import type { Fact, Holding } from "../fact.ts";
import { type ClockOffsets, clockOffsets } from "./clocks.ts";
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

  const keeperOf = (party: Witness) =>
    read.has(party) || silent.has(party) ? party : (SPEAKS_THROUGH[party] ?? party);
  const raw = [...read.values()].flatMap(({ party, facts }) =>
    inOrder(facts).map((fact, index) => ({ fact, keeper: party, index, time: fact.at as number })),
  );
  const clocks = clockOffsets(pairHops(raw), [...read.values()]);
  const kept = raw.map((one) => ({ ...one, time: one.fact.at - clocks.ahead(clockOf(one)) }));
  const keepers = new Map([...read.keys()].map((party) => [party, kept.filter(({ keeper }) => keeper === party)]));
  const facts = kept.toSorted((a, b) => a.time - b.time || (a.keeper === b.keeper ? a.index - b.index : 0));
  const journeyId = kept[0]?.fact.journeyId;
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

/** The same party may have been read along two ways: what it says twice is one fact. */
function merged(one: Holding | undefined, other: Holding): Holding {
  if (one === undefined) return other;
  const seen = new Map([...one.facts, ...other.facts].map((fact) => [JSON.stringify(fact), fact]));
  return { ...(one.askedAt >= other.askedAt ? one : other), facts: [...seen.values()] };
}

/** As they were written; the device's are put in by time, since it reports late what it could not tell at once. */
function inOrder(facts: readonly Fact[]): readonly Fact[] {
  const late = facts.filter(({ party }) => party === "device").toSorted((a, b) => a.at - b.at);
  const own = facts.filter(({ party }) => party !== "device");
  const whole: Fact[] = [];
  for (const fact of own) {
    while (late.length > 0 && late[0]!.at <= fact.at) whole.push(late.shift()!);
    whole.push(fact);
  }
  return [...whole, ...late];
}
