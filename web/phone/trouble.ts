import type { FindingView } from "#contracts/facts";
import type { Problem } from "#contracts/problem";
import { FAULTS, type Fault, problemFault } from "../text/fault.ts";
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
  return troubleFrom(found.ok ? found.value : undefined, fault, known);
}

function troubleFrom(found: FindingView | undefined, fault: Fault, known?: string): Trouble {
  const finding = found !== undefined && stopped(found) ? found : undefined;
  const caseCode = finding?.caseCode ?? known;
  return {
    fault,
    ...(finding === undefined ? {} : { finding }),
    ...(caseCode === undefined ? {} : { caseCode }),
  };
}

/** What became of a payment of which no notice came. `onItsWay`: nothing has stopped it so far. */
export async function troubleOfPayment(phone: Phone, passId: string, atc: number): Promise<Trouble | "onItsWay"> {
  const found = await phone.explainPayment(passId, atc);
  if (!found.ok) return { fault: found.error.code === "notFound" ? FAULTS.notArrived : problemFault(found.error) };
  return stopped(found.value) ? troubleFrom(found.value, FAULTS.declined) : "onItsWay";
}

/** A refused call. Where it names a cause, the journey has a diagnosis. */
export async function troubleOf(phone: Phone, journeyId: string, problem: Problem): Promise<Trouble> {
  const fault = problemFault(problem);
  return problem.cause === undefined ? { fault } : diagnosed(phone, journeyId, fault, problem.caseCode);
}

function stopped(finding: FindingView): boolean {
  return finding.cause !== undefined || finding.between.length > 0;
}
