/*
 * The invented 示范银行 (Demo Bank): its number ranges and the printed cards of the demo. No real bank has these ranges,
 * no area code of an identity number is 990001, and no person has these names and numbers together.
 */

/** Debit, 19 digits; credit, 16 digits; and three more debit products of the bank, each with a rule of its own. */
export const DEMO_RANGES = {
  debit: { prefix: "622999", length: 19 },
  credit: { prefix: "625999", length: 16 },
  /** May live on one device only. */
  youth: { prefix: "622996", length: 19 },
  /** Of a branch whose systems are being moved: always in maintenance. */
  overnight: { prefix: "622997", length: 19 },
  /** Not admitted to wallets. */
  gift: { prefix: "622998", length: 19 },
} as const;

export interface DemoCard {
  readonly id: string;
  readonly pan: string;
  readonly kind: "debit" | "credit";
  readonly holderName: string;
  /** The phone in the holder's hand, and the one reserved at the bank unless `reservedMobile` says otherwise. */
  readonly mobile: string;
  /** What the bank has instead: another phone, or none. */
  readonly reservedMobile?: string | null;
  /** YYMM, as F14. */
  readonly expiry: string;
  readonly cvn2: string;
  readonly idNumber: string;
  readonly status: "active" | "notActivated" | "lost" | "frozenByHolder" | "frozenByBank" | "replaced" | "closed";
  /** Money on the account when it is opened, in fen. */
  readonly openingMinor: bigint;
  readonly creditLimitMinor: bigint;
  /** The card whose customer has this one too. */
  readonly sameCustomerAs?: string;
  /** The card that this one replaced: same customer, same account. */
  readonly successorOf?: string;
  /** Class of the account; 1 unless it says otherwise. */
  readonly accountClass?: 2 | 3;
  /** By law: the bank says no more than "go to the branch". */
  readonly accountRestricted?: true;
  /** Remote transactions are shut. */
  readonly counterOnly?: true;
  readonly arrearsMinor?: bigint;
  /** YYYYMMDD; far off unless it says otherwise. */
  readonly documentExpires?: string;
  /** The bank's own mark: `refuse`, or `watch`: verify in person. */
  readonly riskMark?: "watch" | "refuse";
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
    status: "frozenByBank",
    openingMinor: 6_000_00n,
    creditLimitMinor: 0n,
  },
];
