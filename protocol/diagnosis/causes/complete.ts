import type { CauseEntry } from "../cause.ts";
import type { CompleteCause } from "../codes.ts";

/** Source: diagnosis §3.3. */
export const COMPLETE_CAUSES: Readonly<Record<CompleteCause, CauseEntry>> = {
  fundsInsufficient: {
    stage: "complete",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "after",
    effort: "app",
    evidence: "available < amount",
    name: { zh: "余额不足", en: "Not enough money" },
    what: { zh: "可用余额小于付款金额。", en: "The available balance is smaller than the amount." },
    remedy: [{ zh: "存入款项，或换一张卡。", en: "Pay in, or use another card." }],
  },
  limitPerPayment: {
    stage: "complete",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "after",
    effort: "app",
    evidence: "single limit of token or card",
    name: { zh: "超过单笔限额", en: "Above the limit for one payment" },
    what: {
      zh: "金额超过这张卡或设备卡的单笔限额。",
      en: "The amount is above the limit for one payment of this card or device card.",
    },
    remedy: [
      {
        zh: "在手机银行或网点调整限额，或分次付款。",
        en: "Raise the limit in the bank's app or at a branch, or split the payment.",
      },
    ],
  },
  limitPerDay: {
    stage: "complete",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "wait",
    effort: "wait",
    evidence: "day's amount or count spent",
    name: { zh: "超过当日限额", en: "Day's limit reached" },
    what: { zh: "当日的金额或次数限额已用完。", en: "The day's limit, by amount or by number, is used up." },
    remedy: [
      {
        zh: "次日自动恢复；也可在手机银行调整限额。",
        en: "It is free again tomorrow; or raise the limit in the bank's app.",
      },
    ],
  },
  pinWrong: {
    stage: "complete",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "now",
    effort: "retype",
    evidence: "PIN differs, tries left",
    name: { zh: "密码错误", en: "Wrong PIN" },
    what: { zh: "输入的银行卡密码不对，还可以再试。", en: "The card PIN entered is wrong; there are tries left." },
    remedy: [{ zh: "请输入实体卡的密码。", en: "Enter the PIN of the plastic card." }],
  },
  pinBlocked: {
    stage: "complete",
    stoppers: ["issuer"],
    actor: "branch",
    retry: "after",
    effort: "branch",
    evidence: "tries spent",
    name: { zh: "密码已锁定", en: "PIN blocked" },
    what: { zh: "密码错误次数过多，已被锁定。", en: "Too many wrong entries: the PIN is blocked." },
    remedy: [
      {
        zh: "携证件到网点，或在手机银行重置密码。",
        en: "Reset it at a branch with the ID document, or in the bank's app.",
      },
    ],
  },
  shopKindBlocked: {
    stage: "complete",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "after",
    effort: "app",
    evidence: "merchant category not allowed for card",
    name: { zh: "该类商户受限", en: "Kind of shop not allowed" },
    what: { zh: "这张卡没有开通在这类商户付款。", en: "The card is not open for this kind of shop." },
    remedy: [
      { zh: "向银行咨询能否开通，或换一张卡。", en: "Ask the bank whether it can be opened, or use another card." },
    ],
  },
  answerLostReversed: {
    stage: "complete",
    stoppers: ["acquirer", "terminal"],
    actor: "nobody",
    retry: "now",
    effort: "settings",
    evidence: "approved, till never heard, reversal acknowledged",
    name: { zh: "未扣款，已冲正", en: "Not charged, taken back" },
    what: {
      zh: "银行批准了，但机具没有收到应答，款项已自动退回。",
      en: "The bank approved, the till never heard, and the amount was taken back by itself.",
    },
    remedy: [{ zh: "没有扣款，请重新支付。", en: "You were not charged: pay again." }],
  },
  reversalPending: {
    stage: "complete",
    stoppers: ["network"],
    actor: "nobody",
    retry: "wait",
    effort: "wait",
    evidence: "as above, reversal not yet acknowledged",
    name: { zh: "冲正处理中", en: "Being taken back" },
    what: {
      zh: "机具没有收到应答，款项可能暂被占用，正在退回。",
      en: "The till got no answer; the amount may be held, and is being taken back.",
    },
    remedy: [
      {
        zh: "无需操作，完成后自动释放；银行可以看到这笔占用。",
        en: "Nothing to do: it is freed by itself, and the bank can see the hold.",
      },
    ],
  },
  secondTapSameSale: {
    stage: "complete",
    stoppers: ["acquirer"],
    actor: "merchant",
    retry: "no",
    effort: "settings",
    evidence: "second request for a sale already approved",
    name: { zh: "这笔已付过", en: "Already paid" },
    what: {
      zh: "这笔消费已经支付成功，第二次付款被拒绝。",
      en: "This sale is already paid; the second payment was refused.",
    },
    remedy: [
      {
        zh: "请收银员查看第一次的成功结果，不要再付。",
        en: "Ask the shop to look at the first approval; do not pay again.",
      },
    ],
  },
  refundNotMatched: {
    stage: "complete",
    stoppers: ["acquirer"],
    actor: "merchant",
    retry: "after",
    effort: "operations",
    evidence: "no original by reference, token history or PAR",
    name: { zh: "退货未找到原交易", en: "Refund: original not found" },
    what: { zh: "没有找到要退的那笔原交易。", en: "The payment to be refunded was not found." },
    remedy: [
      {
        zh: "请商户用设备卡号后四位或收据上的参考号查询。",
        en: "Ask the shop to search by the last four digits of the device number, or by the reference on the receipt.",
      },
    ],
  },
};
