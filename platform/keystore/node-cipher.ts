import { createCipheriv } from "node:crypto";
import type { CardCipher } from "#protocol/crypto";

const NO_IV = Buffer.alloc(8);
/** The three-key form the library wants; it copies the key, so this is wiped as soon as it has it. */
const wide = Buffer.alloc(24);

/** The machine's crypto library behind the card operations: constant-time, and what every party uses. */
export const nodeCipher: CardCipher = {
  tdes: (key, blocks) => unshared(tripleDesOf(key).update(blocks)),
  mac(key, padded) {
    const last = padded.length - 8;
    const input = new Uint8Array(8);
    if (last > 0)
      input.set(
        singleDesChain(key)
          .update(padded.subarray(0, last))
          .subarray(last - 8),
      );
    for (let i = 0; i < 8; i++) input[i]! ^= padded[last + i]!;
    return unshared(tripleDesOf(key).update(input));
  },
};

/** Triple DES under one key for good: what a master key derives costs the blocks alone. */
export function standingTripleDes(key: Uint8Array): (blocks: Uint8Array) => Uint8Array {
  const cipher = tripleDesOf(key);
  return (blocks) => unshared(cipher.update(blocks));
}

function tripleDesOf(key: Uint8Array) {
  if (key.length !== 16) throw new RangeError("3des: wants a double-length key of 16 bytes");
  wide.set(key);
  wide.set(key.subarray(0, 8), 16);
  const cipher = createCipheriv("des-ede3", wide, null).setAutoPadding(false);
  wide.fill(0);
  return cipher;
}

/** OpenSSL 3 keeps single DES for old times' sake only; as K1 K1 K1 it is the same function. */
function singleDesChain(key: Uint8Array) {
  const left = key.subarray(0, 8);
  for (let at = 0; at < 24; at += 8) wide.set(left, at);
  const cipher = createCipheriv("des-ede3-cbc", wide, NO_IV).setAutoPadding(false);
  wide.fill(0);
  return cipher;
}

function unshared(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}
