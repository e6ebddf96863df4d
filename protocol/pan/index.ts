export { DEMO_CARDS, DEMO_RANGES, type DemoCard } from "./demo.ts";
export { BANKS, type BankId, type CardKind, IIN_RANGES, type IinRange, iinRangeOf, iinRangesOf } from "./iin.ts";
export { luhnDigit, luhnOk, Pan } from "./pan.ts";
