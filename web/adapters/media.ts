import { useEffect, useState, useSyncExternalStore } from "react";

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

/** Whether this machine has a network at all, as far as the browser knows. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      for (const name of ["online", "offline"]) addEventListener(name, changed);
      return () => {
        for (const name of ["online", "offline"]) removeEventListener(name, changed);
      };
    },
    () => navigator.onLine,
  );
}

/** The time, read again every `everyMs`; a clock on the wall, not one to decide by. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const id = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(id);
  }, [everyMs]);
  return now;
}
