import type { IssuerDeskApi } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { type Changed, cure } from "../binding/curing.ts";
import { findCardById, type HeldCard, holdCard } from "../cards/store.ts";
import { holdAccounts, post } from "../transfers/ledger.ts";
import { payOff } from "../transfers/paying-in.ts";
import { change, type DeskParts, type Doing } from "./changes.ts";
import { identified } from "./records.ts";
import { accountOfCard } from "./views.ts";

type AccountCalls = "upgradeAccount" | "liftRestriction" | "deposit";

/** The account behind a card, changed at the counter. */
export function accountChanges(parts: DeskParts): Pick<Calls<IssuerDeskApi>, AccountCalls> {
  const { clock } = parts;

  /** On an account that is not closed; the card is held. */
  function onAccount(
    operation: AccountCalls,
    request: { readonly cardId: string },
    context: CallContext,
    work: (doing: Doing, card: HeldCard) => Promise<Result<string, Problem>>,
  ) {
    return change(parts, operation, request, context, async (doing) => {
      const target = await findCardById(doing.tx, request.cardId);
      if (target === undefined) return err(problem("notFound", { at: "cardId" }));
      const card = await holdCard(doing.tx, target);
      if (card.state.base === "closed") return err(problem("wrongState", { at: "cardId", cause: "cardClosed" }));
      const reason = await work(doing, card);
      if (!reason.ok) return reason;
      await doing.audit({ subject: card.cardId, customerId: card.customer.customerId, reason: reason.value });
      return ok((await accountOfCard(doing.tx, card.cardId))!);
    });
  }

  async function cured({ tx }: Doing, card: HeldCard, cause: Cause, what: Changed): Promise<void> {
    // A payment that was decided on the account as it was is decided again.
    await tx.query({ text: "update account set version = version + 1 where b = $1 and id = $2" }, [
      card.b,
      card.accountId,
    ]);
    await cure(parts, tx, card.customer.customerId, [cause], what, clock.now());
  }

  return {
    upgradeAccount: (request, context) =>
      onAccount("upgradeAccount", request, context, async (doing, card) => {
        const customer = await identified(parts, doing, card.customer.customerId, request.document);
        if (!customer.ok) return customer;
        if (card.account.class === 1) return err(problem("wrongState", { at: "cardId", detail: "class I already" }));
        await doing.tx.query({ text: "update account set class = 1 where b = $1 and id = $2" }, [
          card.b,
          card.accountId,
        ]);
        await cured(doing, card, "accountClassExcluded", "customerRecord");
        return ok("document seen");
      }),

    liftRestriction: (request, context) =>
      onAccount("liftRestriction", request, context, async (doing, card) => {
        if (!card.account.restricted) return err(problem("wrongState", { at: "cardId", detail: "not restricted" }));
        await doing.tx.query({ text: "update account set restricted = false where b = $1 and id = $2" }, [
          card.b,
          card.accountId,
        ]);
        await cured(doing, card, "accountRestricted", "restriction");
        return ok(request.reason);
      }),

    deposit: (request, context) =>
      onAccount("deposit", request, context, async ({ tx }, card) => {
        const { currency } = request.amount;
        const minor = BigInt(request.amount.minor);
        if (minor <= 0n || currency !== card.account.currency) return err(problem("badRequest", { at: "amount" }));
        const account = (await holdAccounts(tx, [card])).get(card.accountId)!;
        await post(tx, account, minor, "cash", "deposit", context.journeyId, "柜台存款 Cash paid in", clock.now());
        await payOff(parts, tx, card, minor);
        return ok("cash paid in");
      }),
  };
}
