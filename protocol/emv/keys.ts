import { concat, fromUint, packDigits, toHex, xor } from "#protocol/bytes";
import { type CardCipher, sha1 } from "#protocol/crypto";

const ONES = new Uint8Array(8).fill(0xff);

/**
 * Card master key by option A, UnionPay's way for every PAN length.
 *
 * @param imk 16 bytes, issuer master key. @param pan digits. @param psn two digits, tag 5F34.
 * @returns 16 bytes that the caller wipes; parity not adjusted. Compare only after `adjustParity`.
 * Source: EMV Book 2, A1.4.1. Vectors: test/vectors/emv.json.
 */
export function deriveCardKeyA(imk: Uint8Array, pan: string, psn: string, cipher: CardCipher): Uint8Array {
  return cardKeyOf(imk, packDigits((pan + psn).slice(-16).padStart(16, "0")), cipher);
}

/** Card master key by option B: as A up to 16 digits, else through SHA-1. Source: EMV Book 2, A1.4.2. */
export function deriveCardKeyB(imk: Uint8Array, pan: string, psn: string, cipher: CardCipher): Uint8Array {
  if (pan.length <= 16) return deriveCardKeyA(imk, pan, psn, cipher);
  const digest = toHex(sha1(packDigits(pan + psn)));
  const digits = digest.replace(/[a-f]/g, "");
  const letters = digest.replace(/\d/g, "").replace(/[a-f]/g, (letter) => String(letter.charCodeAt(0) - 97));
  return cardKeyOf(imk, packDigits((digits + letters).slice(0, 16)), cipher);
}

function cardKeyOf(imk: Uint8Array, y: Uint8Array, cipher: CardCipher): Uint8Array {
  return cipher.tdes(imk, concat(y, xor(y, ONES)));
}

function atcBytes(atc: number): Uint8Array {
  if (!Number.isInteger(atc) || atc < 0 || atc > 0xffff) throw new RangeError("atc: wants 0..65535");
  return fromUint(atc, 2);
}

/** PBOC and UnionPay session key: six zero bytes and the ATC, then its complement. 16 bytes that the caller wipes. Source: JR/T 0025.7. */
export function derivePbocSessionKey(cardKey: Uint8Array, atc: number, cipher: CardCipher): Uint8Array {
  const blocks = new Uint8Array(16);
  blocks.set(atcBytes(atc), 6);
  blocks.set(atcBytes(atc ^ 0xffff), 14);
  return cipher.tdes(cardKey, blocks);
}

/** EMV common session key from 8 bytes R: the ATC and six zeros, or the ARQC for scripts. Source: EMV Book 2, A1.3. */
export function deriveCommonSessionKey(cardKey: Uint8Array, r: Uint8Array, cipher: CardCipher): Uint8Array {
  if (r.length !== 8) throw new RangeError("csk: wants 8 bytes");
  const blocks = concat(r, r);
  blocks[2] = 0xf0;
  blocks[10] = 0x0f;
  return cipher.tdes(cardKey, blocks);
}

/** R of an application cryptogram's common session key. */
export function commonSessionInput(atc: number): Uint8Array {
  return concat(atcBytes(atc), new Uint8Array(6));
}

/** Visa CVN 10 script key: the card key's halves with the ATC and its complement mixed in. */
export function deriveVisaScriptKey(cardKey: Uint8Array, atc: number): Uint8Array {
  const zeros = new Uint8Array(6);
  const counter = atcBytes(atc);
  return xor(cardKey, concat(zeros, counter, zeros, xor(counter, Uint8Array.of(0xff, 0xff))));
}
