import type { EvidenceApi } from "#contracts/facts";
import type { Calls } from "#contracts/operation";
import type { Clock, Db } from "#contracts/ports";
import type { FactLog } from "#party";
import { ok } from "#protocol/bytes";
import { bindingOfCase } from "../binding/store.ts";
import type { IssuerPolicy } from "../policy.ts";
import { paymentFacts } from "./payments.ts";

/**
 * What the bank itself holds of a journey, its app's and its carrier's words among it. The TSP asks, so nobody is asked
 * back: the bank's own people read a whole journey through the `evidence` port.
 */
export function ownEvidence(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly facts: FactLog;
  readonly policy: IssuerPolicy;
}): Calls<EvidenceApi> {
  const { db, clock, facts, policy } = ports;
  return {
    async holdings({ journeyId }) {
      const [kept, paid] = await Promise.all([
        facts.holding(journeyId),
        paymentFacts(db, policy.payment, journeyId, clock.now()),
      ]);
      return ok({ holdings: [{ ...kept, facts: [...kept.facts, ...paid] }] });
    },
    async journeyOfCase({ caseCode }) {
      const binding = await bindingOfCase(db, caseCode);
      return ok(binding === undefined ? {} : { journeyId: binding.journeyId });
    },
  };
}
