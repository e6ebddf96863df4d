import type { Product, Terms } from "#contracts/common";
import { DEMO_RANGES } from "#protocol/pan";
import type { Instant } from "#protocol/time";

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
  {
    ...DEMO_RANGES.youth,
    product: {
      id: "demo-youth",
      bank: BANK,
      name: { zh: "示范青春卡", en: "Demo Youth Card" },
      kind: "debit",
      art: "demo-youth",
    },
  },
  {
    ...DEMO_RANGES.overnight,
    product: {
      id: "demo-overnight",
      bank: BANK,
      name: { zh: "示范社区卡", en: "Demo Community Card" },
      kind: "debit",
      art: "demo-overnight",
    },
  },
  {
    ...DEMO_RANGES.gift,
    product: {
      id: "demo-gift",
      bank: BANK,
      name: { zh: "示范礼品卡", en: "Demo Gift Card" },
      kind: "debit",
      art: "demo-gift",
    },
  },
];

export function rangeOf(panDigits: string): CardRange | undefined {
  return CARD_RANGES.find((range) => panDigits.startsWith(range.prefix) && panDigits.length === range.length);
}

export function productOf(panDigits: string): Product | undefined {
  return rangeOf(panDigits)?.product;
}

export function productById(id: string): Product {
  return rangeById(id).product;
}

export function rangeById(productId: string): CardRange {
  const range = CARD_RANGES.find((known) => known.product.id === productId);
  if (range === undefined) throw new RangeError("product: a card has one that the bank does not");
  return range;
}

/** The bank's terms, oldest first, each with the moment from which it replaces the one before. */
const TERMS: readonly (Terms & { readonly from: number })[] = [
  {
    from: 0,
    version: "2026-01",
    text: {
      zh: "将示范银行卡添加到手机钱包后，您可以用手机付款。请妥善保管手机和验证方式；手机遗失时请立即停用。添加、使用和移除均不收费。实体卡的规则同样适用。",
      en: "Once your Demo Bank card is in the phone wallet you can pay with the phone. Keep the phone and its passcode safe, and suspend the card at once if the phone is lost. Adding, using and removing are free. The rules of the physical card apply.",
    },
  },
  {
    from: Date.UTC(2027, 6, 1) - 8 * 3_600_000,
    version: "2027-07",
    text: {
      zh: "将示范银行卡添加到手机钱包后，您可以用手机付款。请妥善保管手机和验证方式；手机遗失时请立即停用，并告知银行。添加、使用和移除均不收费；转账按费率表收费。实体卡的规则同样适用。",
      en: "Once your Demo Bank card is in the phone wallet you can pay with the phone. Keep the phone and its passcode safe; if the phone is lost, suspend the card at once and tell the bank. Adding, using and removing are free; transfers cost what the fee table says. The rules of the physical card apply.",
    },
  },
];

/** The terms in force. */
export function termsAt(now: Instant): Terms {
  const { version, text } = TERMS.findLast(({ from }) => from <= now) ?? TERMS[0]!;
  return { version, text };
}

/** Terms that were in force once, and no longer are. */
export function isSuperseded(version: string, now: Instant): boolean {
  return version !== termsAt(now).version && TERMS.some((terms) => terms.version === version && terms.from <= now);
}
