import type { Words } from "#contracts/common";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Rules the bank sets for itself, as data. Amounts in minor units of the account's currency. */
export interface IssuerPolicy {
  readonly bank: Words;
  /** Domain the activation message is bound to, for automatic filling; absent: no such line. */
  readonly codeDomain?: string;
  readonly payment: {
    readonly singleMaxMinor: bigint;
    readonly dayMaxMinor: bigint;
    /** How long a pre-authorisation holds money. */
    readonly holdMs: number;
  };
  readonly binding: {
    /** Different devices one card may live on. */
    readonly devicesPerCard: number;
    /** Different cards of this bank one device may carry. */
    readonly cardsPerDevice: number;
    /** Bindings agreed for one card in a day; one whose token was deleted again does not count. */
    readonly addsPerCardPerDay: number;
    /** Wrong names, phones, expiries or CVN2s for one card in a day, before nothing more is compared. */
    readonly mismatchesPerCardPerDay: number;
  };
  readonly code: {
    readonly lifeMs: number;
    /** Wrong tries that kill a code. */
    readonly tries: number;
    /** Codes that use up the method. */
    readonly codesPerBinding: number;
    readonly coolDownMs: number;
    readonly codesPerCardPerDay: number;
  };
  /** How often expired holds are looked for. */
  readonly sweepEveryMs: number;
}

/** Sources: card-product §4 (limits), tokenisation §3 (codes). */
export const DEFAULT_POLICY: IssuerPolicy = {
  bank: { zh: "示范银行", en: "Demo Bank" },
  payment: { singleMaxMinor: 20_000_00n, dayMaxMinor: 50_000_00n, holdMs: 30 * DAY_MS },
  binding: { devicesPerCard: 5, cardsPerDevice: 8, addsPerCardPerDay: 10, mismatchesPerCardPerDay: 6 },
  code: { lifeMs: 30 * MINUTE_MS, tries: 3, codesPerBinding: 3, coolDownMs: MINUTE_MS, codesPerCardPerDay: 10 },
  sweepEveryMs: MINUTE_MS,
};
