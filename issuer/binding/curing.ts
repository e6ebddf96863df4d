import type * as v from "valibot";
import type { Queries } from "#contracts/ports";
import type { TspIssuerApi } from "#contracts/tsp-api";
import type { Cause } from "#protocol/diagnosis";
import { type Instant, instant } from "#protocol/time";
import type { BindingParts } from "./parts.ts";

export type Changed = v.InferOutput<TspIssuerApi["recordChanged"]["request"]>["what"];

/** Bindings of a customer's cards that were refused for one of these causes may go on: the TSP hears of each, for as long as it is of use. */
export async function cure(
  parts: Pick<BindingParts, "outbox" | "facts" | "policy">,
  tx: Queries,
  customerId: string,
  causes: readonly Cause[],
  what: Changed,
  now: Instant,
): Promise<void> {
  const { cureMs } = parts.policy.binding;
  const rows = await tx.query<{ id: string; journey_id: string }>(
    {
      text: `
        select b.id, b.journey_id from binding b
        join card c on c.id = b.card_id
        join decision d on d.b = b.b and d.binding_id = b.id and d.key = b.asked_key
        where c.customer_id = $1 and b.decision = 'red' and b.ended_at is null and b.decided_at >= $2
          and d.causes && $3::text[]
        order by b.decided_at, b.id`,
    },
    [customerId, now - cureMs, [...causes]],
  );
  for (const { id: bindingId, journey_id: journeyId } of rows) {
    await parts.facts.note(tx, {
      journeyId,
      stage: "decision",
      code: "recordChanged",
      outcome: "noted",
      data: { what },
    });
    const about = { bindingId, journeyId, part: what };
    await parts.outbox.call(tx, "recordChanged", about, { bindingId, what }, now, instant(now + cureMs));
  }
}
