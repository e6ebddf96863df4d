import type { CauseEntry } from "../cause.ts";
import type { EligibilityCause } from "../codes.ts";

/** Source: diagnosis §2.3. */
export const ELIGIBILITY_CAUSES: Readonly<Record<EligibilityCause, CauseEntry>> = {
  issuerNotEnrolled: {
    stage: "eligibility",
    stoppers: ["tsp"],
    actor: "bankOps",
    retry: "no",
    effort: "replace",
    evidence: "range's bank not in the service",
    name: { zh: "发卡行未开通", en: "Bank has not joined" },
    what: { zh: "这张卡的发卡银行还没有开通这项服务。", en: "The bank of this card has not joined the service." },
    remedy: [
      { zh: "请使用已开通银行的卡。", en: "Use a card of a bank that has." },
      { zh: "也可以向您的银行询问开通时间。", en: "You may ask your bank when it will join." },
    ],
  },
  productExcluded: {
    stage: "eligibility",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "no",
    effort: "replace",
    evidence: "bank's product table says no",
    name: { zh: "卡种不支持", en: "Kind of card not admitted" },
    what: { zh: "银行没有为这一种卡开放此项服务。", en: "The bank does not admit this kind of card." },
    remedy: [
      { zh: "请换用该行支持的卡种。", en: "Use a kind of card that the bank admits." },
      { zh: "哪些卡种可用，可咨询银行。", en: "The bank can say which." },
    ],
  },
  accountClassExcluded: {
    stage: "eligibility",
    stoppers: ["issuer"],
    actor: "branch",
    retry: "after",
    effort: "branch",
    evidence: "class II/III account not admitted",
    name: { zh: "账户类别受限", en: "Account class too low" },
    what: {
      zh: "这张卡对应的是 II 类或 III 类账户，银行不为其开放此项服务。",
      en: "The card belongs to a class II or III account, for which the bank does not offer this.",
    },
    remedy: [
      {
        zh: "携证件到网点把账户升级为 I 类户。",
        en: "Have the account upgraded to class I at a branch, with the ID document,",
      },
      { zh: "或改用名下的一类户卡片。", en: "or use a card of a class I account." },
    ],
  },
  rangeMisrouted: {
    stage: "eligibility",
    stoppers: ["tsp", "network"],
    actor: "networkOps",
    retry: "after",
    effort: "operations",
    evidence: 'asked bank answers "not mine"',
    name: { zh: "请求送错了银行", en: "Sent to the wrong bank" },
    what: {
      zh: "请求被送到了另一家银行，不是您的问题，卡片没有变化。",
      en: "The request went to another bank. It is not your doing, and nothing changed on the card.",
    },
    remedy: [
      {
        zh: "我们正在更正路由，完成后会通知您继续。",
        en: "The routing is being corrected; you will be told when to go on.",
      },
    ],
  },
  termsDeclined: {
    stage: "terms",
    stoppers: ["holder"],
    actor: "holder",
    retry: "now",
    effort: "settings",
    evidence: "holder chose not to agree",
    name: { zh: "未同意协议", en: "Terms not accepted" },
    what: {
      zh: "没有同意银行的协议，添加已停止。",
      en: "The bank's terms were not accepted, so adding the card ended.",
    },
    remedy: [
      {
        zh: "如愿意使用，请重新打开，阅读并同意协议。",
        en: "If you would like to use it, open the terms again, read and accept them.",
      },
    ],
  },
  termsSuperseded: {
    stage: "terms",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "now",
    effort: "settings",
    evidence: "accepted version older than the one in force",
    name: { zh: "协议已更新", en: "Terms have changed" },
    what: { zh: "您同意之后，银行更新了协议。", en: "The bank's terms changed after you accepted them." },
    remedy: [{ zh: "请阅读并同意新的协议，然后继续。", en: "Read and accept the new ones, and go on." }],
  },
  alreadyOnThisDevice: {
    stage: "eligibility",
    stoppers: ["tsp"],
    actor: "holder",
    retry: "no",
    effort: "settings",
    evidence: "live token for same card and device",
    name: { zh: "卡已在本设备中", en: "Card is here already" },
    what: { zh: "这张卡已经在这台设备里了。", en: "This card is on this device already." },
    remedy: [
      {
        zh: "在卡片列表里往下找；它的末四位设备号与实体卡不同。",
        en: "Look further down the stack; its device number ends in other digits than the plastic card.",
      },
    ],
  },
};
