import type { IssuerApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Db, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { answerData, decided, type FactLog, TSP_TO_ISSUER, witnessOffer } from "#party";
import type { Result } from "#protocol/bytes";
import type { Cause, FactData, Stage } from "#protocol/diagnosis";

/** The bank's end of the TSP's calls: `received` at once, `decided` in the transaction of what the call made. */
export interface Hops {
  /** @param causes as the bank knows them, hardest to cure first. */
  decided(tx: Queries, operation: keyof IssuerApi, context: CallContext, causes?: readonly Cause[]): Promise<void>;
  /** Wraps what is offered: refusals and plain answers, which make no state, are noted on their own. */
  offer(calls: Calls<IssuerApi>): Calls<IssuerApi>;
}

/** A fact's text is short: as many causes as it holds. */
const CAUSES_TEXT_MAX = 128;

export function createHops(facts: FactLog, db: Db): Hops {
  const noted = new WeakSet<CallContext>();
  const stageOf = (operation: string) => (TSP_TO_ISSUER as Readonly<Record<string, Stage | undefined>>)[operation];

  return {
    async decided(tx, operation, context, causes = []) {
      const stage = stageOf(operation);
      if (stage === undefined) return;
      noted.add(context);
      await decided(facts, tx, { stage, peer: "tsp", operation, context, answer: { answer: "ok", ...named(causes) } });
    },
    offer(calls) {
      const noting = Object.entries(calls).map(([operation, answer]) => {
        const stage = stageOf(operation);
        if (stage === undefined) return [operation, answer];
        const one = async (request: never, given: CallContext): Promise<Result<unknown, Problem>> => {
          // Its own, since a caller may use one context for several calls.
          const context = { ...given };
          const result: Result<unknown, Problem> = await answer(request, context);
          if (!noted.has(context))
            await decided(facts, db, { stage, peer: "tsp", operation, context, answer: answerOf(result) });
          return result;
        };
        return [operation, one];
      });
      return witnessOffer(Object.fromEntries(noting) as Calls<IssuerApi>, TSP_TO_ISSUER, "tsp", facts);
    },
  };
}

function answerOf(result: Result<unknown, Problem>): FactData {
  return { ...answerData(result), ...(result.ok ? {} : named(result.error.causes ?? [])) };
}

function named(causes: readonly Cause[]): FactData {
  const [first] = causes;
  if (first === undefined) return {};
  const text = causes.reduce<string>(
    (all, cause) => (`${all},${cause}`.length <= CAUSES_TEXT_MAX ? (all === "" ? cause : `${all},${cause}`) : all),
    "",
  );
  return causes.length > 1 ? { cause: first, causes: text } : { cause: first };
}

/** A refusal for these causes, hardest to cure first. */
export function refused(
  code: Problem["code"],
  causes: readonly Cause[],
  more: Omit<Problem, "code" | "cause" | "causes"> = {},
): Problem {
  const [cause] = causes;
  return problem(code, {
    ...more,
    ...(cause === undefined ? {} : { cause }),
    ...(causes.length > 1 ? { causes } : {}),
  });
}
