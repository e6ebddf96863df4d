import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { concat, hexBytes, packDigits, toHex } from "#protocol/bytes";
import vectors from "../../test/vectors/aes-cmac.json" with { type: "json" };
import { aesEncrypt } from "./aes.ts";
import { aesCmac } from "./cmac.ts";

/** The machine's own AES: another implementation beside ours. */
function nodeAes(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return new Uint8Array(cipher.update(block));
}

test.each(vectors.blocks)("AES block: $id", ({ key, plain, cipher }) => {
  expect(toHex(aesEncrypt(hexBytes(key), hexBytes(plain)))).toBe(cipher);
});

test.each(vectors.macs)("CMAC: $id", ({ key, message, mac }) => {
  for (const aes of [aesEncrypt, nodeAes])
    expect(toHex(aesCmac(hexBytes(message), (block) => aes(hexBytes(key), block)))).toBe(mac);
});

test("the EMV row: card key, session key, cryptogram", () => {
  const { imk, pan, psn, cardKey, atc, sessionKey, data, cryptogram } = vectors.emv;
  const y = packDigits((pan + psn).padStart(32, "0"));
  const derived = aesEncrypt(hexBytes(imk), y);
  expect(toHex(derived).toUpperCase()).toBe(cardKey);
  const session = aesEncrypt(derived, concat(hexBytes(atc), new Uint8Array(14)));
  expect(toHex(session).toUpperCase()).toBe(sessionKey);
  const mac = aesCmac(hexBytes(data), (block) => aesEncrypt(session, block));
  expect(toHex(mac.subarray(0, 8)).toUpperCase()).toBe(cryptogram);
});

test("the pure AES and the machine's agree, on every key length", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(fc.constantFrom(16, 24, 32).chain(bytes), bytes(16), (key, block) => {
      expect(aesEncrypt(key, block)).toEqual(nodeAes(key, block));
    }),
    { numRuns: 500 },
  );
});

test.each([
  [15, 16],
  [16, 15],
  [33, 16],
])("a key of %d and a block of %d bytes are a mistake", (key, block) => {
  expect(() => aesEncrypt(new Uint8Array(key), new Uint8Array(block))).toThrow(RangeError);
});
