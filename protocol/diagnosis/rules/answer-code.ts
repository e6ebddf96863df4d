import { isApproved } from "#protocol/iso8583";
import { candidatesOf, SETTERS, type Setter } from "../answer-codes.ts";
import type { Witness, Words } from "../cause.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Claim } from "./claim.ts";

/** A refusal of which no more is known than its code. */
export interface BareAnswer {
  /** Absent when the code names no class of causes at all. */
  readonly claim: Claim | undefined;
  readonly check: Words | undefined;
  /** Whose records would tell. */
  readonly ask: readonly Witness[];
}

/** These ask nobody: a code that they decided with is their own. The others may have passed it on. */
const LAST_IN_LINE: readonly Witness[] = ["issuer", "tsp"];

/** Source: diagnosis §5. */
export function bareCode(evidence: Evidence): BareAnswer | undefined {
  const answers = evidence.facts.filter(({ fact }) => codeOf(fact.data["answer"]) !== undefined);
  const refused = answers.findLast(({ fact }) => fact.code === "answered" || fact.code === "decided");
  const code = codeOf(refused?.fact.data["answer"]);
  if (refused === undefined || code === undefined || isApproved(code)) return undefined;
  const said = answers.map(({ fact }) => fact.data["setter"]).find(isSetter);
  const decided = LAST_IN_LINE.find((party) =>
    answers.some(({ fact }) => fact.code === "decided" && fact.party === party && fact.data["answer"] === code),
  );
  const setter = said ?? (isSetter(decided) ? decided : undefined);
  const { causes, check } = candidatesOf(code, setter);
  const [cause, ...or] = causes;
  const party = setter === undefined || setter === "standIn" ? "network" : setter;
  return {
    check,
    ask: setter === undefined ? [] : [party],
    claim:
      cause === undefined
        ? undefined
        : {
            cause,
            how: "code",
            stoppedBy: setter === undefined ? { kind: "unclear" } : { kind: "party", party },
            stage: refused.fact.stage,
            time: refused.time,
            basis: [refused],
            or,
            ...(check === undefined ? {} : { nextCheck: check }),
            needs: [],
          },
  };
}

function codeOf(answer: unknown): string | undefined {
  return typeof answer === "string" && /^[0-9A-Z]{2}$/.test(answer) ? answer : undefined;
}

function isSetter(value: unknown): value is Setter {
  return (SETTERS as readonly unknown[]).includes(value);
}
