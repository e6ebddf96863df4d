import type { EvidenceApi } from "#contracts/facts";
import type { CallContext, Calls } from "#contracts/operation";
import type { Clock, Timers } from "#contracts/ports";
import { ok } from "#protocol/bytes";
import type { Holding, Witness } from "#protocol/diagnosis";

/** A party that can be asked what it holds, with those that can only be asked through it. */
export interface Neighbour {
  readonly party: Witness;
  readonly behind?: readonly Witness[];
  readonly calls: Pick<Calls<EvidenceApi>, "holdings" | "journeyOfCase">;
}

/**
 * What a party answers to those who collect: its own holding, and its neighbours'. Whoever asked is not asked back. A
 * neighbour that does not answer by the deadline is not a silent one: it and those behind it are marked as unreachable.
 */
export function collectEvidence(ports: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly deadlineMs: number;
  readonly neighbours: readonly Neighbour[];
  readonly holding: (journeyId: string) => Promise<Holding>;
  /** For parties that make case codes themselves. */
  readonly journeyOfCase?: (caseCode: string) => Promise<string | undefined>;
}): (asker: Witness) => Calls<EvidenceApi> {
  const { clock, timers, deadlineMs, neighbours } = ports;

  function inTime<T>(asked: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const cancel = timers.after(deadlineMs, () => resolve(undefined));
      void asked
        .catch(() => undefined)
        .then((answer) => {
          cancel();
          resolve(answer);
        });
    });
  }

  async function askOne(
    { party, behind = [], calls }: Neighbour,
    journeyId: string,
    context: CallContext,
  ): Promise<readonly Holding[]> {
    const answer = await inTime(calls.holdings({ journeyId }, context));
    if (answer?.ok === true) return answer.value.holdings;
    const askedAt = clock.now();
    return [party, ...behind].map((silent) => ({ party: silent, reachable: false, askedAt, facts: [] }));
  }

  return (asker) => {
    const others = neighbours.filter(({ party }) => party !== asker);
    return {
      async holdings({ journeyId }, context) {
        const [own, ...behind] = await Promise.all([
          ports.holding(journeyId).then((holding) => [holding]),
          ...others.map((neighbour) => askOne(neighbour, journeyId, context)),
        ]);
        return ok({ holdings: [...own, ...behind.flat()] });
      },
      async journeyOfCase({ caseCode }, context) {
        const own = await ports.journeyOfCase?.(caseCode);
        if (own !== undefined) return ok({ journeyId: own });
        const answers = await Promise.all(
          others.map(({ calls }) => inTime(calls.journeyOfCase({ caseCode }, context))),
        );
        const journeyId = answers
          .map((answer) => (answer?.ok === true ? answer.value.journeyId : undefined))
          .find(Boolean);
        return ok(journeyId === undefined ? {} : { journeyId });
      },
    };
  };
}
