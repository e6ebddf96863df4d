import type { DeviceStorage, StoredCard, StoredKey } from "#device/secure-element";
import { reading, writing } from "./database.ts";

interface KeyRow extends StoredKey {
  readonly tokenRef: string;
}
interface CounterRow {
  readonly tokenRef: string;
  /** Highest ATC ever taken. */
  readonly highest: number;
}

/** Every key of one token, lowest ATC first. */
const keysOf = (tokenRef: string) => IDBKeyRange.bound([tokenRef, 0], [tokenRef, 0xffff]);

/**
 * The device's storage in IndexedDB. A key and its ATC leave in one transaction that is on the disk before the promise
 * resolves: two tabs never get the same ATC, and a browser that is killed loses one and never repeats one.
 */
export function openDeviceStorage(db: IDBDatabase): DeviceStorage {
  /** Inside a transaction: hands the highest ATC taken so far to `next`. */
  function withHighest(tx: IDBTransaction, tokenRef: string, next: (highest: number) => void): void {
    const request: IDBRequest<CounterRow | undefined> = tx.objectStore("counters").get(tokenRef);
    request.onsuccess = () => next(request.result?.highest ?? 0);
  }

  return {
    async cards() {
      const cards = await reading<StoredCard[]>(db, ["cards"], (tx, give) => {
        const request: IDBRequest<StoredCard[]> = tx.objectStore("cards").getAll();
        request.onsuccess = () => give(request.result);
      });
      return cards ?? [];
    },

    async saveCard({ tokenRef, passId, dataJwe }) {
      await writing(db, ["cards"], (tx) => void tx.objectStore("cards").put({ tokenRef, passId, dataJwe }));
    },

    async removeCard(tokenRef) {
      // The counter stays: a card that comes back goes on where it stopped.
      await writing(db, ["cards", "keys"], (tx) => {
        tx.objectStore("cards").delete(tokenRef);
        tx.objectStore("keys").delete(keysOf(tokenRef));
      });
    },

    async addKeys(tokenRef, keys) {
      await writing(db, ["keys", "counters"], (tx) => {
        withHighest(tx, tokenRef, (highest) => {
          const store = tx.objectStore("keys");
          for (const { keyClass, atc, keyJwe, expiresAt } of keys) {
            if (atc <= highest) continue;
            const known = store.getKey([tokenRef, atc]);
            known.onsuccess = () => {
              if (known.result === undefined) store.add({ tokenRef, keyClass, atc, keyJwe, expiresAt });
            };
          }
        });
      });
    },

    async keysLeft(tokenRef, now) {
      const count = await reading<number>(db, ["keys"], (tx, give) => {
        const request = tx.objectStore("keys").getAll(keysOf(tokenRef));
        request.onsuccess = () => give((request.result as KeyRow[]).filter((key) => key.expiresAt > now).length);
      });
      return count ?? 0;
    },

    takeKey: (tokenRef, keyClass, now) =>
      writing<StoredKey>(db, ["keys", "counters"], (tx, give) => {
        withHighest(tx, tokenRef, (highest) => {
          const request = tx.objectStore("keys").openCursor(keysOf(tokenRef));
          request.onsuccess = () => {
            const cursor = request.result;
            if (cursor === null) return;
            const { atc, keyJwe, expiresAt, ...row } = cursor.value as KeyRow;
            if (row.keyClass !== keyClass || expiresAt <= now) return cursor.continue();
            cursor.delete();
            tx.objectStore("counters").put({ tokenRef, highest: Math.max(highest, atc) } satisfies CounterRow);
            give({ keyClass, atc, keyJwe, expiresAt });
          };
        });
      }),

    async takeCounter(tokenRef) {
      const taken = await writing<number>(db, ["counters"], (tx, give) => {
        withHighest(tx, tokenRef, (highest) => {
          tx.objectStore("counters").put({ tokenRef, highest: highest + 1 } satisfies CounterRow);
          give(highest + 1);
        });
      });
      return taken!;
    },
  };
}
