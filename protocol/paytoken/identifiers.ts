import type { Brand } from "#protocol/bytes";
import { luhnDigit } from "#protocol/pan";

/** Payment Account Reference: 4 characters BIN controller, 25 upper-case alphanumerics; one per PAN, tag 9F24. */
export type Par = Brand<string, "Par">;

/** Invented, and never a registered one: no EMVCo registration stands behind these. */
export const BIN_CONTROLLER = "KB00";
/** Token requestor of the demo wallet: 3 digits TSP, 8 digits requestor (split UNVERIFIED). */
export const DEMO_TRID = "99900000001";

/** The TSP's own number ranges. They route like card numbers and never are one. */
export const TOKEN_RANGES: Readonly<Record<"debit" | "credit", { readonly prefix: string; readonly length: number }>> =
  {
    debit: { prefix: "629990", length: 19 },
    credit: { prefix: "629991", length: 16 },
  };

export function isTokenPan(digits: string): boolean {
  return Object.values(TOKEN_RANGES).some(
    ({ prefix, length }) => digits.length === length && digits.startsWith(prefix),
  );
}

const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** @param entropy 25 or more bytes, keyed to the PAN: the same card always has the same reference. */
export function makePar(entropy: Uint8Array): Par {
  if (entropy.length < 25) throw new RangeError("par: wants 25 bytes");
  let text = BIN_CONTROLLER;
  for (let i = 0; i < 25; i++) text += ALPHANUMERIC[entropy[i]! % ALPHANUMERIC.length];
  return text as Par;
}

/** @param below a source of uniform numbers: `below(10)` for each digit. */
export function makeTokenPan(kind: "debit" | "credit", below: (limit: number) => number): string {
  const { prefix, length } = TOKEN_RANGES[kind];
  let body = prefix;
  while (body.length < length - 1) body += String(below(10));
  return body + luhnDigit(body);
}

/** Token assurance method. Source: spec tokenisation §1. */
export const ASSURANCE = {
  none: "00",
  issuerAccountVerification: "10",
  issuerOneFactor: "11",
  issuerTwoFactor: "12",
} as const;
