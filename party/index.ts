export { createFactLog, FACT_TABLE, type FactLog, type FactNote } from "./fact-log.ts";
export { answerData, decided, type HopStages, witnessCalls, witnessOffer } from "./witness.ts";
