import type { Db, KeyStore } from "#contracts/ports";
import type { ExpiryYymm } from "#protocol/time";
import { checkValueOf, panOf } from "./renewing.ts";

/** What the embosser prints on a card. */
export interface Plastic {
  readonly pan: string;
  readonly expiry: ExpiryYymm;
  readonly holderName: string;
  /** Three digits on the back, of a card that this bank renewed; of others only their hash is known. */
  readonly cvn2: string;
}

/** For the embosser alone: a renewed card as it goes to its holder. Undefined: no such card. */
export async function embossed(
  ports: { readonly db: Db; readonly keys: KeyStore },
  cardId: string,
): Promise<Plastic | undefined> {
  const rows = await ports.db.query<{ pan_sealed: Uint8Array; expiry: ExpiryYymm; holder_name: string }>(
    {
      text: `select c.pan_sealed, c.expiry, u.holder_name from card c
        join customer u on u.b = c.customer_b and u.id = c.customer_id where c.id = $1`,
    },
    [cardId],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const pan = panOf(ports.keys, { cardId }, row.pan_sealed);
  return {
    pan: pan.expose(),
    expiry: row.expiry,
    holderName: row.holder_name,
    cvn2: checkValueOf(ports.keys, pan, row.expiry),
  };
}
