import * as v from "valibot";
import { CAUSE_CODES } from "#protocol/diagnosis";

/** Opaque identifiers: short, printable, safe in a path. */
export const Id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/, "wants an id of letters, digits, - and _"));
export const Jwe = v.pipe(
  v.string(),
  v.maxLength(16_384),
  v.regex(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/, "wants a compact JWE"),
);
/** A card's transaction counter: never zero, never twice. */
export const Atc = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff));
export const Suffix = v.pipe(v.string(), v.regex(/^\d{4}$/, "wants four digits"));
export const Yymm = v.pipe(v.string(), v.regex(/^\d{2}(0[1-9]|1[0-2])$/, "wants YYMM"));
export const Language = v.picklist(["zh", "en"]);
export type Language = v.InferOutput<typeof Language>;
/** Text a person reads, in both languages. */
export const Words = v.object({ zh: v.string(), en: v.string() });
export type Words = v.InferOutput<typeof Words>;
/** Epoch milliseconds. */
export const At = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const Name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64));
export const Empty = v.object({});
/** WebAuthn ceremony data: passed through as the library made it. */
export const Ceremony = v.record(v.string(), v.unknown());

/** Minor units as a decimal string: a JSON number would lose cents. */
export const Amount = v.object({
  minor: v.pipe(v.string(), v.regex(/^-?\d{1,12}$/, "wants minor units as digits")),
  currency: v.picklist(["156", "344", "446", "840", "978", "392"]),
});
export type Amount = v.InferOutput<typeof Amount>;

export const PublicJwkSchema = v.object({
  kty: v.literal("EC"),
  crv: v.literal("P-256"),
  x: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
  y: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
  kid: v.optional(v.pipe(v.string(), v.maxLength(64))),
  use: v.optional(v.literal("enc")),
  alg: v.optional(v.string()),
});

export const DeviceKind = v.picklist(["phone", "watch", "tablet", "computer"]);
export const KeySource = v.picklist(["hce", "secureElement"]);
export type KeySource = v.InferOutput<typeof KeySource>;

export const Product = v.object({
  id: Id,
  bank: Words,
  name: Words,
  kind: v.picklist(["debit", "credit"]),
  /** Which drawn card art the wallet shows. */
  art: Id,
  /** The number to call about the card. */
  hotline: v.optional(v.string()),
});
export type Product = v.InferOutput<typeof Product>;

export const Terms = v.object({ version: Id, text: Words });
export type Terms = v.InferOutput<typeof Terms>;

/** Plain text inside `cardJwe`: what the holder typed. UTF-8 JSON. */
export const CardData = v.object({
  pan: v.pipe(v.string(), v.regex(/^\d{12,19}$/)),
  holderName: v.pipe(v.string(), v.minLength(1), v.maxLength(60)),
  /** The phone the holder says is reserved at the bank; the bank compares. */
  mobile: v.pipe(v.string(), v.regex(/^1[3-9]\d{9}$/)),
  /** Credit cards only. */
  expiry: v.optional(Yymm),
  cvn2: v.optional(v.pipe(v.string(), v.regex(/^\d{3}$/))),
  /** Where the wallet asks for it: the number of the holder's identity card; the bank compares. */
  idNumber: v.optional(v.pipe(v.string(), v.regex(/^\d{17}[\dX]$/))),
});
export type CardData = v.InferOutput<typeof CardData>;

/** Plain text inside `codeJwe`. */
export const CodeData = v.object({ code: v.pipe(v.string(), v.regex(/^\d{6}$/)) });

/** Why a party refused or what stands in the way; texts, actors and remedies are the diagnosis room's. */
export const Causes = v.array(v.picklist(CAUSE_CODES));

/** Issuer's decision on a binding. Orange: verify, but only by call centre or branch. */
export const Decision = v.picklist(["green", "yellow", "orange", "red"]);
export type Decision = v.InferOutput<typeof Decision>;

/** How a holder can prove to be the holder, as the bank offers it for this binding. */
export const VerificationMethod = v.object({
  methodId: Id,
  kind: v.picklist(["smsCode", "bankApp", "callCentre", "branch"]),
  /** Masked phone for `smsCode`: 138****8000. */
  sentTo: v.optional(v.string()),
  /** `callCentre`: the number to call, and from when to when it is answered (hours of the China day). */
  phone: v.optional(v.string()),
  hours: v.optional(v.object({ from: v.number(), to: v.number() })),
  /** `bankApp`: where the app takes the request over. */
  link: v.optional(v.string()),
  /** False with why: used up, closed now, not registered. Shown greyed, so that nobody wonders where it went. */
  open: v.boolean(),
  closedBecause: v.optional(v.picklist(CAUSE_CODES)),
});
export type VerificationMethod = v.InferOutput<typeof VerificationMethod>;

/** What the wallet advises, after its own look at account and device. 1: low trust, 5: high. Reasons: spec tokenisation §2.2. */
export const WalletAdvice = v.object({
  colour: v.picklist(["green", "yellow", "red"]),
  deviceScore: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)),
  accountScore: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)),
  reasons: v.array(v.pipe(v.string(), v.regex(/^[0-9A-Z]{2}$/))),
});
export type WalletAdvice = v.InferOutput<typeof WalletAdvice>;

/** How the card came into the wallet. */
export const CardSource = v.picklist(["typed", "camera", "bankApp"]);
export type CardSource = v.InferOutput<typeof CardSource>;

export const CodeSent = v.object({ sentTo: v.string(), expiresAt: At, resendAt: At, codesLeft: v.number() });
export type CodeSent = v.InferOutput<typeof CodeSent>;

export const CodeOutcome = v.variant("outcome", [
  v.object({ outcome: v.literal("passed") }),
  v.object({ outcome: v.literal("wrong"), triesLeft: v.number() }),
  v.object({ outcome: v.literal("dead"), codesLeft: v.number() }), // three wrong tries, or already used: ask for a new code
  v.object({ outcome: v.literal("expired"), codesLeft: v.number() }),
  v.object({ outcome: v.literal("superseded"), triesLeft: v.number() }), // right, but an earlier code of this journey
  v.object({ outcome: v.literal("noCode") }),
  v.object({ outcome: v.literal("methodDead") }), // three codes used up: another method or the bank
]);
export type CodeOutcome = v.InferOutput<typeof CodeOutcome>;

export const TokenStatus = v.picklist(["inactive", "active", "suspended", "deleted"]);
export type TokenStatus = v.InferOutput<typeof TokenStatus>;
export const Suspender = v.picklist(["holder", "wallet", "issuer", "tsp"]);
export type Suspender = v.InferOutput<typeof Suspender>;
export const TokenView = v.object({
  tokenRef: Id,
  status: TokenStatus,
  suspendedBy: v.array(Suspender),
  tokenSuffix: Suffix,
  panSuffix: Suffix,
  /** Another than before: the token was renewed, and its device fetches its package anew. */
  expiry: v.optional(Yymm),
  changedAt: At,
});
export type TokenView = v.InferOutput<typeof TokenView>;

export const TokenChange = v.picklist(["suspend", "resume", "delete"]);
export type TokenChange = v.InferOutput<typeof TokenChange>;

/** What a person hears of a payment. */
export const PaymentNotice = v.object({
  noticeId: Id,
  /** The payment's journey, by which every party knows it. */
  journeyId: Id,
  kind: v.picklist(["payment", "refund", "reversal", "declined"]),
  amount: Amount,
  merchantName: v.string(),
  /** F39. */
  responseCode: v.pipe(v.string(), v.regex(/^[0-9A-Z]{2}$/)),
  /** Why it was declined, where the declining party tells. */
  cause: v.optional(v.picklist(CAUSE_CODES)),
  at: At,
});
export type PaymentNotice = v.InferOutput<typeof PaymentNotice>;
