import * as v from "valibot";
import { Amount, At, Ceremony, Empty, Id, Name, Product, PublicJwkSchema, Suffix } from "./common.ts";
import { CardStatusSchema, StatementLine, UsbKeyCode } from "./desk-api.ts";
import { operation } from "./operation.ts";
import { PushInvitation, PushPass } from "./tsp-api.ts";

const BankSession = v.object({ customerId: Id, name: Name, accessToken: v.string() });

/** The demo bank's own app: a customer proves himself once by a code to the reserved phone, then by passkey. */
export const bankSignInApi = {
  startEnrolment: operation({
    summary:
      "A code goes to the phone reserved at the bank, if the three belong together; the answer is the same if not",
    request: v.object({
      panSuffix: Suffix,
      idNumber: v.pipe(v.string(), v.regex(/^\d{17}[\dX]$/)),
      mobile: v.pipe(v.string(), v.regex(/^1[3-9]\d{9}$/)),
    }),
    answer: v.object({ enrolmentId: Id, expiresAt: At }),
  }),
  registerOptions: operation({
    summary: "With the code: begin a passkey",
    request: v.object({ enrolmentId: Id, code: v.pipe(v.string(), v.regex(/^\d{6}$/)) }),
    answer: v.object({ ceremonyId: Id, options: Ceremony }),
  }),
  register: operation({
    summary: "Finish it",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: BankSession,
  }),
  signInOptions: operation({
    summary: "Begin signing in by passkey",
    request: Empty,
    answer: v.object({ ceremonyId: Id, options: Ceremony }),
  }),
  signIn: operation({
    summary: "Finish it",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: BankSession,
  }),
  signOut: operation({
    summary: "The session ends now",
    request: v.object({ accessToken: v.pipe(v.string(), v.maxLength(128)) }),
    answer: Empty,
  }),
} as const;
export type BankSignInApi = typeof bankSignInApi;

const AppCard = v.object({
  cardId: Id,
  panSuffix: Suffix,
  product: Product,
  status: CardStatusSchema,
  availableMinor: v.string(),
});

/** What the app shows before it asks for the finger or the USB key, and what the key signs, word for word. */
const PendingBinding = v.object({
  bindingId: Id,
  panSuffix: Suffix,
  deviceName: Name,
  asked: At,
  expiresAt: At,
  /** Line by line; the challenge is SHA-256 over its UTF-8. */
  statement: v.string(),
});
export type PendingBinding = v.InferOutput<typeof PendingBinding>;

const FeeQuote = v.object({
  quoteId: Id,
  amount: Amount,
  fee: Amount,
  /** The rule that made the fee, in words. */
  words: v.object({ zh: v.string(), en: v.string() }),
  validUntil: At,
});
export type FeeQuote = v.InferOutput<typeof FeeQuote>;

/** What the bank offers its customer's app (`Authorization: Bearer`). */
export const bankAppApi = {
  cards: operation({
    summary: "The customer's cards",
    request: Empty,
    answer: v.object({ cards: v.array(AppCard) }),
    readOnly: true,
  }),
  statement: operation({
    summary: "The last movements of one of the customer's accounts, newest first",
    request: v.object({ cardId: Id }),
    answer: v.object({ lines: v.array(StatementLine) }),
    readOnly: true,
  }),
  publicKey: operation({
    summary: "The bank's key, to which the number of the card that gets a transfer is sealed",
    request: Empty,
    answer: PublicJwkSchema,
    readOnly: true,
  }),
  pending: operation({
    summary: "Bindings that wait for this customer's word",
    request: Empty,
    answer: v.object({ bindings: v.array(PendingBinding) }),
    readOnly: true,
  }),
  approveOptions: operation({
    summary:
      "Begin approving: an assertion whose challenge is the statement's hash. `usbKey`: only a roaming key registered at the bank",
    request: v.object({ bindingId: Id, by: v.picklist(["passkey", "usbKey"]) }),
    answer: v.object({ ceremonyId: Id, options: Ceremony, statement: v.string() }),
  }),
  approve: operation({
    summary: "Finish it: the bank tells the TSP",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: v.object({ bindingId: Id, activated: v.boolean() }),
  }),
  faceFailed: operation({
    summary: "The app's own face check did not pass",
    request: v.object({ bindingId: Id }),
    answer: Empty,
  }),
  decline: operation({ summary: "It was not me", request: v.object({ bindingId: Id }), answer: Empty }),
  usbKeyOptions: operation({
    summary: "Register a USB key, with the code that a teller gave for it; three wrong ones void the code",
    request: v.object({ name: Name, code: UsbKeyCode }),
    answer: v.object({ ceremonyId: Id, options: Ceremony }),
  }),
  addUsbKey: operation({
    summary: "Finish it",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: v.object({ keyId: Id }),
  }),
  lockCard: operation({ summary: "Lock a card", request: v.object({ cardId: Id }), answer: AppCard }),
  unlockCard: operation({ summary: "Unlock it", request: v.object({ cardId: Id }), answer: AppCard }),
  activateCard: operation({
    summary: "Activate a new credit card",
    request: v.object({ cardId: Id }),
    answer: AppCard,
  }),
  addToWallet: operation({
    summary: "Push provisioning: the card, sealed to the wallet that asked (spec payment-tokens §2)",
    request: v.object({ cardId: Id, invitation: PushInvitation }),
    answer: PushPass,
  }),
  quoteTransfer: operation({
    summary: "What a transfer would cost, by the bank's fee table",
    request: v.object({
      fromCardId: Id,
      /** A card of this bank, or of another. */
      toBank: v.pipe(v.string(), v.regex(/^(own|[A-Z]{2,12})$/)),
      /** A payment to a merchant of this category (MCC) instead of a person. */
      merchantCategory: v.optional(v.pipe(v.string(), v.regex(/^\d{4}$/))),
      amount: Amount,
    }),
    answer: FeeQuote,
  }),
  transfer: operation({
    summary: "Carry out a quoted transfer: the holder has seen the fee",
    request: v.object({
      quoteId: Id,
      /** JSON `{pan}`, sealed to the bank's key. */
      toPanJwe: v.optional(v.string()),
      toCardId: v.optional(Id),
      toName: Name,
    }),
    answer: v.object({ transferId: Id, amount: Amount, fee: Amount, balanceMinor: v.string() }),
  }),
  fees: operation({
    summary: "The fee table, as it is",
    request: Empty,
    answer: v.object({
      rules: v.array(v.object({ ruleId: Id, words: v.object({ zh: v.string(), en: v.string() }) })),
    }),
    readOnly: true,
  }),
} as const;
export type BankAppApi = typeof bankAppApi;
