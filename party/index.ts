export { ANSWERED_INDEX, ANSWERED_TABLE, type CallName, forgetAnswered, once } from "./answered.ts";
export { collectEvidence, type Neighbour } from "./evidence.ts";
export { createFactLog, FACT_TABLE, type FactLog, type FactNote } from "./fact-log.ts";
export { ISSUER_TO_TSP, TSP_TO_ISSUER, TSP_TO_WALLET, WALLET_TO_TSP } from "./hops.ts";
export {
  type AssertionFault,
  createPasskeys,
  type HeldKey,
  type KeyKind,
  type NewKey,
  PASSKEY_TABLES,
  type PasskeyPorts,
  type Passkeys,
  type Subject,
} from "./passkeys.ts";
export { answerData, decided, type HopStages, witnessCalls, witnessOffer } from "./witness.ts";
