import * as v from "valibot";
import { CaseCode } from "#contracts/facts";
import type { Api, CallContext, Calls } from "#contracts/operation";
import { ANSWER_UNREADABLE, PROBLEM_STATUS, type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import { type Cause, isCause } from "#protocol/diagnosis";

export interface HttpCallsOptions {
  /** http://host:port/{room} */
  readonly baseUrl: string;
  readonly bearer?: string;
  readonly timeoutMs?: number;
}

/** The same calls over HTTP. A peer that is away, late or answers nonsense is `peerUnavailable`: the caller may try again. */
export function httpCalls<A extends Api>(api: A, options: HttpCallsOptions): Calls<A> {
  const one =
    (name: keyof A & string) =>
    async (request: unknown, context: CallContext): Promise<Result<unknown, Problem>> => {
      const body = JSON.stringify(request);
      let status: number;
      let json: unknown;
      try {
        const response = await fetch(`${options.baseUrl}/v1/${name}`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "idempotency-key": context.idempotencyKey,
            "kabao-journey": context.journeyId,
            ...(options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` }),
          },
          body,
          signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
        });
        status = response.status;
        json = await response.json();
      } catch {
        return err(problem("peerUnavailable"));
      }
      if (status !== 200) return err(asProblem(json));
      const answer = v.safeParse(api[name]!.answer, json);
      return answer.success ? ok(answer.output) : err(problem("peerUnavailable", { detail: ANSWER_UNREADABLE }));
    };
  return Object.fromEntries(Object.keys(api).map((name) => [name, one(name)])) as Calls<A>;
}

function asProblem(json: unknown): Problem {
  const fields = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  const code = fields["code"];
  if (typeof code !== "string" || !Object.hasOwn(PROBLEM_STATUS, code)) return problem("peerUnavailable");
  const causes = Array.isArray(fields["causes"]) ? fields["causes"].filter(isNamedCause) : [];
  return {
    code: code as Problem["code"],
    ...(typeof fields["at"] === "string" ? { at: fields["at"] } : {}),
    ...(typeof fields["detail"] === "string" ? { detail: fields["detail"] } : {}),
    ...(typeof fields["retryAfterMs"] === "number" ? { retryAfterMs: fields["retryAfterMs"] } : {}),
    ...(isNamedCause(fields["cause"]) ? { cause: fields["cause"] } : {}),
    ...(causes.length > 0 ? { causes } : {}),
    ...(v.is(CaseCode, fields["caseCode"]) ? { caseCode: fields["caseCode"] } : {}),
  };
}

function isNamedCause(value: unknown): value is Cause {
  return typeof value === "string" && isCause(value);
}
