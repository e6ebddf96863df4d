import type { WalletAdvice } from "#contracts/common";
import type { AdvicePolicy } from "../policy.ts";

/**
 * What account and device show of their history. Not known to this wallet, and so never a reason: names (0B: they are
 * sealed to the TSP), suspicious payments (05), where the device is (0E), phone numbers (0H).
 */
export interface AdviceInput {
  readonly now: number;
  readonly accountCreatedAt: number;
  readonly settingsChangedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly deviceKnown: boolean;
  readonly suspendedOnDevice: number;
  readonly lostSince: number | null;
  readonly lostUntil: number | null;
  /** Of this card on this account: when it was first seen. */
  readonly pairSince: number;
  /** On this device, newest last. */
  readonly attempts: readonly { readonly panRef: string; readonly at: number }[];
  readonly panRef: string;
  /** The same card lives on another device of the account, and the holder confirmed there. */
  readonly anotherDevice: boolean;
}

/** Our own, positive: the card lives on another device of the account, and was handed over there. */
const ANOTHER_DEVICE = "AD";
/** These a confirmation on another device does not outweigh. */
const WEIGHTY: ReadonlySet<string> = new Set(["07", "08", "09", "0A", "0C", "0F"]);

/** Reasons, scores and colour, each from the input alone. Source: tokenisation §2.2. */
export function adviseOn(input: AdviceInput, policy: AdvicePolicy): WalletAdvice {
  const { now, accountCreatedAt, attempts, panRef } = input;
  const within = (at: number | null, ms: number) => at !== null && now - at < ms;
  const ofCard = attempts.filter((one) => one.panRef === panRef && within(one.at, policy.attempts.windowMs));
  const cards = new Set(attempts.filter((one) => within(one.at, policy.cards.windowMs)).map((one) => one.panRef));
  const lostUntil = input.lostUntil ?? now;
  const recentlyLost =
    input.lostSince !== null && lostUntil - input.lostSince > policy.lostForMs && now - lostUntil < policy.lostWithinMs;
  const { launchedAt } = policy;
  const found: readonly (readonly [string, boolean])[] = [
    [
      "01",
      launchedAt !== null && launchedAt - accountCreatedAt <= policy.newAccountMs && accountCreatedAt < launchedAt,
    ],
    ["02", within(accountCreatedAt, policy.newAccountMs)],
    ["03", within(input.pairSince, policy.newPairMs)],
    // Setting an account up is no change of it.
    ["04", within(input.settingsChangedAt, policy.changedMs) && !within(accountCreatedAt, policy.changedMs)],
    ["06", input.lastUsedAt !== null && now - input.lastUsedAt > policy.inactiveMs],
    ["07", input.suspendedOnDevice > 0],
    ["08", recentlyLost],
    ["09", ofCard.length >= policy.attempts.max],
    ["0A", cards.size >= policy.cards.max],
    ["0F", !input.deviceKnown],
  ];
  const reasons = found.filter(([, holds]) => holds).map(([code]) => code);
  const has = (code: string) => reasons.includes(code);
  const deviceScore = score(5 - cost(has("08"), 3) - cost(has("09"), 1) - cost(has("0A"), 2));
  const accountScore = score(5 - cost(has("02"), 1) - cost(has("04"), 1) - cost(has("06"), 1) - cost(has("0A"), 1));
  if (deviceScore === 1) reasons.push("0G");
  if (deviceScore < 3) reasons.push("0C");
  if (accountScore < 4) reasons.push("0D");
  if (input.anotherDevice) reasons.push(ANOTHER_DEVICE);
  return { colour: colourOf(reasons, input.anotherDevice, policy), deviceScore, accountScore, reasons: reasons.sort() };
}

function colourOf(reasons: readonly string[], anotherDevice: boolean, policy: AdvicePolicy): WalletAdvice["colour"] {
  if (reasons.some((code) => policy.red.includes(code))) return "red";
  const against = reasons.filter((code) => (anotherDevice ? WEIGHTY.has(code) : code !== ANOTHER_DEVICE));
  return against.length === 0 ? "green" : "yellow";
}

function cost(holds: boolean, points: number): number {
  return holds ? points : 0;
}

function score(points: number): number {
  return Math.min(5, Math.max(1, points));
}
