/*
 * DES for browser devices, which have no DES of their own, and for their single-use keys alone: table look-ups are not
 * constant-time. Parties take the adapter over the machine's crypto library instead. Source: FIPS 46-3.
 */

// biome-ignore format: tables as the standard prints them
const INITIAL = [58,50,42,34,26,18,10,2, 60,52,44,36,28,20,12,4, 62,54,46,38,30,22,14,6, 64,56,48,40,32,24,16,8,
  57,49,41,33,25,17,9,1, 59,51,43,35,27,19,11,3, 61,53,45,37,29,21,13,5, 63,55,47,39,31,23,15,7];
// biome-ignore format: see above
const FINAL = [40,8,48,16,56,24,64,32, 39,7,47,15,55,23,63,31, 38,6,46,14,54,22,62,30, 37,5,45,13,53,21,61,29,
  36,4,44,12,52,20,60,28, 35,3,43,11,51,19,59,27, 34,2,42,10,50,18,58,26, 33,1,41,9,49,17,57,25];
// biome-ignore format: see above
const EXPAND = [32,1,2,3,4,5, 4,5,6,7,8,9, 8,9,10,11,12,13, 12,13,14,15,16,17,
  16,17,18,19,20,21, 20,21,22,23,24,25, 24,25,26,27,28,29, 28,29,30,31,32,1];
// biome-ignore format: see above
const PERMUTE = [16,7,20,21,29,12,28,17, 1,15,23,26,5,18,31,10, 2,8,24,14,32,27,3,9, 19,13,30,6,22,11,4,25];
// biome-ignore format: see above
const CHOICE_1 = [57,49,41,33,25,17,9, 1,58,50,42,34,26,18, 10,2,59,51,43,35,27, 19,11,3,60,52,44,36,
  63,55,47,39,31,23,15, 7,62,54,46,38,30,22, 14,6,61,53,45,37,29, 21,13,5,28,20,12,4];
// biome-ignore format: see above
const CHOICE_2 = [14,17,11,24,1,5, 3,28,15,6,21,10, 23,19,12,4,26,8, 16,7,27,20,13,2,
  41,52,31,37,47,55, 30,40,51,45,33,48, 44,49,39,56,34,53, 46,42,50,36,29,32];
const SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
/** S1 to S8: four rows of sixteen, a hex digit an entry. */
const BOXES = [
  "e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d",
  "f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9",
  "a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c",
  "7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e",
  "2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453",
  "c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d",
  "4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c",
  "d2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b",
].map((rows) => [...rows.replaceAll(" ", "")].map((digit) => Number.parseInt(digit, 16)));

/** One bit an element, most significant first. */
type Bits = number[];

function toBits(bytes: Uint8Array): Bits {
  const bits: Bits = [];
  for (const byte of bytes) for (let i = 7; i >= 0; i--) bits.push((byte >> i) & 1);
  return bits;
}

function toBytes(bits: Bits): Uint8Array {
  const bytes = new Uint8Array(bits.length / 8);
  for (let i = 0; i < bits.length; i++) bytes[i >> 3]! |= bits[i]! << (7 - (i & 7));
  return bytes;
}

function pick(bits: Bits, table: readonly number[]): Bits {
  return table.map((from) => bits[from - 1]!);
}

function roundKeys(key: Uint8Array): readonly Bits[] {
  const chosen = pick(toBits(key), CHOICE_1);
  let left = chosen.slice(0, 28);
  let right = chosen.slice(28);
  return SHIFTS.map((by) => {
    left = [...left.slice(by), ...left.slice(0, by)];
    right = [...right.slice(by), ...right.slice(0, by)];
    return pick([...left, ...right], CHOICE_2);
  });
}

function feistel(half: Bits, key: Bits): Bits {
  const mixed = pick(half, EXPAND).map((bit, i) => bit ^ key[i]!);
  const out: Bits = [];
  for (let box = 0; box < 8; box++) {
    const six = mixed.slice(6 * box, 6 * box + 6);
    const row = six[0]! * 2 + six[5]!;
    const column = six[1]! * 8 + six[2]! * 4 + six[3]! * 2 + six[4]!;
    const value = BOXES[box]![row * 16 + column]!;
    out.push((value >> 3) & 1, (value >> 2) & 1, (value >> 1) & 1, value & 1);
  }
  return pick(out, PERMUTE);
}

function desBlock(key: Uint8Array, block: Uint8Array, direction: "encrypt" | "decrypt"): Uint8Array {
  if (key.length !== 8 || block.length !== 8) throw new RangeError("des: wants an 8-byte key and an 8-byte block");
  const start = pick(toBits(block), INITIAL);
  let left = start.slice(0, 32);
  let right = start.slice(32);
  const keys = roundKeys(key);
  for (const roundKey of direction === "encrypt" ? keys : keys.toReversed()) {
    const mixed = feistel(right, roundKey).map((bit, i) => bit ^ left[i]!);
    left = right;
    right = mixed;
  }
  return toBytes(pick([...right, ...left], FINAL));
}

/** Two-key triple DES on one block: E(K1) D(K2) E(K1). Parity bits do not matter. */
export function tripleDesEncrypt(key: Uint8Array, block: Uint8Array): Uint8Array {
  const [k1, k2] = halves(key);
  return desBlock(k1, desBlock(k2, desBlock(k1, block, "encrypt"), "decrypt"), "encrypt");
}

export function desEncrypt(key: Uint8Array, block: Uint8Array): Uint8Array {
  return desBlock(key, block, "encrypt");
}

export function halves(key: Uint8Array): readonly [Uint8Array, Uint8Array] {
  if (key.length !== 16) throw new RangeError("3des: wants a double-length key of 16 bytes");
  return [key.subarray(0, 8), key.subarray(8)];
}
