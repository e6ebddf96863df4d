import * as v from "valibot";
import {
  type Amount,
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
  TokenView,
  VerificationMethod,
} from "./common.ts";
import { DevicePackage, SealedKeyBatch } from "./device-package.ts";
import { operation } from "./operation.ts";

/** What the wallet provider offers the TSP. */
export const walletTspApi = {
  notifyToken: operation({ summary: "A token changed", request: v.object({ token: TokenView }), answer: Empty }),
  notifyPayment: operation({
    summary: "A payment happened",
    request: v.object({ tokenRef: Id, notice: PaymentNotice }),
    answer: Empty,
  }),
} as const;
export type WalletTspApi = typeof walletTspApi;

/** WebAuthn ceremony data: passed through as the library made it. */
const Ceremony = v.record(v.string(), v.unknown());
const Session = v.object({ accountId: Id, name: Name, accessToken: v.string() });

/** WebAuthn sign-up and sign-in. The only calls that need no session. */
export const walletSignInApi = {
  registerOptions: operation({
    summary: "Begin a new account with a passkey",
    request: v.object({ name: Name }),
    answer: v.object({ ceremonyId: Id, options: Ceremony }),
  }),
  register: operation({
    summary: "Finish it",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: Session,
  }),
  signInOptions: operation({
    summary: "Begin signing in by passkey",
    request: Empty,
    answer: v.object({ ceremonyId: Id, options: Ceremony }),
  }),
  signIn: operation({
    summary: "Finish it",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: Session,
  }),
} as const;
export type WalletSignInApi = typeof walletSignInApi;

/** What the device says of itself: asserted, not proved. */
const PreflightFacts = v.object({
  passcodeOn: v.boolean(),
  biometricOn: v.boolean(),
  online: v.boolean(),
  osVersion: v.pipe(v.string(), v.maxLength(32)),
});
const PreflightCheck = v.object({
  check: v.picklist(["passcode", "biometric", "online", "cardRoom", "attemptsLeft", "signedIn"]),
  passed: v.boolean(),
  /** Whether the server knows it or only the device says so. */
  source: v.picklist(["server", "device"]),
});

export const BindingStage = v.picklist([
  "preflightFailed",
  "awaitingCard",
  "awaitingTerms",
  "awaitingVerification",
  "active",
  "refused",
  "abandoned",
]);
export const BindingView = v.object({
  bindingId: Id,
  deviceId: Id,
  stage: BindingStage,
  checks: v.array(PreflightCheck),
  panSuffix: v.optional(Suffix),
  product: v.optional(Product),
  terms: v.optional(Terms),
  decision: v.optional(Decision),
  reason: v.optional(BindingReason),
  methods: v.array(VerificationMethod),
  codeSent: v.optional(CodeSent),
  passId: v.optional(Id),
  startedAt: At,
});
export type BindingView = v.InferOutput<typeof BindingView>;

export const PassView = v.object({
  passId: Id,
  deviceId: Id,
  token: TokenView,
  product: Product,
  isDefault: v.boolean(),
  /** The device has fetched its package. */
  provisioned: v.boolean(),
});
export type PassView = v.InferOutput<typeof PassView>;

export const NoticeView = v.object({
  passId: Id,
  panSuffix: Suffix,
  productName: v.object({ zh: v.string(), en: v.string() }),
  notice: PaymentNotice,
});
export type NoticeView = v.InferOutput<typeof NoticeView>;

/** What the wallet provider offers a signed-in phone (`Authorization: Bearer`). */
export const walletDeviceApi = {
  me: operation({
    summary: "Who is signed in, with which devices",
    request: Empty,
    answer: v.object({
      accountId: Id,
      name: Name,
      devices: v.array(v.object({ deviceId: Id, name: Name, kind: DeviceKind, lost: v.boolean() })),
    }),
    readOnly: true,
  }),
  enrolDevice: operation({
    summary: "Make this device known; the key is the one packages are sealed to",
    request: v.object({ name: Name, kind: DeviceKind, keySource: KeySource, publicKey: PublicJwkSchema }),
    answer: v.object({ deviceId: Id }),
  }),
  startBinding: operation({
    summary: "Preflight, before anything is typed; every failing check at once",
    request: v.object({ deviceId: Id, facts: PreflightFacts, language: Language }),
    answer: v.object({ binding: BindingView, cardKey: PublicJwkSchema }),
  }),
  submitCard: operation({
    summary: "The card, sealed to the TSP",
    request: v.object({ bindingId: Id, cardJwe: Jwe }),
    answer: BindingView,
  }),
  acceptTerms: operation({
    summary: "Accept the terms; the bank decides",
    request: v.object({ bindingId: Id, version: Id, language: Language }),
    answer: BindingView,
  }),
  sendCode: operation({
    summary: "Have the bank send a code",
    request: v.object({ bindingId: Id, methodId: Id, language: Language }),
    answer: BindingView,
  }),
  submitCode: operation({
    summary: "The code, sealed to the TSP",
    request: v.object({ bindingId: Id, codeJwe: Jwe }),
    answer: v.object({ result: CodeOutcome, binding: BindingView }),
  }),
  binding: operation({
    summary: "A binding as it stands, to resume it",
    request: v.object({ bindingId: Id }),
    answer: BindingView,
    readOnly: true,
  }),
  openBindings: operation({
    summary: "Bindings of a device that can be resumed",
    request: v.object({ deviceId: Id }),
    answer: v.object({ bindings: v.array(BindingView) }),
    readOnly: true,
  }),
  passes: operation({
    summary: "The cards of a device, default first",
    request: v.object({ deviceId: Id }),
    answer: v.object({ passes: v.array(PassView) }),
    readOnly: true,
  }),
  collectPackage: operation({
    summary: "Token data and first keys, sealed to the device",
    request: v.object({ passId: Id }),
    answer: DevicePackage,
  }),
  confirmProvisioned: operation({
    summary: "The device has stored the package",
    request: v.object({ passId: Id }),
    answer: PassView,
  }),
  replenish: operation({
    summary: "More single-use keys",
    request: v.object({ passId: Id, count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)) }),
    answer: v.object({ batch: SealedKeyBatch }),
  }),
  setDefault: operation({
    summary: "Make a card the default of its device",
    request: v.object({ passId: Id }),
    answer: v.object({ passes: v.array(PassView) }),
  }),
  changePass: operation({
    summary: "Suspend, resume or remove a card",
    request: v.object({ passId: Id, change: v.picklist(["suspend", "resume", "delete"]) }),
    answer: PassView,
  }),
  setLost: operation({
    summary: "Lost mode on or off, for any device of the account",
    request: v.object({ deviceId: Id, lost: v.boolean() }),
    answer: v.object({ deviceId: Id, lost: v.boolean(), passes: v.array(PassView) }),
  }),
  wipeDevice: operation({
    summary: "Delete every card of a device and the device",
    request: v.object({ deviceId: Id }),
    answer: Empty,
  }),
  notices: operation({
    summary: "Notices, newest first",
    request: v.object({ deviceId: Id }),
    answer: v.object({ notices: v.array(NoticeView) }),
    readOnly: true,
  }),
} as const;
export type WalletDeviceApi = typeof walletDeviceApi;

/** One Server-Sent Event on GET /wallet/v1/events?deviceId=…: something to read again, or a notice. */
export const WalletEvent = v.variant("type", [
  v.object({ type: v.literal("passes"), deviceId: Id }),
  v.object({ type: v.literal("binding"), bindingId: Id }),
  v.object({ type: v.literal("notice"), notice: NoticeView }),
]);
export type WalletEvent = v.InferOutput<typeof WalletEvent>;
export type { Amount };
