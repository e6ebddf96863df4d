import { DEMO_RANGES } from "#protocol/pan";

const DAY_MS = 86_400_000;

/** A range of a bank that has joined the service. */
export interface EnrolledRange {
  readonly prefix: string;
  readonly length: number;
}

/** What is counted of earlier attempts, each within `windowMs`. */
export type Counted = "cardAttempts" | "deviceAttempts" | "cardsOnDevice" | "namesOnDevice" | "accountsOfCard";

/** So many points for each one over `free`. */
export interface RiskRule {
  readonly counted: Counted;
  readonly windowMs: number;
  readonly free: number;
  readonly points: number;
}

export interface TspPolicy {
  readonly enrolled: readonly EnrolledRange[];
  readonly rules: readonly RiskRule[];
  /** Scores from here on ask for verification, and from there on end in a refusal. */
  readonly yellowFrom: number;
  readonly refuseFrom: number;
  /** Attempts in a day. */
  readonly attemptsMax: { readonly card: number; readonly device: number };
  /** Who makes, keeps and checks codes: the bank, or the TSP, whose codes the bank only sends (Mastercard's model). */
  readonly codeOwner: "issuer" | "tsp";
  /** How long verification may take. UNVERIFIED: 30 days are in use. */
  readonly verifyMs: number;
  /** Numbers a range may give out, ever. */
  readonly numbersMax: Readonly<Record<"debit" | "credit", number>>;
  readonly tokenYears: number;
  /** A token is renewed so long before its expiry. */
  readonly renewAheadMs: number;
  /** A change that a party has not acknowledged for so long is told again. */
  readonly reconcileMs: number;
}

export const DEFAULT_POLICY: TspPolicy = {
  enrolled: Object.values(DEMO_RANGES),
  rules: [
    { counted: "cardAttempts", windowMs: DAY_MS, free: 5, points: 4 },
    { counted: "deviceAttempts", windowMs: DAY_MS, free: 8, points: 3 },
    { counted: "cardsOnDevice", windowMs: DAY_MS, free: 8, points: 12 },
    { counted: "namesOnDevice", windowMs: 30 * DAY_MS, free: 4, points: 20 },
    { counted: "accountsOfCard", windowMs: 30 * DAY_MS, free: 2, points: 20 },
  ],
  yellowFrom: 50,
  refuseFrom: 90,
  attemptsMax: { card: 20, device: 30 },
  codeOwner: "issuer",
  verifyMs: 30 * DAY_MS,
  numbersMax: { debit: 10 ** 12, credit: 10 ** 9 },
  tokenYears: 5,
  renewAheadMs: 45 * DAY_MS,
  reconcileMs: 3_600_000,
};
