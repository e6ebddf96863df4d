import type { Clock, Random, Timers } from "#contracts/ports";
import { instant } from "#protocol/time";

export const clock: Clock = { now: () => instant(Date.now()) };

export const timers: Timers = {
  after(delayMs, work) {
    const id = setTimeout(work, delayMs);
    return () => clearTimeout(id);
  },
};

export const random: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
  below(limit) {
    // Drawn again while in the last, incomplete run of `limit` numbers: no bias.
    const top = Math.floor(2 ** 32 / limit) * limit;
    for (;;) {
      const [drawn] = crypto.getRandomValues(new Uint32Array(1));
      if (drawn! < top) return drawn! % limit;
    }
  },
};

/** Runs `work` while no other tab of this device runs work of the same name. */
export function exclusivelyOn(home = "phone"): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  return <T>(name: string, work: () => Promise<T>) =>
    navigator.locks.request(`kabao/${home}/${name}`, work) as Promise<T>;
}
