import type { Cause } from "../codes.ts";

/** What can be behind a cause that others see: the root is the finding, this only followed from it. */
export const FOLLOWS_FROM: Readonly<Partial<Record<Cause, readonly Cause[]>>> = {
  tokenSuspendedByIssuer: [
    "cardReportedLost",
    "cardFrozenByBank",
    "cardFrozenByHolder",
    "accountRestricted",
    "remoteUseSuspended",
  ],
  tokenSuspendedByWallet: ["deviceInLostMode"],
  tokenDeleted: ["cardClosed", "withdrawnByBank"],
  verificationExpired: ["codeNotSent", "codeNotDelivered", "smsDailyCap", "hotlineClosed", "noUsableMethod"],
  rideDebtOpen: ["lateChargeDeclined"],
};

/** A later, harder outcome of the same attempts: what led to it is no longer worth telling. */
export const ABSORBS: Readonly<Partial<Record<Cause, readonly Cause[]>>> = {
  codeTriesUsedUp: ["codeWrong", "codeSuperseded"],
  methodUsedUp: ["codeWrong", "codeSuperseded", "codeExpired", "codeTriesUsedUp"],
  verificationExpired: [
    "codeWrong",
    "codeSuperseded",
    "codeExpired",
    "codeTriesUsedUp",
    "methodUsedUp",
    "bankAppNotReady",
    "bankAppDeclined",
    "faceCheckFailed",
    "usbKeyNotAccepted",
  ],
};

/** Endangers money or identity: told before anything else, whatever else is wrong. */
export const FIRST_OF_ALL: ReadonlySet<Cause> = new Set(["statesDiffer", "reversalPending"]);

/** What a change of the bank's record cures, by the fact's `what`. */
export const CURED_BY: Readonly<Record<string, readonly Cause[]>> = {
  reservedPhone: ["reservedPhoneMismatch", "noUsableMethod"],
  cardStatus: ["cardReportedLost", "cardFrozenByHolder", "cardFrozenByBank", "cardNotActivated"],
  status: ["cardReportedLost", "cardFrozenByHolder", "cardFrozenByBank", "cardNotActivated"],
  customerRecord: [
    "customerRecordStale",
    "identityMismatch",
    "nameMismatch",
    "remoteUseSuspended",
    "accountClassExcluded",
  ],
  restriction: ["accountRestricted"],
  limits: ["cardDeviceLimit", "customerTokenLimit", "addLimitReached", "smsDailyCap", "boundElsewhere"],
  balance: ["balanceNegative", "creditInArrears"],
  expiry: ["cardExpired", "cardReplaced"],
};

/**
 * Answers on the way to the holder say less than the bank knows: these are what several causes read as. Heard at second
 * hand they are not certain.
 */
export const READS_AS_ONE: Readonly<Partial<Record<Cause, readonly Cause[]>>> = {
  issuerRefusesRisk: ["issuerRefusesRisk", "accountRestricted"],
  cardNotFound: [
    "cardNotFound",
    "nameMismatch",
    "identityMismatch",
    "expiryMismatch",
    "cvnMismatch",
    "reservedPhoneMismatch",
  ],
};
