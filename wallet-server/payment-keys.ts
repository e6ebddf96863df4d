import * as v from "valibot";
import { PublicJwkSchema } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { WalletDeviceApi } from "#contracts/wallet-api";
import type { Passkeys } from "#party";
import { err, ok, type Result } from "#protocol/bytes";
import { about, type Desk } from "./desk.ts";
import { deviceOf } from "./devices.ts";
import { journeyOf, type Pass } from "./passes.ts";
import type { Session } from "./session.ts";

type PaymentKeys = Pick<Calls<WalletDeviceApi>, "beginPayment" | "keyForPayment">;
const PURPOSE = "payment";
const SealTo = v.pipe(v.string(), v.parseJson(), PublicJwkSchema);

/**
 * For a device that can seal nothing under its passkey: it keeps no payment key, and gets one for each payment once its passkey
 * has signed. What is signed for is this card and this key pair, and it is good once.
 */
export function paymentKeys(
  desk: Desk,
  parts: { readonly passkeys: Passkeys; usable(passId: string): Promise<Result<Pass, Problem>> },
  session: Session,
): PaymentKeys {
  const { db, tsp } = desk;
  const { passkeys, usable } = parts;
  const { accountId } = session;

  return {
    async beginPayment({ passId, sealTo }) {
      const found = await usable(passId);
      if (!found.ok) return found;
      const device = await deviceOf(db, accountId, found.value.deviceId, "passId");
      if (!device.ok) return device;
      const { keyId } = device.value;
      const held = await passkeys.of(db, accountId);
      // The passkey that enrolled the device, where that is known.
      const allow = held.filter(({ id }) => keyId === null || id === keyId);
      const subject = { accountId, passId, sealTo: JSON.stringify(sealTo) };
      return ok(await passkeys.beginAssertion({ purpose: PURPOSE, subject, allow }));
    },

    async keyForPayment({ ceremonyId, response }, context: CallContext) {
      const finished = await passkeys.finishAssertion(PURPOSE, ceremonyId, response);
      if (!finished.ok)
        return finished.error.fault === "unknownCeremony"
          ? err(problem("notFound", { at: "ceremonyId" }))
          : err(
              problem("forbidden", { at: "response", detail: "the passkey does not verify", cause: "userNotVerified" }),
            );
      const { subject, key } = finished.value;
      const { passId = "" } = subject;
      if (key.ownerId !== accountId || subject["accountId"] !== accountId)
        return err(problem("notFound", { at: "ceremonyId" }));
      const found = await usable(passId);
      if (!found.ok) return found;
      const { token, deviceId } = found.value;
      const device = await deviceOf(db, accountId, deviceId, "passId");
      if (!device.ok) return device;
      if (device.value.keyId !== null && device.value.keyId !== key.id)
        return err(problem("forbidden", { at: "response", detail: "another device's passkey" }));
      const sealTo = v.parse(SealTo, subject["sealTo"]);
      const hopKey = desk.hopKey(accountId, "keyForPayment", context);
      return tsp.keyForPayment({ tokenRef: token.tokenRef, deviceId, sealTo }, about(journeyOf(found.value), hopKey));
    },
  };
}
