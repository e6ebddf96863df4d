import * as v from "valibot";
import {
  At,
  BindingReason,
  CodeOutcome,
  CodeSent,
  Decision,
  DeviceKind,
  Empty,
  Id,
  Jwe,
  Language,
  Name,
  Product,
  PublicJwkSchema,
  Suffix,
  Terms,
  TokenStatus,
  VerificationMethod,
} from "./common.ts";
import { operation } from "./operation.ts";

/** What the bank offers the TSP. Cards travel as JWE to the bank's own key. */
export const issuerApi = {
  publicKey: operation({
    summary: "The bank's key for card data and codes",
    request: Empty,
    answer: PublicJwkSchema,
    readOnly: true,
  }),
  checkEligibility: operation({
    summary: "May this card be bound, as which product, under which terms",
    request: v.object({ cardJwe: Jwe }),
    answer: v.object({ product: Product, terms: Terms, panSuffix: Suffix }),
    readOnly: true,
  }),
  decideBinding: operation({
    summary: "Decide on one binding; the same bindingId always gets the same decision",
    request: v.object({
      bindingId: Id,
      cardJwe: Jwe,
      trid: v.pipe(v.string(), v.regex(/^\d{11}$/)),
      walletAccount: Id,
      device: v.object({ deviceId: Id, name: Name, kind: DeviceKind }),
      terms: v.object({ version: Id, acceptedAt: At, language: Language }),
    }),
    answer: v.object({
      decision: Decision,
      reason: v.optional(BindingReason),
      methods: v.array(VerificationMethod),
      /** Tag 5F34 of the card. */
      psn: v.pipe(v.string(), v.regex(/^\d{2}$/)),
    }),
  }),
  sendCode: operation({
    summary: "Make an SMS code, keep its hash, send it to the phone reserved at the bank",
    request: v.object({ bindingId: Id, methodId: Id, language: Language }),
    answer: CodeSent,
  }),
  checkCode: operation({
    summary: "Check a code the holder typed; it arrives sealed to the bank",
    request: v.object({ bindingId: Id, codeJwe: Jwe }),
    answer: CodeOutcome,
  }),
  notifyToken: operation({
    summary: "A token of one of the bank's cards changed",
    request: v.object({
      bindingId: Id,
      tokenRef: Id,
      status: TokenStatus,
      deviceName: Name,
      tokenSuffix: Suffix,
      at: At,
    }),
    answer: Empty,
  }),
} as const;
export type IssuerApi = typeof issuerApi;

const Account = v.object({
  cardId: Id,
  panSuffix: Suffix,
  holderName: v.string(),
  product: Product,
  status: v.picklist(["active", "notActivated", "lost", "frozen", "cancelled"]),
  currency: v.string(),
  /** Minor units as digits. */
  postedMinor: v.string(),
  heldMinor: v.string(),
  availableMinor: v.string(),
});
const StatementLine = v.object({
  at: At,
  text: v.string(),
  minor: v.string(),
  balanceMinor: v.string(),
  kind: v.string(),
});

/** The bank's own desk, and the demo's view into the bank. */
export const issuerDeskApi = {
  accounts: operation({
    summary: "Cards with their balances",
    request: Empty,
    answer: v.object({ accounts: v.array(Account) }),
    readOnly: true,
  }),
  statement: operation({
    summary: "The last movements of one card's account, newest first",
    request: v.object({ cardId: Id }),
    answer: v.object({ lines: v.array(StatementLine) }),
    readOnly: true,
  }),
  setCardStatus: operation({
    summary: "Report lost, freeze, unfreeze, activate",
    request: v.object({ cardId: Id, status: v.picklist(["active", "lost", "frozen"]) }),
    answer: Account,
  }),
  /** Sums over the whole ledger: what must be zero is zero. */
  audit: operation({
    summary: "Does the ledger balance",
    request: Empty,
    answer: v.object({
      entriesSumMinor: v.string(),
      accountsAgree: v.boolean(),
      postings: v.number(),
      openHolds: v.number(),
    }),
    readOnly: true,
  }),
} as const;
export type IssuerDeskApi = typeof issuerDeskApi;
