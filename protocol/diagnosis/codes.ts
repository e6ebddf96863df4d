/*
 * Every cause, in the order of the journey: a closed union. The tables under causes/ have one entry for each.
 */

export const PREFLIGHT_CODES = [
  "deviceUnsupported",
  "deviceInAppOnly",
  "osTooOld",
  "userVerificationOff",
  "deviceIntegrityFailed",
  "notSignedIn",
  "secondFactorOff",
  "accountLocked",
  "holderTooYoung",
  "regionNotServed",
  "deviceSlotsFull",
  "addLimitReached",
  "deviceOffline",
  "walletServiceDown",
] as const;
export type PreflightCause = (typeof PREFLIGHT_CODES)[number];

export const CARD_CODES = [
  "cameraRefused",
  "scanUnreadable",
  "panMistyped",
  "numberIsToken",
  "networkUnsupported",
  "iinUnknown",
  "expiryMismatch",
  "cvnMismatch",
  "sealedCardUnreadable",
] as const;
export type CardCause = (typeof CARD_CODES)[number];

export const ELIGIBILITY_CODES = [
  "issuerNotEnrolled",
  "productExcluded",
  "accountClassExcluded",
  "rangeMisrouted",
  "termsDeclined",
  "termsSuperseded",
  "alreadyOnThisDevice",
] as const;
export type EligibilityCause = (typeof ELIGIBILITY_CODES)[number];

export const DECISION_CODES = [
  "cardNotFound",
  "nameMismatch",
  "identityMismatch",
  "customerRecordStale",
  "reservedPhoneMismatch",
  "cardReportedLost",
  "cardFrozenByHolder",
  "cardFrozenByBank",
  "accountRestricted",
  "remoteUseSuspended",
  "cardNotActivated",
  "balanceNegative",
  "creditInArrears",
  "cardExpired",
  "cardReplaced",
  "cardClosed",
  "boundElsewhere",
  "cardDeviceLimit",
  "customerTokenLimit",
  "walletAdvisesNo",
  "tspRefusesRisk",
  "issuerRefusesRisk",
  "issuerMaintenance",
  "issuerAnswerInvalid",
] as const;
export type DecisionCause = (typeof DECISION_CODES)[number];

export const VERIFICATION_CODES = [
  "noUsableMethod",
  "codeNotSent",
  "codeNotDelivered",
  "codeUnclaimed",
  "codeWrong",
  "codeSuperseded",
  "codeExpired",
  "codeTriesUsedUp",
  "methodUsedUp",
  "smsDailyCap",
  "bankAppNotReady",
  "bankAppDeclined",
  "faceCheckFailed",
  "usbKeyNotAccepted",
  "appReturnLost",
  "hotlineClosed",
  "hotlineRefused",
  "verificationExpired",
  "proofForOtherJourney",
] as const;
export type VerificationCause = (typeof VERIFICATION_CODES)[number];

export const ISSUE_CODES = [
  "tokenRangeEmpty",
  "keyServiceDown",
  "personalisationIncomplete",
  "deviceStorageFailed",
  "deviceKeyChanged",
  "statesDiffer",
  "deviceInLostMode",
  "withdrawnByBank",
  "pushDataInvalid",
  "pushDataExpired",
] as const;
export type IssueCause = (typeof ISSUE_CODES)[number];

export const BETWEEN_CODES = [
  "requestNotReceived",
  "receiverStuck",
  "answerLost",
  "answerTooLate",
  "linkNotReady",
  "contractMismatch",
  "throttled",
  "clocksDisagree",
  "factsContradict",
] as const;
export type BetweenCause = (typeof BETWEEN_CODES)[number];

export const TAP_CODES = [
  "noCardArmed",
  "userNotVerified",
  "confirmationStale",
  "payKeysUsedUp",
  "payKeysExpired",
  "counterExhausted",
  "tapTorn",
  "tapTornAfterCryptogram",
  "noCommonApplication",
  "readerModeUnsupported",
  "severalCards",
  "aboveTerminalLimit",
  "pinNotGiven",
  "pinPadMissing",
  "terminalNotSignedIn",
  "terminalDateWrong",
] as const;
export type TapCause = (typeof TAP_CODES)[number];

export const AUTHORISE_CODES = [
  "merchantBlocked",
  "cardKindNotOpened",
  "messageMalformed",
  "chipDataIncomplete",
  "entryModeWrong",
  "messageMacWrong",
  "routeMissing",
  "tokenUnknown",
  "tokenExpired",
  "tokenSuspendedByIssuer",
  "tokenSuspendedByWallet",
  "tokenDeleted",
  "domainBroken",
  "signedDataDiffers",
  "cryptogramWrong",
  "counterReplayed",
  "counterOutOfWindow",
  "keyNotIssued",
  "verificationNotProven",
  "pinReblockFailed",
  "networkRiskDeclined",
  "networkRiskChallenge",
  "standInRefused",
  "standInLimit",
] as const;
export type AuthoriseCause = (typeof AUTHORISE_CODES)[number];

export const COMPLETE_CODES = [
  "fundsInsufficient",
  "limitPerPayment",
  "limitPerDay",
  "pinWrong",
  "pinBlocked",
  "shopKindBlocked",
  "answerLostReversed",
  "reversalPending",
  "secondTapSameSale",
  "refundNotMatched",
] as const;
export type CompleteCause = (typeof COMPLETE_CODES)[number];

export const RIDING_CODES = [
  "expressOff",
  "expressLocked",
  "otherPassAnswered",
  "offlineCheckFailed",
  "gateKeyMissing",
  "rideDebtOpen",
  "rideCapReached",
  "passBack",
  "noEntryFound",
  "lateChargeDeclined",
  "shopNotRegistered",
  "shopSessionExpired",
  "shopKeyUnknown",
  "tokenTypeUnsupported",
  "tokenAltered",
  "amountDiffers",
  "codeSpent",
  "codeTooOld",
  "shopCodeUnreadable",
] as const;
export type RidingCause = (typeof RIDING_CODES)[number];

/** Source: diagnosis §2. */
export type BindingCause =
  | PreflightCause
  | CardCause
  | EligibilityCause
  | DecisionCause
  | VerificationCause
  | IssueCause
  | BetweenCause;
export const BINDING_CODES: readonly BindingCause[] = [
  ...PREFLIGHT_CODES,
  ...CARD_CODES,
  ...ELIGIBILITY_CODES,
  ...DECISION_CODES,
  ...VERIFICATION_CODES,
  ...ISSUE_CODES,
  ...BETWEEN_CODES,
];
/** Source: diagnosis §3. */
export type PayingCause = TapCause | AuthoriseCause | CompleteCause;
export const PAYING_CODES: readonly PayingCause[] = [...TAP_CODES, ...AUTHORISE_CODES, ...COMPLETE_CODES];

export type Cause = BindingCause | PayingCause | RidingCause;
export const CAUSE_CODES: readonly Cause[] = [...BINDING_CODES, ...PAYING_CODES, ...RIDING_CODES];

const KNOWN: ReadonlySet<string> = new Set(CAUSE_CODES);
export function isCause(text: string): text is Cause {
  return KNOWN.has(text);
}
