import type { Words } from "#contracts/common";
import type { DeviceView } from "#contracts/wallet-api";
import { deviceModel } from "#protocol/devices";

/** What a device is called: by its model where the catalogue has it, else as it called itself. */
export function deviceName({ model, name }: Pick<DeviceView, "model" | "name">): Words {
  return deviceModel(model)?.name ?? { zh: name, en: name };
}
