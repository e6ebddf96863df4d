import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CardData } from "#contracts/common";
import { CAUSES, type Cause, hardestFirst } from "#protocol/diagnosis";
import type { ExpiryYymm } from "#protocol/time";
import { instant } from "#protocol/time";
import { DEFAULT_POLICY, type IssuerPolicy } from "../policy.ts";
import { type BindingHistory, type CardFacts, decideBinding, decideProof } from "./decide.ts";
import { NO_HISTORY } from "./history.ts";
import { closedUntil, type MaintenanceWindow } from "./maintenance.ts";
import { type DecisionRule, judge, type RequestFacts } from "./rules.ts";

const NOW = instant(Date.UTC(2026, 5, 1, 2)); // 10:00 in China
const MIDNIGHT = Date.UTC(2026, 5, 1, 16);

const DEBIT: CardFacts = {
  kind: "debit",
  productId: "demo-debit",
  state: { base: "active", blocks: [] },
  expiry: "3512" as ExpiryYymm,
  holderName: "张伟",
  mobile: "13800138001",
  cvn2Matches: false,
  idNumberMatches: true,
  documentExpires: "20451231",
  reviewDue: "99991231",
  counterOnly: false,
  accountClass: 1,
  accountRestricted: false,
  balanceMinor: 100n,
  arrearsMinor: 0n,
};
const CREDIT: CardFacts = { ...DEBIT, kind: "credit", productId: "demo-credit", cvn2Matches: true };
const TYPED: CardData = { pan: "6229990100000000017", holderName: "张伟", mobile: "13800138001", expiry: "3512" };
const REQUEST: RequestFacts = {
  source: "typed",
  wallet: { colour: "yellow", deviceScore: 4, accountScore: 3, reasons: [] },
  tspScore: 1,
  bankVouches: false,
  riskMark: null,
  liveOnSameAccount: false,
  walletAccountsTried: 1,
};

interface Case {
  readonly card?: CardFacts | undefined;
  readonly typed?: Partial<CardData>;
  readonly history?: Partial<BindingHistory>;
  readonly request?: Partial<RequestFacts>;
  readonly productId?: string;
  readonly policy?: Partial<IssuerPolicy["binding"]>;
}
function decide(one: Case) {
  const card = "card" in one ? one.card : DEBIT;
  return decideBinding(
    { ...TYPED, ...one.typed },
    one.productId ?? card?.productId ?? "demo-debit",
    card,
    { ...NO_HISTORY, ...one.history },
    { ...REQUEST, ...one.request },
    NOW,
    { ...DEFAULT_POLICY, binding: { ...DEFAULT_POLICY.binding, ...one.policy } },
  );
}

describe("the decision, row by row", () => {
  test.each<[string, Case, readonly Cause[]]>([
    ["a number that nobody has", { card: undefined }, ["cardNotFound"]],
    ["another name", { typed: { holderName: "张玮" } }, ["nameMismatch"]],
    ["another phone", { typed: { mobile: "13900139000" } }, ["reservedPhoneMismatch"]],
    ["another identity number", { card: { ...DEBIT, idNumberMatches: false } }, ["identityMismatch"]],
    ["another expiry of a credit card", { card: CREDIT, typed: { expiry: "3511" } }, ["expiryMismatch"]],
    ["another CVN2", { card: { ...CREDIT, cvn2Matches: false } }, ["cvnMismatch"]],
    ["no reserved phone", { card: { ...DEBIT, mobile: null } }, ["noUsableMethod"]],
    ["lost", { card: { ...DEBIT, state: { base: "active", blocks: ["lost"] } } }, ["cardReportedLost"]],
    ["locked", { card: { ...DEBIT, state: { base: "active", blocks: ["frozenByHolder"] } } }, ["cardFrozenByHolder"]],
    ["frozen", { card: { ...DEBIT, state: { base: "active", blocks: ["frozenByBank"] } } }, ["cardFrozenByBank"]],
    ["closed", { card: { ...DEBIT, state: { base: "closed", blocks: [] } } }, ["cardClosed"]],
    ["replaced", { card: { ...DEBIT, state: { base: "replaced", blocks: [] } } }, ["cardReplaced"]],
    ["not activated", { card: { ...CREDIT, state: { base: "notActivated", blocks: [] } } }, ["cardNotActivated"]],
    ["expired", { card: { ...DEBIT, expiry: "2605" as ExpiryYymm } }, ["cardExpired"]],
    ["document expired", { card: { ...DEBIT, documentExpires: "20260531" } }, ["customerRecordStale"]],
    ["record due", { card: { ...DEBIT, reviewDue: "20260531" } }, ["customerRecordStale"]],
    ["counter only", { card: { ...DEBIT, counterOnly: true } }, ["remoteUseSuspended"]],
    ["restricted", { card: { ...DEBIT, accountRestricted: true } }, ["accountRestricted"]],
    ["class III", { card: { ...DEBIT, accountClass: 3 } }, ["accountClassExcluded"]],
    ["product not admitted", { card: { ...DEBIT, productId: "demo-gift" } }, ["productExcluded"]],
    ["debit below zero", { card: { ...DEBIT, balanceMinor: -1n } }, ["balanceNegative"]],
    ["credit overdue", { card: { ...CREDIT, arrearsMinor: 1n } }, ["creditInArrears"]],
    ["bound elsewhere", { history: { boundElsewhere: true } }, ["boundElsewhere"]],
    ["on five devices", { history: { otherDevices: 5 } }, ["cardDeviceLimit"]],
    [
      "a youth card on one",
      { card: { ...DEBIT, productId: "demo-youth" }, history: { otherDevices: 1 } },
      ["cardDeviceLimit"],
    ],
    ["six device cards", { history: { otherTokens: 6 } }, ["customerTokenLimit"]],
    ["eight cards on the device", { history: { otherCards: 8 } }, ["customerTokenLimit"]],
    ["ten adds", { history: { addsToday: 10 } }, ["addLimitReached"]],
    ["six wrong ones for this card", { history: { cardMismatchesToday: 6 } }, ["addLimitReached"]],
    ["twelve wrong ones by this device", { history: { deviceMismatchesToday: 12 } }, ["addLimitReached"]],
    ["a product in maintenance", { productId: "demo-overnight" }, ["issuerMaintenance"]],
    ["the wallet says no", { request: { wallet: { ...REQUEST.wallet, colour: "red" } } }, ["walletAdvisesNo"]],
    [
      "the wallet warns of high risk",
      { request: { wallet: { ...REQUEST.wallet, reasons: ["0G"] } } },
      ["walletAdvisesNo"],
    ],
    ["the lowest device score", { request: { wallet: { ...REQUEST.wallet, deviceScore: 1 } } }, ["issuerRefusesRisk"]],
    [
      "the lowest account score",
      { request: { wallet: { ...REQUEST.wallet, accountScore: 1 } } },
      ["issuerRefusesRisk"],
    ],
    ["the TSP's worst score", { request: { tspScore: 90 } }, ["issuerRefusesRisk"]],
    ["marked by the bank", { request: { riskMark: "refuse" } }, ["issuerRefusesRisk"]],
    ["many accounts try it", { request: { walletAccountsTried: 8 } }, ["issuerRefusesRisk"]],
  ])("%s is red", (_what, one, causes) => {
    const verdict = decide(one);
    expect([verdict.colour, verdict.causes]).toEqual(["red", causes]);
  });

  test.each<[string, Case, string]>([
    ["nothing to say", {}, "yellow"],
    ["a credit card", { card: CREDIT }, "yellow"],
    ["debit at zero", { card: { ...DEBIT, balanceMinor: 0n } }, "yellow"],
    ["a credit card in use", { card: { ...CREDIT, balanceMinor: -100n } }, "yellow"],
    ["class II", { card: { ...DEBIT, accountClass: 2 } }, "yellow"],
    [
      "one device below the limit",
      { history: { otherDevices: 4, otherTokens: 5, otherCards: 7, addsToday: 9 } },
      "yellow",
    ],
    ["expiry of a debit card is not asked for", { typed: { expiry: "2001" } }, "yellow"],
    ["watched", { request: { riskMark: "watch" } }, "orange"],
    ["suspicious activity", { request: { wallet: { ...REQUEST.wallet, reasons: ["05"] } } }, "orange"],
    ["lately in lost mode", { request: { wallet: { ...REQUEST.wallet, reasons: ["02", "08"] } } }, "orange"],
    ["the TSP warns", { request: { tspScore: 70 } }, "orange"],
    ["from the bank's app, vouched", { request: { source: "bankApp", bankVouches: true } }, "green"],
    ["from the bank's app, unproven", { request: { source: "bankApp" } }, "yellow"],
    ["vouched, yet watched", { request: { source: "bankApp", bankVouches: true, riskMark: "watch" } }, "orange"],
    [
      "another device of the same account",
      { request: { liveOnSameAccount: true, wallet: { ...REQUEST.wallet, colour: "green", reasons: ["AD"] } } },
      "green",
    ],
    [
      "the same, and the wallet is not sure",
      { request: { liveOnSameAccount: true, wallet: { ...REQUEST.wallet, reasons: ["AD"] } } },
      "yellow",
    ],
  ])("%s: %s", (_what, one, colour) => {
    expect(decide(one)).toMatchObject({ colour, causes: [], told: [], mismatch: false });
  });

  test("limits and windows say when to come again: at midnight, and when the bank opens", () => {
    for (const history of [{ addsToday: 10 }, { cardMismatchesToday: 6 }])
      expect(decide({ history }).retryAt).toBe(MIDNIGHT);
    expect(decide({ productId: "demo-overnight" }).retryAt).toBe(MIDNIGHT);
    expect(decide({ card: { ...DEBIT, counterOnly: true } }).retryAt).toBeUndefined();
  });
});

describe("several things at once", () => {
  const RUIN: CardFacts = {
    ...DEBIT,
    state: { base: "notActivated", blocks: ["frozenByHolder", "lost", "frozenByBank"] },
    expiry: "2001" as ExpiryYymm,
    documentExpires: "20200101",
    counterOnly: true,
    accountClass: 3,
    accountRestricted: true,
    balanceMinor: -1n,
  };
  const FULL = { boundElsewhere: true, otherDevices: 9, otherTokens: 9, addsToday: 99 };

  test("all that fails is told, hardest to cure first", () => {
    const { causes, told } = decide({ card: RUIN, history: FULL, request: { tspScore: 99 } });
    expect(causes).toHaveLength(15);
    expect(causes).toEqual(hardestFirst(causes));
    expect(told).toEqual(causes);
    expect(causes[0]).toBe("cardExpired");
    expect(CAUSES[causes.at(-1)!].effort).toBe("wait");
  });

  test("of a card that is over nothing else is told: no cure would help it", () => {
    expect(decide({ card: { ...RUIN, state: { base: "closed", blocks: ["lost"] } }, history: FULL }).causes).toEqual([
      "cardClosed",
    ]);
  });

  test("whoever has not shown who he is learns nothing of the card", () => {
    const allowed = new Set<Cause>([
      "cardNotFound",
      "nameMismatch",
      "reservedPhoneMismatch",
      "identityMismatch",
      "expiryMismatch",
      "cvnMismatch",
    ]);
    fc.assert(
      fc.property(
        fc.record({
          name: fc.boolean(),
          phone: fc.boolean(),
          noPhone: fc.boolean(),
          id: fc.boolean(),
          expiry: fc.boolean(),
          cvn2: fc.boolean(),
          credit: fc.boolean(),
          blocks: fc.subarray(["lost", "frozenByBank", "frozenByHolder"] as const),
          full: fc.boolean(),
        }),
        (is) => {
          const card: CardFacts = {
            ...RUIN,
            kind: is.credit ? "credit" : "debit",
            state: { base: "active", blocks: is.blocks },
            mobile: is.noPhone ? null : DEBIT.mobile,
            idNumberMatches: is.id,
            cvn2Matches: is.cvn2,
            expiry: "2001" as ExpiryYymm,
          };
          const typed = {
            holderName: is.name ? "张伟" : "李四",
            mobile: is.phone ? "13800138001" : "13900139000",
            expiry: is.expiry ? "2001" : "2002",
          };
          const verdict = decide({ card, typed, history: is.full ? FULL : {} });
          const proved = is.name && is.id && (is.phone || is.noPhone) && (!is.credit || (is.expiry && is.cvn2));
          if (proved) return;
          expect(verdict.mismatch).toBe(true);
          for (const cause of [...verdict.causes, ...verdict.told]) expect(allowed.has(cause)).toBe(true);
          // One wrong entry is named, since all others were right; more read as "no such card".
          const wrong = [
            !is.name,
            !is.id,
            !is.phone || is.noPhone,
            is.credit && !is.expiry,
            is.credit && !is.cvn2,
          ].filter(Boolean);
          expect(verdict.told).toEqual(wrong.length === 1 ? verdict.causes : ["cardNotFound"]);
        },
      ),
    );
  });

  test("a number that exists and one that does not look alike to who knows neither name nor phone", () => {
    const stranger = { holderName: "李四", mobile: "13900139000" };
    const known = decide({ typed: stranger });
    const unknown = decide({ card: undefined, typed: stranger });
    expect(known.told).toEqual(unknown.told);
    expect([known.mismatch, unknown.mismatch]).toEqual([true, true]);
  });
});

describe("a bank changes its rules as data", () => {
  test("a check may ask for people instead of refusing", () => {
    const policy = { checkColours: { customerRecordStale: "orange" } as const };
    expect(decide({ card: { ...DEBIT, documentExpires: "20200101" }, policy })).toMatchObject({
      colour: "orange",
      causes: [],
    });
    expect(decide({ card: { ...DEBIT, documentExpires: "20200101", counterOnly: true }, policy })).toMatchObject({
      colour: "red",
      causes: ["remoteUseSuspended"],
    });
  });

  test("rows combine conditions; the worst colour that speaks counts", () => {
    const rules: DecisionRule[] = [
      { ruleId: "g", when: { all: [] }, colour: "green" },
      { ruleId: "y", when: { not: { walletReason: ["01"] } }, colour: "yellow" },
      { ruleId: "o", when: { any: [{ source: ["camera"] }, { tspScoreAtLeast: 50 }] }, colour: "orange" },
    ];
    const colour = (more: Partial<RequestFacts>) => judge(rules, { ...REQUEST, ...more }).colour;
    expect(colour({})).toBe("yellow");
    expect(colour({ wallet: { ...REQUEST.wallet, reasons: ["01"] } })).toBe("green");
    expect(colour({ source: "camera" })).toBe("orange");
    expect(colour({ tspScore: 50 })).toBe("orange");
    expect(judge([], REQUEST).colour).toBe("yellow");
  });

  test.each<[string, MaintenanceWindow, number | undefined]>([
    ["daily, inside", { kind: "daily", fromMinute: 9 * 60, toMinute: 11 * 60 }, NOW + 3_600_000],
    ["daily, at its end", { kind: "daily", fromMinute: 9 * 60, toMinute: 10 * 60 }, undefined],
    ["over midnight, before it", { kind: "daily", fromMinute: 10 * 60, toMinute: 60 }, MIDNIGHT + 3_600_000],
    ["over midnight, after it", { kind: "daily", fromMinute: 23 * 60, toMinute: 11 * 60 }, NOW + 3_600_000],
    ["over midnight, outside", { kind: "daily", fromMinute: 23 * 60, toMinute: 60 }, undefined],
    ["once, inside", { kind: "once", from: NOW, until: NOW + 1 }, NOW + 1],
    ["once, over", { kind: "once", from: NOW - 1, until: NOW }, undefined],
    ["of another product", { kind: "once", from: NOW, until: NOW + 1, products: ["demo-credit"] }, undefined],
  ])("maintenance %s", (_what, window, until) => {
    expect(closedUntil([window], "demo-debit", NOW)).toBe(until);
  });

  test("of several windows the last to end counts", () => {
    const windows: MaintenanceWindow[] = [
      { kind: "once", from: 0, until: NOW + 5 },
      { kind: "once", from: 0, until: NOW + 9 },
    ];
    expect(closedUntil(windows, "demo-debit", NOW)).toBe(NOW + 9);
  });
});

test("at the proof what changed meanwhile stands in the way, and the day's adds no longer do", () => {
  const policy = DEFAULT_POLICY.binding;
  expect(decideProof(DEBIT, { ...NO_HISTORY, addsToday: 99 }, NOW, policy)).toEqual([]);
  expect(decideProof(DEBIT, { ...NO_HISTORY, boundElsewhere: true, otherDevices: 5 }, NOW, policy)).toEqual([
    "boundElsewhere",
    "cardDeviceLimit",
  ]);
  expect(decideProof({ ...DEBIT, state: { base: "active", blocks: ["lost"] } }, NO_HISTORY, NOW, policy)).toEqual([
    "cardReportedLost",
  ]);
});
