/*
 * AES for browser devices, encryption of one block only: what CMAC needs. Table look-ups are not constant-time, so it is
 * for single-use keys alone; parties take the adapter over the machine's crypto library. Source: FIPS 197.
 */

/** Multiplies by x in GF(2^8), modulo x^8 + x^4 + x^3 + x + 1. */
const double = (byte: number) => ((byte << 1) ^ (byte & 0x80 ? 0x11b : 0)) & 0xff;

/** The S-box, made as the standard defines it (§5.1.1): the inverse in GF(2^8), then an affine map. */
const SBOX: Uint8Array = (() => {
  const box = new Uint8Array(256);
  const rotated = (byte: number, by: number) => ((byte << by) | (byte >> (8 - by))) & 0xff;
  // p runs through the powers of 3, q through those of its inverse: q is always the inverse of p.
  for (let p = 1, q = 1, i = 0; i < 255; i++) {
    box[p] = 0x63 ^ q ^ rotated(q, 1) ^ rotated(q, 2) ^ rotated(q, 3) ^ rotated(q, 4);
    p ^= double(p);
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if (q & 0x80) q ^= 0x09;
  }
  box[0] = 0x63;
  return box;
})();

/** The round keys, 16 bytes each, one after the other. */
function expandKey(key: Uint8Array): Uint8Array {
  const words = key.length / 4;
  const out = new Uint8Array(16 * (words + 7));
  out.set(key);
  let constant = 1;
  for (let at = key.length; at < out.length; at += 4) {
    let word = [...out.subarray(at - 4, at)];
    if (at % key.length === 0) {
      word = [...word.slice(1), word[0]!].map((byte) => SBOX[byte]!);
      word[0]! ^= constant;
      constant = double(constant);
    } else if (words > 6 && at % key.length === 16) word = word.map((byte) => SBOX[byte]!);
    for (let i = 0; i < 4; i++) out[at + i] = out[at + i - key.length]! ^ word[i]!;
  }
  return out;
}

/** @param key 16, 24 or 32 bytes. @param block 16 bytes. @returns 16 bytes. */
export function aesEncrypt(key: Uint8Array, block: Uint8Array): Uint8Array {
  if (![16, 24, 32].includes(key.length) || block.length !== 16)
    throw new RangeError("aes: wants a key of 16, 24 or 32 bytes and a block of 16");
  const keys = expandKey(key);
  const rounds = keys.length / 16 - 1;
  let state: Uint8Array = block.map((byte, i) => byte ^ keys[i]!);
  for (let round = 1; round <= rounds; round++) {
    // Columns of four bytes: row r of the state moves r columns to the left.
    const shifted = state.map((_, i) => SBOX[state[(i + 4 * (i % 4)) % 16]!]!);
    const mixed =
      round === rounds
        ? shifted
        : shifted.map((byte, i) => {
            const column = shifted.subarray(i & ~3, (i & ~3) + 4);
            const [next, third, fourth] = [1, 2, 3].map((by) => column[(i + by) % 4]!) as [number, number, number];
            return double(byte) ^ double(next) ^ next ^ third ^ fourth;
          });
    state = mixed.map((byte, i) => byte ^ keys[round * 16 + i]!);
  }
  return state;
}
