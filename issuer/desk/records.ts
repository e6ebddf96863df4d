import type * as v from "valibot";
import type { Customer, IssuerDeskApi } from "#contracts/desk-api";
import type { Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import { normaliseHolderName } from "#protocol/holder";
import { instant } from "#protocol/time";
import { keepUsbKeyCode, usbKeyCodeOf } from "../bank-app/usb-key-code.ts";
import { readCodes } from "../binding/code-store.ts";
import { cure } from "../binding/curing.ts";
import { step } from "../binding/parts.ts";
import { bindingsOfCard, verificationOf } from "../binding/store.ts";
import { type HeldCustomer, holdCustomer, isDocumentOf } from "../cards/store.ts";
import { refused } from "../hops.ts";
import { change, type DeskParts, type Doing } from "./changes.ts";
import { accountsOfCustomer, customerView } from "./views.ts";

type RecordCalls = "changeReservedPhone" | "renewRecord" | "correctName" | "usbKeyCode";
type Document = v.InferOutput<IssuerDeskApi["renewRecord"]["request"]>["document"];

/** The customer's record, changed at the counter with the document in hand. */
export function records(parts: DeskParts): Pick<Calls<IssuerDeskApi>, RecordCalls> {
  const { clock, facts } = parts;

  return {
    changeReservedPhone(request, context) {
      const { customerId, document, newPhone } = request;
      return change(parts, "changeReservedPhone", request, context, async (doing) => {
        const customer = await identified(parts, doing, customerId, document);
        if (!customer.ok) return customer;
        const { tx } = doing;
        const now = clock.now();
        await tx.query({ text: "update customer set mobile = $3 where b = $1 and id = $2" }, [
          customer.value.b,
          customerId,
          newPhone,
        ]);
        await tx.query({ text: "delete from app_enrolment where customer_id = $1" }, [customerId]);
        await doing.audit({ subject: customerId, customerId, reason: "document seen" });
        for (const card of await accountsOfCustomer(tx, customerId)) {
          for (const binding of await bindingsOfCard(tx, card.cardId, true)) {
            if (verificationOf(binding).kind !== "waiting") continue;
            // Codes that went to the old phone are dead, and do not count against the new one.
            const [newest] = await readCodes(tx, binding.id);
            const row = { ...binding, codesBefore: newest?.number ?? binding.codesBefore };
            await step(parts, tx, row, card, { kind: "phoneChanged" }, now);
            await facts.note(tx, {
              journeyId: binding.journeyId,
              stage: "decision",
              code: "recordChanged",
              outcome: "noted",
              data: { what: "reservedPhone" },
            });
          }
        }
        await cure(parts, tx, customerId, ["reservedPhoneMismatch", "noUsableMethod"], "reservedPhone", now);
        return ok(await viewOf(tx, customerId));
      });
    },

    renewRecord(request, context) {
      const { customerId, document, documentExpires } = request;
      return change(parts, "renewRecord", request, context, async (doing) => {
        const customer = await identified(parts, doing, customerId, document);
        if (!customer.ok) return customer;
        const { tx } = doing;
        const now = clock.now();
        await tx.query(
          {
            text: `update customer set document_expires = $3, review_due = $3, counter_only = false
              where b = $1 and id = $2`,
          },
          [customer.value.b, customerId, documentExpires],
        );
        await doing.audit({ subject: customerId, customerId, reason: "document seen" });
        await cure(parts, tx, customerId, ["customerRecordStale", "remoteUseSuspended"], "customerRecord", now);
        return ok(await viewOf(tx, customerId));
      });
    },

    correctName(request, context) {
      const { customerId, document, name } = request;
      return change(parts, "correctName", request, context, async (doing) => {
        const customer = await identified(parts, doing, customerId, document);
        if (!customer.ok) return customer;
        const written = normaliseHolderName(name);
        if (!written.ok) return err(problem("badRequest", { at: "name" }));
        const { tx } = doing;
        await tx.query({ text: "update customer set holder_name = $3 where b = $1 and id = $2" }, [
          customer.value.b,
          customerId,
          written.value,
        ]);
        await doing.audit({ subject: customerId, customerId, reason: "document seen" });
        await cure(parts, tx, customerId, ["nameMismatch"], "customerRecord", clock.now());
        return ok(await viewOf(tx, customerId));
      });
    },

    async usbKeyCode(request, context) {
      const { customerId, document } = request;
      // Made from the call's own key: a repeat shows the same code, and nobody keeps it.
      const code = usbKeyCodeOf(parts.keys, customerId, `${parts.staff.staffId} ${context.idempotencyKey}`);
      const kept = await change(parts, "usbKeyCode", request, context, async (doing) => {
        const customer = await identified(parts, doing, customerId, document);
        if (!customer.ok) return customer;
        const expiresAt = instant(clock.now() + parts.policy.bankApp.usbKeyCodeMs);
        await keepUsbKeyCode(doing.tx, parts.keys, { customerId, code, expiresAt });
        await doing.audit({ subject: customerId, customerId, reason: "document seen" });
        return ok({ expiresAt });
      });
      return kept.ok ? ok({ code, expiresAt: kept.value.expiresAt }) : kept;
    },
  };

  async function viewOf(tx: Queries, customerId: string): Promise<Customer> {
    return (await customerView(tx, customerId, clock.now()))!;
  }
}

/** The customer whose document this is, held. A document that is another's is refused, and that is written down. */
export async function identified(
  parts: DeskParts,
  doing: Doing,
  customerId: string,
  document: Document,
): Promise<Result<HeldCustomer, Problem>> {
  const customer: HeldCustomer | undefined = await holdCustomer(doing.tx, customerId);
  if (customer === undefined) return err(problem("notFound", { at: "customerId" }));
  if (isDocumentOf(parts.keys, customer, document)) return ok(customer);
  await doing.audit({ action: "documentRefused", subject: customerId, customerId, reason: "not this customer's" });
  return err(refused("forbidden", ["identityMismatch"], { at: "document" }));
}
