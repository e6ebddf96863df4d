import { err, ok, type Result } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import type { CardStatus } from "../host/book.ts";

/** What a card is by itself, and who has stopped it meanwhile: each must lift his own. */
export interface CardState {
  readonly base: "active" | "notActivated" | "replaced" | "closed";
  readonly blocks: readonly CardBlock[];
}
export type CardBlock = "lost" | "frozenByBank" | "frozenByHolder";

export type CardEvent =
  | "activate"
  | "lock" // the holder, in the bank's app
  | "unlock"
  | "reportLost"
  | "liftLost"
  | "freeze" // the bank
  | "unfreeze"
  | "replace" // by a card with another number
  | "close";
export const CARD_EVENTS: readonly CardEvent[] = [
  "activate",
  "lock",
  "unlock",
  "reportLost",
  "liftLost",
  "freeze",
  "unfreeze",
  "replace",
  "close",
];

/** What each block is called where it stops something. */
export const BLOCK_CAUSES: Readonly<Record<CardBlock, Cause>> = {
  lost: "cardReportedLost",
  frozenByBank: "cardFrozenByBank",
  frozenByHolder: "cardFrozenByHolder",
};

/** The gravest block first: what is told when one word must do. */
const BLOCKS: readonly CardBlock[] = ["lost", "frozenByBank", "frozenByHolder"];

export function statusOf({ base, blocks }: CardState): CardStatus {
  if (base === "closed" || base === "replaced") return base;
  return BLOCKS.find((block) => blocks.includes(block)) ?? base;
}

/** The state that a card opened with this status has. */
export function stateOf(status: CardStatus): CardState {
  return isBlock(status) ? { base: "active", blocks: [status] } : { base: status, blocks: [] };
}
function isBlock(status: CardStatus): status is CardBlock {
  return (BLOCKS as readonly string[]).includes(status);
}

/** Pure. Stopping what is stopped already changes nothing; lifting what is not there is a mistake. */
export function stepCard(state: CardState, event: CardEvent): Result<CardState, "wrongState"> {
  if (state.base === "closed" || state.base === "replaced") {
    // A replaced card may still be found and closed for good; nothing else happens to one that is over.
    return state.base === "replaced" && event === "close" ? ok({ ...state, base: "closed" }) : err("wrongState");
  }
  switch (event) {
    case "activate":
      return state.base === "notActivated" ? ok({ ...state, base: "active" }) : err("wrongState");
    case "lock":
      return block(state, "frozenByHolder");
    case "unlock":
      return lift(state, "frozenByHolder");
    case "reportLost":
      return block(state, "lost");
    case "liftLost":
      return lift(state, "lost");
    case "freeze":
      return block(state, "frozenByBank");
    case "unfreeze":
      return lift(state, "frozenByBank");
    case "replace":
      return ok({ base: "replaced", blocks: [] });
    case "close":
      return ok({ base: "closed", blocks: [] });
  }
}

function block(state: CardState, by: CardBlock): Result<CardState, never> {
  return ok(state.blocks.includes(by) ? state : { ...state, blocks: [...state.blocks, by] });
}
function lift(state: CardState, by: CardBlock): Result<CardState, "wrongState"> {
  if (!state.blocks.includes(by)) return err("wrongState");
  return ok({ ...state, blocks: state.blocks.filter((one) => one !== by) });
}
