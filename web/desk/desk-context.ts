import { createContext, useContext } from "react";
import type { StaffSession } from "#contracts/staff-api";
import type { PrintedCard } from "../adapters/demo-cards.ts";
import type { Store } from "../store.ts";
import type { Desk } from "./desk.ts";
import type { StaffDoor } from "./session.ts";

/** What the desk's screens have in hand. */
export interface DeskHands {
  readonly desk: Desk;
  readonly door: StaffDoor;
  readonly session: StaffSession;
  /** The demo's printed cards, for what a visitor cannot know; none outside of a demo. */
  readonly printed: Store<readonly PrintedCard[]>;
}

export const DeskContext = createContext<DeskHands | undefined>(undefined);

export function useDesk(): DeskHands {
  const hands = useContext(DeskContext);
  if (hands === undefined) throw new RangeError("desk: used outside of its context");
  return hands;
}
