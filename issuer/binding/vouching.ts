import type { KeyStore } from "#contracts/ports";
import { equalBytes, fromAscii, fromBase64url, fromUtf8, toBase64url, toUtf8 } from "#protocol/bytes";
import type { Instant } from "#protocol/time";
import { KEYS } from "../ports.ts";

/*
 * `activationData`: the bank's own statement that its customer, signed in to its app, adds this card. A JWS (HS256) that
 * the bank alone can make and check; nonce and times lie open for the TSP. Source: spec payment-tokens §2.1.
 */

const HEADER = toBase64url(fromUtf8('{"alg":"HS256","typ":"JWT"}'));

interface Statement {
  /** The bank's own keyed hash of the number, base64url. */
  readonly panRef: string;
  /** The TSP's, hex: the statement serves once. */
  readonly nonce: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly exp: number;
}

export function vouch(keys: KeyStore, panHmac: Uint8Array, nonce: string, now: Instant, lifeMs: number): string {
  const statement: Statement = { panRef: toBase64url(panHmac), nonce, issuedAt: now, exp: now + lifeMs };
  const signed = `${HEADER}.${toBase64url(fromUtf8(JSON.stringify(statement)))}`;
  return `${signed}.${toBase64url(keys.hmac(KEYS.vouch, fromAscii(signed)))}`;
}

/** Whether this bank made the statement, for this number, and it still holds. */
export function vouches(keys: KeyStore, data: string | undefined, panHmac: Uint8Array, now: Instant): boolean {
  const match = data === undefined ? null : /^([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(data);
  if (match === null) return false;
  const [, signed, payload, signature] = match as unknown as readonly string[];
  const given = fromBase64url(signature!);
  if (given === undefined || !equalBytes(given, keys.hmac(KEYS.vouch, fromAscii(signed!)))) return false;
  // Signed by this bank: it is a statement of its own making.
  const statement = JSON.parse(toUtf8(fromBase64url(payload!)!)!) as Statement;
  return statement.panRef === toBase64url(panHmac) && statement.issuedAt <= now && now < statement.exp;
}
