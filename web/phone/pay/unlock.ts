import type { PassView } from "#contracts/wallet-api";
import { err, type Result } from "#protocol/bytes";
import { FAULTS, type Fault, passkeyFault, problemFault } from "../../text/fault.ts";
import type { Desk, Phone } from "../phone.ts";
import type { PhonePorts } from "../ports.ts";

type Ports = Pick<PhonePorts, "passkey" | "storage" | "clock" | "makePaymentKeys">;

/** The holder's finger opens a card for one payment: with a key that lies here, or with one that is fetched for it. */
export function unlock(phone: Phone, desk: Desk, ports: Ports, pass: PassView): Promise<Result<"armed", Fault>> {
  return desk.record.wrapped === undefined
    ? withFetchedKey(phone, desk, ports, pass)
    : withKeptKey(phone, desk, ports, pass);
}

/** Keys lie here, sealed; the passkey's PRF output alone opens them, and no server is asked. */
async function withKeptKey(phone: Phone, desk: Desk, ports: Ports, pass: PassView): Promise<Result<"armed", Fault>> {
  if ((await ports.storage.keysLeft(pass.token.tokenRef, ports.clock.now())) === 0) await phone.readCards();
  const proof = await ports.passkey.prove(desk.record.credentialId, desk.record.prfInput);
  if (!proof.ok) return err(passkeyFault(proof.error));
  const { prf = new Uint8Array(32) } = proof.value;
  const armed = await desk.wallet.arm(pass, prf);
  prf.fill(0);
  if (armed.ok) return armed;
  const { code } = armed.error;
  const noKeys = code === "wrongState" && pass.token.status === "active";
  return err(code === "forbidden" ? FAULTS.wrongPasskey : noKeys ? FAULTS.noKeys : problemFault(armed.error));
}

/** No key lies here. The wallet server checks the passkey's signature for this card and this key pair, then one key comes. */
async function withFetchedKey(phone: Phone, desk: Desk, ports: Ports, pass: PassView): Promise<Result<"armed", Fault>> {
  const { calls, wallet } = desk;
  const { passId } = pass;
  const pair = await ports.makePaymentKeys();
  const begun = await calls.beginPayment({ passId, sealTo: pair.publicKey }, phone.context(passId));
  if (!begun.ok) return err(problemFault(begun.error));
  const { ceremonyId, options } = begun.value;
  const proof = await ports.passkey.signIn(options);
  if (!proof.ok) return err(passkeyFault(proof.error));
  proof.value.prf?.fill(0);
  const fetched = await calls.keyForPayment({ ceremonyId, response: proof.value.response }, phone.context(passId));
  if (!fetched.ok) return err(problemFault(fetched.error));
  const armed = await wallet.armWith(pass, fetched.value, pair);
  return armed.ok ? armed : err(problemFault(armed.error));
}
