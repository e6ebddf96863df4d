import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Random } from "#contracts/ports";
import { toHex } from "#protocol/bytes";

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uuid: () => randomUUID(),
  below: (limit) => randomInt(limit),
};

/** A replayable source for tests and simulation: xoshiro128**, seeded by splitmix32. Never for keys that guard money. */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0;
  const word = () => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const state = [word(), word(), word(), word()] as [number, number, number, number];
  const rotate = (x: number, by: number) => ((x << by) | (x >>> (32 - by))) >>> 0;
  const next = () => {
    const result = Math.imul(rotate(Math.imul(state[1], 5) >>> 0, 7), 9) >>> 0;
    const shifted = (state[1] << 9) >>> 0;
    state[2] = (state[2] ^ state[0]) >>> 0;
    state[3] = (state[3] ^ state[1]) >>> 0;
    state[1] = (state[1] ^ state[2]) >>> 0;
    state[0] = (state[0] ^ state[3]) >>> 0;
    state[2] = (state[2] ^ shifted) >>> 0;
    state[3] = rotate(state[3], 11);
    return result;
  };
  const bytes = (length: number) => Uint8Array.from({ length }, () => next() >>> 24);
  return {
    bytes,
    uuid() {
      const raw = bytes(16);
      raw[6] = (raw[6]! & 0x0f) | 0x40;
      raw[8] = (raw[8]! & 0x3f) | 0x80;
      return toHex(raw).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
    below(limit) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 2 ** 32) throw new RangeError("below: wants 1 to 2^32");
      const fair = 2 ** 32 - (2 ** 32 % limit); // a word above would favour the small results
      for (;;) {
        const candidate = next();
        if (candidate < fair) return candidate % limit;
      }
    },
  };
}
