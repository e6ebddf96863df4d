export { DEMO_CARDS, DEMO_RANGES, type DemoCard } from "./demo.ts";
export { luhnDigit, luhnOk, Pan } from "./pan.ts";
