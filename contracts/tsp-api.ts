import * as v from "valibot";
import { CAUSE_CODES } from "#protocol/diagnosis";
import {
  At,
  Atc,
  CardSource,
  Causes,
  CodeOutcome,
  CodeSent,
  Decision,
  DeviceKind,
  Empty,
  Id,
  Jwe,
  KeySource,
  Language,
  Name,
  PaymentNotice,
  Product,
  PublicJwkSchema,
  Suffix,
  Terms,
  TokenChange,
  TokenView,
  VerificationMethod,
  WalletAdvice,
} from "./common.ts";
import { DevicePackage, OneTimePackage, SealedKeyBatch } from "./device-package.ts";
import { evidenceApi, JourneyId } from "./facts.ts";
import { operation } from "./operation.ts";

/** Reference of a funding card that says nothing of its number; the same card always gives the same. */
const PanRef = Id;

/** Certificates (leaf first, DER in base64), a nonce, and the device's signature over it. */
export const PushInvitation = v.object({
  certificates: v.array(v.string()),
  nonce: v.pipe(v.string(), v.regex(/^[0-9a-f]{8,64}$/)),
  nonceSignature: v.pipe(v.string(), v.regex(/^[0-9a-f]{8,256}$/)),
});
export type PushInvitation = v.InferOutput<typeof PushInvitation>;
/** Base64, as the bank's host made them. */
export const PushPass = v.object({
  encryptedPassData: v.pipe(v.string(), v.maxLength(8192)),
  activationData: v.pipe(v.string(), v.maxLength(2048)),
  ephemeralPublicKey: v.pipe(v.string(), v.maxLength(256)),
});
export type PushPass = v.InferOutput<typeof PushPass>;

/** What the TSP offers the wallet provider (token requestor). Card numbers and codes pass only as JWE to the TSP's key. */
export const tspWalletApi = {
  ...evidenceApi,
  journeyOfPayment: operation({
    summary: "The journey of the payment that a token's counter was spent on; absent: it never came here",
    request: v.object({ tokenRef: Id, atc: Atc }),
    answer: v.object({ journeyId: v.optional(JourneyId) }),
    readOnly: true,
  }),
  publicKey: operation({
    summary: "The key that pages seal card data and codes to",
    request: Empty,
    answer: PublicJwkSchema,
    readOnly: true,
  }),
  checkEligibility: operation({
    summary: "Can this card become a token",
    request: v.object({ cardJwe: Jwe }),
    answer: v.object({ panRef: PanRef, panSuffix: Suffix, product: Product, terms: Terms }),
    readOnly: true,
  }),
  requestToken: operation({
    summary: "Ask the bank, and make the token it agrees to: active on green, inactive on yellow",
    request: v.object({
      bindingId: Id,
      cardJwe: Jwe,
      walletAccount: Id,
      device: v.object({
        deviceId: Id,
        name: Name,
        kind: DeviceKind,
        keySource: KeySource,
        publicKey: PublicJwkSchema,
      }),
      terms: v.object({ version: Id, acceptedAt: At, language: Language }),
      source: CardSource,
      wallet: WalletAdvice,
      activationData: v.optional(v.pipe(v.string(), v.maxLength(2048))),
    }),
    answer: v.object({
      /** The worst of three colours: the wallet's advice, the TSP's score, the bank's word. */
      decision: Decision,
      causes: Causes,
      retryAt: v.optional(At),
      methods: v.array(VerificationMethod),
      /** Until when verification may take. */
      verifyBy: v.optional(At),
      /** Absent on red. */
      token: v.optional(TokenView),
    }),
  }),
  methods: operation({
    summary: "The methods of a token's binding as they stand now",
    request: v.object({ tokenRef: Id }),
    answer: v.object({ methods: v.array(VerificationMethod), token: TokenView }),
    readOnly: true,
  }),
  chooseMethod: operation({
    summary: "The holder chose a method",
    request: v.object({ tokenRef: Id, methodId: Id, caseCode: v.optional(v.string()) }),
    answer: v.object({ methods: v.array(VerificationMethod) }),
  }),
  notMyNumber: operation({
    summary: "The holder says that the masked phone is not his",
    request: v.object({ tokenRef: Id }),
    answer: v.object({ methods: v.array(VerificationMethod) }),
  }),
  openPush: operation({
    summary: "Begin push provisioning: what the bank's app seals its card to (spec payment-tokens §2)",
    request: v.object({ deviceId: Id }),
    answer: PushInvitation,
  }),
  takePush: operation({
    summary: "The bank app's answer: opened, checked, and turned into a card as if it had been typed",
    request: v.object({ deviceId: Id, pass: PushPass }),
    /** `cardJwe` is sealed to the TSP itself: the wallet goes on with it as with any card. */
    answer: v.object({ cardJwe: Jwe, activationData: v.string() }),
  }),
  sendCode: operation({
    summary: "Have the bank send a code",
    request: v.object({ tokenRef: Id, methodId: Id, language: Language }),
    answer: CodeSent,
  }),
  submitCode: operation({
    summary: "Relay a code to the bank; right: the token becomes active",
    request: v.object({ tokenRef: Id, codeJwe: Jwe }),
    answer: v.object({ result: CodeOutcome, token: TokenView }),
  }),
  /** Answers the same package again until the token is deleted: a lost download is fetched anew. */
  personalise: operation({
    summary: "The token's data and first keys, sealed to the device (see device-package)",
    request: v.object({ tokenRef: Id, deviceId: Id }),
    answer: DevicePackage,
  }),
  replenishKeys: operation({
    summary: "More single-use keys for an active hce token, sealed to the device",
    request: v.object({
      tokenRef: Id,
      deviceId: Id,
      count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
    }),
    answer: v.object({ batch: SealedKeyBatch }),
  }),
  keyForPayment: operation({
    summary:
      "One key for one payment, sealed to a key pair made for it: for a device that keeps none. The wallet has verified the holder",
    request: v.object({ tokenRef: Id, deviceId: Id, sealTo: PublicJwkSchema }),
    answer: OneTimePackage,
  }),
  changeToken: operation({
    summary: "Suspend, resume or delete on behalf of the holder or the wallet",
    request: v.object({ tokenRef: Id, change: TokenChange, by: v.picklist(["holder", "wallet"]) }),
    answer: TokenView,
  }),
  /** Lost mode and wipe: one call for all the tokens of a device, online or not. */
  changeDevice: operation({
    summary: "Suspend, resume or delete every token of a device",
    request: v.object({ deviceId: Id, change: TokenChange, by: v.picklist(["holder", "wallet"]) }),
    answer: v.object({ tokens: v.array(TokenView) }),
  }),
  token: operation({
    summary: "A token as it stands",
    request: v.object({ tokenRef: Id }),
    answer: TokenView,
    readOnly: true,
  }),
} as const;
export type TspWalletApi = typeof tspWalletApi;

/** What the TSP offers the bank. */
export const tspIssuerApi = {
  ...evidenceApi,
  publicKey: operation({
    summary: "The key that the bank seals renewed cards to",
    request: Empty,
    answer: PublicJwkSchema,
    readOnly: true,
  }),
  pushRoot: operation({
    summary:
      "The certificate under which invitations to push provisioning are signed, DER in base64: the bank trusts no other",
    request: Empty,
    answer: v.object({ certificate: v.string() }),
    readOnly: true,
  }),
  notifyPayment: operation({
    summary: "Pass a payment notice on to the wallet; answered only after the wallet has it",
    request: v.object({ tokenPan: v.pipe(v.string(), v.regex(/^\d{12,19}$/)), notice: PaymentNotice }),
    answer: Empty,
  }),
  changeToken: operation({
    summary: "Suspend, resume or delete on behalf of the bank",
    request: v.object({ tokenRef: Id, change: TokenChange }),
    answer: TokenView,
  }),
  activate: operation({
    summary: "The holder was verified by the bank itself (its app, its hotline, a branch)",
    request: v.object({
      bindingId: Id,
      method: v.picklist(["bankApp", "callCentre", "branch"]),
      /** What the proof was made over: it must be this binding's, or it is a proof for another journey. */
      deviceId: Id,
      panSuffix: Suffix,
    }),
    answer: TokenView,
  }),
  refuse: operation({
    summary: "The bank ends a binding that is not active yet, and says why",
    request: v.object({ bindingId: Id, cause: v.picklist(CAUSE_CODES) }),
    answer: Empty,
  }),
  methodsChanged: operation({
    summary: "The bank's methods for a binding changed, or a step in one failed: the wallet should look again",
    request: v.object({ bindingId: Id, cause: v.optional(v.picklist(CAUSE_CODES)) }),
    answer: Empty,
  }),
  /** Plain text of both: `{"pan", "expiry"}` of CardData. */
  renewCard: operation({
    summary: "New expiry or new number for a card: its tokens live on, and their PAR stays",
    request: v.object({ cardJwe: Jwe, newCardJwe: Jwe }),
    answer: v.object({ tokens: v.number() }),
  }),
  recordChanged: operation({
    summary: "Something that stopped a binding was cured at the bank: the wallet goes on by itself",
    request: v.object({
      bindingId: Id,
      what: v.picklist(["reservedPhone", "cardStatus", "customerRecord", "limits", "balance", "restriction", "expiry"]),
    }),
    answer: Empty,
  }),
} as const;
export type TspIssuerApi = typeof tspIssuerApi;
