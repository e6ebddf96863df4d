export { type CaseCode, type CaseCodeFault, makeCaseCode, parseCaseCode } from "./case-code.ts";
export {
  type Actor,
  type CauseEntry,
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
export { type Fact, type FactCode, type FactData, type Holding, type HopData, STEPS, type Step } from "./fact.ts";
