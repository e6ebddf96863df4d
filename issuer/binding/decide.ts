import type { CardData, Decision } from "#contracts/common";
import { type Cause, hardestFirst, toldToHolder } from "#protocol/diagnosis";
import { sameHolderName } from "#protocol/holder";
import { type ExpiryYymm, type Instant, isExpired, toYymmdd } from "#protocol/time";
import { BLOCK_CAUSES, type CardState } from "../cards/status.ts";
import { startOfNextDay } from "../china-day.ts";
import type { IssuerPolicy } from "../policy.ts";
import { closedUntil } from "./maintenance.ts";
import { judge, type RequestFacts, worstOf } from "./rules.ts";

/*
 * The bank's decision on one request to bind a card: pure, from facts the service gathered.
 */

/** What the bank knows of the card a request names, and how what was typed compares. */
export interface CardFacts {
  readonly kind: "debit" | "credit";
  readonly productId: string;
  readonly state: CardState;
  readonly expiry: ExpiryYymm;
  readonly holderName: string;
  /** The phone reserved at the bank; none: it can send nothing. */
  readonly mobile: string | null;
  readonly cvn2Matches: boolean;
  /** True where none was typed. */
  readonly idNumberMatches: boolean;
  /** YYYYMMDD, both. */
  readonly documentExpires: string;
  readonly reviewDue: string;
  readonly counterOnly: boolean;
  readonly accountClass: number;
  readonly accountRestricted: boolean;
  /** Posted less held. */
  readonly balanceMinor: bigint;
  readonly arrearsMinor: bigint;
}

/** What happened with this card, this customer and this device before. */
export interface BindingHistory {
  readonly cardMismatchesToday: number;
  readonly deviceMismatchesToday: number;
  readonly addsToday: number;
  /** Other devices this card lives on. */
  readonly otherDevices: number;
  /** Other cards of the bank on this device. */
  readonly otherCards: number;
  /** The customer's device cards, this card on this device not counted. */
  readonly otherTokens: number;
  readonly boundElsewhere: boolean;
}

export interface Verdict {
  readonly colour: Decision;
  /** All that stands in the way, as the bank knows it, hardest to cure first. */
  readonly causes: readonly Cause[];
  /** What of it may be told to whoever asks. */
  readonly told: readonly Cause[];
  /** Rows of the bank's rules that spoke. */
  readonly rules: readonly string[];
  readonly retryAt?: Instant;
  /** Something that the holder typed is not the bank's: counts towards the day's mismatches. */
  readonly mismatch: boolean;
}

/** Proof of the holder first, so that nobody learns of a stranger's card; then every check at once. */
export function decideBinding(
  typed: CardData,
  productId: string,
  card: CardFacts | undefined,
  history: BindingHistory,
  request: RequestFacts,
  now: Instant,
  policy: Pick<IssuerPolicy, "binding" | "maintenance">,
): Verdict {
  const closed = closedUntil(policy.maintenance, productId, now);
  if (closed !== undefined) return refusal(["issuerMaintenance"], { retryAt: closed });
  const { mismatchesPerCardPerDay, mismatchesPerDevicePerDay } = policy.binding;
  if (
    history.cardMismatchesToday >= mismatchesPerCardPerDay ||
    history.deviceMismatchesToday >= mismatchesPerDevicePerDay
  )
    return refusal(["addLimitReached"], { retryAt: startOfNextDay(now) });
  if (card === undefined) return refusal(["cardNotFound"], { mismatch: true });
  // Of a card that the bank's own app has just handed over nothing needs to be compared.
  const wrong = request.bankVouches ? [] : wrongEntries(typed, card);
  if (wrong.length > 0) {
    // Without a reserved phone nobody has shown who is there, so that one wrong entry is told as any two.
    const told = card.mobile === null ? toldToHolder([...wrong, "reservedPhoneMismatch"]) : toldToHolder(wrong);
    return refusal(wrong, { told, mismatch: true });
  }
  if (card.mobile === null && !request.bankVouches) return refusal(["noUsableMethod"], {});

  const failing = failingChecks(card, history, now, policy.binding);
  const spoken = judge(policy.binding.rules, request);
  const colourOf = (cause: Cause): Decision => policy.binding.checkColours[cause] ?? "red";
  const colour = worstOf([...failing.map(colourOf), spoken.colour], spoken.colour);
  const rules = spoken.rules.map(({ ruleId }) => ruleId);
  if (colour !== "red") return { colour, causes: [], told: [], rules, mismatch: false };
  const refusing = spoken.rules.flatMap((rule) =>
    rule.colour === "red" && rule.cause !== undefined ? [rule.cause] : [],
  );
  const causes = [...failing.filter((cause) => colourOf(cause) === "red"), ...refusing];
  return refusal(causes, {
    rules,
    ...(causes.includes("addLimitReached") ? { retryAt: startOfNextDay(now) } : {}),
  });
}

function refusal(causes: readonly Cause[], more: Partial<Omit<Verdict, "colour" | "causes">>): Verdict {
  const ordered = hardestFirst(causes);
  return { colour: "red", causes: ordered, told: toldToHolder(ordered), rules: [], mismatch: false, ...more };
}

/** What was typed and is not what the bank has, in the order of the form. */
function wrongEntries(typed: CardData, card: CardFacts): readonly Cause[] {
  const wrong: Cause[] = [];
  if (!sameHolderName(typed.holderName, card.holderName)) wrong.push("nameMismatch");
  if (!card.idNumberMatches) wrong.push("identityMismatch");
  if (card.mobile !== null && typed.mobile !== card.mobile) wrong.push("reservedPhoneMismatch");
  if (card.kind === "credit") {
    if (typed.expiry !== card.expiry) wrong.push("expiryMismatch");
    if (!card.cvn2Matches) wrong.push("cvnMismatch");
  }
  return wrong;
}

/** Everything that fails, so that nobody walks twice. Of a card that is over only that: nothing else would help it. */
function failingChecks(
  card: CardFacts,
  history: BindingHistory,
  now: Instant,
  policy: IssuerPolicy["binding"],
): readonly Cause[] {
  if (card.state.base === "closed") return ["cardClosed"];
  if (card.state.base === "replaced") return ["cardReplaced"];
  const product = policy.products[card.productId];
  const today = `20${toYymmdd(now)}`;
  const checks: readonly (readonly [Cause, boolean])[] = [
    ["productExcluded", product?.admitted === false],
    ["accountClassExcluded", !(product?.accountClasses ?? policy.accountClasses).includes(card.accountClass)],
    ["customerRecordStale", card.documentExpires < today || card.reviewDue < today],
    ["accountRestricted", card.accountRestricted],
    ["remoteUseSuspended", card.counterOnly],
    ["cardNotActivated", card.state.base === "notActivated"],
    ["balanceNegative", card.kind === "debit" && card.balanceMinor < 0n],
    ["creditInArrears", card.kind === "credit" && card.arrearsMinor > 0n],
    ["cardExpired", isExpired(card.expiry, now)],
    ["boundElsewhere", history.boundElsewhere],
    ["cardDeviceLimit", history.otherDevices >= (product?.devicesPerCard ?? policy.devicesPerCard)],
    [
      "customerTokenLimit",
      history.otherTokens >= policy.tokensPerCustomer || history.otherCards >= policy.cardsPerDevice,
    ],
    ["addLimitReached", history.addsToday >= policy.addsPerCardPerDay],
  ];
  return [
    ...card.state.blocks.map((block) => BLOCK_CAUSES[block]),
    ...checks.flatMap(([cause, fails]) => (fails ? [cause] : [])),
  ];
}

/** What may stand in the way of a proof that was made later than the decision: another was faster, or the card changed. */
export function decideProof(
  card: CardFacts,
  history: BindingHistory,
  now: Instant,
  policy: IssuerPolicy["binding"],
): readonly Cause[] {
  // The day's adds were counted when this one was agreed to.
  return hardestFirst(failingChecks(card, { ...history, addsToday: 0 }, now, policy)).filter(
    (cause) => policy.checkColours[cause] === undefined,
  );
}
