import type { Cause } from "../codes.ts";

/*
 * Words of other systems for why a card was refused, with the causes they can mean. One: it is that. Several: only the
 * system that said so can tell. Sources: spec tokenisation §2.1, §2.2 (public lists of Lithic, Stripe and MDES).
 */

const REASONS: Readonly<Record<string, readonly Cause[]>> = {
  ACCOUNT_SCORE_1: ["walletAdvisesNo"],
  DEVICE_SCORE_1: ["walletAdvisesNo"],
  ALL_WALLET_DECLINE_REASONS_PRESENT: ["walletAdvisesNo"],
  WALLET_RECOMMENDED_DECISION_RED: ["walletAdvisesNo"],
  CVC_MISMATCH: ["cvnMismatch"],
  CARD_EXPIRY_MONTH_MISMATCH: ["expiryMismatch"],
  CARD_EXPIRY_YEAR_MISMATCH: ["expiryMismatch"],
  CARD_INVALID_STATE: ["cardNotActivated", "cardFrozenByHolder", "cardFrozenByBank", "cardReportedLost", "cardClosed"],
  CARD_EXPIRED: ["cardExpired"],
  CARD_NOT_ACTIVATED: ["cardNotActivated"],
  CARD_LOST: ["cardReportedLost"],
  CARD_STOLEN: ["cardReportedLost"],
  LOST_STOLEN: ["cardReportedLost"],
  CARD_CLOSED: ["cardClosed"],
  CARD_NOT_FOUND: ["cardNotFound"],
  INVALID_PAN: ["cardNotFound", "panMistyped"],
  CARD_NOT_ELIGIBLE: ["productExcluded"],
  DIGITAL_CARD_ART_REQUIRED: ["productExcluded"],
  TOO_MANY_TOKENS: ["cardDeviceLimit", "customerTokenLimit"],
  INCORRECT_CARD_EXPIRATION: ["expiryMismatch"],
  INVALID_CUSTOMER_RESPONSE: ["issuerAnswerInvalid"],
  CUSTOMER_ASA_TIMEOUT: ["answerTooLate", "requestNotReceived", "receiverStuck"],
  NETWORK_FAILURE: ["requestNotReceived", "receiverStuck", "answerLost"],
  INTERNAL_SYSTEM_ERROR: ["issuerAnswerInvalid", "receiverStuck"],
  GENERIC_DECLINE: ["issuerRefusesRisk", "accountRestricted"],
};

/** The causes of one word; of an unknown one those of a plain refusal. */
export function causesOfReason(reason: string): readonly Cause[] {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason]! : REASONS["GENERIC_DECLINE"]!;
}

/** Of several words: what each can only mean one way is said so; if none can, what they may mean. */
export function readReasons(reasons: readonly string[]): {
  readonly certain: readonly Cause[];
  readonly possible: readonly Cause[];
} {
  const meanings = reasons.map(causesOfReason);
  const certain = [...new Set(meanings.filter(({ length }) => length === 1).flat())];
  return { certain, possible: certain.length > 0 ? [] : [...new Set(meanings.flat())] };
}
