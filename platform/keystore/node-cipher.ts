import { createCipheriv } from "node:crypto";
import type { CardCipher } from "#protocol/crypto";

/** The machine's crypto library behind the card operations: constant-time, and what every party uses. */
export const nodeCipher: CardCipher = {
  des: (key, block) => encrypt(Buffer.concat([key, key, key]), block),
  tdes: (key, block) => encrypt(tripled(key), block),
};

/** OpenSSL 3 keeps single DES for old times' sake only; as K1 K1 K1 it is the same function. */
function encrypt(key: Uint8Array, block: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv("des-ede3", key, null).setAutoPadding(false).update(block));
}

/** Two-key form to the three-key form the library wants. */
export function tripled(key: Uint8Array): Buffer {
  return Buffer.concat([key, key.subarray(0, 8)]);
}

/** MAC algorithm 3 in two library calls: single DES CBC to the last block, triple DES on that. */
export function nodeMac(key: Uint8Array, padded: Uint8Array): Uint8Array {
  const left = key.subarray(0, 8);
  const last = padded.length - 8;
  let chain: Uint8Array = new Uint8Array(8);
  if (last > 0) {
    const cbc = createCipheriv("des-ede3-cbc", Buffer.concat([left, left, left]), Buffer.alloc(8)).setAutoPadding(
      false,
    );
    chain = cbc.update(padded.subarray(0, last)).subarray(last - 8);
  }
  const input = new Uint8Array(8);
  for (let i = 0; i < 8; i++) input[i] = chain[i]! ^ padded[last + i]!;
  return encrypt(tripled(key), input);
}
