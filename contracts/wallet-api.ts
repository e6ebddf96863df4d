import * as v from "valibot";
import { CAUSE_CODES, WITNESSES } from "#protocol/diagnosis";
import {
  type Amount,
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
  TokenView,
  VerificationMethod,
} from "./common.ts";
import { DevicePackage, OneTimePackage, SealedKeyBatch } from "./device-package.ts";
import { CaseCode, evidenceApi, FactSchema, FindingView } from "./facts.ts";
import { operation } from "./operation.ts";
import { NoticeChoice, PushTarget } from "./push.ts";
import { PushInvitation, PushPass } from "./tsp-api.ts";

/** What the wallet provider offers the TSP. */
export const walletTspApi = {
  ...evidenceApi,
  notifyBinding: operation({
    summary: "Something in a binding changed: its methods, or what the bank said; ask again",
    request: v.object({
      bindingId: Id,
      /** The bank or the TSP ended it, or one step in it failed. */
      cause: v.optional(v.picklist(CAUSE_CODES)),
      ended: v.boolean(),
      /** Something was cured at the bank: a refused journey goes on by itself. */
      cured: v.boolean(),
    }),
    answer: Empty,
  }),
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
/** Ten characters in two groups, shown once: AB2CD-EF3GH. */
const RecoveryCode = v.pipe(v.string(), v.regex(/^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/, "wants a recovery code"));

/** WebAuthn sign-up and sign-in. The only calls that need no session. */
export const walletSignInApi = {
  registerOptions: operation({
    summary: "Begin a new account with a passkey",
    request: v.object({
      name: Name,
      /** Where the holder tells it; cards for the young need a guardian's consent. */
      birthYear: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1900), v.maxValue(2100))),
    }),
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
  joinOptions: operation({
    summary: "Begin on a new device of an account: a code shown on a device that the account already trusts admits it",
    request: v.object({
      joinCode: v.pipe(v.string(), v.regex(/^\d{6}$/)),
      accountName: Name,
      /** What tells its passkey from the account's others where several lie in one authenticator. */
      deviceName: v.optional(Name),
    }),
    answer: v.object({ ceremonyId: Id, options: Ceremony }),
  }),
  join: operation({
    summary: "Finish it: the new device has a passkey of its own",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: Session,
  }),
  recoverOptions: operation({
    summary: "Begin with a recovery code instead of a passkey; the code is spent",
    request: v.object({ accountName: Name, recoveryCode: RecoveryCode }),
    answer: v.object({ ceremonyId: Id, options: Ceremony }),
  }),
  recover: operation({
    summary: "Finish it with a new passkey: every token of the account stays suspended until verified anew at the bank",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: Session,
  }),
  findSignIn: operation({
    summary:
      "Find with a recovery code, from anybody's browser: the code is spent; the session only sees, locks and wipes devices",
    request: v.object({ accountName: Name, recoveryCode: RecoveryCode }),
    answer: Session,
  }),
} as const;
export type WalletSignInApi = typeof walletSignInApi;

/** What the device says of itself: asserted, not proved. */
export const DeviceFacts = v.object({
  /** A model of the catalogue (protocol/devices). */
  model: v.pipe(v.string(), v.maxLength(32)),
  osVersion: v.pipe(v.string(), v.regex(/^\d{1,3}(\.\d{1,3}){0,2}$/)),
  passcodeOn: v.boolean(),
  /** Face, finger, or on a watch wrist detection, is enrolled. */
  biometricOn: v.boolean(),
  /** The system says that it was not altered. */
  integrity: v.boolean(),
  online: v.boolean(),
  /** What the holder wants to do with the card. */
  use: v.picklist(["store", "apps"]),
});
export type DeviceFacts = v.InferOutput<typeof DeviceFacts>;

const PreflightCheck = v.object({
  /** What it would be if it failed. */
  cause: v.picklist(CAUSE_CODES),
  passed: v.boolean(),
  /** `server`: known here. `device`: only the device says so. */
  source: v.picklist(["server", "device"]),
  /** For limits: when it will pass again. */
  retryAt: v.optional(At),
});

export const BindingStage = v.picklist([
  "preflightFailed",
  "awaitingCard",
  "awaitingTerms",
  "awaitingBank", // asked, and not answered yet: goes on by itself
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
  /** What stopped it, hardest to cure first; texts are the diagnosis room's. */
  causes: Causes,
  /** Leads to the whole story; there is one on every failure. */
  caseCode: v.optional(CaseCode),
  /** When asking again makes sense. */
  retryAt: v.optional(At),
  source: CardSource,
  /** A party that has not answered yet, since when, and when it is asked again. */
  waitingFor: v.optional(v.object({ party: v.picklist(WITNESSES), since: At, nextTryAt: At })),
  verifyBy: v.optional(At),
  methodId: v.optional(Id),
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
  /** Of a payment that was declined. */
  caseCode: v.optional(CaseCode),
});
export type NoticeView = v.InferOutput<typeof NoticeView>;

export const AccountView = v.object({
  accountId: Id,
  name: Name,
  region: v.string(),
  /** Two factors: a passkey and recovery codes kept elsewhere, or a second trusted device. */
  secondFactorOn: v.boolean(),
  locked: v.boolean(),
  recoveryCodesLeft: v.number(),
});
export type AccountView = v.InferOutput<typeof AccountView>;

/** Another device of the account asks for cards; the one that has them is to confirm. */
export const CardRequestView = v.object({
  requestId: Id,
  /** The device that asks. */
  deviceId: Id,
  deviceName: Name,
  deviceKind: DeviceKind,
  passIds: v.array(Id),
  expiresAt: At,
});
export type CardRequestView = v.InferOutput<typeof CardRequestView>;

export const DeviceView = v.object({
  deviceId: Id,
  name: Name,
  kind: DeviceKind,
  /** Of the catalogue (protocol/devices). */
  model: v.string(),
  lost: v.boolean(),
  /** When all its cards were erased; it stays lost until it is found. */
  wipedAt: v.optional(At),
});
export type DeviceView = v.InferOutput<typeof DeviceView>;

export const NoticeSettings = v.object({
  choice: NoticeChoice,
  /** What a browser subscribes under; absent where no pushes are sent. */
  pushKey: v.optional(v.string()),
  /** Where pushes for this device go now. */
  endpoint: v.optional(v.string()),
});
export type NoticeSettings = v.InferOutput<typeof NoticeSettings>;

/** What the wallet provider offers a signed-in phone (`Authorization: Bearer`). */
export const walletDeviceApi = {
  me: operation({
    summary: "Who is signed in, with which devices",
    request: Empty,
    answer: v.object({
      accountId: Id,
      name: Name,
      devices: v.array(DeviceView),
    }),
    readOnly: true,
  }),
  enrolDevice: operation({
    summary: "Make this device known; the key is the one packages are sealed to",
    request: v.object({
      name: Name,
      kind: DeviceKind,
      model: v.pipe(v.string(), v.maxLength(32)),
      keySource: KeySource,
      publicKey: PublicJwkSchema,
      /** False: it can seal nothing under its passkey, so it keeps no payment key and fetches one for each payment. */
      keepsKeys: v.optional(v.boolean()),
    }),
    answer: v.object({ deviceId: Id }),
  }),
  startBinding: operation({
    summary: "Preflight, before anything is typed; every failing check at once",
    request: v.object({ deviceId: Id, facts: DeviceFacts, language: Language }),
    answer: v.object({ binding: BindingView, cardKey: PublicJwkSchema }),
  }),
  submitCard: operation({
    summary: "The card, sealed to the TSP",
    request: v.object({
      bindingId: Id,
      cardJwe: Jwe,
      source: CardSource,
      /** The bank app's own statement, when the card came from there. */
      activationData: v.optional(v.pipe(v.string(), v.maxLength(2048))),
    }),
    answer: BindingView,
  }),
  acceptTerms: operation({
    summary: "Accept the terms; the bank decides",
    request: v.object({ bindingId: Id, version: Id, language: Language }),
    answer: BindingView,
  }),
  declineTerms: operation({
    summary: "The holder does not agree",
    request: v.object({ bindingId: Id }),
    answer: BindingView,
  }),
  resume: operation({
    summary: "Go on with a journey that stopped or waits: asks again whoever has not answered, and what was cured",
    request: v.object({ bindingId: Id }),
    answer: BindingView,
  }),
  abandon: operation({
    summary: "The holder gives up; what was made is taken back",
    request: v.object({ bindingId: Id }),
    answer: BindingView,
  }),
  chooseMethod: operation({
    summary: "Choose how to prove to be the holder",
    request: v.object({ bindingId: Id, methodId: Id }),
    answer: BindingView,
  }),
  notMyNumber: operation({
    summary: "The masked phone is not mine",
    request: v.object({ bindingId: Id }),
    answer: BindingView,
  }),
  openPush: operation({
    summary: "What the bank's app needs to add a card without typing",
    request: v.object({ deviceId: Id }),
    answer: PushInvitation,
  }),
  takePush: operation({
    summary: "The bank app's answer, turned into a card for submitCard",
    request: v.object({ deviceId: Id, pass: PushPass }),
    answer: v.object({ cardJwe: Jwe, activationData: v.string() }),
  }),
  reportFacts: operation({
    summary: "What happened on the device, told when it can be: camera refused, offline, storage full",
    request: v.object({ deviceId: Id, facts: v.pipe(v.array(FactSchema), v.maxLength(64)) }),
    answer: Empty,
  }),
  explain: operation({
    summary: "What stopped a journey, who must act, and what to do, for its holder",
    request: v.object({
      journeyId: v.optional(Id),
      caseCode: v.optional(CaseCode),
      language: Language,
    }),
    answer: FindingView,
    readOnly: true,
  }),
  explainPayment: operation({
    summary: "The same for a payment of which no notice came, by the counter that the device gave away for it",
    request: v.object({ passId: Id, atc: Atc, language: Language }),
    answer: FindingView,
    readOnly: true,
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
  beginPayment: operation({
    summary: "What the passkey signs before a device that keeps no keys gets one",
    request: v.object({ passId: Id, sealTo: PublicJwkSchema }),
    answer: v.object({ ceremonyId: Id, options: Ceremony }),
  }),
  keyForPayment: operation({
    summary: "One key for one payment, after a checked assertion of the device's passkey",
    request: v.object({ ceremonyId: Id, response: Ceremony }),
    answer: OneTimePackage,
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
    summary:
      "Lost mode on or off, for any device of the account. Off wants a session that was opened by passkey since it went on",
    request: v.object({ deviceId: Id, lost: v.boolean() }),
    answer: v.object({ deviceId: Id, lost: v.boolean(), passes: v.array(PassView) }),
  }),
  wipeDevice: operation({
    summary: "Delete every card of a device and the device",
    request: v.object({ deviceId: Id }),
    answer: Empty,
  }),
  account: operation({
    summary: "The account's own settings",
    request: Empty,
    answer: AccountView,
    readOnly: true,
  }),
  setRegion: operation({
    summary: "The region the account is used in",
    request: v.object({ region: v.pipe(v.string(), v.regex(/^[A-Z]{2}$/)) }),
    answer: AccountView,
  }),
  makeRecoveryCodes: operation({
    summary: "Ten new codes, shown once; older ones are void. Having them is the account's second factor",
    request: Empty,
    answer: v.object({ codes: v.array(v.string()) }),
  }),
  makeJoinCode: operation({
    summary: "A code that admits one more device, for a few minutes",
    request: Empty,
    answer: v.object({ joinCode: v.string(), expiresAt: At }),
  }),
  addCardsFrom: operation({
    summary:
      "Take cards of another device of the account over to this one: confirmed there, no new bank code where the bank allows",
    request: v.object({ deviceId: Id, fromDeviceId: Id, passIds: v.pipe(v.array(Id), v.maxLength(16)) }),
    answer: v.object({ bindings: v.array(BindingView) }),
  }),
  askForCards: operation({
    summary: "Ask for cards of another device of the account, which must confirm; a later request takes its place",
    request: v.object({
      deviceId: Id,
      fromDeviceId: Id,
      passIds: v.pipe(v.array(Id), v.minLength(1), v.maxLength(16)),
    }),
    answer: CardRequestView,
  }),
  cardRequests: operation({
    summary:
      "What other devices ask of this one, and what it asked of others; whatever was answered is no longer there",
    request: v.object({ deviceId: Id }),
    answer: v.object({ requests: v.array(CardRequestView), asked: v.array(CardRequestView) }),
    readOnly: true,
  }),
  answerCardRequest: operation({
    summary: "Confirm or refuse it on the device that has the cards; confirmed, it goes on as addCardsFrom",
    request: v.object({ requestId: Id, confirmed: v.boolean() }),
    answer: v.object({ bindings: v.array(BindingView) }),
  }),
  endSession: operation({
    summary: "This session is over; devices and cards stay as they are",
    request: Empty,
    answer: Empty,
  }),
  signOut: operation({
    summary: "Sign this device out: its cards go",
    request: v.object({ deviceId: v.optional(Id) }),
    answer: Empty,
  }),
  removeDevice: operation({
    summary: "Take a device off the account: its cards go, its passkey too",
    request: v.object({ deviceId: Id }),
    answer: Empty,
  }),
  noticeSettings: operation({
    summary: "What this device is told of while it is closed, and where",
    request: v.object({ deviceId: Id }),
    answer: NoticeSettings,
    readOnly: true,
  }),
  setNoticeChoice: operation({
    summary: "Choose what this device is told of while it is closed",
    request: v.object({ deviceId: Id, choice: NoticeChoice }),
    answer: NoticeSettings,
  }),
  subscribePush: operation({
    summary: "Where this device's browser takes pushes (Web Push); a later one takes its place",
    request: v.object({ deviceId: Id, target: PushTarget }),
    answer: NoticeSettings,
  }),
  unsubscribePush: operation({
    summary: "No more pushes to this device",
    request: v.object({ deviceId: Id }),
    answer: NoticeSettings,
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
  /** Devices of the account came, went, were lost or found. */
  v.object({ type: v.literal("devices"), deviceId: Id }),
  v.object({ type: v.literal("cardRequest"), deviceId: Id }),
  /** This device was taken off its account: its session is over. */
  v.object({ type: v.literal("removed"), deviceId: Id }),
  v.object({ type: v.literal("notice"), notice: NoticeView }),
]);
export type WalletEvent = v.InferOutput<typeof WalletEvent>;
export type { Amount };
