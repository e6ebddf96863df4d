/** Which network a number belongs to, by its first digits. Source: ISO/IEC 7812 blocks as the networks publish them. */
export type CardNetwork = "unionPay" | "visa" | "mastercard" | "amex" | "jcb" | "diners" | "discover" | "mir";

/** Noted with every number that no entry matches. */
export const IIN_VERSION = "2026-11";

/** First and last prefix of a block, of one length. */
const BLOCKS: readonly (readonly [from: string, to: string, network: CardNetwork])[] = [
  ["62", "62", "unionPay"],
  ["81", "81", "unionPay"],
  ["4", "4", "visa"],
  ["51", "55", "mastercard"],
  ["2221", "2720", "mastercard"],
  ["34", "34", "amex"],
  ["37", "37", "amex"],
  ["3528", "3589", "jcb"],
  ["300", "305", "diners"],
  ["36", "36", "diners"],
  ["38", "39", "diners"],
  ["6011", "6011", "discover"],
  ["644", "649", "discover"],
  ["65", "65", "discover"],
  ["2200", "2204", "mir"],
];

/** Networks whose cards can become tokens here. */
export const SERVED_NETWORKS: ReadonlySet<CardNetwork> = new Set<CardNetwork>(["unionPay"]);

/** Undefined: the table has no block for it. */
export function networkOf(digits: string): CardNetwork | undefined {
  return BLOCKS.find(([from, to]) => {
    const head = digits.slice(0, from.length);
    return head.length === from.length && head >= from && head <= to;
  })?.[2];
}
