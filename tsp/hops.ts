import type { Api, CallContext, Calls } from "#contracts/operation";
import type { Db, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { answerData, decided, type FactLog, type HopStages, witnessOffer } from "#party";
import { err, type Result } from "#protocol/bytes";
import type { Cause, Stage, Witness } from "#protocol/diagnosis";
import { KeyServiceDown } from "./key-service.ts";

const RETRY_MS = 30_000;
/** A fact's text is short: as many causes as it holds. */
const CAUSES_TEXT_MAX = 128;

/** What one neighbour may ask, with the facts of each hop: `received` at once, `decided` with the state or right after it. */
export interface Hops<A extends Api> {
  /** In the transaction of the state that the call makes. */
  decided(tx: Queries, operation: string, context: CallContext, causes?: readonly Cause[]): Promise<void>;
  offer(calls: Calls<A>): Calls<A>;
}

export function createHops<A extends Api>(peer: Witness, stages: HopStages<A>, facts: FactLog, db: Db): Hops<A> {
  /** Calls whose decision was noted where it was made. */
  const noted = new WeakSet<CallContext>();
  const stageOf = (operation: string) => (stages as Readonly<Record<string, Stage | undefined>>)[operation];

  async function held(work: () => Promise<Result<unknown, Problem>>): Promise<Result<unknown, Problem>> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KeyServiceDown)) throw error;
      return err(problem("tooMany", { cause: "keyServiceDown", retryAfterMs: RETRY_MS }));
    }
  }

  return {
    async decided(tx, operation, context, causes = []) {
      const stage = stageOf(operation);
      if (stage === undefined) return;
      noted.add(context);
      const all = causes.filter((_, i) => causes.slice(0, i + 1).join(",").length <= CAUSES_TEXT_MAX).join(",");
      const answer = { answer: "ok", ...(causes[0] === undefined ? {} : { cause: causes[0], causes: all }) };
      await decided(facts, tx, { stage, peer, operation, context, answer });
    },
    offer(calls) {
      const noting = Object.entries(calls).map(([operation, answer]) => {
        const stage = stageOf(operation);
        const noting1 = async (request: never, given: CallContext) => {
          // Its own, since a caller may use one context for several calls.
          const context = { ...given };
          const result = await held(() => answer(request, context));
          // A party behind us that gave no answer leaves this call undecided: it comes again.
          const undecided = !result.ok && result.error.code === "peerUnavailable";
          if (stage !== undefined && !undecided && !noted.has(context))
            await decided(facts, db, { stage, peer, operation, context, answer: answerData(result) });
          return result;
        };
        return [operation, noting1];
      });
      return witnessOffer(Object.fromEntries(noting) as Calls<A>, stages, peer, facts);
    },
  };
}
