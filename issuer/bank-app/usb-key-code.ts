import type { Db, KeyStore, Queries } from "#contracts/ports";
import { equalBytes, fromAscii } from "#protocol/bytes";
import type { Instant } from "#protocol/time";
import { KEYS } from "../ports.ts";

/*
 * A USB key is handed over at a branch. What ties the key in the customer's hand to the customer at the counter is a code
 * that the teller gives with it.
 */

const TRIES_MAX = 3;

/** Eight digits, the same each time for one call of one teller. */
export function usbKeyCodeOf(keys: KeyStore, customerId: string, call: string): string {
  const bytes = keys.hmac(KEYS.code, fromAscii(`usb key code ${customerId} ${call}`));
  const number = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0) % 100_000_000n;
  return number.toString().padStart(8, "0");
}

const hashOf = (keys: KeyStore, customerId: string, code: string) =>
  keys.hmac(KEYS.code, fromAscii(`usb key ${customerId} ${code}`));

/** The newest code of a customer is the one that counts. */
export async function keepUsbKeyCode(
  tx: Queries,
  keys: KeyStore,
  kept: { readonly customerId: string; readonly code: string; readonly expiresAt: Instant },
): Promise<void> {
  await tx.query(
    {
      text: `insert into usb_key_code (customer_id, code_hash, wrong_tries, expires_at) values ($1, $2, 0, $3)
        on conflict (customer_id) do update set code_hash = excluded.code_hash, wrong_tries = 0, expires_at = excluded.expires_at`,
    },
    [kept.customerId, hashOf(keys, kept.customerId, kept.code), kept.expiresAt],
  );
}

/** Takes a code, which is then spent. No code, a wrong one, one that is void or too old: all alike. */
export function takeUsbKeyCode(
  db: Db,
  keys: KeyStore,
  typed: { readonly customerId: string; readonly code: string },
  now: Instant,
): Promise<boolean> {
  const { customerId, code } = typed;
  return db.transaction(async (tx) => {
    const rows = await tx.query<{ code_hash: Uint8Array; wrong_tries: number; expires_at: bigint }>(
      { text: "select code_hash, wrong_tries, expires_at from usb_key_code where customer_id = $1 for update" },
      [customerId],
    );
    const row = rows[0];
    if (row === undefined || row.wrong_tries >= TRIES_MAX || row.expires_at <= now) return false;
    const right = equalBytes(row.code_hash, hashOf(keys, customerId, code));
    await tx.query(
      {
        text: right
          ? "delete from usb_key_code where customer_id = $1"
          : "update usb_key_code set wrong_tries = wrong_tries + 1 where customer_id = $1",
      },
      [customerId],
    );
    return right;
  });
}
