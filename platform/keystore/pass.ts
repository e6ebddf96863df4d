import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from "node:crypto";
import type { PassSealer } from "#contracts/ports";
import { concat, wipe } from "#protocol/bytes";
import { marksProvisioning, PASS_IV, passKey } from "#protocol/paytoken";

const TAG_BYTES = 16;
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** 65 bytes, uncompressed. */
export function pointOf(key: KeyObject): Uint8Array {
  const { x, y } = key.export({ format: "jwk" }) as { x: string; y: string };
  return concat(Uint8Array.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url"));
}

/** Undefined: not a point of the curve. */
function keyOfPoint(point: Uint8Array): KeyObject | undefined {
  if (point.length !== 65 || point[0] !== 4) return undefined;
  const part = (from: number) => Buffer.from(point.subarray(from, from + 32)).toString("base64url");
  try {
    return createPublicKey({ key: { kty: "EC", crv: "P-256", x: part(1), y: part(33) }, format: "jwk" });
  } catch {
    return undefined;
  }
}

function keyBetween(own: KeyObject, other: KeyObject, ephemeralPoint: Uint8Array): Uint8Array {
  const z = new Uint8Array(diffieHellman({ privateKey: own, publicKey: other }));
  const key = passKey(z, ephemeralPoint, sha256);
  wipe(z);
  return key;
}

export function openPass(leaf: KeyObject, ephemeralPoint: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const other = keyOfPoint(ephemeralPoint);
  if (other === undefined || sealed.length < TAG_BYTES) return undefined;
  const key = keyBetween(leaf, other, ephemeralPoint);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, PASS_IV);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const body = sealed.subarray(0, sealed.length - TAG_BYTES);
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]));
  } catch {
    return undefined;
  } finally {
    wipe(key);
  }
}

/** Sealed under one ephemeral key, which is used for nothing else: the IV is the same each time. */
export function sealUnder(ephemeral: KeyObject, leaf: KeyObject, plain: Uint8Array): Uint8Array {
  const key = keyBetween(ephemeral, leaf, pointOf(createPublicKey(ephemeral)));
  const cipher = createCipheriv("aes-256-gcm", key, PASS_IV);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  wipe(key);
  return new Uint8Array(sealed);
}

export const passSealer: PassSealer = {
  sealPass(root, chain, plain, now) {
    const leaf = trustedLeaf(root, chain, now);
    if (leaf === undefined) return undefined;
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return { sealed: sealUnder(privateKey, leaf, plain), ephemeralPoint: pointOf(createPublicKey(privateKey)) };
  },
};

/** The leaf's key, when each certificate is in time and signed by the next, the last one by the root, and the leaf is marked. */
function trustedLeaf(root: Uint8Array, chain: readonly Uint8Array[], now: number): KeyObject | undefined {
  if (chain.length === 0 || !marksProvisioning(chain[0]!)) return undefined;
  try {
    const certificates = [...chain, root].map((der) => new X509Certificate(der));
    const sound = certificates.every((certificate, i) => {
      const signer = certificates[i + 1] ?? certificate;
      const inTime = Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo);
      return (
        inTime && (i === 0 || certificate.ca) && certificate.checkIssued(signer) && certificate.verify(signer.publicKey)
      );
    });
    const key = certificates[0]!.publicKey;
    return sound && key.asymmetricKeyDetails?.namedCurve === "prime256v1" ? key : undefined;
  } catch {
    return undefined;
  }
}
