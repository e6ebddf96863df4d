import type { Clock } from "#contracts/ports";

/** What came of a request: the bytes of its answer, and whether the same request may get them again. */
export interface Outcome {
  readonly payload: Uint8Array;
  readonly final: boolean;
}

/** More than these are not kept, however young: whoever comes again later is answered from the books behind us. */
const KEPT_MAX = 10_000;

export interface Answers {
  /** Carries a request out, unless the same one is under way or has had its answer. */
  once(name: string, work: () => Promise<Outcome | undefined>): Promise<Outcome | undefined>;
}

/**
 * A retransmission joins the request in flight, and gets its answer for a while after. Kept as bytes in two generations that
 * go as wholes: thousands of messages and timers a second, held for minutes, would be most of what the collector walks.
 */
export function createAnswers(clock: Clock, keptMs: number): Answers {
  const inFlight = new Map<string, Promise<Outcome | undefined>>();
  let young = new Map<string, Outcome>();
  let old = new Map<string, Outcome>();
  let turnAt = clock.now() + keptMs / 2;

  function turn(): void {
    const now = clock.now();
    if (now < turnAt && young.size < KEPT_MAX / 2) return;
    old = now < turnAt + keptMs / 2 ? young : new Map();
    young = new Map();
    turnAt = now + keptMs / 2;
  }

  async function carryOut(name: string, work: () => Promise<Outcome | undefined>): Promise<Outcome | undefined> {
    try {
      const outcome = await work();
      // Without an answer, or with "try again later", there is nothing to repeat: the next one is tried anew.
      if (outcome?.final === true) young.set(name, outcome);
      return outcome;
    } finally {
      inFlight.delete(name);
    }
  }

  return {
    once(name, work) {
      const joined = inFlight.get(name);
      if (joined !== undefined) return joined;
      turn();
      const known = young.get(name) ?? old.get(name);
      if (known !== undefined) return Promise.resolve(known);
      const carried = carryOut(name, work);
      inFlight.set(name, carried);
      return carried;
    },
  };
}
