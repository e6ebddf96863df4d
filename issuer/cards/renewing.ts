import type { KeyStore, Queries, Random } from "#contracts/ports";
import { err, fromAscii, ok, type Result, toUint, toUtf8 } from "#protocol/bytes";
import { luhnDigit, Pan } from "#protocol/pan";
import { type ExpiryYymm, type Instant, toYymmdd } from "#protocol/time";
import { cure } from "../binding/curing.ts";
import type { BindingParts } from "../binding/parts.ts";
import { KEYS } from "../ports.ts";
import { moveBindings } from "./changing.ts";
import { directoryShard, panHmac } from "./directory.ts";
import { cvn2Hmac } from "./issue.ts";
import { productById, rangeById } from "./products.ts";
import { type CardState, stepCard } from "./status.ts";
import { type HeldCard, holdCard, writeCardState } from "./store.ts";

const CARD_YEARS = 5;
const NUMBER_TRIES = 20;

type Parts = Pick<BindingParts, "outbox" | "facts" | "policy" | "keys" | "random">;

/**
 * The card goes on with a new expiry, or under a new number too: same account, and its tokens live on. The card must be
 * held. Answers the card that goes on.
 */
export async function renewCard(
  parts: Parts,
  tx: Queries,
  card: HeldCard,
  newNumber: boolean,
  now: Instant,
): Promise<Result<HeldCard, "wrongState">> {
  const over = card.state.base === "closed" || card.state.base === "replaced";
  if (over || (!newNumber && card.state.blocks.includes("lost"))) return err("wrongState");
  const { keys } = parts;
  const expiry = expiryIn(CARD_YEARS, now);
  const pan = panOf(keys, card, await sealedPan(tx, card));
  const next = newNumber
    ? await openSuccessor(parts, tx, card, expiry, now)
    : { cardId: card.cardId, pan, state: card.state };
  await tx.query({ text: "update card set expiry = $3, cvn2_hmac = $4 where b = $1 and id = $2" }, [
    card.b,
    next.cardId,
    expiry,
    productById(card.productId).kind === "credit"
      ? cvn2Hmac(keys, next.cardId, checkValueOf(keys, next.pan, expiry))
      : null,
  ]);
  if (newNumber) {
    const replaced = stepCard(card.state, "replace");
    if (!replaced.ok) return replaced;
    await writeCardState(tx, card, replaced.value);
    await tx.query({ text: "update card set successor_id = $3 where b = $1 and id = $2" }, [
      card.b,
      card.cardId,
      next.cardId,
    ]);
    await moveBindings(parts, tx, card, { ...next, accountId: card.accountId }, now);
  } else await writeCardState(tx, card, card.state);
  await parts.outbox.renewal(
    tx,
    card.cardId,
    { card: { pan: pan.expose(), expiry: card.expiry }, newCard: { pan: next.pan.expose(), expiry } },
    now,
  );
  await cure(parts, tx, card.customer.customerId, ["cardExpired"], "expiry", now);
  return ok(await holdCard(tx, { ...card, cardId: next.cardId }));
}

/** A number of the same product that nobody has, on the same account. */
async function openSuccessor(
  parts: Parts,
  tx: Queries,
  card: HeldCard,
  expiry: ExpiryYymm,
  now: Instant,
): Promise<{ readonly cardId: string; readonly pan: Pan; readonly state: CardState }> {
  const { keys, random } = parts;
  const cardId = `card-${random.uuid()}`;
  const pan = await takeNumber(tx, keys, random, card, cardId);
  const state: CardState = { base: "active", blocks: [] };
  await tx.query(
    {
      text: `
        insert into card (b, id, account_id, customer_b, customer_id, product_id, pan_sealed, pan_suffix, psn, expiry,
          cvn2_hmac, status, base_status, blocks, issued_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, '01', $9, null, 'active', 'active', '{}', $10)`,
    },
    [
      card.b,
      cardId,
      card.accountId,
      card.customer.b,
      card.customer.customerId,
      card.productId,
      keys.seal(KEYS.panSeal, fromAscii(pan.expose()), `pan ${cardId}`),
      pan.suffix,
      expiry,
      now,
    ],
  );
  return { cardId, pan, state };
}

async function takeNumber(tx: Queries, keys: KeyStore, random: Random, card: HeldCard, cardId: string): Promise<Pan> {
  const { prefix, length } = rangeById(card.productId);
  for (let tries = 0; tries < NUMBER_TRIES; tries++) {
    let body = prefix;
    while (body.length < length - 1) body += random.below(10).toString();
    const pan = Pan.parse(body + luhnDigit(body));
    if (!pan.ok) continue;
    const hmac = panHmac(keys, pan.value);
    const rows = await tx.query(
      {
        text: `insert into pan_directory (b, pan_hmac, account_id, card_id) values ($1, $2, $3, $4)
          on conflict do nothing returning card_id`,
      },
      [directoryShard(hmac), hmac, card.accountId, cardId],
    );
    if (rows.length === 1) return pan.value;
  }
  throw new RangeError("renewCard: no free number in the product's range");
}

async function sealedPan(tx: Queries, card: HeldCard): Promise<Uint8Array> {
  const rows = await tx.query<{ pan_sealed: Uint8Array }>(
    { text: "select pan_sealed from card where b = $1 and id = $2" },
    [card.b, card.cardId],
  );
  return rows[0]!.pan_sealed;
}

export function panOf(keys: KeyStore, card: { readonly cardId: string }, sealed: Uint8Array): Pan {
  const bytes = keys.open(KEYS.panSeal, sealed, `pan ${card.cardId}`);
  const pan = bytes === undefined ? undefined : Pan.parse(toUtf8(bytes) ?? "");
  if (pan?.ok !== true) throw new RangeError("card: a sealed number does not open");
  return pan.value;
}

/** The three digits that the embosser prints on the back: they follow from number and expiry by the bank's own key. */
export function checkValueOf(keys: KeyStore, pan: Pan, expiry: ExpiryYymm): string {
  const mac = keys.hmac(KEYS.lookUp, fromAscii(`check value ${pan.expose()} ${expiry}`));
  return String(toUint(mac.subarray(0, 6)) % 1000).padStart(3, "0");
}

function expiryIn(years: number, now: Instant): ExpiryYymm {
  const today = toYymmdd(now);
  return `${String((Number(today.slice(0, 2)) + years) % 100).padStart(2, "0")}${today.slice(2, 4)}` as ExpiryYymm;
}
