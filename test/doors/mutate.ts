import fc from "fast-check";
import { expect } from "vitest";
import type { Random } from "#contracts/ports";
import { seededRandom } from "#platform/random";
import { concat } from "#protocol/bytes";

/*
 * How samples are spoilt: a few edits each, anywhere in them.
 */

/** Makes one spoilt message out of numbers drawn. */
export type Maker<T> = (random: Random) => T;

/** Fast-check gives a number, and the number says what is done: its own arbitraries for each edit take ten times as long. */
const seed: fc.Arbitrary<number> = fc.noShrink(fc.integer());
export function bySeed<T>(make: Maker<T>): fc.Arbitrary<T> {
  return seed.map((one) => make(seededRandom(one)));
}

export function spoil(sample: Uint8Array, random: Random): Uint8Array {
  let bytes = sample;
  for (let edits = 1 + random.below(4); edits > 0; edits--) bytes = spoilOnce(bytes, random);
  return bytes;
}

function spoilOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const some = () => random.bytes(1 + random.below(8));
  const splice = (to: number, ...between: readonly Uint8Array[]) =>
    concat(bytes.subarray(0, at), ...between, bytes.subarray(Math.min(to, bytes.length)));
  switch (random.below(14)) {
    case 0:
    case 1:
    case 2:
    case 3: // a flipped bit
      return at === bytes.length ? bytes : splice(at + 1, Uint8Array.of(bytes[at]! ^ (1 << random.below(8))));
    case 4:
    case 5:
    case 6: {
      // other bytes in place of some
      const other = some();
      return splice(at + other.length, other);
    }
    case 7:
    case 8: // more bytes
      return splice(at, some());
    case 9:
    case 10: // fewer
      return splice(at + 1 + random.below(40));
    case 11: // some twice
      return splice(at, bytes.subarray(at, at + 1 + random.below(40)));
    case 12: {
      // a part from elsewhere, as when two fields change places
      const from = random.below(bytes.length + 1);
      const part = bytes.subarray(from, from + random.below(20));
      return splice(at + part.length, part);
    }
    default: // the end is missing
      return bytes.subarray(0, at);
  }
}

/** One of the samples, spoilt. */
export function spoilt(samples: readonly Uint8Array[]): Maker<Uint8Array> {
  return (random) => spoil(samples[random.below(samples.length)]!, random).slice();
}

/** What nobody should send in place of a value. */
const ODD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e300,
  "",
  " ",
  "\u0000",
  "\ud800",
  "'; drop table token; --",
  "../../etc/passwd",
  "9".repeat(400),
  "汉".repeat(200),
  [],
  {},
  [[[[]]]],
  { toString: 1, constructor: null },
  [1, "a", null],
];

/** One of the values, spoilt; as JSON text, sometimes spoilt once more as bytes. */
export function spoiltJson(sample: unknown, random: Random): Uint8Array {
  const text = JSON.stringify(spoilValue(sample, random)) ?? "";
  const body = new Uint8Array(Buffer.from(random.below(40) === 0 ? text.replace(/\d+/, "1e999") : text));
  return random.below(8) === 0 ? spoil(body, random) : body;
}

function spoilValue(sample: unknown, random: Random): unknown {
  // The root is held in a box, so that it can be replaced like any other value.
  const box: { root: unknown } = { root: structuredClone(sample) };
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    const places = placesOf(box);
    const [holder, key] = places[random.below(places.length)]!;
    const isRoot = holder === (box as object);
    const held = holder[key];
    const odd = structuredClone(ODD[random.below(ODD.length)]);
    switch (random.below(9)) {
      case 0:
        if (isRoot) holder[key] = odd;
        else delete holder[key];
        break;
      case 1:
        if (!isRoot) delete holder[key];
        holder[`${key}x`] = held;
        break;
      case 2:
        if (typeof held === "object" && held !== null) (held as Holder)["unexpected"] = odd;
        break;
      case 3:
        holder[key] = [held];
        break;
      case 4:
        for (let depth = 0; depth < 40; depth++) holder[key] = { a: holder[key] };
        break;
      case 5:
        holder[key] = typeof held === "string" ? held.repeat(random.below(20)).slice(0, 800) : [held, held, held];
        break;
      default:
        holder[key] = odd;
    }
  }
  return box.root;
}

type Holder = Record<string, unknown>;
function placesOf(box: { root: unknown }): readonly (readonly [Holder, string])[] {
  const found: [Holder, string][] = [];
  const walk = (holder: Holder) => {
    for (const key of Object.keys(holder)) {
      found.push([holder, key]);
      const inner = holder[key];
      if (found.length < 200 && typeof inner === "object" && inner !== null) walk(inner as Holder);
    }
  };
  walk(box as unknown as Holder);
  return found;
}

/**
 * At least 10,000 spoilt messages in batches of a hundred, the state compared after each batch.
 *
 * @param send gives a batch to the door and says how many of them it sent: what is still a whole, valid message is left out.
 */
export async function tenThousand<T>(
  make: Maker<T>,
  send: (batch: readonly T[]) => Promise<number>,
  digest: () => Promise<string>,
): Promise<void> {
  let before = await settled(digest);
  let sent = 0;
  let made = 0;
  await fc.assert(
    fc.asyncProperty(seed, async (one) => {
      if (sent >= 10_000) return;
      const random = seededRandom(one);
      sent += await send(Array.from({ length: 100 }, () => make(random)));
      made += 100;
      const after = await digest();
      const unchanged = after === before;
      before = after;
      expect(unchanged, "the state changed").toBe(true);
    }),
    { numRuns: 500, endOnFailure: true },
  );
  expect(sent).toBeGreaterThanOrEqual(10_000);
  // Most of what is made up must be bad, or the test would be of something else.
  expect(sent / made).toBeGreaterThan(0.3);
}

/** The state once what came before has found its way into it. */
async function settled(digest: () => Promise<string>): Promise<string> {
  for (let last = await digest(); ; ) {
    await new Promise((next) => setTimeout(next, 100));
    const now = await digest();
    if (now === last) return now;
    last = now;
  }
}
