export { encodeMessage, parseMessage } from "./codec.ts";
export { describeMessage, maskedHex, sentenceOf, titleOf } from "./describe.ts";
export {
  answerHeader,
  type CupsFrame,
  type CupsHeader,
  cupsFrame,
  encodeCupsFrame,
  encodeHeader,
  HEADER_BYTES,
  parseCupsFrame,
  parseHeader,
} from "./header.ts";
export { binary, type Fields, type FieldValue, type IsoMessage, text } from "./message.ts";
export {
  type BalanceBlock,
  encodeAvailableBalance,
  encodePar,
  encodeTokenBlock,
  parseBalances,
  parsePar,
  parseTokenBlock,
  type TokenBlock,
} from "./private-fields.ts";
export {
  isApproved,
  RESPONSE_CODES,
  type ResponseAct,
  type ResponseCode,
  type ResponseFact,
  responseFact,
} from "./response-codes.ts";
export { CUPS, type FieldSpec, type MessageSpec, POS_BCD } from "./spec.ts";
export {
  answerMti,
  answerTo,
  encodeF90,
  journeyIdOf,
  keyOf,
  type MessageClass,
  messageClass,
  nextStan,
  type OriginalKey,
  panOf,
  parseF90,
  reversalOf,
  rrnOf,
  stanText,
} from "./transactions.ts";
export { BALANCE, ENTRY_MODE, NETWORK_CODE, POS_CONDITION, REVERSAL_REASON } from "./unverified.ts";
