export { DEMO_CARDS, DEMO_RANGES, type DemoCard } from "./demo.ts";
export { BANKS, type BankId, type CardKind, IIN_RANGES, type IinRange, iinRangeOf, iinRangesOf } from "./iin.ts";
export { type CarrierHabit, demoCarrier, MAGIC_CARDS, type MagicCard } from "./magic.ts";
export { type CardNetwork, IIN_VERSION, networkOf, SERVED_NETWORKS } from "./networks.ts";
export { luhnDigit, luhnOk, Pan } from "./pan.ts";
