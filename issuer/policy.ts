import type { VerificationMethod, Words } from "#contracts/common";
import type { Cause } from "#protocol/diagnosis";
import type { MaintenanceWindow } from "./binding/maintenance.ts";
import type { DecisionRule } from "./binding/rules.ts";
import type { Question } from "./desk/questions.ts";
import { DEFAULT_FEES, type FeeTable } from "./transfers/fees.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export type MethodKind = VerificationMethod["kind"];

/** What the bank admits of one of its products; what is absent is as for all. */
export interface ProductRule {
  readonly admitted: boolean;
  readonly accountClasses?: readonly number[];
  readonly devicesPerCard?: number;
}

/** Rules the bank sets for itself, as data. Amounts in minor units of the account's currency. */
export interface IssuerPolicy {
  readonly bank: Words;
  /** Domain the activation message is bound to, for automatic filling; absent: no such line. */
  readonly codeDomain?: string;
  readonly payment: {
    readonly singleMaxMinor: bigint;
    readonly dayMaxMinor: bigint;
    /** How long a pre-authorisation holds money. */
    readonly holdMs: number;
    /** Kinds of shops (merchant category codes) that a product does not pay at. */
    readonly blockedShops: Readonly<Record<string, readonly string[]>>;
  };
  readonly binding: {
    /** Different devices one card may live on. */
    readonly devicesPerCard: number;
    /** Different cards of this bank one device may carry. */
    readonly cardsPerDevice: number;
    /** Device cards of one customer, over all his cards. */
    readonly tokensPerCustomer: number;
    /** Bindings agreed for one card in a day; one whose token was deleted again does not count. */
    readonly addsPerCardPerDay: number;
    /** Requests with a wrong name, phone, expiry, CVN2 or identity number for one card in a day, before nothing more is compared. */
    readonly mismatchesPerCardPerDay: number;
    /** The same by one device, over all numbers it tries, unknown ones too. */
    readonly mismatchesPerDevicePerDay: number;
    readonly accountClasses: readonly number[];
    /** By product id. A product that is not named is admitted. */
    readonly products: Readonly<Record<string, ProductRule>>;
    /** What a failing check comes to where it is not a refusal. */
    readonly checkColours: Readonly<Partial<Record<Cause, "yellow" | "orange">>>;
    readonly rules: readonly DecisionRule[];
    /** Ways to verify, in the order offered. */
    readonly methods: Readonly<Record<"yellow" | "orange", readonly MethodKind[]>>;
    /** A refused binding that was asked for within this time hears when its cause is cured. */
    readonly cureMs: number;
  };
  readonly maintenance: readonly MaintenanceWindow[];
  readonly code: {
    readonly lifeMs: number;
    /** Wrong tries that kill a code. */
    readonly tries: number;
    /** Codes that use up the method. */
    readonly codesPerBinding: number;
    readonly coolDownMs: number;
    /** Messages to one phone in a day, for whatever purpose. */
    readonly messagesPerPhonePerDay: number;
  };
  readonly bankApp: {
    /** Where the wallet takes its holder; the binding's id is added. */
    readonly link: string;
    readonly name: string;
    /** How long an asked approval waits. */
    readonly approvalMs: number;
    /** Failed face checks after which the app is no way any more. */
    readonly faceTries: number;
    readonly sessionMs: number;
    readonly ceremonyMs: number;
    readonly enrolmentMs: number;
    /** Validity of a USB key. */
    readonly usbKeyMs: number;
    /** How long a teller's code for a USB key stands. */
    readonly usbKeyCodeMs: number;
    readonly usbKeyTries: number;
    /** Life of the statement with which the app adds a card without typing. */
    readonly vouchMs: number;
  };
  readonly desk: {
    /** A session at the desk lasts a shift at most. */
    readonly sessionMs: number;
    readonly invitationMs: number;
  };
  readonly hotline: {
    readonly phone: string;
    /** Hours of the China day in which it is answered. */
    readonly fromHour: number;
    readonly toHour: number;
    readonly questions: readonly Question[];
  };
  readonly fees: FeeTable;
  readonly transfer: {
    readonly quoteMs: number;
    readonly singleMaxMinor: bigint;
    readonly dayMaxMinor: bigint;
    /** Day limits of accounts of lower classes. */
    readonly classDayMaxMinor: Readonly<Record<number, bigint>>;
  };
  /** How often expired holds are looked for. */
  readonly sweepEveryMs: number;
}

/** Sources: card-product §3 (classes), §4 (limits), tokenisation §2.2 (reasons, usual rules), §3 (codes). */
export const DEFAULT_POLICY: IssuerPolicy = {
  bank: { zh: "示范银行", en: "Demo Bank" },
  payment: {
    singleMaxMinor: 20_000_00n,
    dayMaxMinor: 50_000_00n,
    holdMs: 30 * DAY_MS,
    // Bars, wine and spirits, betting.
    blockedShops: { "demo-youth": ["5813", "5921", "7995"] },
  },
  binding: {
    devicesPerCard: 5,
    cardsPerDevice: 8,
    tokensPerCustomer: 6,
    addsPerCardPerDay: 10,
    mismatchesPerCardPerDay: 6,
    mismatchesPerDevicePerDay: 12,
    accountClasses: [1, 2],
    products: {
      "demo-gift": { admitted: false },
      "demo-youth": { admitted: true, devicesPerCard: 1 },
    },
    checkColours: {},
    rules: [
      { ruleId: "marked", when: { riskMark: ["refuse"] }, colour: "red", cause: "issuerRefusesRisk" },
      {
        ruleId: "lowest-score",
        when: { any: [{ deviceScoreAtMost: 1 }, { accountScoreAtMost: 1 }] },
        colour: "red",
        cause: "issuerRefusesRisk",
      },
      { ruleId: "tsp-score", when: { tspScoreAtLeast: 90 }, colour: "red", cause: "issuerRefusesRisk" },
      {
        ruleId: "many-accounts",
        when: { walletAccountsTriedAtLeast: 8 },
        colour: "red",
        cause: "issuerRefusesRisk",
      },
      {
        ruleId: "wallet-red",
        when: { any: [{ walletColour: ["red"] }, { walletReason: ["0G"] }] },
        colour: "red",
        cause: "walletAdvisesNo",
      },
      { ruleId: "watched", when: { riskMark: ["watch"] }, colour: "orange" },
      { ruleId: "suspicious", when: { walletReason: ["05", "08"] }, colour: "orange" },
      { ruleId: "tsp-warns", when: { tspScoreAtLeast: 70 }, colour: "orange" },
      { ruleId: "bank-app", when: { all: [{ source: ["bankApp"] }, { bankVouches: true }] }, colour: "green" },
      {
        ruleId: "another-device",
        when: { all: [{ liveOnSameAccount: true }, { walletReason: ["AD"] }, { walletColour: ["green"] }] },
        colour: "green",
      },
    ],
    methods: { yellow: ["smsCode", "bankApp", "callCentre"], orange: ["callCentre", "branch"] },
    cureMs: 30 * DAY_MS,
  },
  maintenance: [{ kind: "daily", fromMinute: 0, toMinute: 24 * 60, products: ["demo-overnight"] }],
  code: { lifeMs: 30 * MINUTE_MS, tries: 3, codesPerBinding: 3, coolDownMs: MINUTE_MS, messagesPerPhonePerDay: 10 },
  bankApp: {
    link: "/bank-app",
    name: "示范银行 Demo Bank",
    approvalMs: 30 * MINUTE_MS,
    faceTries: 3,
    sessionMs: DAY_MS,
    ceremonyMs: 5 * MINUTE_MS,
    enrolmentMs: 10 * MINUTE_MS,
    usbKeyMs: 5 * 365 * DAY_MS,
    usbKeyCodeMs: 30 * MINUTE_MS,
    usbKeyTries: 5,
    vouchMs: 5 * MINUTE_MS,
  },
  desk: { sessionMs: 8 * 60 * MINUTE_MS, invitationMs: DAY_MS },
  hotline: {
    phone: "95000",
    fromHour: 8,
    toHour: 22,
    questions: [
      {
        questionId: "id-tail",
        about: "idTail",
        text: { zh: "身份证号的后四位？", en: "The last four characters of the identity number?" },
      },
      {
        questionId: "phone-tail",
        about: "phoneTail",
        text: { zh: "银行预留手机号的后四位？", en: "The last four digits of the phone reserved at the bank?" },
      },
      {
        questionId: "last-payment",
        about: "lastPayment",
        text: {
          zh: "最近一笔支出大约多少元？没有请填 0",
          en: "About how much was the last payment, in yuan? 0 if there was none",
        },
      },
    ],
  },
  fees: DEFAULT_FEES,
  transfer: {
    quoteMs: 5 * MINUTE_MS,
    singleMaxMinor: 50_000_00n,
    dayMaxMinor: 200_000_00n,
    classDayMaxMinor: { 2: 10_000_00n, 3: 2_000_00n },
  },
  sweepEveryMs: MINUTE_MS,
};
