import type { PublicJwk } from "#contracts/ports";
import { reading, writing } from "./database.ts";
import type { WrappedKey } from "./device-keys.ts";

/** What this browser remembers of being a device. */
export interface DeviceRecord {
  readonly accountId: string;
  readonly deviceId: string;
  readonly publicKey: PublicJwk;
  /** Base64url id of the passkey that opens the device key. */
  readonly credentialId: string;
  /** Base64url input of the PRF extension, as the wallet server chose it. */
  readonly prfInput: string;
  /** Absent: the passkey gives no PRF output, so the private half never left the page that made it. */
  readonly wrapped?: WrappedKey;
}

export interface DeviceRecords {
  read(): Promise<DeviceRecord | undefined>;
  write(record: DeviceRecord): Promise<void>;
  /** Forgets the device with its cards and keys. */
  clear(): Promise<void>;
}

const THIS = "this";

export function deviceRecords(db: IDBDatabase): DeviceRecords {
  return {
    read: () =>
      reading<DeviceRecord>(db, ["device"], (tx, give) => {
        const request: IDBRequest<DeviceRecord | undefined> = tx.objectStore("device").get(THIS);
        request.onsuccess = () => {
          if (request.result !== undefined) give(request.result);
        };
      }),
    async write(record) {
      await writing(db, ["device"], (tx) => void tx.objectStore("device").put(record, THIS));
    },
    async clear() {
      await writing(db, ["cards", "keys", "counters", "device"], (tx) => {
        for (const store of ["cards", "keys", "counters", "device"]) tx.objectStore(store).clear();
      });
    },
  };
}
