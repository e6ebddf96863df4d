import type { KeyStore } from "#contracts/ports";

/** The key store refused or is away: what was asked for cannot be done now, and nothing was changed. */
export class KeyServiceDown extends Error {
  override readonly name = "KeyServiceDown";
}

/** The key store, with its failures told from all others. A wrong seal or JWE is an answer, not a failure. */
export function keyService(keys: KeyStore): KeyStore {
  const ask = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new KeyServiceDown("the key store does not answer", { cause: error });
    }
  };
  return {
    list: () => ask(() => keys.list()),
    ensure: (...it) => ask(() => keys.ensure(...it)),
    importKey: (...it) => ask(() => keys.importKey(...it)),
    seal: (...it) => ask(() => keys.seal(...it)),
    open: (...it) => ask(() => keys.open(...it)),
    hmac: (...it) => ask(() => keys.hmac(...it)),
    verifyArqc: (...it) => ask(() => keys.verifyArqc(...it)),
    deriveSessionKeys: (...it) => ask(() => keys.deriveSessionKeys(...it)),
    deriveCardKey: (...it) => ask(() => keys.deriveCardKey(...it)),
    publicJwk: (...it) => ask(() => keys.publicJwk(...it)),
    publicPoint: (...it) => ask(() => keys.publicPoint(...it)),
    sign: (...it) => ask(() => keys.sign(...it)),
    openPass: (...it) => ask(() => keys.openPass(...it)),
    openJwe: async (...it) => {
      try {
        return await keys.openJwe(...it);
      } catch (error) {
        throw new KeyServiceDown("the key store does not answer", { cause: error });
      }
    },
  };
}
