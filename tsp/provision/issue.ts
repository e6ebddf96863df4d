import type { Clock, Db, KeyStore, PublicJwk, Random } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import type { Pan } from "#protocol/pan";
import { EMPTY_WINDOW, makeTokenPan } from "#protocol/paytoken";
import type { ExpiryYymm } from "#protocol/time";
import { ensureKeys } from "../ports.ts";
import { insertTokens, takeNumbers } from "../store.sql.ts";
import type { Token } from "../token.ts";
import { cardOf, keepCards } from "../vault.ts";

/** A card that becomes an active token on a device without a journey: a portfolio taken over, or a load test. */
export interface BulkCard {
  readonly pan: Pan;
  readonly kind: "debit" | "credit";
  /** Two digits, tag 5F34. */
  readonly psn: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly deviceKey: PublicJwk;
  readonly keySource: Token["keySource"];
  readonly walletAccount: string;
  readonly tokenExpiry: ExpiryYymm;
}

const CHUNK = 1000;

/** Makes tokens by the thousand, one a card. Answers in the order of the cards. */
export async function issueTokens(
  ports: { readonly db: Db; readonly keys: KeyStore; readonly clock: Clock; readonly random: Random },
  cards: readonly BulkCard[],
): Promise<readonly Token[]> {
  const { db, keys, clock, random } = ports;
  ensureKeys(keys);
  const refs = byShard(() => random.uuid());
  const numbers = {
    debit: byShard(() => makeTokenPan("debit", (limit) => random.below(limit))),
    credit: byShard(() => makeTokenPan("credit", (limit) => random.below(limit))),
  };
  const all: Token[] = [];
  for (let from = 0; from < cards.length; from += CHUNK) {
    const chunk = cards
      .slice(from, from + CHUNK)
      .map((bulk) => ({ bulk, pan: bulk.pan, card: cardOf(keys, bulk.pan) }));
    const now = clock.now();
    const tokens = chunk.map(({ bulk, card }): Token => {
      const tokenRef = refs(card.b);
      return {
        b: card.b,
        tokenPan: numbers[bulk.kind](card.b),
        tokenRef,
        panRef: card.panRef,
        panSuffix: card.panSuffix,
        bindingId: tokenRef,
        deviceId: bulk.deviceId,
        deviceName: bulk.deviceName,
        deviceKey: bulk.deviceKey,
        walletAccount: bulk.walletAccount,
        keySource: bulk.keySource,
        state: { kind: "active" },
        tokenExpiry: bulk.tokenExpiry,
        psn: bulk.psn,
        cardKind: bulk.kind,
        keyRanges: [],
        nextAtc: 1,
        window: EMPTY_WINDOW,
        cryptogramFailures: 0,
        version: 0n,
        changedAt: now,
        verifyBy: null,
        previousExpiry: null,
      };
    });
    await db.transaction(async (tx) => {
      await keepCards(tx, keys, chunk, now);
      await insertTokens(tx, tokens, { decision: "green" });
      for (const kind of ["debit", "credit"] as const)
        await takeNumbers(tx, kind, chunk.filter(({ bulk }) => bulk.kind === kind).length);
    });
    all.push(...tokens);
  }
  return all;
}

/** Draws until a candidate falls into the shard, and keeps the others for their own. */
function byShard(make: () => string): (b: number) => string {
  const drawn = new Map<number, string[]>();
  return (b) => {
    for (;;) {
      const held = drawn.get(b)?.pop();
      if (held !== undefined) return held;
      const candidate = make();
      const shard = shardOf(candidate);
      const others = drawn.get(shard);
      if (others === undefined) drawn.set(shard, [candidate]);
      else others.push(candidate);
    }
  };
}
