import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { keyName } from "#contracts/ports";
import { seededRandom } from "#platform/random";
import { fromUtf8, hexBytes, toHex, toUtf8 } from "#protocol/bytes";
import { encodeCertificate, marksProvisioning, passKey } from "#protocol/paytoken";
import { instant } from "#protocol/time";
import vectors from "../../test/vectors/push-provisioning.json" with { type: "json" };
import { openKeyStore, passSealer } from "./index.ts";
import { openPass, pointOf, sealUnder } from "./pass.ts";

const NOW = instant(Date.UTC(2026, 10, 24, 2));
const DAY = 86_400_000;
const base64url = (hex: string) => Buffer.from(hex, "hex").toString("base64url");

function privateKey(scalar: string, point: string): KeyObject {
  const [x, y] = [base64url(point.slice(2, 66)), base64url(point.slice(66))];
  return createPrivateKey({ key: { kty: "EC", crv: "P-256", d: base64url(scalar), x, y }, format: "jwk" });
}

test.each(vectors.cases)("pass: $id", (vector) => {
  const leaf = privateKey(vector.leafPrivate, vector.leafPoint);
  const ephemeral = privateKey(vector.ephemeralPrivate, vector.ephemeralPoint);
  const point = hexBytes(vector.ephemeralPoint);
  const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
  expect(toHex(passKey(hexBytes(vector.z), point, sha256)).toUpperCase()).toBe(vector.key);
  const sealed = sealUnder(ephemeral, createPublicKey(leaf), fromUtf8(vector.plain));
  expect(toHex(sealed).toUpperCase()).toBe(vector.sealed);
  expect(toUtf8(openPass(leaf, point, hexBytes(vector.sealed))!)).toBe(vector.plain);
  // One bit anywhere, another point, no point at all: nothing opens.
  const bent = hexBytes(vector.sealed);
  bent[3]! ^= 1;
  expect(openPass(leaf, point, bent)).toBeUndefined();
  expect(openPass(leaf, pointOf(createPublicKey(leaf)), hexBytes(vector.sealed))).toBeUndefined();
  expect(openPass(leaf, new Uint8Array(65), hexBytes(vector.sealed))).toBeUndefined();
  expect(openPass(leaf, point, new Uint8Array(15))).toBeUndefined();
});

describe("the bank's check of the wallet's certificates", () => {
  const keys = openKeyStore({ memory: true }, seededRandom(1));
  const name = (text: string) => keyName(`test.${text}`);
  for (const authority of ["root", "sub", "other"]) keys.ensure(name(authority), "sign");
  keys.ensure(name("leaf"), "pass");
  const make = (
    subject: string,
    signer: string,
    more: { kind?: "authority" | "provisioning"; until?: number; from?: number } = {},
  ) =>
    encodeCertificate(
      {
        serial: 1,
        issuer: signer,
        subject,
        from: instant(NOW + (more.from ?? -2 * DAY)),
        until: instant(NOW + (more.until ?? 300 * DAY)),
        point: keys.publicPoint(name(subject)),
        kind: more.kind ?? "authority",
      },
      (data) => keys.sign(name(signer), data),
    );
  const root = make("root", "root");
  const sub = make("sub", "root");
  const leaf = make("leaf", "sub", { kind: "provisioning" });

  test("is X.509 to others too", () => {
    const certificate = new X509Certificate(leaf);
    expect([certificate.subject, certificate.issuer, certificate.ca]).toEqual(["CN=leaf", "CN=sub", false]);
    expect(certificate.verify(new X509Certificate(sub).publicKey)).toBe(true);
  });

  test("right: what is sealed opens with the leaf's key alone", () => {
    const pass = passSealer.sealPass(root, [leaf, sub], fromUtf8("card"), NOW)!;
    expect(toUtf8(keys.openPass(name("leaf"), pass.ephemeralPoint, pass.sealed)!)).toBe("card");
    const again = passSealer.sealPass(root, [leaf, sub], fromUtf8("card"), NOW)!;
    expect(again.sealed).not.toEqual(pass.sealed);
    expect(() => keys.openPass(name("root"), pass.ephemeralPoint, pass.sealed)).toThrow(RangeError);
  });

  test.each<[string, () => readonly Uint8Array[]]>([
    ["no certificate", () => []],
    ["garbage", () => [Uint8Array.of(0x30, 0x82), sub]],
    ["the authority left out", () => [leaf]],
    ["signed by another", () => [leaf, make("sub", "other")]],
    ["a leaf that another signed", () => [make("leaf", "other", { kind: "provisioning" }), sub]],
    ["no mark", () => [make("sub", "sub"), sub]],
    ["out of time", () => [make("leaf", "sub", { kind: "provisioning", until: -DAY }), sub]],
    ["not yet", () => [make("leaf", "sub", { kind: "provisioning", from: 2 * DAY }), sub]],
    ["a leaf that plays authority", () => [leaf, leaf]],
  ])("%s: nothing is sealed", (_name, chain) => {
    expect(passSealer.sealPass(root, chain(), fromUtf8("card"), NOW)).toBeUndefined();
  });

  test("only a leaf carries the mark", () => {
    expect([leaf, sub, root, new Uint8Array(), Uint8Array.of(1)].map(marksProvisioning)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
