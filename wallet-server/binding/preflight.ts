import type { BindingView, DeviceFacts } from "#contracts/wallet-api";
import { compareVersions, type DeviceModel, deviceModel } from "#protocol/devices";
import type { Cause } from "#protocol/diagnosis";
import type { WalletPolicy } from "../policy.ts";

export type Check = BindingView["checks"][number];

/** What the wallet knows itself when a card is to be added. */
export interface PreflightInput {
  /** As it was enrolled. */
  readonly model: string;
  /** Absent when the device itself is not there to speak. */
  readonly facts?: DeviceFacts | undefined;
  readonly account: {
    readonly region: string;
    readonly birthYear: number | null;
    readonly locked: boolean;
    readonly secondFactorOn: boolean;
  };
  readonly deviceLost: boolean;
  readonly cardsHeld: number;
  /** When the device's attempts are used up: until when. */
  readonly limitedUntil?: number | undefined;
  /** When the TSP did not answer just now: when to try again. */
  readonly downUntil?: number | undefined;
  readonly now: number;
  readonly policy: WalletPolicy;
}

/** Every check, passed or not, at once: nobody should learn of them one by one. */
export function preflight(input: PreflightInput): Check[] {
  const { facts, account, policy, now } = input;
  const model = deviceModel(input.model);
  const age = account.birthYear === null ? undefined : new Date(now).getUTCFullYear() - account.birthYear;
  const supported = model?.holdsCards === true;
  return [
    device("deviceUnsupported", supported),
    ...(facts === undefined ? [] : said(facts, model)),
    // Whoever got as far as here is: the door lets nobody else in.
    server("notSignedIn", true),
    server("secondFactorOff", account.secondFactorOn || !policy.secondFactorRequired),
    server("accountLocked", !account.locked),
    server("holderTooYoung", age === undefined || age >= policy.minimumAge),
    server("regionNotServed", policy.regions.includes(account.region)),
    server("deviceInLostMode", !input.deviceLost),
    server("deviceSlotsFull", model === undefined || input.cardsHeld < model.maxCards),
    server("addLimitReached", input.limitedUntil === undefined, input.limitedUntil),
    server("walletServiceDown", input.downUntil === undefined, input.downUntil),
  ];
}

/** What the device says of itself, held against the catalogue. */
function said(facts: DeviceFacts, model: DeviceModel | undefined): Check[] {
  return [
    device("deviceInAppOnly", model?.holdsCards !== true || model.nfc || facts.use === "apps"),
    device("osTooOld", model === undefined || compareVersions(facts.osVersion, model.minimumOs) >= 0),
    device("userVerificationOff", facts.passcodeOn && facts.biometricOn),
    device("deviceIntegrityFailed", facts.integrity),
    device("deviceOffline", facts.online),
  ];
}

function device(cause: Cause, passed: boolean): Check {
  return { cause, passed, source: "device" };
}

function server(cause: Cause, passed: boolean, retryAt?: number): Check {
  return { cause, passed, source: "server", ...(retryAt === undefined ? {} : { retryAt }) };
}
