import { concat, xor } from "#protocol/bytes";

const BLOCK = 16;

/** Multiplies by x in GF(2^128): one bit to the left, and 87 mixed in when one fell out. */
function doubled(block: Uint8Array): Uint8Array {
  const out = block.map((byte, i) => ((byte << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff);
  if (block[0]! & 0x80) out[BLOCK - 1]! ^= 0x87;
  return out;
}

/**
 * AES-CMAC, which ISO 9797-1 calls MAC algorithm 5.
 *
 * @param encrypt one block of 16 bytes under the key; handed in, so that a party uses its crypto library.
 * @returns 16 bytes.
 * Source: RFC 4493, NIST SP 800-38B. Vectors: test/vectors/aes-cmac.json.
 */
export function aesCmac(message: Uint8Array, encrypt: (block: Uint8Array) => Uint8Array): Uint8Array {
  const k1 = doubled(encrypt(new Uint8Array(BLOCK)));
  const lastAt = Math.max(0, Math.ceil(message.length / BLOCK) - 1) * BLOCK;
  const rest = message.subarray(lastAt);
  const last =
    rest.length === BLOCK
      ? xor(rest, k1)
      : xor(concat(rest, Uint8Array.of(0x80), new Uint8Array(BLOCK - 1 - rest.length)), doubled(k1));
  let chain: Uint8Array = new Uint8Array(BLOCK);
  for (let at = 0; at < lastAt; at += BLOCK) chain = encrypt(xor(chain, message.subarray(at, at + BLOCK)));
  return encrypt(xor(chain, last));
}
