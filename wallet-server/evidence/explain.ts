import type { FindingView } from "#contracts/facts";
import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { WalletDeviceApi, WalletTspApi } from "#contracts/wallet-api";
import { collectEvidence } from "#party";
import { err, ok, type Result } from "#protocol/bytes";
import { diagnose, type Role, viewFor, type Witness } from "#protocol/diagnosis";
import { caseByCode } from "../cases.ts";
import type { Desk } from "../desk.ts";
import { countTry } from "../limits.ts";
import type { Session } from "../session.ts";
import { journeyOwner } from "./journeys.ts";

interface Asked {
  readonly journeyId: string;
  readonly caseCode?: string;
  /** Only what is held here counts. */
  readonly alone?: boolean;
}

export interface Evidence {
  /** What a neighbour may ask. */
  offer(asker: Witness): Pick<Calls<WalletTspApi>, "holdings" | "journeyOfCase">;
  /** Asks everybody, and finds. */
  finding(journey: Asked, role: Role, context: CallContext): Promise<FindingView>;
  explain(session: Session): Calls<WalletDeviceApi>["explain"];
}

export function createEvidence(desk: Desk): Evidence {
  const { db, clock, timers, policy, facts, tsp } = desk;
  const ask = collectEvidence({
    clock,
    timers,
    deadlineMs: policy.evidenceMs,
    neighbours: [{ party: "tsp", behind: ["issuer", "network", "acquirer"], calls: tsp }],
    holding: (journeyId) => facts.holding(journeyId),
    journeyOfCase: async (caseCode) => (await caseByCode(db, caseCode))?.journeyId,
  });

  async function finding(
    { journeyId, caseCode, alone = false }: Asked,
    role: Role,
    context: CallContext,
  ): Promise<FindingView> {
    const answer = alone ? undefined : await ask("device").holdings({ journeyId }, context);
    const holdings = answer?.ok === true ? answer.value.holdings : [await facts.holding(journeyId)];
    return viewFor(role, diagnose(holdings), holdings, { journeyId, ...(caseCode === undefined ? {} : { caseCode }) });
  }

  /** A stranger's case reads as none; and nobody can try many. */
  async function ownJourney(
    { accountId }: Session,
    asked: { readonly journeyId?: string | undefined; readonly caseCode?: string | undefined },
  ): Promise<Result<Asked, Problem>> {
    const { journeyId, caseCode } = asked;
    if (caseCode !== undefined) {
      const counted = await countTry(desk, "case", accountId);
      if (!counted.ok) return counted;
      const found = await caseByCode(db, caseCode);
      return found?.accountId === accountId
        ? ok({ journeyId: found.journeyId, caseCode })
        : err(problem("notFound", { at: "caseCode" }));
    }
    if (journeyId === undefined)
      return err(problem("badRequest", { at: "journeyId", detail: "wants one, or a case code" }));
    const owner = await journeyOwner(db, journeyId);
    if (owner?.accountId !== accountId) return err(problem("notFound", { at: "journeyId" }));
    const rows = await db.query<{ code: string }>({ text: "select code from case_code where journey_id = $1" }, [
      owner.journeyId,
    ]);
    const { alone } = owner;
    return ok({ journeyId: owner.journeyId, alone, ...(rows[0] === undefined ? {} : { caseCode: rows[0].code }) });
  }

  return {
    offer: ask,
    finding,
    explain: (session) => async (request, context) => {
      const journey = await ownJourney(session, request);
      return journey.ok ? ok(await finding(journey.value, "holder", context)) : journey;
    },
  };
}
