import { createContext, useContext } from "react";
import type { Page } from "./page.ts";
import type { PhonePage } from "./phone-page.ts";

export const PageContext = createContext<PhonePage | undefined>(undefined);
/** Given only where a till and a bank stand beside the phone. */
export const StageContext = createContext<Page | undefined>(undefined);

export function usePage(): PhonePage {
  return inside(useContext(PageContext));
}

export function useStage(): Page {
  return inside(useContext(StageContext));
}

function inside<T>(page: T | undefined): T {
  if (page === undefined) throw new RangeError("page: used outside of its context");
  return page;
}
