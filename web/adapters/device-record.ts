import type { PublicJwk } from "#contracts/ports";
import type { KnownCards, Memory, SessionRecord, Sessions } from "../phone/ports.ts";
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
  /** Absent: the passkey gives no PRF output. Then no payment key is kept here: each payment fetches one. */
  readonly wrapped?: WrappedKey;
}

export interface DeviceRecords {
  read(): Promise<DeviceRecord | undefined>;
  write(record: DeviceRecord): Promise<void>;
  /** Forgets the device with its cards and keys; counters stay, so that no ATC ever comes again. */
  clear(): Promise<void>;
}

const THIS = "this";
const SESSION = "session";
const KNOWN = "known";

export function deviceRecords(db: IDBDatabase): DeviceRecords {
  return {
    read: () => recordOf<DeviceRecord>(db, THIS),
    async write(record) {
      await writing(db, ["device"], (tx) => void tx.objectStore("device").put(record, THIS));
    },
    async clear() {
      await writing(db, ["cards", "keys", "device"], (tx) => {
        for (const store of ["cards", "keys"]) tx.objectStore(store).clear();
        for (const key of [THIS, KNOWN]) tx.objectStore("device").delete(key);
      });
    },
  };
}

/**
 * The session lies beside the device, so that a browser that was killed still shows its cards (localStorage reaches the disk
 * seconds later). Any script of this origin could read it, so the pages' content security policy lets in no script but ours;
 * and it pays nothing: keys open by the passkey alone.
 */
export function sessionRecords(db: IDBDatabase): Sessions {
  return {
    read: () => recordOf<SessionRecord>(db, SESSION),
    async write({ accountId, name, accessToken }) {
      await writing(
        db,
        ["device"],
        (tx) => void tx.objectStore("device").put({ accountId, name, accessToken }, SESSION),
      );
    },
    async clear() {
      await writing(db, ["device"], (tx) => void tx.objectStore("device").delete(SESSION));
    },
  };
}

/** What the screen last showed, for a start without a network. Gone with the device and with the session. */
export function knownCards(db: IDBDatabase): Memory {
  return {
    read: () => recordOf<KnownCards>(db, KNOWN),
    async write(known) {
      await writing(db, ["device"], (tx) => void tx.objectStore("device").put(known, KNOWN));
    },
    async clear() {
      await writing(db, ["device"], (tx) => void tx.objectStore("device").delete(KNOWN));
    },
  };
}

function recordOf<T>(db: IDBDatabase, key: string): Promise<T | undefined> {
  return reading<T>(db, ["device"], (tx, give) => {
    const request: IDBRequest<T | undefined> = tx.objectStore("device").get(key);
    request.onsuccess = () => {
      if (request.result !== undefined) give(request.result);
    };
  });
}
