/*
 * The invented 示范银行 (Demo Bank): its number ranges and the printed cards of the demo. No real bank has these ranges,
 * no area code of an identity number is 990001, and no person has these names and numbers together.
 */

/** Debit, 19 digits; credit, 16 digits. */
export const DEMO_RANGES = {
  debit: { prefix: "622999", length: 19 },
  credit: { prefix: "625999", length: 16 },
} as const;

export interface DemoCard {
  readonly id: string;
  readonly pan: string;
  readonly kind: "debit" | "credit";
  readonly holderName: string;
  /** The phone reserved at the bank. */
  readonly mobile: string;
  /** YYMM, as F14. */
  readonly expiry: string;
  readonly cvn2: string;
  readonly idNumber: string;
  readonly status: "active" | "notActivated" | "lost" | "frozen";
  /** Money on the account when it is opened, in fen. */
  readonly openingMinor: bigint;
  readonly creditLimitMinor: bigint;
}

export const DEMO_CARDS: readonly DemoCard[] = [
  {
    id: "zhang",
    pan: "6229990100000000017",
    kind: "debit",
    holderName: "张伟",
    mobile: "13800138001",
    expiry: "3512",
    cvn2: "101",
    idNumber: "990001198101110017",
    status: "active",
    openingMinor: 10_000_00n,
    creditLimitMinor: 0n,
  },
  {
    id: "li",
    pan: "6259991000000021",
    kind: "credit",
    holderName: "李娜",
    mobile: "13800138002",
    expiry: "3306",
    cvn2: "202",
    idNumber: "99000119820212002X",
    status: "active",
    openingMinor: 0n,
    creditLimitMinor: 20_000_00n,
  },
  {
    id: "aili",
    pan: "6229990100000000033",
    kind: "debit",
    holderName: "买买提·艾力",
    mobile: "13800138003",
    expiry: "3512",
    cvn2: "303",
    idNumber: "990001198303130032",
    status: "active",
    openingMinor: 5_000_00n,
    creditLimitMinor: 0n,
  },
  {
    id: "wang",
    pan: "6259991000000047",
    kind: "credit",
    holderName: "王芳",
    mobile: "13800138004",
    expiry: "3404",
    cvn2: "404",
    idNumber: "990001198404140045",
    status: "notActivated",
    openingMinor: 0n,
    creditLimitMinor: 30_000_00n,
  },
  {
    id: "liu",
    pan: "6229990100000000058",
    kind: "debit",
    holderName: "刘洋",
    mobile: "13800138005",
    expiry: "3512",
    cvn2: "505",
    idNumber: "990001198505150058",
    status: "lost",
    openingMinor: 3_000_00n,
    creditLimitMinor: 0n,
  },
  {
    id: "chen",
    pan: "6229990100000000066",
    kind: "debit",
    holderName: "陈静",
    mobile: "13800138006",
    expiry: "3512",
    cvn2: "606",
    idNumber: "990001198606160060",
    status: "active",
    openingMinor: 8_88n,
    creditLimitMinor: 0n,
  },
  {
    id: "yang",
    pan: "6229990100000000074",
    kind: "debit",
    holderName: "杨明",
    mobile: "13800138007",
    expiry: "3512",
    cvn2: "707",
    idNumber: "990001198707170073",
    status: "frozen",
    openingMinor: 6_000_00n,
    creditLimitMinor: 0n,
  },
];
