import { fromAscii, type Hex, hexBytes } from "#protocol/bytes";

/** UnionPay applications by AID. Source: spec emv-card §3.3. */
export const UNIONPAY_AIDS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  a000000333010101: { zh: "借记", en: "debit" },
  a000000333010102: { zh: "贷记", en: "credit" },
  a000000333010103: { zh: "准贷记", en: "quasi-credit" },
  a000000333010106: { zh: "电子现金", en: "electronic cash" },
  a000000333010108: { zh: "美国通用借记", en: "USA common debit" },
};
export type Aid = Hex;

/** 2PAY.SYS.DDF01: the contactless directory. */
export const PPSE: Uint8Array = fromAscii("2PAY.SYS.DDF01");
/** 1PAY.SYS.DDF01: the contact directory. */
export const PSE: Uint8Array = fromAscii("1PAY.SYS.DDF01");

/** What a qUICS card with CVN 01 asks for, 33 bytes in this order. */
export const QUICS_PDOL: Uint8Array = hexBytes("9F6604 9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704");

/** Field 55 of a UnionPay contactless purchase, in the order of the samples. Receivers go by tag, never by order. */
export const FIELD_55_TAGS = [
  "9F26",
  "9F27",
  "9F10",
  "9F37",
  "9F36",
  "95",
  "9A",
  "9C",
  "9F02",
  "5F2A",
  "82",
  "9F1A",
  "9F03",
  "9F33",
  "9F34",
  "9F35",
  "9F1E",
  "84",
  "9F09",
  "9F41",
] as const;
