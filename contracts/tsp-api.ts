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
} from "./common.ts";
import { DevicePackage, SealedKeyBatch } from "./device-package.ts";
import { operation } from "./operation.ts";

/** Reference of a funding card that says nothing of its number; the same card always gives the same. */
const PanRef = Id;

/** What the TSP offers the wallet provider (token requestor). Card numbers and codes pass only as JWE to the TSP's key. */
export const tspWalletApi = {
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
    }),
    answer: v.object({
      decision: Decision,
      reason: v.optional(BindingReason),
      methods: v.array(VerificationMethod),
      /** Absent on red. */
      token: v.optional(TokenView),
    }),
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
} as const;
export type TspIssuerApi = typeof tspIssuerApi;
