import type { PublicJwk } from "#contracts/ports";
import type { DeviceKeys } from "#device/secure-element";
import { fromUtf8 } from "#protocol/bytes";

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const WRAP_INFO = fromUtf8("kabao/device-key/v1");

/** The private half as it lies in the database: AES-256-GCM under HKDF-SHA-256 of the passkey's PRF output. */
export interface WrappedKey {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iv: Uint8Array<ArrayBuffer>;
  /** PKCS #8, encrypted. */
  readonly bytes: ArrayBuffer;
}

export interface NewKeys {
  readonly publicKey: PublicJwk;
  /** Absent without a PRF output: then the private half is thrown away, and nothing is ever sealed to this pair. */
  readonly wrapped?: WrappedKey;
}

/** Makes the device's key pair and wraps its private half. `prf` is wiped. */
export async function makeDeviceKeys(prf: Uint8Array | undefined): Promise<NewKeys> {
  const pair = await crypto.subtle.generateKey(CURVE, prf !== undefined, ["deriveBits"]);
  const publicKey = await publicJwk(pair);
  if (prf === undefined) return { publicKey };
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = await crypto.subtle.wrapKey("pkcs8", pair.privateKey, await wrappingKey(prf, salt, "wrapKey"), {
    name: "AES-GCM",
    iv,
  });
  prf.fill(0);
  return { publicKey, wrapped: { salt, iv, bytes } };
}

/** A key pair for one payment: its private half cannot leave this page and ends with it. */
export async function makePaymentKeys(): Promise<DeviceKeys> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  return { publicKey: await publicJwk(pair), openJwe: (jwe) => open(jwe, pair.privateKey) };
}

async function publicJwk({ publicKey }: CryptoKeyPair): Promise<PublicJwk> {
  const { x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  return { kty: "EC", crv: "P-256", x: x!, y: y! };
}

/** The key pair of an earlier visit: opens with the PRF output alone, anew for each use, and is kept nowhere. */
export function wrappedDeviceKeys(publicKey: PublicJwk, wrapped: WrappedKey): DeviceKeys {
  return {
    publicKey,
    async openJwe(jwe, prf) {
      const key = await unwrap(wrapped, prf);
      return key === undefined ? undefined : open(jwe, key);
    },
  };
}

/** Undefined: another passkey's output. */
async function unwrap(wrapped: WrappedKey, prf: Uint8Array): Promise<CryptoKey | undefined> {
  const { salt, iv, bytes } = wrapped;
  try {
    return await crypto.subtle.unwrapKey(
      "pkcs8",
      bytes,
      await wrappingKey(prf, salt, "unwrapKey"),
      { name: "AES-GCM", iv },
      CURVE,
      false,
      ["deriveBits"],
    );
  } catch {
    return undefined;
  }
}

async function wrappingKey(
  prf: Uint8Array,
  salt: Uint8Array<ArrayBuffer>,
  use: "wrapKey" | "unwrapKey",
): Promise<CryptoKey> {
  const secret = prf.slice();
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  secret.fill(0);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: new Uint8Array(WRAP_INFO) },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    [use],
  );
}

async function open(jwe: string, key: CryptoKey): Promise<Uint8Array | undefined> {
  const { compactDecrypt } = await import("jose");
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ["ECDH-ES+A256KW"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    return plaintext;
  } catch {
    return undefined;
  }
}
