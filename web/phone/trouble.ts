import type { FindingView } from "#contracts/facts";
import type { Problem } from "#contracts/problem";
import { type Fault, problemFault } from "../text/fault.ts";
import type { Phone } from "./phone.ts";

/** What went wrong: the diagnosis, where the server made one, else what this page can say of itself. */
export interface Trouble {
  readonly fault: Fault;
  readonly finding?: FindingView;
  readonly caseCode?: string;
}

/** Asks what stopped a journey. Without an answer, or when nothing did, there is `fault`. */
export async function diagnosed(
  phone: Phone,
  journeyId: string,
  fault: Fault,
  known: string | undefined,
): Promise<Trouble> {
  const found = await phone.explain(journeyId);
  const finding = found.ok && stopped(found.value) ? found.value : undefined;
  const caseCode = finding?.caseCode ?? known;
  return {
    fault,
    ...(finding === undefined ? {} : { finding }),
    ...(caseCode === undefined ? {} : { caseCode }),
  };
}

/** A refused call. Where it names a cause, the journey has a diagnosis. */
export async function troubleOf(phone: Phone, journeyId: string, problem: Problem): Promise<Trouble> {
  const fault = problemFault(problem);
  return problem.cause === undefined ? { fault } : diagnosed(phone, journeyId, fault, problem.caseCode);
}

function stopped(finding: FindingView): boolean {
  return finding.cause !== undefined || finding.between.length > 0;
}
