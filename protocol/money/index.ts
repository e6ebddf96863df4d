export {
  type CurrencyCode,
  currency,
  exponentOf,
  formatMoney,
  fromN12,
  type Money,
  money,
  parseAmount,
  toN12,
} from "./money.ts";
