import type { Notebook } from "../phone/ports.ts";

/** @param home of a further device in this browser, whose notes are its own. */
export function notebookOf(home?: string): Notebook {
  const prefix = home === undefined ? "kabao" : `kabao.${home}`;
  return {
    read: (key) => localStorage.getItem(`${prefix}.${key}`) ?? undefined,
    write: (key, value) => localStorage.setItem(`${prefix}.${key}`, value),
  };
}

/** What all pages of this browser share, and the phone's notes. */
export const notebook: Notebook = notebookOf();
