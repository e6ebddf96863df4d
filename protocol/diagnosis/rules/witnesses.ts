import type { Witness } from "../cause.ts";
import { CAUSES } from "../causes/index.ts";
import { BETWEEN_CODES, type Cause } from "../codes.ts";

/** Who sees a cause with its own eyes without having stopped anything: its word proves it too. */
const ALSO_SEEN_BY: Readonly<Partial<Record<Cause, readonly Witness[]>>> = {
  userVerificationOff: ["wallet"],
  deviceSlotsFull: ["wallet"],
  deviceOffline: ["wallet"],
  walletServiceDown: ["device"],
  deviceUnsupported: ["device"],
  notSignedIn: ["device"],
  panMistyped: ["wallet", "tsp"],
  networkUnsupported: ["tsp"],
  iinUnknown: ["wallet"],
  sealedCardUnreadable: ["issuer"],
  issuerNotEnrolled: ["wallet"],
  rangeMisrouted: ["issuer"],
  termsDeclined: ["wallet", "device"],
  termsSuperseded: ["wallet", "tsp"],
  issuerAnswerInvalid: ["tsp"],
  issuerMaintenance: ["tsp"],
  codeNotDelivered: ["issuer"],
  codeUnclaimed: ["wallet", "tsp", "issuer"],
  methodUsedUp: ["issuer"],
  smsDailyCap: ["tsp"],
  bankAppNotReady: ["issuer", "wallet", "device"],
  bankAppDeclined: ["bankApp", "issuer"],
  faceCheckFailed: ["issuer"],
  usbKeyNotAccepted: ["issuer"],
  verificationExpired: ["issuer"],
  proofForOtherJourney: ["issuer", "bankApp"],
  personalisationIncomplete: ["wallet"],
  deviceStorageFailed: ["wallet"],
  deviceKeyChanged: ["wallet"],
  statesDiffer: ["wallet", "issuer"],
  deviceInLostMode: ["tsp"],
  merchantBlocked: ["network"],
  messageMalformed: ["tsp", "issuer"],
  messageMacWrong: ["issuer", "acquirer"],
  domainBroken: ["network"],
  pinReblockFailed: ["issuer"],
  reversalPending: ["acquirer", "issuer"],
  lateChargeDeclined: ["gate", "acquirer"],
  rideDebtOpen: ["issuer"],
  shopKeyUnknown: ["wallet"],
};

export const BETWEEN: ReadonlySet<Cause> = new Set(BETWEEN_CODES);

/** Does a party's word prove this cause? What lies between two parties, each of the two can see. */
export function proves(party: Witness, cause: Cause): boolean {
  return (
    (CAUSES[cause].stoppers as readonly string[]).includes(party) ||
    BETWEEN.has(cause) ||
    (ALSO_SEEN_BY[cause] ?? []).includes(party)
  );
}
