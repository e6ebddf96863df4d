import type { Words } from "#contracts/common";

/*
 * The bank's fee table as data, and what it makes of one order. Amounts in minor units of the account's currency.
 */

/** Whom the money goes to: the bank's own customers, other banks (all but, or only, some), merchants of some categories. */
export type FeeScope =
  | { readonly to: "own" }
  | { readonly to: "banks"; readonly only?: readonly string[]; readonly except?: readonly string[] }
  | { readonly to: "merchants"; readonly categories: readonly string[] };

/** The first tier whose `upToMinor` is not exceeded counts; the last one has none. Rates in hundredths of a percent. */
export type FeeTier = { readonly upToMinor?: bigint } & (
  | { readonly fixedMinor: bigint }
  | { readonly basisPoints: number }
);

export interface FeeRule {
  readonly ruleId: string;
  readonly scope: FeeScope;
  readonly tiers: readonly FeeTier[];
  readonly minMinor: bigint;
  /** The cap. */
  readonly maxMinor: bigint;
  readonly words: Words;
}

/** Nothing is charged, whatever the rules say. */
export interface FeeWaiver {
  readonly ruleId: string;
  readonly scope: FeeScope;
  readonly amountAtMostMinor?: bigint;
  readonly products?: readonly string[];
  readonly words: Words;
}

export interface FeeTable {
  readonly waivers: readonly FeeWaiver[];
  readonly rules: readonly FeeRule[];
}

export interface Order {
  /** "own", or another bank's code. */
  readonly toBank: string;
  /** MCC, when a merchant is paid. */
  readonly merchantCategory?: string;
  readonly amountMinor: bigint;
  readonly productId: string;
}

export interface Fee {
  readonly feeMinor: bigint;
  readonly ruleId: string;
  readonly words: Words;
}

/** Where no row fits, nothing is charged. */
const FREE: Fee = {
  feeMinor: 0n,
  ruleId: "free",
  words: { zh: "免费", en: "Free" },
};

/** Pure. The first waiver that fits, else the first rule that fits. @throws {RangeError} on an amount that is none. */
export function quoteFee(table: FeeTable, order: Order): Fee {
  if (order.amountMinor <= 0n) throw new RangeError("quoteFee: wants an amount above zero");
  const waiver = table.waivers.find(
    (one) =>
      inScope(one.scope, order) &&
      (one.amountAtMostMinor === undefined || order.amountMinor <= one.amountAtMostMinor) &&
      (one.products === undefined || one.products.includes(order.productId)),
  );
  if (waiver !== undefined) return { feeMinor: 0n, ruleId: waiver.ruleId, words: waiver.words };
  const rule = table.rules.find((one) => inScope(one.scope, order));
  if (rule === undefined) return FREE;
  const { ruleId, words, minMinor, maxMinor } = rule;
  const raw = rawFee(rule, order.amountMinor);
  return { feeMinor: raw < minMinor ? minMinor : raw > maxMinor ? maxMinor : raw, ruleId, words };
}

function rawFee(rule: FeeRule, amountMinor: bigint): bigint {
  const tier = rule.tiers.find(({ upToMinor }) => upToMinor === undefined || amountMinor <= upToMinor);
  if (tier === undefined) throw new RangeError("quoteFee: a rule whose last tier ends");
  return "fixedMinor" in tier ? tier.fixedMinor : roundHalfUp(amountMinor * BigInt(tier.basisPoints), 10_000n);
}

function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator / 2n) / denominator;
}

function inScope(scope: FeeScope, { toBank, merchantCategory }: Order): boolean {
  if (scope.to === "merchants") return merchantCategory !== undefined && scope.categories.includes(merchantCategory);
  if (merchantCategory !== undefined) return false;
  if (scope.to === "own") return toBank === "own";
  return (
    toBank !== "own" &&
    (scope.only === undefined || scope.only.includes(toBank)) &&
    !(scope.except ?? []).includes(toBank)
  );
}

export const DEFAULT_FEES: FeeTable = {
  waivers: [
    {
      ruleId: "own",
      scope: { to: "own" },
      words: { zh: "行内转账免费", en: "Transfers within the bank are free" },
    },
    {
      ruleId: "allied",
      scope: { to: "banks", only: ["LHB"] },
      words: { zh: "转往联合行免费", en: "Transfers to the allied bank are free" },
    },
    {
      ruleId: "small",
      scope: { to: "banks" },
      amountAtMostMinor: 1_000_00n,
      words: { zh: "跨行转账 ¥1,000 及以下免费", en: "Up to ¥1,000 to other banks is free" },
    },
    {
      ruleId: "youth",
      scope: { to: "banks" },
      amountAtMostMinor: 5_000_00n,
      products: ["demo-youth"],
      words: { zh: "青春卡跨行转账 ¥5,000 及以下免费", en: "Youth card: up to ¥5,000 to other banks is free" },
    },
  ],
  rules: [
    {
      ruleId: "banks",
      scope: { to: "banks" },
      tiers: [
        { upToMinor: 2_000_00n, fixedMinor: 2_00n },
        { upToMinor: 5_000_00n, fixedMinor: 5_00n },
        { upToMinor: 10_000_00n, fixedMinor: 10_00n },
        { upToMinor: 50_000_00n, fixedMinor: 15_00n },
        { basisPoints: 3 },
      ],
      minMinor: 2_00n,
      maxMinor: 50_00n,
      words: {
        zh: "跨行转账：¥2,000 内 ¥2，¥5,000 内 ¥5，¥10,000 内 ¥10，¥50,000 内 ¥15，以上万分之三，最高 ¥50",
        en: "To other banks: ¥2 up to ¥2,000, ¥5 up to ¥5,000, ¥10 up to ¥10,000, ¥15 up to ¥50,000, above that 0.03 %, at most ¥50",
      },
    },
    {
      ruleId: "cash-like",
      scope: { to: "merchants", categories: ["4829", "6012", "6051", "6211"] },
      tiers: [{ basisPoints: 50 }],
      minMinor: 1_00n,
      maxMinor: 50_00n,
      words: {
        zh: "汇款、金融、类现金和证券类商户：0.5%，最低 ¥1，最高 ¥50",
        en: "Remittance, financial, cash-like and securities merchants: 0.5 %, at least ¥1, at most ¥50",
      },
    },
  ],
};
