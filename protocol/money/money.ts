import { err, ok, type Result } from "#protocol/bytes";

/** ISO 4217 numeric code as three digits, the way F49 and tag 5F2A carry it. */
export type CurrencyCode = "156" | "344" | "446" | "840" | "978" | "392";

/** ISO 4217: digits after the point and the sign people write. Never taken to be 2. */
const CURRENCIES: Readonly<Record<CurrencyCode, { readonly exponent: number; readonly sign: string }>> = {
  "156": { exponent: 2, sign: "¥" },
  "344": { exponent: 2, sign: "HK$" },
  "446": { exponent: 2, sign: "MOP$" },
  "840": { exponent: 2, sign: "$" },
  "978": { exponent: 2, sign: "€" },
  "392": { exponent: 0, sign: "JP¥" },
};

/** A sum in the minor unit of one currency. */
export interface Money {
  readonly minor: bigint;
  readonly currency: CurrencyCode;
}

export function money(minor: bigint, code: CurrencyCode = "156"): Money {
  return { minor, currency: code };
}

export function currency(text: string): CurrencyCode | undefined {
  return Object.hasOwn(CURRENCIES, text) ? (text as CurrencyCode) : undefined;
}

export function exponentOf(code: CurrencyCode): number {
  return CURRENCIES[code].exponent;
}

/** Twelve digits, zero-filled on the left: F4 and tag 9F02 (before BCD). */
export function toN12(amount: Money): string {
  if (amount.minor < 0n || amount.minor > 999_999_999_999n) throw new RangeError("money: outside n 12");
  return amount.minor.toString().padStart(12, "0");
}

export function fromN12(digits: string, code: CurrencyCode): Money {
  if (!/^\d{12}$/.test(digits)) throw new RangeError("money: wants n 12");
  return { minor: BigInt(digits), currency: code };
}

/** What a person types, "12.34", in a currency. */
export function parseAmount(text: string, code: CurrencyCode): Result<Money, "badAmount"> {
  const match = /^(\d{1,10})(?:\.(\d+))?$/.exec(text.trim());
  const exponent = CURRENCIES[code].exponent;
  const fraction = match?.[2] ?? "";
  if (match === null || fraction.length > exponent) return err("badAmount");
  return ok({ minor: BigInt(match[1]! + fraction.padEnd(exponent, "0")), currency: code });
}

/** "¥12.34", "-¥0.05", "¥1,234.00". */
export function formatMoney(amount: Money): string {
  const { exponent, sign } = CURRENCIES[amount.currency];
  const digits = (amount.minor < 0n ? -amount.minor : amount.minor).toString().padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = exponent > 0 ? `.${digits.slice(-exponent)}` : "";
  return `${amount.minor < 0n ? "-" : ""}${sign}${whole}${fraction}`;
}
