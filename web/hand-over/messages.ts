import * as v from "valibot";
import { Product, Suffix } from "#contracts/common";
import { PushInvitation, PushPass } from "#contracts/tsp-api";

/*
 * How the bank's app hands a card to the wallet, as two apps on one phone do: the app opens the wallet, which says that it
 * is there; the app offers the card and a line of their own; on that the wallet's invitation goes one way and the sealed
 * card the other. Both check the other's origin; what passes is sealed and signed by bank and wallet, not by the pages.
 */

/** Where the wallet listens. */
export const WALLET_FROM_BANK = "/wallet#from-bank";

/** Wallet to the window that opened it. */
export const Ready = v.object({ kabao: v.literal("walletReady") });
/** The app to the wallet's window; with it comes the line. */
export const Offer = v.object({
  kabao: v.literal("cardOffer"),
  card: v.object({ panSuffix: Suffix, product: Product }),
});
export type OfferedCard = v.InferOutput<typeof Offer>["card"];
/** On the line: from the wallet, */
export const FromWallet = v.variant("kind", [
  v.object({ kind: v.literal("invitation"), invitation: PushInvitation }),
  v.object({ kind: v.literal("ended"), added: v.boolean() }),
]);
/** and from the bank's app. */
export const FromBank = v.variant("kind", [
  v.object({ kind: v.literal("pass"), pass: PushPass }),
  v.object({ kind: v.literal("refused") }),
]);
