import type { KeyStore, Queries } from "#contracts/ports";
import { concat, fromAscii, shardOf, toBase64url, toLatin1 } from "#protocol/bytes";
import { Pan } from "#protocol/pan";
import { makePar } from "#protocol/paytoken";
import type { Instant } from "#protocol/time";
import { KEYS } from "./ports.ts";

/** A funding card in the vault. */
export interface VaultCard {
  readonly b: number;
  /** Keyed hash of the whole number: the same card always gives the same, and it says nothing of the number. */
  readonly panRef: string;
  readonly panSuffix: string;
  readonly par: string;
}

/** The reference by which a card is found. 24 characters. */
export function panRefOf(keys: KeyStore, pan: Pan): string {
  return toBase64url(keys.hmac(KEYS.panRef, fromAscii(pan.expose())).subarray(0, 18));
}

/** @param panRef of the number by which the vault first knew the card, when it was renewed since: reference and PAR stay. */
export function cardOf(keys: KeyStore, pan: Pan, panRef: string = panRefOf(keys, pan)): VaultCard {
  const entropy = concat(keys.hmac(KEYS.panRef, fromAscii(`par/${panRef}`)));
  return { b: shardOf(panRef), panRef, panSuffix: pan.suffix, par: makePar(entropy) };
}

/** The numbers are stored sealed, each bound to its row; a card that is there stays as it is. */
export async function keepCards(
  db: Queries,
  keys: KeyStore,
  cards: readonly { readonly pan: Pan; readonly card: VaultCard }[],
  at: Instant,
): Promise<void> {
  await db.query(
    {
      text: `insert into card (b, pan_ref, pan_sealed, pan_suffix, par, created_at)
        select b, pan_ref, pan_sealed, pan_suffix, par, $6::bigint
        from unnest($1::smallint[], $2::text[], $3::bytea[], $4::text[], $5::text[]) as i(b, pan_ref, pan_sealed, pan_suffix, par)
        on conflict (b, pan_ref) do nothing`,
    },
    [
      cards.map(({ card }) => card.b),
      cards.map(({ card }) => card.panRef),
      cards.map(({ pan, card }) => keys.seal(KEYS.panSeal, fromAscii(pan.expose()), card.panRef)),
      cards.map(({ card }) => card.panSuffix),
      cards.map(({ card }) => card.par),
      at,
    ],
  );
}

/** @throws {Error} when the seal does not hold: the row was changed by someone who has no key. */
export function openPan(keys: KeyStore, panRef: string, sealed: Uint8Array): Pan {
  const plain = keys.open(KEYS.panSeal, sealed, panRef);
  const pan = plain === undefined ? undefined : Pan.parse(toLatin1(plain));
  if (pan?.ok !== true) throw new Error("vault: a sealed card does not open");
  return pan.value;
}
