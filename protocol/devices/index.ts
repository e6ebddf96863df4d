export { compareVersions, DEVICE_MODELS, type DeviceModel, deviceModel } from "./catalogue.ts";
