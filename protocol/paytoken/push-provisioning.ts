import { concat, fromAscii } from "#protocol/bytes";

/*
 * Push provisioning: the bank's host seals a card to the leaf certificate that the wallet showed. Source: spec
 * payment-tokens §2.1 (ECC_V2); vector: test/vectors/push-provisioning.json.
 */

/** PartyUInfo of the key derivation, as the scheme that banks already implement has it. No length stands before it. */
export const PARTY_U_INFO: Uint8Array = fromAscii("Apple");
const ALGORITHM = "id-aes256-GCM";
const COUNTER = Uint8Array.of(0, 0, 0, 1);
/** Twelve zero bytes: each key is used once. The payment token's IV has sixteen, and is another counter. */
export const PASS_IV: Uint8Array = new Uint8Array(12);

/**
 * The AES-256 key of one pass.
 *
 * @param z 32 bytes, the shared X coordinate; the caller wipes it.
 * @param ephemeralPoint 65 bytes, uncompressed: it is PartyVInfo too.
 */
export function passKey(
  z: Uint8Array,
  ephemeralPoint: Uint8Array,
  sha256: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  if (z.length !== 32) throw new RangeError("z: wants 32 bytes");
  if (ephemeralPoint.length !== 65) throw new RangeError("ephemeralPoint: wants 65 bytes");
  const algorithm = concat(Uint8Array.of(ALGORITHM.length), fromAscii(ALGORITHM));
  return sha256(concat(COUNTER, z, algorithm, PARTY_U_INFO, ephemeralPoint));
}

/** What the pass holds, UTF-8 JSON. */
export interface PassData {
  readonly primaryAccountNumber: string;
  /** MM/YY. */
  readonly expiration: string;
  readonly name: string;
  /** Hex, as the wallet gave them. */
  readonly nonce: string;
  readonly nonceSignature: string;
  /** Ours: the phone reserved at the bank, so that the card is as complete as a typed one. */
  readonly mobile: string;
}
