import type { Words } from "./cause.ts";
import type { Cause } from "./codes.ts";

/** Who put an answer code (F39) into the answer. `standIn`: the network in the bank's place. */
export const SETTERS = ["issuer", "standIn", "network", "tsp", "acquirer"] as const;
export type Setter = (typeof SETTERS)[number];

export interface Candidates {
  /** Likeliest first: it orders the checks, it does not choose. */
  readonly causes: readonly Cause[];
  /** What separates them, when there are several. */
  readonly check?: Words;
}

type BySetter = Readonly<Partial<Record<Setter, readonly Cause[]>>>;
interface Row {
  readonly by: BySetter;
  readonly check?: Words;
}

/**
 * One code, several causes: the setter and one further fact decide. Source: diagnosis §5; rows beyond it follow the
 * network's own table of codes (spec iso8583 §6).
 */
const ROWS: Readonly<Record<string, Row>> = {
  "01": {
    by: { issuer: ["accountRestricted", "issuerRefusesRisk"] },
    check: {
      zh: "请银行看账户状态：是账户受限，还是银行要先核实。",
      en: "The bank looks at the account: restricted, or to be spoken about first.",
    },
  },
  "03": { by: { acquirer: ["merchantBlocked"], network: ["merchantBlocked"] } },
  "05": {
    by: {
      issuer: ["issuerRefusesRisk", "accountRestricted", "identityMismatch"],
      tsp: ["cryptogramWrong", "signedDataDiffers", "verificationNotProven", "domainBroken"],
      network: ["networkRiskDeclined"],
      standIn: ["standInRefused"],
    },
    check: {
      zh: "看应答码由谁设置，以及令牌服务方的校验结论。",
      en: "Look who set the code, and at the token service's verdict.",
    },
  },
  "12": { by: { acquirer: ["cardKindNotOpened"], network: ["cardKindNotOpened"], issuer: ["productExcluded"] } },
  "14": {
    by: {
      issuer: ["cardNotFound", "cardClosed", "rangeMisrouted"],
      tsp: ["tokenUnknown", "tokenDeleted"],
      network: ["routeMissing"],
    },
    check: {
      zh: "看卡号是否在设备卡号段，以及令牌保险库的查询结果。",
      en: "Is the number in a token range? Look at the vault's look-up.",
    },
  },
  "15": { by: { network: ["routeMissing"] } },
  "21": { by: { issuer: ["cardNotActivated"] } },
  "25": { by: { issuer: ["refundNotMatched"], acquirer: ["refundNotMatched"], network: ["refundNotMatched"] } },
  "30": {
    by: {
      network: ["messageMalformed"],
      tsp: ["chipDataIncomplete", "signedDataDiffers"],
      issuer: ["messageMalformed"],
    },
    check: {
      zh: "看报错所指的字段：报文字段，还是 55 域里的标签。",
      en: "Look at the field named: one of the message, or a tag in field 55.",
    },
  },
  "31": { by: { network: ["routeMissing"] } },
  "33": { by: { issuer: ["cardExpired"] } },
  "36": {
    by: { issuer: ["accountRestricted", "cardFrozenByBank"] },
    check: {
      zh: "请银行看卡状态：司法限制，还是银行临时冻结。",
      en: "The bank looks at the card's state: a legal restriction, or its own freeze.",
    },
  },
  "38": { by: { issuer: ["pinBlocked"] } },
  "41": { by: { issuer: ["cardReportedLost"] } },
  "42": {
    by: { issuer: ["cardClosed", "cardNotFound"] },
    check: {
      zh: "请银行看账户：已销户，还是从未有过。",
      en: "The bank looks at the account: closed, or never there.",
    },
  },
  "43": { by: { issuer: ["cardReportedLost"] } },
  "51": { by: { issuer: ["fundsInsufficient"] } },
  "54": {
    by: { issuer: ["cardExpired", "expiryMismatch"], tsp: ["tokenExpired"], network: ["tokenExpired"] },
    check: {
      zh: "看过期的是哪个有效期：去令牌化之前的 14 域，还是之后的。",
      en: "Which date is past: field 14 before detokenising, or after.",
    },
  },
  "55": {
    by: { issuer: ["pinWrong", "pinReblockFailed"], network: ["pinReblockFailed"] },
    check: {
      zh: "看密码块是否已按实体卡号重做；同一型号机具上人人失败，即为后者。",
      en: "Was the PIN block re-made over the card's number? If everybody fails at one kind of till, it was not.",
    },
  },
  "57": {
    by: {
      issuer: ["shopKindBlocked", "productExcluded"],
      tsp: [
        "domainBroken",
        "verificationNotProven",
        "chipDataIncomplete",
        "tokenSuspendedByIssuer",
        "tokenSuspendedByWallet",
      ],
      network: ["cardKindNotOpened"],
    },
    check: {
      zh: "看令牌服务方记录的令牌状态和暂停方。",
      en: "Look at the token's state and suspender at the token service.",
    },
  },
  "58": { by: { acquirer: ["cardKindNotOpened"], network: ["cardKindNotOpened"], issuer: ["shopKindBlocked"] } },
  "59": {
    by: {
      issuer: ["issuerRefusesRisk", "cvnMismatch"],
      tsp: ["cryptogramWrong", "signedDataDiffers", "counterOutOfWindow", "verificationNotProven"],
      network: ["networkRiskDeclined"],
    },
    check: {
      zh: "用原始金额、币种、日期重算密文：能对上，就是途中被改动。",
      en: "Recompute the cryptogram with the original values: if it fits, they were changed on the way.",
    },
  },
  "61": {
    by: { issuer: ["limitPerPayment", "limitPerDay"], standIn: ["standInLimit"], network: ["standInLimit"] },
    check: {
      zh: "看应答方，以及交易前后的累计金额。",
      en: "Look at the setter, and at the counters before and after.",
    },
  },
  "62": {
    by: {
      issuer: ["accountRestricted", "cardFrozenByBank", "cardFrozenByHolder", "remoteUseSuspended"],
      tsp: ["tokenSuspendedByIssuer", "tokenSuspendedByWallet", "domainBroken"],
    },
    check: {
      zh: "看令牌状态和暂停方；令牌正常时请银行看卡状态。",
      en: "Look at the token's state and suspender; if it is live, the bank looks at the card's state.",
    },
  },
  "63": { by: { tsp: ["keyNotIssued"], network: ["messageMacWrong"], issuer: ["cvnMismatch"] } },
  "65": {
    by: { issuer: ["limitPerDay"], standIn: ["standInLimit"], tsp: ["rideCapReached"] },
  },
  "68": {
    by: { issuer: ["answerTooLate"], network: ["answerTooLate", "answerLost", "requestNotReceived"] },
    check: {
      zh: "看各跳的四个事实和线路状态。",
      en: "Look at the four facts of each hop, and at the state of the line.",
    },
  },
  "75": { by: { issuer: ["pinBlocked"] } },
  "90": { by: { issuer: ["issuerMaintenance"], network: ["issuerMaintenance"] } },
  "91": {
    by: {
      issuer: ["issuerMaintenance"],
      network: ["standInRefused", "linkNotReady", "requestNotReceived"],
      standIn: ["standInRefused"],
    },
    check: {
      zh: "看网络与银行之间线路的状态和那一跳的事实。",
      en: "Look at the line between network and bank, and at the facts of that hop.",
    },
  },
  "92": { by: { network: ["routeMissing"] } },
  "94": {
    by: {
      issuer: ["secondTapSameSale"],
      network: ["secondTapSameSale"],
      tsp: ["counterReplayed"],
      acquirer: ["secondTapSameSale"],
    },
    check: {
      zh: "比较 11 域、7 域和金额：三者相同是重发，只有 11 域相同是流水号绕回。",
      en: "Compare fields 11, 7 and 4: all the same is a repeat, field 11 alone is a trace number that came round again.",
    },
  },
  "97": { by: { acquirer: ["terminalNotSignedIn"], network: ["terminalNotSignedIn"] } },
  "98": {
    by: { network: ["requestNotReceived", "receiverStuck", "answerLost"], standIn: ["standInRefused"] },
    check: {
      zh: "看网络与银行之间那一跳的四个事实。",
      en: "Look at the four facts of the hop between network and bank.",
    },
  },
  "99": { by: { network: ["pinReblockFailed"], issuer: ["pinReblockFailed"] } },
  A0: { by: { network: ["messageMacWrong"], issuer: ["messageMacWrong"], acquirer: ["messageMacWrong"] } },
};

/** "96" and codes that name no class: any party's inner fault. Only the setter's own facts tell. */
const ASK_THE_SETTER: Words = {
  zh: "这个应答码只说明某一方内部出错：请设置方查自己的记录。",
  en: "The code says only that somebody failed inside: whoever set it has to look at its own records.",
};
const WHO_SET_IT: Words = { zh: "先查明应答码由谁设置。", en: "Find out first who set the code." };

/**
 * The causes that an answer code can have.
 *
 * @param code F39 of a refusal
 * @param setter who set it; undefined when that is not known: then every setter's
 */
export function candidatesOf(code: string, setter: Setter | undefined): Candidates {
  const row = Object.hasOwn(ROWS, code) ? ROWS[code] : undefined;
  if (row === undefined) return { causes: [], check: ASK_THE_SETTER };
  const causes =
    setter === undefined ? [...new Set(SETTERS.flatMap((one) => row.by[one] ?? []))] : (row.by[setter] ?? []);
  if (causes.length === 0) return { causes, check: ASK_THE_SETTER };
  return causes.length === 1 ? { causes } : { causes, check: row.check ?? WHO_SET_IT };
}

/** Every code that has a row, for documents and tests. */
export const ANSWER_CODES: readonly string[] = Object.keys(ROWS);
