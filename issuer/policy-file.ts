import * as v from "valibot";
import { Decision, VerificationMethod, Words } from "#contracts/common";
import { err, ok, type Result } from "#protocol/bytes";
import { CAUSE_CODES } from "#protocol/diagnosis";
import type { Condition } from "./binding/rules.ts";
import { DEFAULT_POLICY, type IssuerPolicy } from "./policy.ts";

/*
 * The bank's rules from a JSON file: any part of them, over the defaults. Sums are digits in text, since a JSON number
 * would lose fen. What is not understood is refused, with its place.
 */

const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000));
const Ms = v.pipe(v.number(), v.integer(), v.minValue(1));
const Minor = v.pipe(
  v.string(),
  v.regex(/^\d{1,15}$/, "wants minor units as digits"),
  v.transform((digits) => BigInt(digits)),
);
const Name = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));
const Cause = v.picklist(CAUSE_CODES);
const Score = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99));

const ConditionSchema: v.GenericSchema<unknown, Condition> = v.union([
  v.strictObject({ source: v.array(v.picklist(["typed", "camera", "bankApp"])) }),
  v.strictObject({ walletColour: v.array(v.picklist(["green", "yellow", "red"])) }),
  v.strictObject({ walletReason: v.array(v.pipe(v.string(), v.regex(/^[0-9A-Z]{2}$/))) }),
  v.strictObject({ deviceScoreAtMost: Score }),
  v.strictObject({ accountScoreAtMost: Score }),
  v.strictObject({ tspScoreAtLeast: Score }),
  v.strictObject({ bankVouches: v.boolean() }),
  v.strictObject({ riskMark: v.array(v.picklist(["watch", "refuse"])) }),
  v.strictObject({ liveOnSameAccount: v.boolean() }),
  v.strictObject({ walletAccountsTriedAtLeast: Count }),
  v.strictObject({ all: v.array(v.lazy(() => ConditionSchema)) }),
  v.strictObject({ any: v.array(v.lazy(() => ConditionSchema)) }),
  v.strictObject({ not: v.lazy(() => ConditionSchema) }),
]);

const Rule = v.pipe(
  v.strictObject({ ruleId: Name, when: ConditionSchema, colour: Decision, cause: v.optional(Cause) }),
  v.check((rule) => rule.colour !== "red" || rule.cause !== undefined, "a red rule wants a cause"),
);

const Minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60));
const At = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Maintenance = v.variant("kind", [
  v.strictObject({
    kind: v.literal("daily"),
    products: v.optional(v.array(Name)),
    fromMinute: Minute,
    toMinute: Minute,
  }),
  v.strictObject({ kind: v.literal("once"), products: v.optional(v.array(Name)), from: At, until: At }),
]);
const Scope = v.variant("to", [
  v.strictObject({ to: v.literal("own") }),
  v.strictObject({
    to: v.literal("banks"),
    only: v.optional(v.array(Name)),
    except: v.optional(v.array(Name)),
  }),
  v.strictObject({ to: v.literal("merchants"), categories: v.array(v.pipe(v.string(), v.regex(/^\d{4}$/))) }),
]);
const Tier = v.union([
  v.strictObject({ upToMinor: v.optional(Minor), fixedMinor: Minor }),
  v.strictObject({ upToMinor: v.optional(Minor), basisPoints: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
]);
const Fees = v.strictObject({
  waivers: v.array(
    v.strictObject({
      ruleId: Name,
      scope: Scope,
      amountAtMostMinor: v.optional(Minor),
      products: v.optional(v.array(Name)),
      words: Words,
    }),
  ),
  rules: v.array(
    v.pipe(
      v.strictObject({
        ruleId: Name,
        scope: Scope,
        tiers: v.pipe(v.array(Tier), v.minLength(1)),
        minMinor: Minor,
        maxMinor: Minor,
        words: Words,
      }),
      v.check((rule) => rule.minMinor <= rule.maxMinor, "the least is more than the cap"),
      v.check(({ tiers }) => tiers.at(-1)?.upToMinor === undefined, "the last tier must not end"),
      v.check(
        ({ tiers }) =>
          tiers.slice(0, -1).every((tier, i) => {
            const next = tiers[i + 1]!.upToMinor;
            return tier.upToMinor !== undefined && (next === undefined || tier.upToMinor < next);
          }),
        "tiers must rise",
      ),
    ),
  ),
});

const Methods = v.array(VerificationMethod.entries.kind);
const Hour = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24));

const PolicyFile = v.strictObject({
  bank: v.optional(v.strictObject(Words.entries)),
  codeDomain: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9.-]{1,64}$/))),
  payment: v.optional(
    v.partial(
      v.strictObject({
        singleMaxMinor: Minor,
        dayMaxMinor: Minor,
        holdMs: Ms,
        blockedShops: v.record(Name, v.array(v.pipe(v.string(), v.regex(/^\d{4}$/)))),
      }),
    ),
  ),
  binding: v.optional(
    v.partial(
      v.strictObject({
        devicesPerCard: Count,
        cardsPerDevice: Count,
        tokensPerCustomer: Count,
        addsPerCardPerDay: Count,
        mismatchesPerCardPerDay: Count,
        mismatchesPerDevicePerDay: Count,
        accountClasses: v.array(v.picklist([1, 2, 3])),
        products: v.record(
          Name,
          v.strictObject({
            admitted: v.boolean(),
            accountClasses: v.optional(v.array(v.picklist([1, 2, 3]))),
            devicesPerCard: v.optional(Count),
          }),
        ),
        checkColours: v.record(Cause, v.picklist(["yellow", "orange"])),
        rules: v.array(Rule),
        methods: v.partial(v.strictObject({ yellow: Methods, orange: Methods })),
        cureMs: Ms,
      }),
    ),
  ),
  maintenance: v.optional(v.array(Maintenance)),
  code: v.optional(
    v.partial(
      v.strictObject({
        lifeMs: Ms,
        tries: v.pipe(Count, v.minValue(1), v.maxValue(5)),
        codesPerBinding: v.pipe(Count, v.minValue(1), v.maxValue(5)),
        coolDownMs: Ms,
        messagesPerPhonePerDay: Count,
      }),
    ),
  ),
  bankApp: v.optional(
    v.partial(
      v.strictObject({
        link: v.pipe(v.string(), v.maxLength(256)),
        name: v.pipe(v.string(), v.maxLength(64)),
        approvalMs: Ms,
        faceTries: Count,
        sessionMs: Ms,
        ceremonyMs: Ms,
        enrolmentMs: Ms,
        usbKeyMs: Ms,
        usbKeyCodeMs: Ms,
        usbKeyTries: Count,
        vouchMs: Ms,
      }),
    ),
  ),
  desk: v.optional(v.partial(v.strictObject({ sessionMs: Ms, invitationMs: Ms }))),
  hotline: v.optional(
    v.partial(
      v.strictObject({
        phone: v.pipe(v.string(), v.regex(/^[\d-]{3,20}$/)),
        fromHour: Hour,
        toHour: Hour,
        questions: v.array(
          v.strictObject({ questionId: Name, about: v.picklist(["idTail", "phoneTail", "lastPayment"]), text: Words }),
        ),
      }),
    ),
  ),
  fees: v.optional(Fees),
  transfer: v.optional(
    v.partial(
      v.strictObject({
        quoteMs: Ms,
        singleMaxMinor: Minor,
        dayMaxMinor: Minor,
        classDayMaxMinor: v.record(v.picklist(["2", "3"]), Minor),
      }),
    ),
  ),
  sweepEveryMs: v.optional(Ms),
});

/** The bank's policy, or every fault of the file: "binding.rules.0: a red rule wants a cause". No value is quoted. */
export function readPolicy(json: unknown): Result<IssuerPolicy, readonly string[]> {
  const parsed = v.safeParse(PolicyFile, json);
  if (!parsed.success) return err(parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "policy"}: ${wordOf(issue)}`));
  const policy = over(DEFAULT_POLICY, parsed.output) as IssuerPolicy;
  const faults = [
    ...(policy.hotline.fromHour < policy.hotline.toHour
      ? []
      : ["hotline.fromHour: the hotline closes before it opens"]),
    ...repeated(policy.binding.rules.map(({ ruleId }) => ruleId)).map((id) => `binding.rules: ${id} twice`),
    ...repeated([...policy.fees.waivers, ...policy.fees.rules].map(({ ruleId }) => ruleId)).map(
      (id) => `fees: ${id} twice`,
    ),
  ];
  return faults.length === 0 ? ok(policy) : err(faults);
}

/** Valibot's own messages quote what they got; ours do not. */
function wordOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "check" || issue.type === "regex") return issue.message;
  if (issue.type === "strict_object" && issue.expected === "never") return "not known";
  return `wants ${issue.expected ?? issue.type}`;
}

function repeated(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))];
}

/** Parts are laid over their defaults one by one; lists and tables as a whole. */
function over(base: object, given: object): object {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(given)) {
    const part = (base as Record<string, unknown>)[key];
    const isPart = SECTIONS.has(key) && typeof part === "object" && part !== null;
    if (value !== undefined) merged[key] = isPart ? over(part, value as object) : value;
  }
  return merged;
}
const SECTIONS: ReadonlySet<string> = new Set([
  "payment",
  "binding",
  "methods",
  "code",
  "bankApp",
  "desk",
  "hotline",
  "transfer",
]);
