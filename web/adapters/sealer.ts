import type { Sealer } from "#contracts/ports";

/** Encrypts for one recipient. The library comes when it is first needed: most visits to the page seal nothing. */
export const sealer: Sealer = {
  async sealTo(recipient, plain) {
    const { CompactEncrypt, importJWK } = await import("jose");
    const { kty, crv, x, y, kid } = recipient;
    const key = await importJWK({ kty, crv, x, y }, "ECDH-ES+A256KW");
    return new CompactEncrypt(plain)
      .setProtectedHeader({ alg: "ECDH-ES+A256KW", enc: "A256GCM", ...(kid === undefined ? {} : { kid }) })
      .encrypt(key);
  },
};
