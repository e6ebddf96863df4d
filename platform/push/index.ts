export { isPublicAddress, publicLookup } from "./addresses.ts";
export { openPushKeys, type PushKeys } from "./keys.ts";
export { type PushOptions, webPushSender } from "./sender.ts";
