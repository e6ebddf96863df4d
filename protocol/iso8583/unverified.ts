/*
 * Values that general knowledge gives and no opened source confirmed. They are ours until someone with the
 * specification says otherwise; nothing else in the code repeats them.
 */

/** F22, first two digits: how the card number got in. Third digit: 1 PIN entered, 2 none. */
export const ENTRY_MODE = {
  manual: "01",
  stripe: "02",
  qr: "03",
  contact: "05",
  contactless: "07",
  eCommerce: "81",
} as const;

/** F25. */
export const POS_CONDITION = { normal: "00", preAuthorisation: "06" } as const;

/** F70 of 0820. */
export const NETWORK_CODE = { signOn: "001", signOff: "002", echo: "301" } as const;

/** F60.1 of a reversal. */
export const REVERSAL_REASON = { none: "0000", timeout: "4001", mac: "4002", other: "4003" } as const;

/** F54: account type 30, balance type 02 is the available one. */
export const BALANCE = { accountType: "30", ledger: "01", available: "02" } as const;
