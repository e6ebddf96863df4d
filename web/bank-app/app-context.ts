import { createContext, useContext } from "react";
import type { Store } from "../store.ts";
import type { BankApp } from "./app.ts";
import type { DemoCustomer } from "./demo-customers.ts";
import type { AppDoor } from "./session.ts";

/** What the app's screens have in hand once somebody is signed in. */
export interface AppHands {
  readonly app: BankApp;
  readonly door: AppDoor;
  readonly name: string;
  readonly customers: Store<readonly DemoCustomer[]>;
}

export const AppContext = createContext<AppHands | undefined>(undefined);

export function useApp(): AppHands {
  const hands = useContext(AppContext);
  if (hands === undefined) throw new RangeError("bank app: used outside of its context");
  return hands;
}
