import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { keyName } from "#contracts/ports";
import { seededRandom } from "#platform/random";
import { fromAscii, hexBytes, toHex } from "#protocol/bytes";
import vectors from "../../test/vectors/emv.json" with { type: "json" };
import { sealer } from "./jwe.ts";
import { openKeyStore } from "./keystore.ts";

const folder = mkdtempSync(join(tmpdir(), "kabao-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "keys.sealed");
const imk = keyName("imk");

describe.each([
  ["memory", () => openKeyStore({ memory: true }, seededRandom(1))],
  ["file", () => openKeyStore({ file }, seededRandom(1))],
] as const)("key store in %s", (_name, open) => {
  const keys = open();

  test.each(vectors.cryptograms.filter(({ scheme }) => scheme === "pboc"))(
    "accepts the cryptogram and no other: $id",
    (vector) => {
      const name = keyName(`imk-${vector.pan}`);
      keys.importKey(name, "imkAc", hexBytes(vector.imk));
      const request = {
        pan: vector.pan,
        psn: vector.psn,
        atc: Number.parseInt(vector.atc, 16),
        data: hexBytes(vector.data),
        arqc: hexBytes(vector.arqc),
      };
      expect(keys.verifyArqc(name, request)).toBe(true);
      expect(keys.verifyArqc(name, { ...request, atc: request.atc + 1 })).toBe(false);
      expect(keys.verifyArqc(name, { ...request, psn: "07" })).toBe(false);
      const [session] = keys.deriveSessionKeys(name, request, [request.atc]);
      expect(session?.length).toBe(16);
    },
  );

  test("what is sealed opens only in its context and unchanged", () => {
    const name = keyName("vault");
    keys.ensure(name, "aead");
    const sealed = keys.seal(name, fromAscii("plain"), "row 1");
    expect(keys.open(name, sealed, "row 1")).toEqual(fromAscii("plain"));
    expect(keys.open(name, sealed, "row 2")).toBeUndefined();
    sealed[14]! ^= 1;
    expect(keys.open(name, sealed, "row 1")).toBeUndefined();
    expect(keys.open(name, new Uint8Array(5), "row 1")).toBeUndefined();
  });

  test("a JWE to the public half opens here and is refused when touched", async () => {
    const name = keyName("page");
    keys.ensure(name, "jwe");
    const compact = await sealer.sealTo(keys.publicJwk(name), fromAscii("card"));
    expect(await keys.openJwe(name, compact)).toEqual(fromAscii("card"));
    expect(await keys.openJwe(name, `${compact.slice(0, -2)}AA`)).toBeUndefined();
    expect(await keys.openJwe(name, "nonsense")).toBeUndefined();
  });

  test("a key does one thing", () => {
    keys.ensure(keyName("mac"), "hmac");
    expect(() => keys.seal(keyName("mac"), new Uint8Array(1), "")).toThrow(/not a key for aead/);
    expect(() => keys.hmac(keyName("none"), new Uint8Array(1))).toThrow(/no key named/);
    keys.importKey(imk, "imkAc", new Uint8Array(16).fill(1));
    expect(() => keys.importKey(imk, "imkAc", new Uint8Array(16).fill(2))).toThrow(/another key/);
  });

  test("check values, not keys, are listed", () => {
    keys.importKey(keyName("known"), "imkAc", hexBytes("0123456789ABCDEFFEDCBA9876543210"));
    expect(keys.list().find(({ name }) => name === keyName("known"))?.checkValue).toBe("08d7b4");
  });
});

test("the file survives a restart, is private, and shows no key", () => {
  const again = openKeyStore({ file }, seededRandom(2));
  expect(again.list().length).toBeGreaterThan(3);
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(statSync(join(folder, "master.key")).mode & 0o077).toBe(0);
  expect(toHex(readFileSync(file))).not.toContain("0123456789abcdeffedcba9876543210");
});
