import * as v from "valibot";
import { CaseCode } from "#contracts/facts";
import type { Api, CallContext, Calls } from "#contracts/operation";
import { PROBLEM_STATUS, type Problem, type ProblemCode, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import { CAUSE_CODES } from "#protocol/diagnosis";

const ANSWER_WITHIN_MS = 20_000;

/** A party's calls from the page. `onSignedOut`: the bearer is worth nothing any more. A server that is away, late or answers nonsense is `peerUnavailable`: the caller may try again. */
export function pageCalls<A extends Api>(
  api: A,
  baseUrl: string,
  bearer?: string,
  onSignedOut: () => void = () => {},
): Calls<A> {
  const one =
    (name: keyof A & string) =>
    async (request: unknown, context: CallContext): Promise<Result<unknown, Problem>> => {
      let status: number;
      let json: unknown;
      try {
        const response = await fetch(`${baseUrl}/v1/${name}`, {
          method: "POST",
          cache: "no-store",
          headers: {
            "content-type": "application/json",
            "idempotency-key": context.idempotencyKey,
            "kabao-journey": context.journeyId,
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          },
          body: JSON.stringify(request),
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        });
        status = response.status;
        json = await response.json();
      } catch {
        return err(problem("peerUnavailable"));
      }
      if (status !== 200) {
        const refused = problemOf(json);
        if (refused.code === "notSignedIn") onSignedOut();
        return err(refused);
      }
      const answer = v.safeParse(api[name]!.answer, json);
      return answer.success ? ok(answer.output) : err(problem("peerUnavailable", { detail: "unreadable answer" }));
    };
  return Object.fromEntries(Object.keys(api).map((name) => [name, one(name)])) as Calls<A>;
}

const ProblemShape = v.object({
  code: v.picklist(Object.keys(PROBLEM_STATUS) as ProblemCode[]),
  at: v.optional(v.string()),
  detail: v.optional(v.string()),
  retryAfterMs: v.optional(v.number()),
  // A server may know causes that this page does not: then its words still say what happened.
  cause: v.fallback(v.optional(v.picklist(CAUSE_CODES)), undefined),
  causes: v.fallback(v.optional(v.array(v.picklist(CAUSE_CODES))), undefined),
  caseCode: v.fallback(v.optional(CaseCode), undefined),
});

function problemOf(json: unknown): Problem {
  const known = v.safeParse(ProblemShape, json);
  return known.success ? known.output : problem("peerUnavailable");
}
