import type { PaymentNotice } from "#contracts/common";
import type { KeyStore } from "#contracts/ports";
import { fromUtf8, toUtf8 } from "#protocol/bytes";
import { type Instant, instant } from "#protocol/time";
import { KEYS } from "../ports.ts";

/*
 * What lies in the outbox. A text to a phone holds a code, so it lies sealed; a notice holds nothing that the bank
 * could not show.
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

export function encodeNotice(payload: NoticePayload): Uint8Array {
  return fromUtf8(JSON.stringify(payload));
}

/** @throws {RangeError} when the row is not what this bank wrote. */
export function parseNotice(bytes: Uint8Array): NoticePayload {
  return JSON.parse(toUtf8(bytes) ?? "") as NoticePayload;
}

export function sealText(keys: KeyStore, id: string, payload: TextPayload): Uint8Array {
  return keys.seal(KEYS.outbox, fromUtf8(JSON.stringify(payload)), `outbox ${id}`);
}

export function openText(keys: KeyStore, id: string, sealed: Uint8Array): TextPayload {
  const bytes = keys.open(KEYS.outbox, sealed, `outbox ${id}`);
  if (bytes === undefined) throw new RangeError("outbox: a sealed text does not open");
  const { toMobile, text, at } = JSON.parse(toUtf8(bytes) ?? "") as { toMobile: string; text: string; at: number };
  return { toMobile, text, at: instant(at) };
}
