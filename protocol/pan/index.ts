export { luhnDigit, luhnOk, Pan } from "./pan.ts";
