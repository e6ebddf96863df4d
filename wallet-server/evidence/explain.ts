import type { FindingView } from "#contracts/facts";
import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { WalletDeviceApi, WalletTspApi } from "#contracts/wallet-api";
import { collectEvidence } from "#party";
import { err, ok, type Result } from "#protocol/bytes";
import { diagnose, type Role, viewFor, type Witness } from "#protocol/diagnosis";
import { caseByCode, caseOf } from "../cases.ts";
import type { Desk } from "../desk.ts";
import { deviceOf } from "../devices.ts";
import { countTry } from "../limits.ts";
import { passById } from "../passes.ts";
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
  forHolder(session: Session): Pick<Calls<WalletDeviceApi>, "explain" | "explainPayment">;
}

export function createEvidence(desk: Desk): Evidence {
  const { db, clock, timers, random, policy, facts, tsp } = desk;
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
    forHolder: (session) => ({
      async explain(request, context) {
        const journey = await ownJourney(session, request);
        return journey.ok ? ok(await finding(journey.value, "holder", context)) : journey;
      },
      // A bank that never saw a payment sends no notice of it: the phone asks by what it gave away.
      async explainPayment({ passId, atc }, context) {
        const { accountId } = session;
        const pass = await passById(db, passId);
        if (pass?.accountId !== accountId) return err(problem("notFound", { at: "passId" }));
        const { deviceId, token } = pass;
        const device = await deviceOf(db, accountId, deviceId, "passId");
        if (!device.ok) return device;
        const asked = await tsp.journeyOfPayment({ tokenRef: token.tokenRef, atc }, context);
        if (!asked.ok) return asked;
        const { journeyId } = asked.value;
        if (journeyId === undefined) return err(problem("notFound", { at: "atc" }));
        const found = await finding({ journeyId }, "holder", context);
        if (found.cause === undefined && found.between.length === 0) return ok(found);
        const caseCode = await caseOf(db, random, { journeyId, accountId, deviceId }, clock.now());
        return ok({ ...found, caseCode: caseCode as typeof found.caseCode & string });
      },
    }),
  };
}
