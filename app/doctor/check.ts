import type { Words } from "../cli/fault.ts";

/** One thing that was looked at. `warn`: it works, but somebody ought to know; `fail`: Kabao will not run, or not rightly. */
export interface Check extends Words {
  readonly id: string;
  readonly status: "ok" | "warn" | "fail";
  /** What to do about it. */
  readonly remedy?: Words;
}

export function passed(id: string, zh: string, en: string): Check {
  return { id, status: "ok", zh, en };
}

export function warning(id: string, words: Words, remedy: Words): Check {
  return { id, status: "warn", ...words, remedy };
}

export function failure(id: string, words: Words, remedy: Words): Check {
  return { id, status: "fail", ...words, remedy };
}

export const words = (zh: string, en: string): Words => ({ zh, en });
