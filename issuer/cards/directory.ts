import type { Db, GroupCommit, KeyStore, Statement } from "#contracts/ports";
import { fromAscii, SHARDS, shardOf, toLatin1 } from "#protocol/bytes";
import type { Pan } from "#protocol/pan";
import type { Target } from "../host/core.ts";
import { KEYS } from "../ports.ts";

/** Keyed hash by which a card number is found; the number itself lies sealed. */
export function panHmac(keys: KeyStore, pan: Pan): Uint8Array {
  return keys.hmac(KEYS.lookUp, fromAscii(`pan ${pan.expose()}`));
}

/** Shard of a number's directory row: by its own key, since the account is what it is asked for. */
export function directoryShard(hmac: Uint8Array): number {
  return hmac[0]! % SHARDS;
}

const CACHE_MAX = 200_000;

const FIND: Statement = {
  name: "issuer-pan-directory",
  text: `
    select d.pan_hmac, d.account_id, d.card_id
    from unnest($1::smallint[], $2::bytea[]) as i(b, pan_hmac)
    join pan_directory d on d.b = i.b and d.pan_hmac = i.pan_hmac`,
};

/**
 * Card number → account. A number never changes its account, so what was found is kept; numbers not found are asked
 * for again, since a card may be issued any moment. Requests for one number that wait together go on in their order.
 */
export function createPanDirectory(ports: {
  readonly db: Db;
  readonly keys: KeyStore;
  readonly groupCommit: GroupCommit;
}): (pan: Pan) => Promise<Target | undefined> {
  const { db, keys } = ports;
  const known = new Map<string, Promise<Target | undefined>>();
  const find = ports.groupCommit.create<Uint8Array, Target | undefined>({
    lanes: 1,
    maxBatch: 256,
    shardOf: () => 0,
    async commit(hmacs) {
      const rows = await db.query<{ pan_hmac: Uint8Array; account_id: string; card_id: string }>(FIND, [
        hmacs.map(directoryShard),
        hmacs,
      ]);
      const found = new Map(
        rows.map((row) => [
          toLatin1(row.pan_hmac),
          { b: shardOf(row.account_id), accountId: row.account_id, cardId: row.card_id },
        ]),
      );
      return hmacs.map((hmac) => found.get(toLatin1(hmac)));
    },
  });

  return (pan) => {
    const hmac = panHmac(keys, pan);
    const key = toLatin1(hmac);
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const target = find(hmac);
    const forget = () => void known.delete(key);
    target.then((found) => found ?? forget(), forget);
    if (known.size >= CACHE_MAX) known.delete(known.keys().next().value!);
    known.set(key, target);
    return target;
  };
}
