export { DEMO_CARDS, DEMO_RANGES, type DemoCard } from "./demo.ts";
export { type CarrierHabit, demoCarrier, MAGIC_CARDS, type MagicCard } from "./magic.ts";
export { type CardNetwork, IIN_VERSION, networkOf, SERVED_NETWORKS } from "./iin.ts";
export { luhnDigit, luhnOk, Pan } from "./pan.ts";
