import type { CodeOutcome } from "#contracts/common";
import type { Cause } from "#protocol/diagnosis";
import type { Instant } from "#protocol/time";
import { startOfNextDay } from "../china-day.ts";
import type { IssuerPolicy } from "../policy.ts";

/*
 * Decisions on activation codes: pure. Only the newest code of a binding counts, and what is answered once a code is
 * dead does not depend on what was typed.
 */

/** One code of a binding. */
export interface CodeState {
  /** 1 for the first. */
  readonly number: number;
  readonly sentAt: Instant;
  readonly expiresAt: Instant;
  readonly wrongTries: number;
  readonly used: boolean;
  /** The phone changed, or the holder said that it is not his: dead at once. */
  readonly voided: boolean;
  /** Null: nothing was heard of it. */
  readonly delivered: boolean | null;
}

export type SendVerdict =
  | { readonly send: true; readonly number: number; readonly codesLeft: number }
  /** Without a time: not by this method any more. */
  | { readonly send: false; readonly cause?: Cause; readonly retryAfterMs?: number };

/** @param before codes that do not count: sent to a phone that is no longer the reserved one. @param toPhoneToday messages to this phone today. */
export function decideSend(
  newest: CodeState | undefined,
  before: number,
  toPhoneToday: number,
  now: Instant,
  policy: IssuerPolicy["code"],
): SendVerdict {
  const number = (newest?.number ?? 0) + 1;
  if (number - before > policy.codesPerBinding) return { send: false, cause: "methodUsedUp" };
  if (newest !== undefined && now < newest.sentAt + policy.coolDownMs) {
    return { send: false, cause: cooling(newest, policy), retryAfterMs: newest.sentAt + policy.coolDownMs - now };
  }
  if (toPhoneToday >= policy.messagesPerPhonePerDay) {
    return { send: false, cause: "smsDailyCap", retryAfterMs: startOfNextDay(now) - now };
  }
  return { send: true, number, codesLeft: policy.codesPerBinding - (number - before) };
}

/** Asking too soon is no cause: what keeps the newest code from being entered is. */
function cooling(newest: CodeState, policy: IssuerPolicy["code"]): Cause {
  if (newest.wrongTries >= policy.tries) return "codeTriesUsedUp";
  return newest.delivered === false ? "codeNotDelivered" : "codeUnclaimed";
}

/** Which of a binding's codes the typed one is. */
export type Match = "newest" | "earlier" | "none";

export interface CheckVerdict {
  readonly outcome: CodeOutcome;
  readonly next: CodeState | undefined;
  /** What stopped the journey here, if anything did. */
  readonly cause?: Cause;
}

export function decideCheck(
  newest: CodeState | undefined,
  before: number,
  match: Match,
  now: Instant,
  policy: IssuerPolicy["code"],
): CheckVerdict {
  if (newest === undefined || newest.number <= before) return { outcome: { outcome: "noCode" }, next: newest };
  const codesLeft = policy.codesPerBinding - (newest.number - before);
  const over = (outcome: "dead" | "expired", next: CodeState, cause: Cause | undefined): CheckVerdict => {
    const stopped = codesLeft > 0 ? cause : "methodUsedUp";
    return {
      outcome: codesLeft > 0 ? { outcome, codesLeft } : { outcome: "methodDead" },
      next,
      ...(stopped === undefined ? {} : { cause: stopped }),
    };
  };
  if (newest.wrongTries >= policy.tries) return over("dead", newest, "codeTriesUsedUp");
  if (newest.used || newest.voided) return over("dead", newest, undefined);
  if (now >= newest.expiresAt) return over("expired", newest, "codeExpired");
  if (match === "newest") return { outcome: { outcome: "passed" }, next: { ...newest, used: true } };
  // An earlier code counts as a try as well: else its holder could be asked for without end.
  const next = { ...newest, wrongTries: newest.wrongTries + 1 };
  const triesLeft = policy.tries - next.wrongTries;
  if (triesLeft <= 0) return over("dead", next, "codeTriesUsedUp");
  return match === "earlier"
    ? { outcome: { outcome: "superseded", triesLeft }, next, cause: "codeSuperseded" }
    : { outcome: { outcome: "wrong", triesLeft }, next, cause: "codeWrong" };
}

/** May no more codes be asked for, and can none that is out still pass? */
export function smsUsedUp(
  newest: CodeState | undefined,
  before: number,
  now: Instant,
  policy: IssuerPolicy["code"],
): boolean {
  if (newest === undefined || newest.number - before < policy.codesPerBinding) return false;
  return newest.used || newest.voided || newest.wrongTries >= policy.tries || now >= newest.expiresAt;
}
