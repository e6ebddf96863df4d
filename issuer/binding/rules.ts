import type { CardSource, Decision, WalletAdvice } from "#contracts/common";
import type { Cause } from "#protocol/diagnosis";

/*
 * The bank's judgement of a request as data: a row says under which condition which colour. A bank changes its mind by
 * changing rows, not code.
 */

/** What a request looks like from outside the card: who vouches for it, and who warns. Scores: 1 low trust, 5 high. */
export interface RequestFacts {
  readonly source: "typed" | "camera" | "bankApp";
  readonly wallet: WalletAdvice;
  /** 1 to 99, 99 the worst. */
  readonly tspScore: number;
  /** The bank's own app stated a moment ago that its customer adds this card. */
  readonly bankVouches: boolean;
  readonly riskMark: RiskMark | null;
  /** The card lives already on another device of the same wallet account. */
  readonly liveOnSameAccount: boolean;
  /** Different wallet accounts that tried this card in the last week, this one among them. */
  readonly walletAccountsTried: number;
}
export type RiskMark = "watch" | "refuse";

export type Condition =
  | { readonly source: readonly (typeof CardSource.options)[number][] }
  | { readonly walletColour: readonly WalletAdvice["colour"][] }
  /** Any of these reasons (spec tokenisation §2.2). */
  | { readonly walletReason: readonly string[] }
  | { readonly deviceScoreAtMost: number }
  | { readonly accountScoreAtMost: number }
  | { readonly tspScoreAtLeast: number }
  | { readonly bankVouches: boolean }
  | { readonly riskMark: readonly RiskMark[] }
  | { readonly liveOnSameAccount: boolean }
  | { readonly walletAccountsTriedAtLeast: number }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

export interface DecisionRule {
  readonly ruleId: string;
  readonly when: Condition;
  readonly colour: Decision;
  /** What a refusal is called. Red rows have one. */
  readonly cause?: Cause;
}

/** Pure. */
export function holds(condition: Condition, facts: RequestFacts): boolean {
  if ("source" in condition) return condition.source.includes(facts.source);
  if ("walletColour" in condition) return condition.walletColour.includes(facts.wallet.colour);
  if ("walletReason" in condition) return condition.walletReason.some((code) => facts.wallet.reasons.includes(code));
  if ("deviceScoreAtMost" in condition) return facts.wallet.deviceScore <= condition.deviceScoreAtMost;
  if ("accountScoreAtMost" in condition) return facts.wallet.accountScore <= condition.accountScoreAtMost;
  if ("tspScoreAtLeast" in condition) return facts.tspScore >= condition.tspScoreAtLeast;
  if ("bankVouches" in condition) return facts.bankVouches === condition.bankVouches;
  if ("riskMark" in condition) return facts.riskMark !== null && condition.riskMark.includes(facts.riskMark);
  if ("liveOnSameAccount" in condition) return facts.liveOnSameAccount === condition.liveOnSameAccount;
  if ("walletAccountsTriedAtLeast" in condition)
    return facts.walletAccountsTried >= condition.walletAccountsTriedAtLeast;
  if ("all" in condition) return condition.all.every((one) => holds(one, facts));
  if ("any" in condition) return condition.any.some((one) => holds(one, facts));
  return !holds(condition.not, facts);
}

const BAD_TO_WORST: readonly Decision[] = ["green", "yellow", "orange", "red"];
export function worstOf(colours: readonly Decision[], otherwise: Decision): Decision {
  return BAD_TO_WORST.findLast((colour) => colours.includes(colour)) ?? otherwise;
}

/** Every row that speaks. Green counts only where nothing worse does; where no row speaks the bank verifies. */
export function judge(
  rules: readonly DecisionRule[],
  facts: RequestFacts,
): { readonly colour: Decision; readonly rules: readonly DecisionRule[] } {
  const speaking = rules.filter((rule) => holds(rule.when, facts));
  return {
    colour: worstOf(
      speaking.map((rule) => rule.colour),
      "yellow",
    ),
    rules: speaking,
  };
}
