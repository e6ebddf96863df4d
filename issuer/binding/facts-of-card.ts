import type { CardData } from "#contracts/common";
import type { KeyStore } from "#contracts/ports";
import { equalBytes } from "#protocol/bytes";
import { cvn2Hmac } from "../cards/issue.ts";
import { productById } from "../cards/products.ts";
import { type HeldCard, idNumberOf } from "../cards/store.ts";
import type { CardFacts } from "./decide.ts";

/** @param typed none: only what the bank itself knows is asked for. */
export function cardFacts(keys: KeyStore, held: HeldCard, typed: CardData | undefined): CardFacts {
  const { customer, account } = held;
  return {
    kind: productById(held.productId).kind,
    productId: held.productId,
    state: held.state,
    expiry: held.expiry,
    holderName: customer.holderName,
    mobile: customer.mobile,
    cvn2Matches:
      held.cvn2Hmac !== null &&
      typed?.cvn2 !== undefined &&
      equalBytes(held.cvn2Hmac, cvn2Hmac(keys, held.cardId, typed.cvn2)),
    idNumberMatches: typed?.idNumber === undefined || typed.idNumber === idNumberOf(keys, customer),
    documentExpires: customer.documentExpires,
    reviewDue: customer.reviewDue,
    counterOnly: customer.counterOnly,
    accountClass: account.class,
    accountRestricted: account.restricted,
    balanceMinor: account.postedMinor - account.heldMinor,
    arrearsMinor: account.arrearsMinor,
  };
}
