import type * as v from "valibot";
import type { BankAppApi } from "#contracts/bank-app-api";
import type { DeskAccount } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import { err, fromUtf8, ok, wipe } from "#protocol/bytes";
import { decideProof } from "../binding/decide.ts";
import { cardFacts } from "../binding/facts-of-card.ts";
import { NO_HISTORY } from "../binding/history.ts";
import { vouch } from "../binding/vouching.ts";
import { changeCard } from "../cards/changing.ts";
import { panHmac } from "../cards/directory.ts";
import { panOf } from "../cards/renewing.ts";
import type { CardEvent } from "../cards/status.ts";
import { findCardById, holdCard } from "../cards/store.ts";
import { changeOnce } from "../change.ts";
import { writeAudit } from "../desk/audit-trail.ts";
import { accountOfCard, accountsOfCustomer, statementOf } from "../desk/views.ts";
import { refused } from "../hops.ts";
import { KEYS, type PushSealer } from "../ports.ts";
import type { AppParts, BankSession } from "./sign-in.ts";
import { takeUsbKeyCode } from "./usb-key-code.ts";

type CardCalls =
  | "cards"
  | "statement"
  | "publicKey"
  | "lockCard"
  | "unlockCard"
  | "activateCard"
  | "addToWallet"
  | "usbKeyOptions"
  | "addUsbKey";
type AppCard = v.InferOutput<BankAppApi["lockCard"]["answer"]>;

/** The customer's own cards and keys. */
export function ownCards(
  parts: AppParts & { readonly push: PushSealer },
  who: BankSession,
): Pick<Calls<BankAppApi>, CardCalls> {
  const { db, clock, keys, policy, passkeys, sha256, push } = parts;
  const { customerId, name } = who;
  const caller = `customer:${customerId}`;

  const by =
    (operation: "lockCard" | "unlockCard" | "activateCard", event: CardEvent) =>
    (request: { readonly cardId: string }, context: CallContext) =>
      changeOnce(parts, caller, operation, request, context, async (tx) => {
        const target = await findCardById(tx, request.cardId);
        if (target?.customerId !== customerId) return err(problem("notFound", { at: "cardId" }));
        const now = clock.now();
        const changed = await changeCard(parts, tx, await holdCard(tx, target), event, now);
        if (!changed.ok) return err(problem("wrongState", { at: "cardId" }));
        await writeAudit(tx, {
          at: now,
          staffId: customerId,
          action: operation,
          subject: request.cardId,
          customerId,
          reason: "",
        });
        return ok(appCard((await accountOfCard(tx, request.cardId))!));
      });

  return {
    async cards() {
      return ok({ cards: (await accountsOfCustomer(db, customerId)).map(appCard) });
    },
    async statement({ cardId }) {
      const target = await findCardById(db, cardId);
      const lines = target?.customerId === customerId ? await statementOf(db, cardId) : undefined;
      return lines === undefined ? err(problem("notFound", { at: "cardId" })) : ok({ lines });
    },
    async publicKey() {
      return ok({ ...keys.publicJwk(KEYS.cardData) });
    },
    lockCard: by("lockCard", "lock"),
    unlockCard: by("unlockCard", "unlock"),
    activateCard: by("activateCard", "activate"),

    async addToWallet({ cardId, invitation }) {
      const target = await findCardById(db, cardId);
      if (target?.customerId !== customerId) return err(problem("notFound", { at: "cardId" }));
      const now = clock.now();
      const held = await db.transaction(async (tx) => {
        const card = await holdCard(tx, target);
        const rows = await tx.query<{ pan_sealed: Uint8Array }>(
          { text: "select pan_sealed from card where b = $1 and id = $2" },
          [target.b, cardId],
        );
        return { card, pan: panOf(keys, card, rows[0]!.pan_sealed) };
      });
      const { card, pan } = held;
      const causes = decideProof(cardFacts(keys, card, undefined), NO_HISTORY, now, policy.binding);
      if (causes.length > 0) return err(refused("wrongState", causes, { at: "cardId" }));
      const { nonce, nonceSignature, certificates } = invitation;
      const plain = fromUtf8(
        JSON.stringify({
          primaryAccountNumber: pan.expose(),
          expiration: `${card.expiry.slice(2)}/${card.expiry.slice(0, 2)}`,
          name: card.customer.holderName,
          nonce,
          nonceSignature,
          // Not in the source: the wallet's form wants the phone, and the holder types nothing here.
          ...(card.customer.mobile === null ? {} : { mobile: card.customer.mobile }),
        }),
      );
      const sealed = await push.seal(certificates, plain);
      wipe(plain);
      if (sealed === undefined)
        return err(refused("forbidden", ["pushDataInvalid"], { at: "invitation.certificates" }));
      const activationData = vouch(keys, panHmac(keys, pan), nonce, now, policy.bankApp.vouchMs);
      return ok({ ...sealed, activationData });
    },

    async usbKeyOptions({ name: keyName, code }) {
      if (!(await takeUsbKeyCode(db, keys, { customerId, code }, clock.now())))
        return err(problem("forbidden", { at: "code", detail: "not a code that stands: a teller gives another one" }));
      return ok(
        await passkeys.beginRegistration({
          purpose: "usbKey",
          subject: { customerId, keyName },
          userName: name,
          userHandle: sha256(fromUtf8(`customer ${customerId}`)).subarray(0, 16),
          roaming: true,
          exclude: await passkeys.of(db, customerId),
        }),
      );
    },

    async addUsbKey({ ceremonyId, response }) {
      const proved = await passkeys.finishRegistration("usbKey", ceremonyId, response);
      if (!proved.ok)
        return proved.error === "unknownCeremony"
          ? err(problem("notFound", { at: "ceremonyId" }))
          : err(problem("forbidden", { at: "response", detail: "the key does not verify" }));
      const { subject, key } = proved.value;
      if (subject["customerId"] !== customerId) return err(problem("notFound", { at: "ceremonyId" }));
      const validUntil = (clock.now() + policy.bankApp.usbKeyMs) as ReturnType<typeof clock.now>;
      const owner = { ownerId: customerId, kind: "usbKey", name: subject["keyName"]!, validUntil } as const;
      const added = await passkeys.add(db, key, owner);
      return added ? ok({ keyId: key.id }) : err(problem("wrongState", { at: "response" }));
    },
  };
}

function appCard({ cardId, panSuffix, product, status, availableMinor }: DeskAccount): AppCard {
  return { cardId, panSuffix, product, status, availableMinor };
}
