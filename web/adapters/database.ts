/*
 * The device's database. Everything in it is either public or sealed: a copied profile is worth nothing without the passkey.
 * cards: StoredCard by tokenRef. keys: sealed single-use keys by [tokenRef, atc]. counters: the highest ATC ever taken, by
 * tokenRef. device: the one record of this device, and the session.
 */
const NAME = "kabao";
const VERSION = 1;

export type StoreName = "cards" | "keys" | "counters" | "device";

/** @param home of a further device in this browser: each has a database of its own. */
export function openDatabase(home?: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(home === undefined ? NAME : `${NAME}.${home}`, VERSION);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore("cards", { keyPath: "tokenRef" });
      db.createObjectStore("keys", { keyPath: ["tokenRef", "atc"] });
      db.createObjectStore("counters", { keyPath: "tokenRef" });
      db.createObjectStore("device");
    };
    request.onsuccess = () => {
      // A newer version of the page in another tab must not wait for this one.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error ?? new Error("the database does not open"));
    request.onblocked = () => reject(new Error("another tab holds an older database"));
  });
}

/** Reads in one transaction. `work` hands its result to `give`; the last one given counts. */
export function reading<T>(db: IDBDatabase, stores: StoreName[], work: Work<T>): Promise<T | undefined> {
  return run(db.transaction(stores, "readonly"), work);
}

/** Writes in one transaction, all or nothing, on the disk when the promise resolves. */
export function writing<T>(db: IDBDatabase, stores: StoreName[], work: Work<T>): Promise<T | undefined> {
  return run(db.transaction(stores, "readwrite", { durability: "strict" }), work);
}

type Work<T> = (tx: IDBTransaction, give: (value: T) => void) => void;

function run<T>(tx: IDBTransaction, work: Work<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let given: T | undefined;
    tx.oncomplete = () => resolve(given);
    tx.onabort = () => reject(tx.error ?? new Error("the transaction was aborted"));
    work(tx, (value) => {
      given = value;
    });
  });
}
