import type { VerificationMethod } from "#contracts/common";
import type { Queries } from "#contracts/ports";
import type { Cause } from "#protocol/diagnosis";
import type { Instant } from "#protocol/time";
import type { HeldCard } from "../cards/store.ts";
import { messagesToday, readCodes } from "./code-store.ts";
import { smsUsedUp } from "./codes.ts";
import { decideProof } from "./decide.ts";
import { cardFacts } from "./facts-of-card.ts";
import { readHistory } from "./history.ts";
import { methodsOf } from "./methods.ts";
import type { BindingParts } from "./parts.ts";
import { type BindingRow, verificationOf } from "./store.ts";

/** The methods of a binding as they stand now. Its card and itself must be held, or this is a mere reading. */
export async function readMethods(
  parts: Pick<BindingParts, "keys" | "policy">,
  tx: Queries,
  binding: BindingRow,
  card: HeldCard,
  now: Instant,
): Promise<readonly VerificationMethod[]> {
  const { keys, policy } = parts;
  const [newest] = await readCodes(tx, binding.id);
  const { mobile, customerId } = card.customer;
  const [blocking] = await proofCauses(parts, tx, binding, card, now);
  return methodsOf(
    {
      bindingId: binding.id,
      // Green is verified like yellow, when wallet or TSP wants it.
      colour: binding.decision === "orange" ? "orange" : "yellow",
      state: verificationOf(binding),
      mobile,
      smsUsedUp: smsUsedUp(newest, binding.codesBefore, now, policy.code),
      phoneAtCap: mobile !== null && (await messagesToday(tx, keys, mobile, now)) >= policy.code.messagesPerPhonePerDay,
      appReady: await isAppReady(tx, customerId),
      cardCause: blocking,
    },
    now,
    policy,
  );
}

/** What stands in the way of a proof of this binding now, hardest to cure first. */
export async function proofCauses(
  parts: Pick<BindingParts, "keys" | "policy">,
  tx: Queries,
  binding: BindingRow,
  card: HeldCard,
  now: Instant,
): Promise<readonly Cause[]> {
  const history = await readHistory(
    tx,
    {
      cardId: card.cardId,
      customerId: card.customer.customerId,
      deviceId: binding.deviceId,
      walletAccount: binding.walletAccount,
    },
    now,
  );
  return decideProof(cardFacts(parts.keys, card, undefined), history, now, parts.policy.binding);
}

async function isAppReady(tx: Queries, customerId: string): Promise<boolean> {
  const rows = await tx.query({ text: "select 1 as one from webauthn_key where owner_id = $1 limit 1" }, [customerId]);
  return rows.length > 0;
}
