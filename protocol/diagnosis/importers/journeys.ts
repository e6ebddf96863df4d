import type { Instant } from "#protocol/time";
import { instant } from "#protocol/time";
import type { Stage, Witness } from "../cause.ts";
import type { Fact, FactCode, FactData, Holding } from "../fact.ts";

/** One journey out of another system's evidence. What no log was given of has no holding: it was not asked. */
export interface ImportedJourney {
  readonly journeyId: string;
  readonly holdings: readonly Holding[];
}

/** A statement as an importer makes it; the keeper is the one whose log it stands in. */
export interface ImportedFact {
  readonly keeper: Witness;
  readonly at: Instant;
  readonly stage: Stage;
  readonly code: FactCode;
  readonly outcome?: Fact["outcome"];
  readonly data?: FactData;
}

export interface JourneyCollector {
  add(journeyId: string, ...facts: readonly ImportedFact[]): void;
  /** A moment that the log covers, though nothing is made of what stands there. */
  seen(keeper: Witness, at: Instant): void;
  journeys(): readonly ImportedJourney[];
}

/** A log says all that its owner holds up to its last line: that line is when it was "asked". */
export function createCollector(): JourneyCollector {
  const journeys = new Map<string, ImportedFact[]>();
  const ends = new Map<Witness, number>();
  const seen = (keeper: Witness, at: Instant) => {
    ends.set(keeper, Math.max(ends.get(keeper) ?? 0, at));
  };
  return {
    seen,
    add(journeyId, ...facts) {
      for (const fact of facts) seen(fact.keeper, fact.at);
      journeys.set(journeyId, [...(journeys.get(journeyId) ?? []), ...facts]);
    },
    journeys: () =>
      [...journeys].map(([journeyId, facts]) => ({
        journeyId,
        holdings: [...ends].map(([party, askedAt]) => ({
          party,
          reachable: true,
          askedAt: instant(askedAt),
          facts: facts.filter(({ keeper }) => keeper === party).map((fact) => asFact(journeyId, fact)),
        })),
      })),
  };
}

function asFact(journeyId: string, { keeper, at, stage, code, outcome, data }: ImportedFact): Fact {
  return { journeyId, at, party: keeper, stage, code, outcome: outcome ?? "noted", data: data ?? {} };
}

/** An id of a stranger's system as a journey's: what the contract's alphabet does not have becomes "_". */
export function journeyIdFrom(prefix: string, id: string): string {
  return `${prefix}-${id.replace(/[^A-Za-z0-9_-]/g, "_")}`.slice(0, 64);
}
