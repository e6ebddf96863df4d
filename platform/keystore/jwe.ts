import type { KeyObject } from "node:crypto";
import { CompactEncrypt, compactDecrypt, importJWK } from "jose";
import type { PublicJwk, Sealer } from "#contracts/ports";

const ALGORITHM = "ECDH-ES+A256KW";
const ENCRYPTION = "A256GCM";

export const sealer: Sealer = {
  async sealTo(recipient: PublicJwk, plain: Uint8Array): Promise<string> {
    const { kty, crv, x, y } = recipient;
    const key = await importJWK({ kty, crv, x, y }, ALGORITHM);
    return new CompactEncrypt(plain)
      .setProtectedHeader({
        alg: ALGORITHM,
        enc: ENCRYPTION,
        ...(recipient.kid === undefined ? {} : { kid: recipient.kid }),
      })
      .encrypt(key);
  },
};

/** Undefined for whatever does not open: tampered, made to another key, or not a JWE. */
export async function openCompact(compact: string, key: KeyObject): Promise<Uint8Array | undefined> {
  try {
    const { plaintext } = await compactDecrypt(compact, key, {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
    });
    return plaintext;
  } catch {
    return undefined;
  }
}
