import type * as v from "valibot";
import type { CardData, PaymentNotice } from "#contracts/common";
import type { KeyStore, Queries, Random } from "#contracts/ports";
import type { TspIssuerApi } from "#contracts/tsp-api";
import { fromUtf8, shardOf, toUtf8 } from "#protocol/bytes";
import { type Instant, instant } from "#protocol/time";
import { KEYS } from "../ports.ts";

/*
 * What lies in the outbox. A text to a phone holds a code and a renewal card numbers, so these lie sealed; the rest
 * holds nothing that the bank could not show.
 */

export interface NoticePayload {
  readonly tokenPan: string;
  readonly notice: PaymentNotice;
}

export interface TextPayload {
  readonly toMobile: string;
  readonly text: string;
  readonly at: Instant;
}

/** Calls that are left for the TSP as they will be made. */
export type TspCallName = "activate" | "refuse" | "methodsChanged" | "recordChanged" | "changeToken";
export interface TspCall<Name extends TspCallName = TspCallName> {
  readonly journeyId: string;
  /** The same for every repeat of this call, and for no other. */
  readonly key: string;
  readonly request: v.InferOutput<TspIssuerApi[Name]["request"]>;
}

/** A card that goes on under another expiry or number. Whose it is, the TSP does not need to know. */
export interface RenewalPayload {
  readonly key: string;
  readonly card: RenewedCard;
  readonly newCard: RenewedCard;
}
export type RenewedCard = Pick<CardData, "pan" | "expiry">;

export type OutboxKind = "paymentNotice" | "text" | "renewCard" | TspCallName;

export function encodeNotice(payload: NoticePayload): Uint8Array {
  return fromUtf8(JSON.stringify(payload));
}

/** @throws {RangeError} when the row is not what this bank wrote. */
export function parseNotice(bytes: Uint8Array): NoticePayload {
  return JSON.parse(toUtf8(bytes) ?? "") as NoticePayload;
}

export function parseCall(bytes: Uint8Array): TspCall {
  return JSON.parse(toUtf8(bytes) ?? "") as TspCall;
}

function seal(keys: KeyStore, id: string, payload: object): Uint8Array {
  return keys.seal(KEYS.outbox, fromUtf8(JSON.stringify(payload)), `outbox ${id}`);
}
function open<T>(keys: KeyStore, id: string, sealed: Uint8Array): T {
  const bytes = keys.open(KEYS.outbox, sealed, `outbox ${id}`);
  if (bytes === undefined) throw new RangeError("outbox: a sealed row does not open");
  return JSON.parse(toUtf8(bytes) ?? "") as T;
}

export function openText(keys: KeyStore, id: string, sealed: Uint8Array): TextPayload {
  const { toMobile, text, at } = open<{ toMobile: string; text: string; at: number }>(keys, id, sealed);
  return { toMobile, text, at: instant(at) };
}

export function openRenewal(keys: KeyStore, id: string, sealed: Uint8Array): RenewalPayload {
  return open<RenewalPayload>(keys, id, sealed);
}

/** Leaves things for others, in the transaction of what caused them. */
export interface Outbox {
  /**
   * One row a call and binding: a later one takes the place of one that has not been sent, so that what arrives is how
   * things stand.
   */
  call<Name extends TspCallName>(
    tx: Queries,
    name: Name,
    about: { readonly bindingId: string; readonly journeyId: string; readonly part?: string },
    request: TspCall<Name>["request"],
    at: Instant,
    uselessAfter?: Instant,
  ): Promise<void>;
  text(
    tx: Queries,
    row: { readonly id: string; readonly owner: string; readonly uselessAfter: Instant },
    payload: TextPayload,
  ): Promise<void>;
  renewal(tx: Queries, cardId: string, payload: Omit<RenewalPayload, "key">, at: Instant): Promise<void>;
}

const SERIALS = 2 ** 32;

export function createOutbox(keys: KeyStore, random: Random): Outbox {
  async function leave(
    tx: Queries,
    row: {
      readonly owner: string;
      readonly id: string;
      readonly kind: OutboxKind;
      readonly payload: Uint8Array;
      readonly at: Instant;
      readonly uselessAfter: Instant | null;
    },
  ): Promise<void> {
    const b = shardOf(row.owner);
    // What waits under the same name is overtaken. The one index is by time (payments' notices need no other), so this reads on.
    await tx.query({ text: "delete from outbox where b = $1 and id = $2" }, [b, row.id]);
    await tx.query(
      {
        text: `
          insert into outbox (b, id, kind, payload, due_at, useless_after, attempts, serial)
          values ($1, $2, $3, $4, $5, $6, 0, $7)`,
      },
      [b, row.id, row.kind, row.payload, row.at, row.uselessAfter, random.below(SERIALS)],
    );
  }

  return {
    call(tx, name, { bindingId, journeyId, part }, request, at, uselessAfter) {
      const call: TspCall = { journeyId, key: random.uuid(), request };
      const id = `${name}-${bindingId}${part === undefined ? "" : `-${part}`}`;
      const payload = fromUtf8(JSON.stringify(call));
      return leave(tx, { owner: bindingId, id, kind: name, payload, at, uselessAfter: uselessAfter ?? null });
    },
    text(tx, { id, owner, uselessAfter }, payload) {
      return leave(tx, { owner, id, kind: "text", payload: seal(keys, id, payload), at: payload.at, uselessAfter });
    },
    renewal(tx, cardId, payload, at) {
      const key = random.uuid();
      const id = `renewCard-${key}`;
      const sealed = seal(keys, id, { ...payload, key } satisfies RenewalPayload);
      return leave(tx, { owner: cardId, id, kind: "renewCard", payload: sealed, at, uselessAfter: null });
    },
  };
}
