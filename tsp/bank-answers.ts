import type { IssuerApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import { ANSWER_UNREADABLE, type Problem } from "#contracts/problem";
import { type FactLog, TSP_TO_ISSUER } from "#party";
import { err, type Result } from "#protocol/bytes";
import type { Stage } from "#protocol/diagnosis";

/** The bank's calls, with a word on record when what it answered was no answer: it was reached, and is not silent. */
export function readableAnswers(issuer: Calls<IssuerApi>, facts: FactLog): Calls<IssuerApi> {
  const wrapped = Object.entries(issuer).map(([operation, ask]) => {
    const stage = (TSP_TO_ISSUER as Readonly<Record<string, Stage | undefined>>)[operation];
    if (stage === undefined) return [operation, ask];
    const read = async (request: never, context: CallContext): Promise<Result<unknown, Problem>> => {
      const answer: Result<unknown, Problem> = await ask(request, context);
      if (answer.ok || answer.error.detail !== ANSWER_UNREADABLE) return answer;
      const cause = "issuerAnswerInvalid";
      const { journeyId } = context;
      await facts.state({ journeyId, stage, code: cause, outcome: "failed", data: { peer: "issuer", operation } });
      return err({ ...answer.error, cause });
    };
    return [operation, read];
  });
  return Object.fromEntries(wrapped) as Calls<IssuerApi>;
}
