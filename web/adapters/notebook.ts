import type { Notebook } from "../phone/ports.ts";

export const notebook: Notebook = {
  read: (key) => localStorage.getItem(`kabao.${key}`) ?? undefined,
  write: (key, value) => localStorage.setItem(`kabao.${key}`, value),
};
