export { ANSWER_CODES, type Candidates, candidatesOf, SETTERS, type Setter } from "./answer-codes.ts";
export { type CaseCode, type CaseCodeFault, makeCaseCode, parseCaseCode } from "./case-code.ts";
export {
  type Actor,
  type CauseEntry,
  EFFORTS,
  type Effort,
  isWitness,
  type Retry,
  STAGES,
  type Stage,
  type Stopper,
  WITNESSES,
  type Witness,
  type Words,
} from "./cause.ts";
export { CAUSES } from "./causes/index.ts";
export { CAUSE_CODES, type Cause, isCause } from "./codes.ts";
export { diagnose } from "./diagnose.ts";
export { type Fact, type FactCode, type FactData, type Holding, type HopData, STEPS, type Step } from "./fact.ts";
export type { Certainty, Finding, StoppedBy } from "./finding.ts";
export {
  type ImportedJourney,
  ISO8583_DEFAULTS,
  type Iso8583Options,
  importIso8583,
  importLithic,
  importMdes,
  importVts,
} from "./importers/index.ts";
export { maskFact, maskForAgent } from "./mask.ts";
export { NON_FAILURE_ENTRIES, NON_FAILURES, type NonFailure, type NonFailureEntry } from "./non-failures.ts";
export { compareCauses, hardestFirst } from "./order.ts";
export { askNext, type Next, SYMPTOMS } from "./symptoms/index.ts";
export { type Candidate, type Leaf, MOST_QUESTIONS, type Question } from "./symptoms/tree.ts";
export { MILESTONE_WORDS, MILESTONES, type Milestone } from "./texts/milestones.ts";
export { sentenceOf } from "./texts/sentences.ts";
export {
  ACTOR_WORDS,
  EFFORT_WORDS,
  fill,
  OPERATION_WORDS,
  RETRY_WORDS,
  SOMEBODY,
  STAGE_WORDS,
  STOPPER_WORDS,
  WITNESS_WORDS,
} from "./texts/words.ts";
export { forHolder, toldToHolder } from "./told.ts";
export { type HopRow, ROLES, type Role, type RoleView, viewFor } from "./view.ts";
