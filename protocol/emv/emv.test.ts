import { createCipheriv, createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, DecodeError, hexBytes, toHex } from "#protocol/bytes";
import {
  adjustParity,
  desEncrypt,
  keyCheckValue,
  macAlgorithm3,
  padMethod1,
  padMethod2,
  pureCipher,
  sha1,
  tripleDesEncrypt,
} from "#protocol/crypto";
import vectors from "../../test/vectors/emv.json" with { type: "json" };
import { encodeCommand, parseCommand, parseResponse } from "./apdu.ts";
import { AIP, CTQ, type NamedBits, TSI, TTQ, TVR } from "./bits.ts";
import { applicationCryptogram, arpcMethod1, arpcMethod2, cryptogramData, cryptogramUnder } from "./cryptogram.ts";
import { cryptogramTypeOf, encodeIad, parseIad } from "./iad.ts";
import {
  deriveCardKeyA,
  deriveCardKeyB,
  deriveCommonSessionKey,
  derivePbocSessionKey,
  deriveVisaScriptKey,
} from "./keys.ts";

const hex = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : toHex(bytes).toUpperCase());

test.each(vectors.cardKeys)("card key: $id", ({ option, imk, pan, psn, key, kcv, adjusted }) => {
  const derived = (option === "A" ? deriveCardKeyA : deriveCardKeyB)(hexBytes(imk), pan, psn, pureCipher);
  if (adjusted !== undefined) expect(hex(adjustParity(derived))).toBe(adjusted);
  if (key !== undefined) expect(hex(adjustParity(derived))).toBe(hex(adjustParity(hexBytes(key))));
  if (kcv !== undefined) expect(hex(keyCheckValue(derived, pureCipher))?.slice(0, kcv.length)).toBe(kcv);
});

test.each(vectors.checkValues)("check value: $id", ({ key, kcv }) => {
  expect(hex(keyCheckValue(hexBytes(key), pureCipher))).toBe(kcv);
});

test.each(vectors.sessionKeys)("session key: $id", ({ scheme, key, input, session, adjusted }) => {
  const derived =
    scheme === "pboc"
      ? derivePbocSessionKey(hexBytes(key), Number.parseInt(input, 16), pureCipher)
      : scheme === "csk"
        ? deriveCommonSessionKey(hexBytes(key), hexBytes(input), pureCipher)
        : deriveVisaScriptKey(hexBytes(key), Number.parseInt(input, 16));
  expect(hex(adjustParity(derived))).toBe(hex(adjustParity(hexBytes(session))));
  if (adjusted !== undefined) expect(hex(adjustParity(derived))).toBe(adjusted);
});

test("the balance in an IAD carries a MAC under the card's MAC key", () => {
  const { imk, pan, psn, atc, iad, mac } = vectors.iadMac;
  const { discretionary } = parseIad(hexBytes(iad));
  // Length, its kind (1: balance), five bytes of balance, four of the MAC.
  const balance = discretionary.subarray(2, 7);
  const cardKey = deriveCardKeyA(hexBytes(imk), pan, psn, pureCipher);
  const sessionKey = derivePbocSessionKey(cardKey, Number.parseInt(atc, 16), pureCipher);
  const made = macAlgorithm3(sessionKey, padMethod2(concat(hexBytes(atc), balance, Uint8Array.of(0))), pureCipher);
  expect(hex(made)).toBe(mac);
  expect(hex(discretionary.subarray(7))).toBe(mac.slice(0, 8));
});

test.each(vectors.macs)("MAC algorithm 3: $id", ({ key, data, padding, mac }) => {
  const padded = (padding === 1 ? padMethod1 : padMethod2)(hexBytes(data));
  expect(hex(macAlgorithm3(hexBytes(key), padded, pureCipher))?.slice(0, mac.length)).toBe(mac);
});

test.each(vectors.cryptograms)("cryptogram: $id", ({ scheme, imk, pan, psn, atc, data, arqc }) => {
  const cardKey = deriveCardKeyA(hexBytes(imk), pan, psn, pureCipher);
  expect(
    hex(applicationCryptogram(scheme as "pboc", cardKey, Number.parseInt(atc, 16), hexBytes(data), pureCipher)),
  ).toBe(arqc);
});

test.each(vectors.underSessionKey)("cryptogram under a session key: $id", ({ key, data, ac }) => {
  expect(hex(cryptogramUnder(hexBytes(key), hexBytes(data), "pboc", pureCipher))).toBe(ac);
});

test.each(vectors.arpc)("ARPC method $method: $id", ({ method, key, arqc, data, arpc }) => {
  const made =
    method === 1
      ? arpcMethod1(hexBytes(key), hexBytes(arqc), hexBytes(data), pureCipher)
      : arpcMethod2(hexBytes(key), hexBytes(arqc), hexBytes(data), new Uint8Array(), pureCipher);
  expect(hex(made)).toBe(arpc);
});

test("the pure DES and SHA-1 agree with the machine's", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      fc.uint8Array({ maxLength: 200 }),
      (key, block, message) => {
        const cipher = createCipheriv("des-ede3", concat(key, key.subarray(0, 8)), null).setAutoPadding(false);
        expect(hex(tripleDesEncrypt(key, block))).toBe(cipher.update(block, undefined, "hex").toUpperCase());
        const single = key.subarray(0, 8);
        const des = createCipheriv("des-ede3", concat(single, single, single), null).setAutoPadding(false);
        expect(hex(desEncrypt(single, block))).toBe(des.update(block, undefined, "hex").toUpperCase());
        expect(hex(sha1(message))).toBe(createHash("sha1").update(message).digest("hex").toUpperCase());
      },
    ),
    { numRuns: 200 },
  );
});

describe("IAD", () => {
  test("the samples say what they are", () => {
    const iad = parseIad(hexBytes("07000103A04002010A010000001000D1F61152"));
    expect({ ...iad, cvr: hex(iad.cvr), discretionary: hex(iad.discretionary) }).toEqual({
      dki: 0,
      cvn: 1,
      cvr: "03A04002",
      algorithm: 1,
      discretionary: "0A010000001000D1F61152",
    });
    expect(cryptogramTypeOf(iad.cvr)).toBe("ARQC");
  });
  test.each(vectors.iads)("$id", ({ iad: sample, dki, cvn, cvr, algorithm, type }) => {
    const iad = parseIad(hexBytes(sample));
    expect({ ...iad, cvr: hex(iad.cvr), discretionary: undefined }).toEqual({
      dki,
      cvn,
      cvr,
      algorithm,
      discretionary: undefined,
    });
    expect(cryptogramTypeOf(iad.cvr)).toBe(type);
    expect(hex(encodeIad(iad))).toBe(sample);
  });
  test("any bytes give an IAD that encodes back, or a DecodeError", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => roundTrip(bytes, parseIad, encodeIad)));
  });
  test("cryptogram data needs every value in its length", () => {
    expect(cryptogramData(() => undefined, new Uint8Array(4))).toBeUndefined();
  });
});

const TABLES: Readonly<Record<string, NamedBits<string>>> = { TTQ, CTQ, AIP, TVR, TSI };
test.each(vectors.bits)("named bits: $id", ({ of, hex: sample, set }) => {
  const table = TABLES[of]!;
  expect([...table.parse(hexBytes(sample))]).toEqual(set);
  expect(hex(table.encode(set))).toBe(sample);
});

test("named bits: every bit that has a name is one bit, and no two share it", () => {
  for (const table of Object.values(TABLES)) {
    const all = table.parse(new Uint8Array(table.length).fill(0xff));
    const seen = [...all].map((name) => hex(table.encode([name])));
    expect(new Set(seen).size).toBe(all.size);
    for (const one of seen) expect(table.parse(hexBytes(one!)).size).toBe(1);
    expect(() => table.parse(new Uint8Array(table.length + 1))).toThrow(RangeError);
  }
});

describe("APDU", () => {
  test("the four cases", () => {
    expect(parseCommand(hexBytes("00B2010C00"))).toMatchObject({ cla: 0, ins: 0xb2, p1: 1, p2: 0x0c, le: 256 });
    expect(hex(parseCommand(hexBytes("00A404000E325041592E5359532E444446303100")).data)).toBe(
      "325041592E5359532E4444463031",
    );
  });
  test("any bytes give a command that encodes back, or a DecodeError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => roundTrip(bytes, parseCommand, encodeCommand)),
      { numRuns: 10_000 },
    );
  });
  test("any bytes give a response or a DecodeError", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => orDecodeError(() => parseResponse(bytes))));
  });
});

function orDecodeError(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

function roundTrip<T>(bytes: Uint8Array, parse: (bytes: Uint8Array) => T, encode: (value: T) => Uint8Array): void {
  orDecodeError(() => expect(hex(encode(parse(bytes)))).toBe(hex(bytes)));
}
