/** From this width on all parts stand side by side; below, one at a time. */
export const STAGE = "(min-width: 1200px)";
