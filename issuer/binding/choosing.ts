import type { IssuerApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import type { HeldCard } from "../cards/store.ts";
import { insertCall } from "../desk/call-store.ts";
import { refused } from "../hops.ts";
import { readMethods } from "./method-facts.ts";
import { hotlineOpensAt } from "./methods.ts";
import { type BindingParts, step, stopped, withBinding } from "./parts.ts";
import { type BindingRow, saveBinding, verificationOf } from "./store.ts";

type MethodsAnswer = Awaited<ReturnType<Calls<IssuerApi>["methods"]>>;

/** How the holder goes about proving to be the holder. */
export function choosing(parts: BindingParts): Pick<Calls<IssuerApi>, "methods" | "chooseMethod" | "notMyNumber"> {
  const { db, clock, policy, facts, hops, nudge } = parts;

  async function methodsNow(tx: Queries, binding: BindingRow, card: HeldCard): Promise<MethodsAnswer> {
    return ok({ methods: [...(await readMethods(parts, tx, binding, card, clock.now()))] });
  }

  return {
    methods: ({ bindingId }) => withBinding(db, bindingId, methodsNow),

    async chooseMethod({ bindingId, methodId, caseCode }, context) {
      const answer = await withBinding(db, bindingId, (tx, binding, card) =>
        choose(tx, binding, card, methodId, caseCode, context),
      );
      if (answer.ok) nudge();
      return answer;
    },

    async notMyNumber({ bindingId }, context) {
      const answer = await withBinding(db, bindingId, async (tx, binding, card): Promise<MethodsAnswer> => {
        const now = clock.now();
        const said = await step(parts, tx, binding, card, { kind: "notMyNumber" }, now, "reservedPhoneMismatch");
        if (!said.ok) return err(problem("wrongState", { at: "bindingId" }));
        if (!binding.disowned)
          await facts.note(tx, stopped(binding.journeyId, "reservedPhoneMismatch", { said: "notMyNumber" }));
        await hops.decided(tx, "notMyNumber", context, ["reservedPhoneMismatch"]);
        return methodsNow(tx, said.value, card);
      });
      if (answer.ok) nudge();
      return answer;
    },
  };

  async function choose(
    tx: Queries,
    binding: BindingRow,
    card: HeldCard,
    methodId: string,
    caseCode: string | undefined,
    context: CallContext,
  ): Promise<Result<{ methods: Awaited<ReturnType<typeof readMethods>>[number][] }, Problem>> {
    const now = clock.now();
    const { journeyId } = binding;
    if (verificationOf(binding).kind !== "waiting") return err(problem("wrongState", { at: "bindingId" }));
    const method = (await readMethods(parts, tx, binding, card, now)).find((one) => one.methodId === methodId);
    if (method === undefined) return err(problem("unknownMethod", { at: "methodId" }));
    if (method.closedBecause !== undefined) {
      const opensAt = method.closedBecause === "hotlineClosed" ? hotlineOpensAt(policy.hotline, now) : undefined;
      const wait = opensAt === undefined ? {} : { retryAfterMs: opensAt - now };
      await facts.note(tx, stopped(journeyId, method.closedBecause, wait));
      return err(refused("wrongState", [method.closedBecause], { at: "methodId", ...wait }));
    }
    let row: BindingRow = { ...binding, caseCode: caseCode ?? binding.caseCode };
    await saveBinding(tx, row, true);
    if (method.kind === "bankApp") {
      const stepped = await step(parts, tx, { ...row, appAskedAt: now }, card, { kind: "appAsked" }, now);
      if (!stepped.ok) return err(problem("wrongState", { at: "methodId" }));
      row = stepped.value;
    }
    if (method.kind === "callCentre") {
      const stepped = await step(parts, tx, row, card, { kind: "callAsked" }, now);
      if (!stepped.ok) return err(problem("wrongState", { at: "methodId" }));
      row = stepped.value;
      await insertCall(tx, row.id, now);
    }
    await hops.decided(tx, "chooseMethod", context);
    return ok({ methods: [...(await readMethods(parts, tx, row, card, now))] });
  }
}
