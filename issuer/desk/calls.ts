import type { CallCase, IssuerDeskApi } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import type { CaseCode } from "#protocol/diagnosis";
import { proofCauses } from "../binding/method-facts.ts";
import { onBinding, step, stopped } from "../binding/parts.ts";
import { type BindingRow, bindingOfCase, bindingOfJourney, readBinding } from "../binding/store.ts";
import type { VerificationEvent } from "../binding/verification.ts";
import { findCardById, type HeldCard, holdCard, idNumberOf } from "../cards/store.ts";
import { refused } from "../hops.ts";
import type { CaseBook } from "../ports.ts";
import { type CallRow, readCall, waitingCalls, writeCall } from "./call-store.ts";
import { change, type DeskParts, type Doing } from "./changes.ts";
import { wrongAnswers } from "./questions.ts";
import { identified } from "./records.ts";
import { lastPaymentMinor } from "./views.ts";

type CallCalls =
  | "calls"
  | "openCase"
  | "approveCall"
  | "refuseCall"
  | "overrideCall"
  | "approveAtBranch"
  | "withdrawBinding";

/** Bindings that people verify: the hotline's cases, the counter's, and those the bank ends. */
export function callCentre(parts: DeskParts & { readonly evidence: CaseBook }): Pick<Calls<IssuerDeskApi>, CallCalls> {
  const { db, clock, keys, policy, facts, staff, evidence } = parts;

  async function caseOf(tx: Queries, call: CallRow): Promise<CallCase | undefined> {
    const binding = await readBinding(tx, call.bindingId, false);
    const target = binding?.cardId == null ? undefined : await findCardById(tx, binding.cardId);
    if (binding === undefined || target === undefined) return undefined;
    return viewOf(binding, await holdCard(tx, target), call);
  }

  function viewOf(binding: BindingRow, card: HeldCard, call: CallRow): CallCase {
    return {
      bindingId: binding.id,
      ...(binding.caseCode === null ? {} : { caseCode: binding.caseCode as CaseCode }),
      panSuffix: card.panSuffix,
      holderName: card.customer.holderName,
      deviceName: binding.deviceName,
      since: call.since,
      state: call.state,
      questions: policy.hotline.questions.map(({ questionId, text }) => ({ questionId, text: { ...text } })),
    };
  }

  /** One step of a call: binding and case together. */
  function onCall(
    operation: "approveCall" | "refuseCall" | "overrideCall",
    request: { readonly bindingId: string },
    context: CallContext,
    decide: (
      doing: Doing,
      binding: BindingRow,
      card: HeldCard,
      call: CallRow,
    ) => Promise<
      Result<{ readonly event: VerificationEvent; readonly call: CallRow; readonly reason: string }, Problem>
    >,
  ) {
    return change(parts, operation, request, context, async (doing) =>
      onBinding(doing.tx, request.bindingId, async (tx, binding, card) => {
        const call = await readCall(tx, binding.id);
        if (call === undefined) return err(problem("notFound", { at: "bindingId" }));
        const decided = await decide(doing, binding, card, call);
        if (!decided.ok) return decided;
        const { event, reason } = decided.value;
        if (decided.value.call.state === "approved") {
          const causes = await proofCauses(parts, tx, binding, card, clock.now());
          if (causes.length > 0) return err(refused("wrongState", causes, { at: "bindingId" }));
        }
        const stepped = await step(parts, tx, binding, card, event, clock.now());
        if (!stepped.ok)
          return err(problem(stepped.error === "notSecond" ? "forbidden" : "wrongState", { at: "bindingId" }));
        await writeCall(tx, decided.value.call);
        const { journeyId } = binding;
        if (decided.value.call.state === "approved")
          await facts.note(tx, { journeyId, stage: "verification", code: "hotlineApproved", outcome: "noted" });
        if (decided.value.call.state === "refused") await facts.note(tx, stopped(journeyId, "hotlineRefused"));
        const second = operation === "overrideCall" ? { staffId: call.agent ?? "", second: staff.staffId } : {};
        await doing.audit({ subject: binding.id, customerId: card.customer.customerId, reason, ...second });
        return ok(viewOf(stepped.value, card, decided.value.call));
      }),
    );
  }

  return {
    async calls() {
      const waiting = await db.transaction(async (tx) => {
        const found: (CallCase | undefined)[] = [];
        for (const call of await waitingCalls(tx)) found.push(await caseOf(tx, call));
        return found;
      });
      return ok({ calls: waiting.filter((one) => one !== undefined) });
    },

    async openCase({ caseCode, language }) {
      const finding = await evidence.caseOf(caseCode, language);
      if (!finding.ok) return finding;
      const binding = (await bindingOfCase(db, caseCode)) ?? (await bindingOfJourney(db, finding.value.journeyId));
      const call =
        binding === undefined
          ? undefined
          : await db.transaction(async (tx) => {
              const row = await readCall(tx, binding.id);
              return row === undefined ? undefined : caseOf(tx, row);
            });
      return ok({ finding: finding.value, ...(call === undefined ? {} : { call }) });
    },

    approveCall: (request, context) =>
      onCall("approveCall", request, context, async ({ tx }, _binding, card, call) => {
        const truth = {
          idNumber: idNumberOf(keys, card.customer),
          mobile: card.customer.mobile,
          lastPaymentMinor: await lastPaymentMinor(tx, card),
        };
        const wrong = wrongAnswers(policy.hotline.questions, request.answers, truth);
        return ok({
          event: { kind: "callAnswered", right: wrong === 0 },
          call: {
            ...call,
            agent: staff.staffId,
            wrongAnswers: wrong,
            state: wrong === 0 ? "approved" : "awaitingSecond",
          },
          reason: wrong === 0 ? "all answers right" : `${wrong} of ${policy.hotline.questions.length} answers wrong`,
        });
      }),

    refuseCall: (request, context) =>
      onCall("refuseCall", request, context, async (_doing, _binding, _card, call) =>
        ok({
          event: { kind: "callRefused" },
          call: { ...call, agent: call.agent ?? staff.staffId, state: "refused" },
          reason: request.reason,
        }),
      ),

    overrideCall: (request, context) =>
      onCall("overrideCall", request, context, async (_doing, _binding, _card, call) =>
        ok({
          event: { kind: "callOverridden", second: call.agent !== null && call.agent !== staff.staffId },
          call: { ...call, state: "approved" },
          reason: request.reason,
        }),
      ),

    approveAtBranch: (request, context) =>
      change(parts, "approveAtBranch", request, context, async (doing) =>
        onBinding(doing.tx, request.bindingId, async (tx, binding, card) => {
          const { customerId } = card.customer;
          const customer = await identified(parts, doing, customerId, request.document);
          if (!customer.ok) return customer;
          const now = clock.now();
          const causes = await proofCauses(parts, tx, binding, card, now);
          if (causes.length > 0) return err(refused("wrongState", causes, { at: "bindingId" }));
          const stepped = await step(parts, tx, binding, card, { kind: "branchApproved" }, now);
          if (!stepped.ok) return err(problem("wrongState", { at: "bindingId" }));
          const { journeyId } = binding;
          await facts.note(tx, {
            journeyId,
            stage: "verification",
            code: "hotlineApproved",
            outcome: "noted",
            data: { by: "branch" },
          });
          await doing.audit({ subject: binding.id, customerId, reason: "document seen" });
          return ok({});
        }),
      ),

    withdrawBinding: (request, context) =>
      change(parts, "withdrawBinding", request, context, async (doing) =>
        onBinding(doing.tx, request.bindingId, async (tx, binding, card) => {
          const because = { kind: "withdrawn", because: "withdrawnByBank" } as const;
          const stepped = await step(parts, tx, binding, card, because, clock.now());
          if (!stepped.ok) return err(problem("wrongState", { at: "bindingId" }));
          await facts.note(tx, stopped(binding.journeyId, "withdrawnByBank"));
          await doing.audit({ subject: binding.id, customerId: card.customer.customerId, reason: request.reason });
          return ok({});
        }),
      ),
  };
}
