/**
 * Resolves at the first signal that asks us to end, or when the launcher that would hand one on is gone; later ones change nothing, the end is under way. For commands that
 * have something to clear away: from here on a reader of our output that goes away is no reason to end at once.
 */
export function untilSignalled(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners("error").on("error", () => {});
  return new Promise((resolve) => {
    process.on("disconnect", resolve);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}
