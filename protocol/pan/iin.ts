import { DEMO_RANGES } from "./demo.ts";

/** Quasi-credit: a deposit comes first, a small overdraft may follow. */
export type CardKind = "debit" | "credit" | "quasiCredit" | "prepaid";

/** A range of card numbers, and whose they are. */
export interface IinRange {
  readonly prefix: string;
  readonly length: number;
  readonly bank: BankId;
  readonly network: "unionPay" | "visa" | "mastercard" | "jcb" | "amex";
  readonly kind: CardKind;
}

export type BankId = keyof typeof BANKS;
export const BANKS = {
  demo: { zh: "示范银行", en: "Demo Bank" },
  icbc: { zh: "中国工商银行", en: "ICBC" },
} as const;

type Row = readonly [bank: BankId, network: IinRange["network"], kind: CardKind, length: number, prefixes: string];

/**
 * Real ranges as public tables give them (spec card-product §2; an excerpt: a bank has several hundred more), and the
 * demo bank's invented ones. "622926-622931": each of these.
 */
// biome-ignore format: one row a product
const ROWS: readonly Row[] = [
  ["demo", "unionPay", "debit", DEMO_RANGES.debit.length, DEMO_RANGES.debit.prefix],
  ["demo", "unionPay", "credit", DEMO_RANGES.credit.length, DEMO_RANGES.credit.prefix],
  ["demo", "unionPay", "debit", DEMO_RANGES.youth.length, `${DEMO_RANGES.youth.prefix} ${DEMO_RANGES.overnight.prefix}`],
  ["demo", "unionPay", "prepaid", DEMO_RANGES.gift.length, DEMO_RANGES.gift.prefix],
  ["icbc", "unionPay", "debit", 19, `9558 622200 622202 622203 622208 621225-621227 621281 621288 621558 621559 621618 621670
    621720-621724 621762 620058 620086 620516 623062 622926-622931 900000 900010`],
  ["icbc", "unionPay", "debit", 18, `620200 620302 620402 621001 621202-621211 622002-622022 622102-622117 622302-622317
    623002-623015`],
  ["icbc", "unionPay", "debit", 16, "621376 621423 621428 621434 621761 621749 621300 621378"],
  ["icbc", "unionPay", "credit", 16, `622230-622235 622237 622239 622240 622245 622246 622206 625330-625332 625113-625115 625900
    625914-625917 625921 625922 625925-625934 625939 625942 625986 625987 628286 628288`],
  ["icbc", "unionPay", "quasiCredit", 16, "622210-622215 622220 622223-622225 622229"],
  ["icbc", "unionPay", "prepaid", 16, "620030 620050 620054 620094 620124 620142 620143"],
  ["icbc", "unionPay", "prepaid", 19, "620046 620114 620187"],
  ["icbc", "visa", "debit", 16, "402791 427028 427038"],
  ["icbc", "visa", "credit", 16, "427010 427018-427020 438125 438126 451804 451810 451811 458071 489734-489736"],
  ["icbc", "mastercard", "debit", 16, "548259"],
  ["icbc", "mastercard", "credit", 16, `510529 513685 524047 524091 524374 526836 528856 530970 530990 543098 544210 548943
    550213 558360`],
  ["icbc", "jcb", "credit", 16, "356879-356882"],
  ["icbc", "amex", "credit", 15, "370246-370249 370267 374738 374739"],
];

export const IIN_RANGES: readonly IinRange[] = ROWS.flatMap(([bank, network, kind, length, prefixes]) =>
  prefixes
    .trim()
    .split(/\s+/)
    .flatMap(spelledOut)
    .map((prefix) => ({ prefix, length, bank, network, kind })),
);

function spelledOut(prefixes: string): readonly string[] {
  const [from, to = from] = prefixes.split("-");
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => String(Number(from) + i));
}

/** The ranges that a number may belong to as far as it has been typed. */
export function rangeFinder(ranges: readonly IinRange[]): (digits: string) => readonly IinRange[] {
  const byPrefix = new Map(
    ranges.map(({ prefix }) => [prefix, ranges.filter((range) => range.prefix === prefix)] as const),
  );
  const lengths = [...new Set(ranges.map(({ prefix }) => prefix.length))].sort((a, b) => b - a);
  return (digits) => {
    // The longest prefix wins: a bank may have sold a part of its range.
    for (const length of lengths) {
      const found = digits.length >= length ? byPrefix.get(digits.slice(0, length)) : undefined;
      if (found !== undefined) return found;
    }
    return [];
  };
}

/** Empty: nobody's that we know. */
export const iinRangesOf: (digits: string) => readonly IinRange[] = rangeFinder(IIN_RANGES);

/** The range of a whole number, its length included; undefined when it is nobody's that we know. */
export function iinRangeOf(digits: string): IinRange | undefined {
  return iinRangesOf(digits).find((range) => range.length === digits.length);
}
