export type { DeviceJournal, DeviceKeys, DeviceStorage, StoredCard, StoredKey } from "../ports.ts";
export { type Applet, type ArmedCard, createApplet } from "./applet.ts";
export { cardKeySource, fetchedKeySource, type KeySource, type ReservedKey, singleUseKeySource } from "./key-source.ts";
