import type { VerificationMethod } from "#contracts/common";
import type { Cause } from "#protocol/diagnosis";
import { type Mobile, maskMobile } from "#protocol/holder";
import { type Instant, instant } from "#protocol/time";
import { startOfDay } from "../china-day.ts";
import type { IssuerPolicy, MethodKind } from "../policy.ts";
import type { Verification } from "./verification.ts";

/** The ids under which a binding's methods are chosen: one of each kind. */
export const METHOD_IDS: Readonly<Record<MethodKind, string>> = {
  smsCode: "sms",
  bankApp: "app",
  callCentre: "call",
  branch: "branch",
};

/** What decides which ways are open now. */
export interface MethodFacts {
  readonly bindingId: string;
  readonly colour: "yellow" | "orange";
  readonly state: Verification;
  /** The phone reserved at the bank. */
  readonly mobile: string | null;
  readonly smsUsedUp: boolean;
  readonly phoneAtCap: boolean;
  /** The customer can sign in to the bank's app. */
  readonly appReady: boolean;
  /** The card itself stands in the way meanwhile. */
  readonly cardCause: Cause | undefined;
}

const HOUR_MS = 3_600_000;

/** Pure. All ways the bank offers for this binding; closed ones with why, so that nobody wonders where they went. */
export function methodsOf(
  facts: MethodFacts,
  now: Instant,
  policy: Pick<IssuerPolicy, "binding" | "bankApp" | "hotline">,
): readonly VerificationMethod[] {
  if (facts.state.kind !== "waiting" && facts.state.kind !== "verified") return [];
  return policy.binding.methods[facts.colour].map((kind) => {
    const closedBecause = facts.cardCause ?? CLOSED[kind](facts, now, policy);
    return {
      methodId: METHOD_IDS[kind],
      kind,
      open: closedBecause === undefined,
      ...(closedBecause === undefined ? {} : { closedBecause }),
      ...(kind === "smsCode" && facts.mobile !== null ? { sentTo: maskMobile(facts.mobile as Mobile) } : {}),
      ...(kind === "bankApp" ? { link: `${policy.bankApp.link}?binding=${facts.bindingId}` } : {}),
      ...(kind === "callCentre"
        ? { phone: policy.hotline.phone, hours: { from: policy.hotline.fromHour, to: policy.hotline.toHour } }
        : {}),
    };
  });
}

const CLOSED: Readonly<
  Record<MethodKind, (facts: MethodFacts, now: Instant, policy: Pick<IssuerPolicy, "hotline">) => Cause | undefined>
> = {
  smsCode({ state, mobile, smsUsedUp, phoneAtCap }) {
    if (mobile === null || (state.kind === "waiting" && state.disowned)) return "reservedPhoneMismatch";
    if (smsUsedUp) return "methodUsedUp";
    return phoneAtCap ? "smsDailyCap" : undefined;
  },
  bankApp({ state, appReady }) {
    if (state.kind === "waiting" && state.app === "shut") return "faceCheckFailed";
    return appReady ? undefined : "bankAppNotReady";
  },
  callCentre: (_facts, now, { hotline }) => (hotlineOpensAt(hotline, now) === undefined ? undefined : "hotlineClosed"),
  branch: () => undefined,
};

/** When the hotline is answered again, or undefined while it is. */
export function hotlineOpensAt(
  { fromHour, toHour }: Pick<IssuerPolicy["hotline"], "fromHour" | "toHour">,
  now: Instant,
): Instant | undefined {
  const midnight = startOfDay(now);
  const opens = midnight + fromHour * HOUR_MS;
  if (now < opens) return instant(opens);
  return now < midnight + toHour * HOUR_MS ? undefined : instant(opens + 24 * HOUR_MS);
}
