import type { Cancel, Timers } from "./ports.ts";

/** One caller that waits. Settled once; later answers change nothing. */
export interface Wait<Answer> {
  readonly answer: Promise<Answer>;
  settle(answer: Answer): void;
}

/** Callers that wait for answers by key, each until its time is up. */
export interface Waits<Answer> {
  /** Several may wait for one key: a request that goes twice gets its answer twice. */
  begin(key: string, timeoutMs: number): Wait<Answer>;
  /** False: nobody waits for that. */
  settle(key: string, answer: Answer): boolean;
  /** Gives all that wait the same answer. */
  settleAll(answer: Answer): void;
}

/** @param late what a caller gets whose time is up. */
export function createWaits<Answer>(timers: Timers, late: Answer): Waits<Answer> {
  const waiting = new Map<string, readonly Wait<Answer>[]>();

  class Waiting implements Wait<Answer> {
    readonly answer: Promise<Answer>;
    readonly #key: string;
    readonly #cancel: Cancel;
    #resolve!: (answer: Answer) => void;

    constructor(key: string, timeoutMs: number) {
      this.#key = key;
      this.answer = new Promise((resolve) => {
        this.#resolve = resolve;
      });
      this.#cancel = timers.after(timeoutMs, () => this.settle(late));
      const others = waiting.get(key);
      waiting.set(key, others === undefined ? [this] : [...others, this]);
    }

    settle(answer: Answer): void {
      const together = waiting.get(this.#key);
      if (together?.includes(this) !== true) return;
      if (together.length === 1) waiting.delete(this.#key);
      else
        waiting.set(
          this.#key,
          together.filter((other) => other !== this),
        );
      this.#cancel();
      this.#resolve(answer);
    }
  }

  return {
    begin: (key, timeoutMs) => new Waiting(key, timeoutMs),
    settle(key, answer) {
      const together = waiting.get(key);
      if (together === undefined) return false;
      for (const one of together) one.settle(answer);
      return true;
    },
    settleAll(answer) {
      for (const together of [...waiting.values()]) for (const one of together) one.settle(answer);
    },
  };
}
