import { createContext, useContext } from "react";
import type { Page } from "./page.ts";

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new RangeError("page: used outside of its context");
  return page;
}
