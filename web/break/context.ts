import { createContext, useContext } from "react";
import type { BreakPage } from "./open.ts";

export const BreakContext = createContext<BreakPage | undefined>(undefined);

export function useBreak(): BreakPage {
  const page = useContext(BreakContext);
  if (page === undefined) throw new RangeError("break: used outside of its context");
  return page;
}
