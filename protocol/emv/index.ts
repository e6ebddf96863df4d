export {
  type CardResponse,
  type Command,
  encodeCommand,
  encodeResponse,
  parseCommand,
  parseResponse,
  SW,
} from "./apdu.ts";
export { type Aid, FIELD_55_TAGS, PPSE, PSE, QUICS_PDOL, UNIONPAY_AIDS } from "./applications.ts";
export {
  AIP,
  type AipBit,
  CTQ,
  type CtqBit,
  type NamedBits,
  TSI,
  type TsiBit,
  TTQ,
  type TtqBit,
  TVR,
  type TvrBit,
} from "./bits.ts";
export { chipPrint, differingTags } from "./chip-print.ts";
export {
  applicationCryptogram,
  arpcMethod1,
  arpcMethod2,
  CRYPTOGRAM_LENGTHS,
  CRYPTOGRAM_TAGS,
  type CryptogramScheme,
  type CryptogramTag,
  cryptogramData,
  cryptogramUnder,
  SCHEMES,
} from "./cryptogram.ts";
export { type DescribedApdu, describeCommand, describeResponse } from "./describe.ts";
export type { CryptogramCase, Deviation, KeyKind } from "./explain/case.ts";
export { LIST_BYTES, nameOf, partsOf } from "./explain/data.ts";
export { type Explanation, explainCryptogram } from "./explain/explain-cryptogram.ts";
export { type Suspect, suspects } from "./explain/suspects.ts";
export { type CryptogramType, cidOf, cryptogramTypeOf, cvrOf, encodeIad, type Iad, parseIad } from "./iad.ts";
export {
  commonSessionInput,
  deriveCardKeyA,
  deriveCardKeyB,
  deriveCommonSessionKey,
  derivePbocSessionKey,
  deriveVisaScriptKey,
} from "./keys.ts";
export { emvValues } from "./values.ts";
