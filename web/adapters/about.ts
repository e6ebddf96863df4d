import type { DeviceFacts } from "#contracts/wallet-api";
import type { DeviceModel } from "#protocol/devices";

/**
 * What this device says of itself. A browser tells nothing of its screen lock: that a passkey verified its holder here is
 * what stands for passcode and finger. Nothing of it is proof.
 */
export function aboutDevice({ id, advisedOs }: DeviceModel): Omit<DeviceFacts, "use"> {
  return {
    model: id,
    osVersion: advisedOs,
    passcodeOn: true,
    biometricOn: true,
    integrity: true,
    online: navigator.onLine,
  };
}
