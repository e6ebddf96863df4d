import { createContext, useContext } from "react";
import type * as v from "valibot";
import type { DemoApi } from "#contracts/demo-api";
import type { StaffSession } from "#contracts/staff-api";
import type { Store } from "../store.ts";
import type { Desk } from "./desk.ts";
import type { StaffDoor } from "./session.ts";

export type Paper = v.InferOutput<DemoApi["papers"]["answer"]>["papers"][number];

/** What the desk's screens have in hand. */
export interface DeskHands {
  readonly desk: Desk;
  readonly door: StaffDoor;
  readonly session: StaffSession;
  /** The invented customers' papers, for what a visitor cannot know; none outside of a demo. */
  readonly papers: Store<readonly Paper[]>;
}

export const DeskContext = createContext<DeskHands | undefined>(undefined);

export function useDesk(): DeskHands {
  const hands = useContext(DeskContext);
  if (hands === undefined) throw new RangeError("desk: used outside of its context");
  return hands;
}
