import type { DeviceFacts } from "#contracts/wallet-api";
import { deviceModel } from "#protocol/devices";

/** What this page is in the catalogue of devices. */
export const MODEL = "phone-web";

/**
 * What this device says of itself. A browser tells nothing of its screen lock: that a passkey verified its holder here is
 * what stands for passcode and finger. Nothing of it is proof.
 */
export function aboutDevice(): Omit<DeviceFacts, "use"> {
  return {
    model: MODEL,
    osVersion: deviceModel(MODEL)!.advisedOs,
    passcodeOn: true,
    biometricOn: true,
    integrity: true,
    online: navigator.onLine,
  };
}
