import type { Queries } from "#contracts/ports";
import type { Instant } from "#protocol/time";
import type { CardState } from "../cards/status.ts";
import type { BindingParts } from "./parts.ts";
import { type BindingRow, type SuspendedFor, saveBinding } from "./store.ts";

const LIVES: ReadonlySet<string> = new Set(["active", "suspended"]);

/**
 * Why the bank keeps a token suspended, and what it has to tell the TSP when that changes: a token that two of its people
 * stopped goes on only when both have let it go. The row must be held.
 */
export async function suspendFor(
  parts: Pick<BindingParts, "outbox">,
  tx: Queries,
  binding: BindingRow,
  reason: SuspendedFor,
  on: boolean,
  now: Instant,
): Promise<BindingRow> {
  const { token, suspendedFor } = binding;
  if (token === null || !LIVES.has(token.status) || suspendedFor.includes(reason) === on) return binding;
  const next = on ? [...suspendedFor, reason] : suspendedFor.filter((one) => one !== reason);
  const row = { ...binding, suspendedFor: next };
  await saveBinding(tx, row, true);
  if (suspendedFor.length > 0 !== next.length > 0) {
    const change = on ? ("suspend" as const) : ("resume" as const);
    await parts.outbox.call(
      tx,
      "changeToken",
      { bindingId: row.id, journeyId: row.journeyId },
      { tokenRef: token.ref, change },
      now,
    );
  }
  return row;
}

/** The token follows its card: stopped with it, gone with it. */
export async function followCard(
  parts: Pick<BindingParts, "outbox">,
  tx: Queries,
  binding: BindingRow,
  card: CardState,
  now: Instant,
): Promise<BindingRow> {
  const { token } = binding;
  if (card.base === "closed" && token !== null && token.status !== "deleted") {
    await parts.outbox.call(
      tx,
      "changeToken",
      { bindingId: binding.id, journeyId: binding.journeyId },
      { tokenRef: token.ref, change: "delete" },
      now,
    );
    return binding;
  }
  return suspendFor(parts, tx, binding, "card", card.blocks.length > 0, now);
}
