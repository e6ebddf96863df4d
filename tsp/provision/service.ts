import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import { err, ok, shardOf, toBase64 } from "#protocol/bytes";
import { KEYS } from "../ports.ts";
import { journeyOfCounter, tokenByPan, tokenByRef } from "../store.sql.ts";
import { misrouted } from "./cards.ts";
import { changing } from "./changes.ts";
import type { Desk } from "./desk.ts";
import { personalising } from "./keys.ts";
import { pushing, rootCertificate } from "./push.ts";
import { requesting } from "./request.ts";
import { verifiedByBank, verifying } from "./verification.ts";

type Evidence = "holdings" | "journeyOfCase";

/** What the wallet provider may ask of the TSP. */
export function walletCalls(desk: Desk): Omit<Calls<TspWalletApi>, Evidence> {
  const { db, keys, issuer, cards } = desk;
  return {
    publicKey: async () => ok(keys.publicJwk(KEYS.cardData)),

    async checkEligibility({ cardJwe }, context) {
      const card = await cards.open(cardJwe);
      if (!card.ok) return card;
      const sealed = await cards.sealToIssuer(card.value.data, context);
      if (!sealed.ok) return sealed;
      const eligible = await issuer.checkEligibility({ cardJwe: sealed.value }, context);
      if (!eligible.ok) return err(misrouted(eligible.error));
      return ok({ panRef: (await cards.find(card.value.pan)).panRef, ...eligible.value });
    },

    async journeyOfPayment({ tokenRef, atc }) {
      const token = await tokenByRef(db, shardOf(tokenRef), tokenRef);
      if (token === undefined) return err(problem("notFound", { at: "tokenRef" }));
      const journeyId = await journeyOfCounter(db, token, atc);
      return ok(journeyId === undefined ? {} : { journeyId });
    },

    requestToken: requesting(desk),
    ...verifying(desk),
    ...pushing(desk),
    ...personalising(desk),
    ...changing(desk).wallet,
  };
}

/** What the bank may ask of the TSP. */
export function issuerCalls(desk: Desk): Omit<Calls<TspIssuerApi>, Evidence> {
  const { db, keys, wallet } = desk;
  return {
    publicKey: async () => ok(keys.publicJwk(KEYS.cardData)),
    pushRoot: async () => ok({ certificate: toBase64(rootCertificate(keys)) }),
    async notifyPayment({ tokenPan, notice }, context) {
      const token = await tokenByPan(db, shardOf(tokenPan), tokenPan);
      if (token === undefined) return err(problem("notFound", { at: "tokenPan" }));
      return wallet.notifyPayment({ tokenRef: token.tokenRef, notice }, context);
    },
    ...verifiedByBank(desk),
    ...changing(desk).issuer,
  };
}
