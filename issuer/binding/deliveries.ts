import type { DeliveryReceipt, Queries } from "#contracts/ports";
import type { FactNote } from "#party";
import type { Cause } from "#protocol/diagnosis";
import type { TextWatch } from "../outbox/relay.ts";
import { markDelivery } from "./code-store.ts";
import { type BindingParts, stopped } from "./parts.ts";
import { type BindingRow, readBinding } from "./store.ts";

/** The code a text carried, or undefined when it is another kind of text. */
function codeOf(id: string): { readonly bindingId: string; readonly number: number } | undefined {
  const match = /^code-(.+)-(\d{1,4})$/.exec(id);
  return match === null ? undefined : { bindingId: match[1]!, number: Number(match[2]) };
}

export interface Deliveries extends TextWatch {
  receipt(receipt: DeliveryReceipt): Promise<void>;
}

/** What becomes of a code's text: what the bank's sender saw, and what the carrier says of it through the bank. */
export function watchDeliveries(parts: Pick<BindingParts, "db" | "clock" | "facts" | "outbox" | "nudge">): Deliveries {
  const { db, clock, facts, outbox, nudge } = parts;

  async function about(
    id: string,
    work: (tx: Queries, binding: BindingRow, number: number) => Promise<void>,
  ): Promise<void> {
    const code = codeOf(id);
    if (code === undefined) return;
    await db.transaction(async (tx) => {
      const binding = await readBinding(tx, code.bindingId, true);
      if (binding !== undefined) await work(tx, binding, code.number);
    });
  }

  function tell(tx: Queries, { id, journeyId }: BindingRow, cause: Cause): Promise<void> {
    return outbox.call(tx, "methodsChanged", { bindingId: id, journeyId }, { bindingId: id, cause }, clock.now());
  }

  const noted = (code: "codeSent" | "codeDelivered", journeyId: string, number: number): FactNote => ({
    journeyId,
    stage: "verification",
    code,
    outcome: "noted",
    data: { number },
    ...(code === "codeDelivered" ? { party: "carrier" } : {}),
  });

  return {
    taken: (id) => about(id, (tx, { journeyId }, number) => facts.note(tx, noted("codeSent", journeyId, number))),

    refused: (id) =>
      about(id, async (tx, binding, number) => {
        await facts.note(tx, stopped(binding.journeyId, "codeNotSent", { number }));
        await tell(tx, binding, "codeNotSent");
      }),

    async receipt({ id, delivered, reason }) {
      await about(id, async (tx, binding, number) => {
        if (!(await markDelivery(tx, binding.id, number, delivered))) return;
        if (delivered) return facts.note(tx, noted("codeDelivered", binding.journeyId, number));
        const data = { number, ...(reason === undefined ? {} : { reason: reason.slice(0, 32) }) };
        await facts.note(tx, { ...stopped(binding.journeyId, "codeNotDelivered", data), party: "carrier" });
        await tell(tx, binding, "codeNotDelivered");
      });
      if (!delivered) nudge();
    },
  };
}
