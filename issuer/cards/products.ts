import type { Product, Terms } from "#contracts/common";
import { DEMO_RANGES } from "#protocol/pan";

/** A range of the bank's card numbers and what the cards of it are. */
export interface CardRange {
  readonly prefix: string;
  readonly length: number;
  readonly product: Product;
}

const BANK = { zh: "示范银行", en: "Demo Bank" } as const;

/** The invented bank's ranges: no real bank has them. */
export const CARD_RANGES: readonly CardRange[] = [
  {
    ...DEMO_RANGES.debit,
    product: {
      id: "demo-debit",
      bank: BANK,
      name: { zh: "示范借记卡", en: "Demo Debit Card" },
      kind: "debit",
      art: "demo-debit",
    },
  },
  {
    ...DEMO_RANGES.credit,
    product: {
      id: "demo-credit",
      bank: BANK,
      name: { zh: "示范信用卡", en: "Demo Credit Card" },
      kind: "credit",
      art: "demo-credit",
    },
  },
];

export function productOf(panDigits: string): Product | undefined {
  return CARD_RANGES.find((range) => panDigits.startsWith(range.prefix) && panDigits.length === range.length)?.product;
}

export function productById(id: string): Product {
  const range = CARD_RANGES.find((known) => known.product.id === id);
  if (range === undefined) throw new RangeError("product: a card has one that the bank does not");
  return range.product;
}

export const TERMS: Terms = {
  version: "2026-01",
  text: {
    zh: "将示范银行卡添加到手机钱包后，您可以用手机付款。请妥善保管手机和验证方式；手机遗失时请立即停用。添加、使用和移除均不收费。实体卡的规则同样适用。",
    en: "Once your Demo Bank card is in the phone wallet you can pay with the phone. Keep the phone and its passcode safe, and suspend the card at once if the phone is lost. Adding, using and removing are free. The rules of the physical card apply.",
  },
};
