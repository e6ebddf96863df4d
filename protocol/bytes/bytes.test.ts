import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  concat,
  DecodeError,
  equalBytes,
  fromAscii,
  fromBase64url,
  fromHex,
  fromLatin1,
  fromUint,
  fromUtf8,
  hexBytes,
  packDigits,
  parseHex,
  SHARDS,
  shardOf,
  toBase64url,
  toHex,
  toLatin1,
  toUint,
  toUtf8,
  unpackDigits,
  wipe,
  xor,
} from "./index.ts";

// The machine's own encoders are the second implementation of each of these.
const bytes = (max = 70) => fc.uint8Array({ maxLength: max });
const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

describe("text", () => {
  test("UTF-8 is written as the machine writes it, and lone surrogates are a mistake", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        expect(fromUtf8(text)).toEqual(encoder.encode(text));
        expect(toUtf8(fromUtf8(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
    for (const text of ["\ud800", "a\udc00", "\udc00\ud800"]) expect(() => fromUtf8(text)).toThrow(RangeError);
  });

  test("10,000 byte strings are UTF-8 or not, as the machine says", () => {
    const nearly = fc
      .tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 6 }), fc.nat(24), fc.nat(255))
      .map(([text, at, value]) => {
        const spoilt = encoder.encode(text);
        spoilt[at % spoilt.length] = value;
        return spoilt;
      });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(nearly, bytes(8)), (input) => {
        let expected: string | undefined;
        try {
          expected = strict.decode(input);
        } catch {
          refused += 1;
        }
        if (toUtf8(input) !== expected) throw new Error(toHex(input));
      }),
      { numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  test.each(["c080", "c1bf", "e08080", "eda080", "f0808080", "f4908080", "f8888080", "80", "e4b8", "ff"])(
    "%s is no UTF-8",
    (hex) => {
      expect(toUtf8(hexBytes(hex))).toBeUndefined();
    },
  );

  test("Latin-1 keeps every byte, in parts too; ASCII takes no more than ASCII", () => {
    fc.assert(
      fc.property(bytes(), fc.nat(70), fc.nat(70), (input, a, b) => {
        expect(toLatin1(input)).toBe(Buffer.from(input).toString("latin1"));
        expect(fromLatin1(toLatin1(input))).toEqual(input);
        const [from, to] = [Math.min(a, b, input.length), Math.min(Math.max(a, b), input.length)];
        expect(toLatin1(input, from, to)).toBe(Buffer.from(input.subarray(from, to)).toString("latin1"));
      }),
    );
    expect(() => fromLatin1("中")).toThrow(RangeError);
    expect(() => fromAscii("é")).toThrow(RangeError);
    expect(fromAscii("A\u007f")).toEqual(Uint8Array.of(0x41, 0x7f));
  });

  test("base64url without padding, both ways", () => {
    fc.assert(
      fc.property(bytes(), (input) => {
        const text = Buffer.from(input).toString("base64url");
        expect(toBase64url(input)).toBe(text);
        expect(fromBase64url(text)).toEqual(input);
      }),
    );
    for (const text of ["A", "AAAAA", "AA==", "A+", "A/", "A A", "中"]) expect(fromBase64url(text)).toBeUndefined();
  });
});

describe("hex and digits", () => {
  test("hex as the machine writes it; spaces and capitals are taken", () => {
    fc.assert(
      fc.property(bytes(), (input) => {
        expect(toHex(input)).toBe(Buffer.from(input).toString("hex"));
        expect(fromHex(toHex(input))).toEqual(input);
        expect(hexBytes(` ${toHex(input).toUpperCase()} `)).toEqual(input);
      }),
    );
  });

  test.each(["0", "0g", "a b c", "0x00", "０１"])("%j is none, and the error does not repeat it", (text) => {
    expect(() => parseHex(text)).toThrow(/^hex: wants pairs of hex digits$/);
  });

  test("packed digits, both ways", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 20 }), (digits) => {
        const packed = packDigits(digits);
        expect(toHex(packed)).toBe(digits.length % 2 === 0 ? digits : `0${digits}`);
        expect(unpackDigits(packed)).toBe(digits.length % 2 === 0 ? digits : `0${digits}`);
      }),
    );
    expect(unpackDigits(hexBytes("1A"))).toBeUndefined();
    expect(unpackDigits(hexBytes("A1"))).toBeUndefined();
    expect(() => packDigits("12a")).toThrow(RangeError);
  });
});

describe("bytes", () => {
  test("numbers, big-endian", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 48 - 1), (value) => {
        expect(toUint(fromUint(value, 6))).toBe(value);
        const buffer = Buffer.alloc(6);
        buffer.writeUIntBE(value, 0, 6);
        expect(fromUint(value, 6)).toEqual(new Uint8Array(buffer));
      }),
    );
    for (const [value, length] of [
      [256, 1],
      [-1, 2],
      [0.5, 2],
      [2 ** 53, 7],
    ] as const)
      expect(() => fromUint(value, length)).toThrow(RangeError);
    expect(() => toUint(new Uint8Array(7))).toThrow(RangeError);
  });

  test("joined, mixed, compared, wiped", () => {
    fc.assert(
      fc.property(bytes(), bytes(), (a, b) => {
        expect(concat(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])));
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(equalBytes(a, a.slice())).toBe(true);
        expect(xor(xor(a, a.toReversed()), a.toReversed())).toEqual(a);
      }),
    );
    expect(() => xor(new Uint8Array(1), new Uint8Array(2))).toThrow(RangeError);
    const secrets = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    wipe(...secrets);
    expect(secrets).toEqual([Uint8Array.of(0, 0), Uint8Array.of(0)]);
  });

  test("an error tells where, seen from each format around it, and never what", () => {
    const error = new DecodeError("badDigit", 2, ["9F26"]).within("77", 10).within("F55", 100);
    expect([error.message, error.at, error.path]).toEqual([
      "badDigit at byte 112 in F55 > 77 > 9F26",
      112,
      ["F55", "77", "9F26"],
    ]);
  });
});

test("shards: those that are stored stay what they are, and owners spread over all", () => {
  // Made with another FNV-1a (32 bits, offset 2166136261, prime 16777619), modulo 64; written into every table.
  expect(["", "a", "account-zhang", "6299900000000000019"].map(shardOf)).toEqual([5, 44, 31, 60]);
  const counts = new Array<number>(SHARDS).fill(0);
  for (let i = 0; i < 6400; i++) counts[shardOf(`account-${i}`)]! += 1;
  for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(60);
});
