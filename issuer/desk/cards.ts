import type { IssuerDeskApi } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import { err, ok } from "#protocol/bytes";
import { onBinding } from "../binding/parts.ts";
import { suspendFor } from "../binding/suspending.ts";
import { changeCard } from "../cards/changing.ts";
import { renewCard } from "../cards/renewing.ts";
import type { CardEvent } from "../cards/status.ts";
import { findCardById, holdCard } from "../cards/store.ts";
import { change, type DeskParts } from "./changes.ts";
import { accountOfCard } from "./views.ts";

type CardCalls =
  | "activateCard"
  | "reportLost"
  | "liftLost"
  | "freeze"
  | "unfreeze"
  | "renewCard"
  | "closeCard"
  | "restrictAccount";
type TokenCalls = "suspendToken" | "resumeToken";

/** Cards and their device cards, changed by the bank. */
export function cardChanges(parts: DeskParts): Pick<Calls<IssuerDeskApi>, CardCalls | TokenCalls> {
  const { clock } = parts;

  const by =
    (operation: CardCalls, event: CardEvent) =>
    (request: { readonly cardId: string; readonly reason?: string }, context: CallContext) =>
      change(parts, operation, request, context, async ({ tx, audit }) => {
        const target = await findCardById(tx, request.cardId);
        if (target === undefined) return err(problem("notFound", { at: "cardId" }));
        const card = await holdCard(tx, target);
        const changed = await changeCard(parts, tx, card, event, clock.now());
        if (!changed.ok) return err(problem("wrongState", { at: "cardId" }));
        await audit({ subject: card.cardId, customerId: card.customer.customerId, reason: request.reason ?? "" });
        return ok((await accountOfCard(tx, card.cardId))!);
      });

  const token =
    (operation: TokenCalls, on: boolean) =>
    (request: { readonly bindingId: string; readonly reason: string }, context: CallContext) =>
      change(parts, operation, request, context, async ({ tx, audit }) =>
        onBinding(tx, request.bindingId, async (_tx, binding, card) => {
          const lives = binding.token?.status === "active" || binding.token?.status === "suspended";
          if (!lives || binding.suspendedFor.includes("desk") === on)
            return err(problem("wrongState", { at: "bindingId" }));
          await suspendFor(parts, tx, binding, "desk", on, clock.now());
          await audit({ subject: binding.id, customerId: card.customer.customerId, reason: request.reason });
          return ok({});
        }),
      );

  return {
    activateCard: by("activateCard", "activate"),
    reportLost: by("reportLost", "reportLost"),
    liftLost: by("liftLost", "liftLost"),
    freeze: by("freeze", "freeze"),
    unfreeze: by("unfreeze", "unfreeze"),
    closeCard: by("closeCard", "close"),
    suspendToken: token("suspendToken", true),
    resumeToken: token("resumeToken", false),

    restrictAccount(request, context) {
      return change(parts, "restrictAccount", request, context, async ({ tx, audit }) => {
        const target = await findCardById(tx, request.cardId);
        if (target === undefined) return err(problem("notFound", { at: "cardId" }));
        const card = await holdCard(tx, target);
        await tx.query(
          { text: "update account set restricted = true, version = version + 1 where b = $1 and id = $2" },
          [target.b, target.accountId],
        );
        await audit({ subject: card.cardId, customerId: card.customer.customerId, reason: request.reason });
        return ok((await accountOfCard(tx, card.cardId))!);
      });
    },

    renewCard(request, context) {
      return change(parts, "renewCard", request, context, async ({ tx, audit }) => {
        const target = await findCardById(tx, request.cardId);
        if (target === undefined) return err(problem("notFound", { at: "cardId" }));
        const card = await holdCard(tx, target);
        const renewed = await renewCard(parts, tx, card, request.newNumber, clock.now());
        if (!renewed.ok) return err(problem("wrongState", { at: "cardId" }));
        const reason = request.newNumber ? "new number" : "new expiry";
        await audit({ subject: card.cardId, customerId: card.customer.customerId, reason });
        return ok((await accountOfCard(tx, renewed.value.cardId))!);
      });
    },
  };
}
