import type { EvidenceApi, FindingView } from "#contracts/facts";
import type { CallContext, Calls } from "#contracts/operation";
import type { Clock, Random } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import { diagnose, type Holding, type Role, viewFor, type Witness } from "#protocol/diagnosis";

/** A party to ask, with those that can only be asked through it. */
export interface CaseSource {
  readonly party: Witness;
  readonly behind: readonly Witness[];
  readonly calls: Pick<Calls<EvidenceApi>, "holdings" | "journeyOfCase">;
}

/** Asks parties for a journey and makes of it what one role may read. */
export interface CaseBook {
  explain(
    asked: { readonly caseCode?: string | undefined; readonly journeyId?: string | undefined },
    role: Role,
  ): Promise<Result<FindingView, Problem>>;
  /** The same, with what it was made from. */
  examine(
    asked: { readonly caseCode?: string | undefined; readonly journeyId?: string | undefined },
    role: Role,
  ): Promise<Result<{ readonly finding: FindingView; readonly held: readonly Holding[] }, Problem>>;
  /** Everything that is held of a journey: what a finding is made from. */
  holdings(journeyId: string): Promise<readonly Holding[]>;
}

/**
 * @param sources each also asks those behind it, and the first that answers for a party counts. One that does not answer
 *   is marked as unreachable with all behind it: it is not a party that was silent.
 */
export function createCaseBook(sources: readonly CaseSource[], clock: Clock, random: Random): CaseBook {
  const context = (journeyId: string): CallContext => ({ journeyId, idempotencyKey: random.uuid() });

  async function holdings(journeyId: string): Promise<readonly Holding[]> {
    const answers = await Promise.all(
      sources.map(async ({ party, behind, calls }): Promise<readonly Holding[]> => {
        const answer = await calls.holdings({ journeyId }, context(journeyId));
        if (answer.ok) return answer.value.holdings;
        const askedAt = clock.now();
        return [party, ...behind].map((silent) => ({ party: silent, reachable: false, askedAt, facts: [] }));
      }),
    );
    const byParty = new Map<string, Holding>();
    for (const holding of answers.flat()) {
      const known = byParty.get(holding.party);
      if (known === undefined || (!known.reachable && holding.reachable)) byParty.set(holding.party, holding);
    }
    return [...byParty.values()];
  }

  async function journeyOf(caseCode: string): Promise<string | undefined> {
    for (const { calls } of sources) {
      const answer = await calls.journeyOfCase({ caseCode }, context("case"));
      if (answer.ok && answer.value.journeyId !== undefined) return answer.value.journeyId;
    }
    return undefined;
  }

  const examine: CaseBook["examine"] = async ({ caseCode, journeyId }, role) => {
    const found = journeyId ?? (caseCode === undefined ? undefined : await journeyOf(caseCode));
    if (found === undefined) return err(problem("notFound", { at: caseCode === undefined ? "journeyId" : "caseCode" }));
    const held = await holdings(found);
    const name = { journeyId: found, ...(caseCode === undefined ? {} : { caseCode }) };
    return ok({ finding: viewFor(role, diagnose(held), held, name), held });
  };

  return {
    holdings,
    examine,
    async explain(asked, role) {
      const examined = await examine(asked, role);
      return examined.ok ? ok(examined.value.finding) : examined;
    },
  };
}
