import type * as v from "valibot";
import type { BindingReason, CardData, CodeOutcome, Decision } from "#contracts/common";
import { sameHolderName } from "#protocol/holder";
import { type ExpiryYymm, type Instant, isExpired, toYymmdd } from "#protocol/time";
import { startOfNextDay } from "../china-day.ts";
import type { CardStatus } from "../host/book.ts";
import type { IssuerPolicy } from "../policy.ts";

/*
 * Decisions on bindings and activation codes: pure, from facts the service gathered.
 */

export type Reason = v.InferOutput<typeof BindingReason>;

/** What the bank knows of the card a binding names. */
export interface CardFacts {
  readonly kind: "debit" | "credit";
  readonly status: CardStatus;
  readonly expiry: ExpiryYymm;
  readonly holderName: string;
  readonly mobile: string | null;
  readonly cvn2Matches: boolean;
  /** YYYYMMDD. */
  readonly documentExpires: string;
  readonly postedMinor: bigint;
}

/** What happened with this card and this device before. */
export interface BindingHistory {
  readonly mismatchesToday: number;
  readonly addsToday: number;
  /** Other devices this card lives on. */
  readonly otherDevices: number;
  /** Other cards of the bank on this device. */
  readonly otherCards: number;
  readonly boundElsewhere: boolean;
}

/** What a wrong element of the holder's proof is called; these count towards the day's mismatches. */
export const MISMATCHES: readonly Reason[] = ["nameMismatch", "mobileMismatch", "expiryMismatch", "cvn2Mismatch"];

/** Proof of the holder first, so that nobody learns a stranger's card's state; then the card, then the limits. */
export function decideBinding(
  typed: CardData,
  card: CardFacts | undefined,
  history: BindingHistory,
  now: Instant,
  policy: IssuerPolicy["binding"],
): { readonly decision: Decision; readonly reason: Reason } {
  const reason = refusalReason(typed, card, history, now, policy);
  return reason === undefined ? { decision: "yellow", reason: "verificationNeeded" } : { decision: "red", reason };
}

function refusalReason(
  typed: CardData,
  card: CardFacts | undefined,
  history: BindingHistory,
  now: Instant,
  policy: IssuerPolicy["binding"],
): Reason | undefined {
  if (card === undefined) return "cardUnknown";
  if (history.mismatchesToday >= policy.mismatchesPerCardPerDay) return "tooManyAddsToday";
  if (!sameHolderName(typed.holderName, card.holderName)) return "nameMismatch";
  if (card.mobile === null) return "noReservedMobile";
  if (typed.mobile !== card.mobile) return "mobileMismatch";
  if (card.kind === "credit") {
    if (typed.expiry !== card.expiry) return "expiryMismatch";
    if (!card.cvn2Matches) return "cvn2Mismatch";
  }
  const status = STATUS_REASONS[card.status];
  if (status !== undefined) return status;
  if (isExpired(card.expiry, now)) return "cardExpired";
  if (card.documentExpires < `20${toYymmdd(now)}`) return "documentExpired";
  if (card.kind === "debit" && card.postedMinor < 0n) return "balanceNegative";
  if (history.boundElsewhere) return "boundElsewhere";
  if (history.otherDevices >= policy.devicesPerCard) return "tooManyDevices";
  if (history.otherCards >= policy.cardsPerDevice) return "tooManyDevices";
  if (history.addsToday >= policy.addsPerCardPerDay) return "tooManyAddsToday";
  return undefined;
}

const STATUS_REASONS: Readonly<Record<CardStatus, Reason | undefined>> = {
  active: undefined,
  notActivated: "cardNotActivated",
  lost: "cardLost",
  frozen: "cardFrozen",
  cancelled: "cardCancelled",
};

/** One code of a binding; only the newest counts. */
export interface CodeState {
  /** 1 for the first. */
  readonly number: number;
  readonly sentAt: Instant;
  readonly expiresAt: Instant;
  readonly wrongTries: number;
  readonly used: boolean;
}

export type SendVerdict =
  | { readonly send: true; readonly number: number }
  /** Without a time: this method is used up. */
  | { readonly send: false; readonly retryAfterMs?: number };

export function decideSend(
  newest: CodeState | undefined,
  sentForCardToday: number,
  now: Instant,
  policy: IssuerPolicy["code"],
): SendVerdict {
  const number = (newest?.number ?? 0) + 1;
  if (number > policy.codesPerBinding) return { send: false };
  if (newest !== undefined && now < newest.sentAt + policy.coolDownMs) {
    return { send: false, retryAfterMs: newest.sentAt + policy.coolDownMs - now };
  }
  if (sentForCardToday >= policy.codesPerCardPerDay) return { send: false, retryAfterMs: startOfNextDay(now) - now };
  return { send: true, number };
}

/** @param matches whether the typed code's keyed hash is the newest code's. */
export function decideCheck(
  newest: CodeState | undefined,
  matches: boolean,
  now: Instant,
  policy: IssuerPolicy["code"],
): { readonly outcome: CodeOutcome; readonly next: CodeState | undefined } {
  if (newest === undefined) return { outcome: { outcome: "noCode" }, next: undefined };
  const codesLeft = policy.codesPerBinding - newest.number;
  const over = (outcome: "dead" | "expired"): CodeOutcome =>
    codesLeft > 0 ? { outcome, codesLeft } : { outcome: "methodDead" };
  if (newest.used || newest.wrongTries >= policy.tries) return { outcome: over("dead"), next: newest };
  if (now >= newest.expiresAt) return { outcome: over("expired"), next: newest };
  if (matches) return { outcome: { outcome: "passed" }, next: { ...newest, used: true } };
  const next = { ...newest, wrongTries: newest.wrongTries + 1 };
  const triesLeft = policy.tries - next.wrongTries;
  return { outcome: triesLeft > 0 ? { outcome: "wrong", triesLeft } : over("dead"), next };
}
