import * as v from "valibot";
import {
  At,
  CardSource,
  Causes,
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
  WalletAdvice,
} from "./common.ts";
import { evidenceApi } from "./facts.ts";
import { operation } from "./operation.ts";

/** What the bank offers the TSP. Cards travel as JWE to the bank's own key. */
export const issuerApi = {
  ...evidenceApi,
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
      source: CardSource,
      wallet: WalletAdvice,
      /** The TSP's own score of this request: 1 to 99, 99 the worst. */
      tspScore: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99)),
      /** The bank's own statement, made in its app a moment ago (push provisioning): it vouches for the holder. */
      activationData: v.optional(v.pipe(v.string(), v.maxLength(2048))),
    }),
    answer: v.object({
      decision: Decision,
      /** On red, all that stands in the way, hardest to cure first. */
      causes: Causes,
      /** When it makes sense to ask again, for limits and windows. */
      retryAt: v.optional(At),
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
  methods: operation({
    summary: "The methods of a binding as they stand now",
    request: v.object({ bindingId: Id }),
    answer: v.object({ methods: v.array(VerificationMethod) }),
    readOnly: true,
  }),
  chooseMethod: operation({
    summary: "The holder chose: the bank's app or the call centre now knows of the case",
    request: v.object({ bindingId: Id, methodId: Id, caseCode: v.optional(v.string()) }),
    answer: v.object({ methods: v.array(VerificationMethod) }),
  }),
  notMyNumber: operation({
    summary: "The holder says that the masked phone is not his",
    request: v.object({ bindingId: Id }),
    answer: v.object({ methods: v.array(VerificationMethod) }),
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

/** What a bank offers besides when the TSP makes the codes and the bank only sends them (the switch `codeOwner`). */
export const issuerDeliveryApi = {
  deliverCode: operation({
    summary: "Send a code that the TSP made, sealed to the bank, to the phone reserved at the bank",
    request: v.object({ bindingId: Id, methodId: Id, language: Language, codeJwe: Jwe, expiresAt: At }),
    answer: v.object({ sentTo: v.string() }),
  }),
} as const;
export type IssuerDeliveryApi = typeof issuerDeliveryApi;
