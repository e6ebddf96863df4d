import { err, ok, type Result } from "#protocol/bytes";

/** Luhn's check over the whole number, check digit last. */
export function luhnOk(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The digit that makes `body` + digit pass Luhn. */
export function luhnDigit(body: string): string {
  for (let digit = 0; digit < 10; digit++) if (luhnOk(body + digit)) return String(digit);
  throw new RangeError("luhn: wants decimal digits");
}

/** A card number: the funding PAN, or a token PAN where it is named so. Its digits leave through `expose` alone, so one search finds every use. */
export class Pan {
  readonly #digits: string;
  private constructor(digits: string) {
    this.#digits = digits;
  }
  static parse(text: string): Result<Pan, "badPan"> {
    return /^\d{12,19}$/.test(text) && luhnOk(text) ? ok(new Pan(text)) : err("badPan");
  }
  expose(): string {
    return this.#digits;
  }
  /** All that a wallet, a receipt or a log may show. */
  get suffix(): string {
    return this.#digits.slice(-4);
  }
  toString(): string {
    return `**** ${this.suffix}`;
  }
  toJSON(): string {
    return this.toString();
  }
}
