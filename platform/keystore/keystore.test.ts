import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

  test("ensure makes a key once; its use is its own", () => {
    const name = keyName("made-once");
    const made = keys.ensure(name, "hmac");
    expect(keys.ensure(name, "hmac")).toEqual(made);
    expect(() => keys.ensure(name, "aead")).toThrow(/not a key for aead/);
    expect(keys.list().filter((info) => info.name === name)).toEqual([made]);
  });

  test.each([
    ["aead", 31],
    ["hmac", 33],
    ["imkAc", 24],
  ] as const)("a key for %s of %d bytes is not let in", (use, length) => {
    const name = keyName(`bad-${use}`);
    expect(() => keys.importKey(name, use, new Uint8Array(length))).toThrow(RangeError);
    expect(keys.list().some((info) => info.name === name)).toBe(false);
  });

  test("HMAC-SHA-256 and AES-256-GCM are those of the standards", () => {
    // RFC 4231 test case 3 with its key (20 bytes of aa) filled with zeros to 32, which HMAC itself does.
    const mac = keyName("rfc4231");
    keys.importKey(mac, "hmac", Uint8Array.of(...new Uint8Array(20).fill(0xaa), ...new Uint8Array(12)));
    expect(toHex(keys.hmac(mac, new Uint8Array(50).fill(0xdd)))).toBe(
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    );
    // What WebCrypto, another implementation, opens.
    const aead = keyName("gcm");
    const bytes = new Uint8Array(32).map((_, i) => i);
    keys.importKey(aead, "aead", bytes);
    const sealed = keys.seal(aead, fromAscii("plain"), "row 1");
    expect(sealed.length).toBe(12 + 5 + 16);
    const opened = crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]).then((key) =>
      crypto.subtle.decrypt(
        {
          name: "AES-GCM",
          iv: new Uint8Array(sealed.subarray(0, 12)),
          additionalData: new Uint8Array(fromAscii("row 1")),
        },
        key,
        new Uint8Array(sealed.subarray(12)),
      ),
    );
    return expect(opened.then((plain) => new Uint8Array(plain))).resolves.toEqual(fromAscii("plain"));
  });

  test("no nonce twice, and sealing alters nothing it was given", () => {
    const name = keyName("nonces");
    keys.ensure(name, "aead");
    const plain = fromAscii("plain");
    const nonces = Array.from({ length: 200 }, () => toHex(keys.seal(name, plain, "x").subarray(0, 12)));
    expect(new Set(nonces).size).toBe(200);
    expect(plain).toEqual(fromAscii("plain"));
  });

  test("keys that leave are copies: wiping one leaves the next whole", () => {
    const name = keyName("leaving");
    keys.ensure(name, "imkAc");
    const card = { pan: "6299900000000000019", psn: "01" };
    const first = keys.deriveCardKey(name, card);
    const kept = first.slice();
    first.fill(0);
    expect(keys.deriveCardKey(name, card)).toEqual(kept);
    const [session] = keys.deriveSessionKeys(name, card, [7]);
    const copy = session!.slice();
    session!.fill(0);
    expect(keys.deriveSessionKeys(name, card, [6, 7])[1]).toEqual(copy);
  });

  test("the public half is a public half, and its check value is its thumbprint", () => {
    const name = keyName("thumb");
    const info = keys.ensure(name, "jwe");
    const jwk = keys.publicJwk(name);
    expect(Object.keys(jwk).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    expect([jwk.kid, jwk.use, jwk.alg]).toEqual([info.checkValue, "enc", "ECDH-ES+A256KW"]);
    expect(() => keys.openJwe(keyName("nobody"), "a.b.c.d.e")).toThrow(/no key named/);
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

describe("a key file that is not as we left it", () => {
  const fresh = () => join(mkdtempSync(join(folder, "case-")), "keys.sealed");
  const filled = () => {
    const path = fresh();
    openKeyStore({ file: path }, seededRandom(3)).ensure(imk, "imkAc");
    return path;
  };

  test("a key is there after a restart, the same key", () => {
    const path = filled();
    const [before] = openKeyStore({ file: path }, seededRandom(4)).list();
    expect(openKeyStore({ file: path }, seededRandom(5)).list()).toEqual([before]);
  });

  test.each([
    ["one bit flipped", (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === 20 ? byte ^ 1 : byte)))],
    ["cut short", (bytes: Buffer) => bytes.subarray(0, 40)],
    ["nearly empty", () => Buffer.from("x")],
  ])("%s: said in words, and not written over", (_name, spoil) => {
    const path = filled();
    const spoilt = spoil(readFileSync(path));
    writeFileSync(path, spoilt);
    expect(() => openKeyStore({ file: path }, seededRandom(4))).toThrow(/does not open under/);
    expect(readFileSync(path)).toEqual(spoilt);
  });

  test("the master key is gone: said in words, and no new one is made", () => {
    const path = filled();
    rmSync(join(dirname(path), "master.key"));
    expect(() => openKeyStore({ file: path }, seededRandom(4))).toThrow(/master.key is missing/);
    expect(existsSync(join(dirname(path), "master.key"))).toBe(false);
  });

  test("a key that could not be written down is not there", () => {
    const path = filled();
    const keys = openKeyStore({ file: path }, seededRandom(4));
    rmSync(dirname(path), { recursive: true });
    const name = keyName("lost");
    expect(() => keys.ensure(name, "aead")).toThrow();
    expect(keys.list().map((info) => info.name)).toEqual([imk]);
  });
});
