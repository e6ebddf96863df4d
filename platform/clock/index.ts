import type { Cancel, Clock, Timers } from "#contracts/ports";
import { type Instant, instant } from "#protocol/time";

/** The machine's clock and timers. A pending timer does not keep the process alive. */
export const systemClock: Clock & Timers = {
  now: () => instant(Date.now()),
  after(delayMs: number, work: () => void): Cancel {
    const timer = setTimeout(work, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export interface ManualClock extends Clock, Timers {
  /** Moves time on and runs what falls due, in order of time, then of setting. */
  advance(ms: number): void;
  /** Timers that have not run yet. */
  readonly pending: number;
  /** When the next of them falls due. */
  readonly nextDue: Instant | undefined;
}

/** A clock that stands still until it is moved: tests and simulation. */
export function manualClock(start: Instant): ManualClock {
  let now = start;
  let serial = 0;
  let waiting: { readonly due: number; readonly serial: number; readonly work: () => void }[] = [];
  return {
    now: () => now,
    after(delayMs, work) {
      const entry = { due: now + delayMs, serial: serial++, work };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = waiting
          .filter((entry) => entry.due <= end)
          .sort((a, b) => a.due - b.due || a.serial - b.serial)[0];
        if (next === undefined) break;
        waiting = waiting.filter((entry) => entry !== next);
        now = instant(Math.max(now, next.due));
        next.work();
      }
      now = instant(end);
    },
    get pending() {
      return waiting.length;
    },
    get nextDue() {
      return waiting.length === 0 ? undefined : instant(Math.min(...waiting.map((entry) => entry.due)));
    },
  };
}

export interface MovableClock extends Clock, Timers {
  /** Moves time on; timers that fall due by it run at once, in order. */
  advance(ms: number): void;
  /** How far it is ahead of the machine's. */
  readonly aheadMs: number;
  /** Shows the machine's time again; timers keep what is left of theirs. */
  comeBack(): void;
}

/** The machine's clock, which can be moved on: for a sandbox, in which tomorrow should not take a day. */
export function movableClock(base: Clock & Timers = systemClock): MovableClock {
  let ahead = 0;
  // A set: every call between parties sets a timer and takes it back.
  const waiting = new Set<{ due: number; readonly work: () => void; cancel: Cancel }>();
  const read = () => instant(base.now() + ahead);
  return {
    now: read,
    after(delayMs, work) {
      const run = () => {
        waiting.delete(entry);
        work();
      };
      const entry = { due: read() + delayMs, work: run, cancel: base.after(delayMs, run) };
      waiting.add(entry);
      return () => {
        entry.cancel();
        waiting.delete(entry);
      };
    },
    advance(ms) {
      ahead += ms;
      for (const entry of [...waiting].sort((a, b) => a.due - b.due)) {
        // One that ran before may have taken this one back.
        if (!waiting.has(entry)) continue;
        entry.cancel();
        if (entry.due <= read()) entry.work();
        else entry.cancel = base.after(entry.due - read(), entry.work);
      }
    },
    get aheadMs() {
      return ahead;
    },
    comeBack() {
      for (const entry of waiting) entry.due -= ahead;
      ahead = 0;
    },
  };
}
