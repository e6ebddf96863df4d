/** How "demo" is marked. */
export const BADGE_CLASS =
  "flex items-center gap-1 rounded-full border border-warn/40 bg-warn-soft px-2.5 py-1 text-xs font-semibold text-warn";
