import type { Calls } from "#contracts/operation";
import type { Clock, Random } from "#contracts/ports";
import type { TspIssuerApi } from "#contracts/tsp-api";
import type { PushSealer } from "#issuer";
import { passSealer } from "#platform/keystore";
import { fromBase64, toBase64 } from "#protocol/bytes";

/** The bank trusts the wallet's certificates under the root that the TSP itself gives it, and no other. */
export function pushSealer(tsp: Pick<Calls<TspIssuerApi>, "pushRoot">, clock: Clock, random: Random): PushSealer {
  return {
    async seal(certificates, plain) {
      const root = await tsp.pushRoot({}, { journeyId: "keys", idempotencyKey: random.uuid() });
      const der = root.ok ? fromBase64(root.value.certificate) : undefined;
      const chain = certificates.map(fromBase64);
      if (der === undefined || chain.includes(undefined)) return undefined;
      const pass = passSealer.sealPass(der, chain as Uint8Array[], plain, clock.now());
      return pass === undefined
        ? undefined
        : { encryptedPassData: toBase64(pass.sealed), ephemeralPublicKey: toBase64(pass.ephemeralPoint) };
    },
  };
}
