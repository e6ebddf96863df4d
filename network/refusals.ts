import type { TokenRefusal } from "#contracts/token-authorisation";
import type { ResponseCode } from "#protocol/iso8583";

/** What the TSP's refusals look like to an acquirer. Total: a new refusal without a code does not compile. */
export const RESPONSE_OF_REFUSAL: Readonly<Record<TokenRefusal, ResponseCode>> = {
  unknownToken: "14",
  tokenInactive: "21",
  tokenSuspended: "62",
  tokenDeleted: "14",
  expiryMismatch: "54",
  tokenExpired: "54",
  domain: "57",
  noChipData: "57",
  badChipData: "30",
  dataMismatch: "30",
  badCryptogram: "59",
  notArqc: "59",
  atcReplayed: "94",
  atcOutsideWindow: "59",
  keyNotIssued: "63",
  holderNotVerified: "57",
};
