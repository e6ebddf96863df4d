import type { Queries } from "#contracts/ports";
import { ok, type Result } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import type { Instant } from "#protocol/time";
import { cure } from "../binding/curing.ts";
import { type BindingParts, step, stopped } from "../binding/parts.ts";
import { bindingsOfCard, verificationOf } from "../binding/store.ts";
import { followCard } from "../binding/suspending.ts";
import { BLOCK_CAUSES, type CardEvent, type CardState, stepCard } from "./status.ts";
import { type HeldCard, writeCardState } from "./store.ts";

type Parts = Pick<BindingParts, "outbox" | "facts" | "policy">;

/** What a change stops, where it stops something. */
const STOPS: Readonly<Partial<Record<CardEvent, Cause>>> = {
  reportLost: "cardReportedLost",
  freeze: "cardFrozenByBank",
  lock: "cardFrozenByHolder",
  close: "cardClosed",
};
/** What a change cures. */
const CURES: Readonly<Partial<Record<CardEvent, Cause>>> = {
  activate: "cardNotActivated",
  liftLost: "cardReportedLost",
  unfreeze: "cardFrozenByBank",
  unlock: "cardFrozenByHolder",
};

/** A card becomes something else, and with it all that hangs on it: tokens, bindings under way, refused ones. The card must be held. */
export async function changeCard(
  parts: Parts,
  tx: Queries,
  card: HeldCard,
  event: CardEvent,
  now: Instant,
): Promise<Result<HeldCard, "wrongState">> {
  const stepped = stepCard(card.state, event);
  if (!stepped.ok) return stepped;
  const changed = { ...card, state: stepped.value };
  await writeCardState(tx, card, changed.state);
  await followWithBindings(parts, tx, changed, event, now);
  const cured = CURES[event];
  if (cured !== undefined) await cure(parts, tx, card.customer.customerId, [cured], "cardStatus", now);
  return ok(changed);
}

async function followWithBindings(
  parts: Parts,
  tx: Queries,
  card: HeldCard,
  event: CardEvent,
  now: Instant,
): Promise<void> {
  const cause = STOPS[event];
  for (const binding of await bindingsOfCard(tx, card.cardId, true)) {
    const { journeyId } = binding;
    const { kind } = verificationOf(binding);
    if (kind === "waiting" || kind === "verified") {
      if (event === "close") await step(parts, tx, binding, card, { kind: "withdrawn", because: "cardClosed" }, now);
      else await methodsChanged(parts, tx, binding.id, journeyId, cause, now);
    }
    if (kind === "waiting" || kind === "verified" || kind === "live") {
      const still = card.state.blocks.map((block) => stopped(journeyId, BLOCK_CAUSES[block]));
      await parts.facts.note(
        tx,
        ...(cause === undefined ? [recordChanged(journeyId), ...still] : [stopped(journeyId, cause)]),
      );
      await followCard(parts, tx, binding, card.state, now);
    }
  }
}

function recordChanged(journeyId: string) {
  return {
    journeyId,
    stage: "decision",
    code: "recordChanged",
    outcome: "noted",
    data: { what: "cardStatus" },
  } as const;
}

function methodsChanged(
  parts: Parts,
  tx: Queries,
  bindingId: string,
  journeyId: string,
  cause: Cause | undefined,
  now: Instant,
): Promise<void> {
  const request = { bindingId, ...(cause === undefined ? {} : { cause }) };
  return parts.outbox.call(tx, "methodsChanged", { bindingId, journeyId }, request, now);
}

/** After a card was renewed under another number: what hung on the old one hangs on the new. */
export async function moveBindings(
  parts: Parts,
  tx: Queries,
  from: HeldCard,
  to: { readonly cardId: string; readonly accountId: string; readonly state: CardState },
  now: Instant,
): Promise<void> {
  for (const binding of await bindingsOfCard(tx, from.cardId, true)) {
    const { kind } = verificationOf(binding);
    if (kind !== "waiting" && kind !== "verified" && kind !== "live") continue;
    await tx.query({ text: "update binding set card_id = $2, account_id = $3 where id = $1" }, [
      binding.id,
      to.cardId,
      to.accountId,
    ]);
    await parts.facts.note(tx, {
      journeyId: binding.journeyId,
      stage: "decision",
      code: "recordChanged",
      outcome: "noted",
      data: { what: "expiry" },
    });
    await followCard(parts, tx, { ...binding, cardId: to.cardId, accountId: to.accountId }, to.state, now);
  }
}
