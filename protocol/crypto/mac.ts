import { concat, xor } from "#protocol/bytes";
import { desEncrypt, halves, tripleDesEncrypt } from "./des.ts";

/**
 * What everything about DES cards is made of. Handed in, so that a party uses its crypto library, where setting up a key
 * costs more than a block: both take all their blocks at once.
 */
export interface CardCipher {
  /** Two-key triple DES, 16-byte key, on each block of 8 bytes. */
  tdes(key: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** ISO 9797-1 MAC algorithm 3, 16-byte key, over whole blocks. 8 bytes. */
  mac(key: Uint8Array, padded: Uint8Array): Uint8Array;
}

/** The pure one, for devices in a browser. */
export const pureCipher: CardCipher = {
  tdes(key, blocks) {
    const out = new Uint8Array(blocks.length);
    for (let at = 0; at < blocks.length; at += 8) out.set(tripleDesEncrypt(key, blocks.subarray(at, at + 8)), at);
    return out;
  },
  mac(key, padded) {
    const [left] = halves(key);
    let chain: Uint8Array = new Uint8Array(8);
    for (let at = 0; at < padded.length; at += 8) {
      const input = xor(chain, padded.subarray(at, at + 8));
      chain = at + 8 < padded.length ? desEncrypt(left, input) : tripleDesEncrypt(key, input);
    }
    return chain;
  },
};

/** ISO 9797-1 padding method 1: zeros, none when already whole. */
export function padMethod1(data: Uint8Array, blockBytes = 8): Uint8Array {
  const missing = (blockBytes - (data.length % blockBytes)) % blockBytes;
  return concat(data, new Uint8Array(data.length === 0 ? blockBytes : missing));
}

/** ISO 9797-1 padding method 2: always one 80, then zeros. */
export function padMethod2(data: Uint8Array, blockBytes = 8): Uint8Array {
  return padMethod1(concat(data, Uint8Array.of(0x80)), blockBytes);
}

/**
 * ISO 9797-1 MAC algorithm 3 ("retail MAC"): single DES under the left half, triple DES on the last block.
 *
 * @param key    16 bytes.
 * @param padded whole blocks, at least one.
 * @returns 8 bytes.
 */
export function macAlgorithm3(key: Uint8Array, padded: Uint8Array, cipher: CardCipher): Uint8Array {
  if (key.length !== 16) throw new RangeError("mac: wants a double-length key of 16 bytes");
  if (padded.length === 0 || padded.length % 8 !== 0) throw new RangeError("mac: wants whole blocks");
  return cipher.mac(key, padded);
}

/** Sets the low bit of each byte so that it has an odd number of ones. Compare keys only in this form. */
export function adjustParity(key: Uint8Array): Uint8Array {
  return key.map((byte) => {
    let ones = 0;
    for (let bit = 1; bit < 8; bit++) ones += (byte >> bit) & 1;
    return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
  });
}

/** Key check value of a 3DES key: the first three bytes of an encrypted zero block. */
export function keyCheckValue(key: Uint8Array, cipher: CardCipher): Uint8Array {
  return cipher.tdes(key, new Uint8Array(8)).slice(0, 3);
}
