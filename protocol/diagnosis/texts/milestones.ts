import type { Actor, Retry, Words } from "../cause.ts";

/** How far a journey got, when nothing stopped it. */
export const MILESTONES = [
  "unknown",
  "started",
  "cardDue",
  "termsDue",
  "bankDue",
  "methodDue",
  "codeDue",
  "bankAppDue",
  "callDue",
  "branchDue",
  "activating",
  "storing",
  "ready",
  "paused",
  "removed",
  "refused",
  "cured",
  "paying",
  "paid",
  "takenBack",
] as const;
export type Milestone = (typeof MILESTONES)[number];

export interface MilestoneEntry {
  readonly what: Words;
  readonly next: Words;
  readonly actor: Actor;
  readonly retry: Retry;
}

const nobody = { actor: "nobody", retry: "wait" } as const;
const holder = { actor: "holder", retry: "now" } as const;

export const MILESTONE_WORDS: Readonly<Record<Milestone, MilestoneEntry>> = {
  unknown: {
    what: {
      zh: "可以询问的各方都没有这次操作的记录。",
      en: "None of the parties that could be asked knows of this journey.",
    },
    next: { zh: "请核对案例码或记录号。", en: "Check the case code, or the journey's number." },
    actor: "nobody",
    retry: "now",
  },
  started: {
    what: { zh: "已经开始，还没有出现问题。", en: "It has begun, and nothing is wrong." },
    next: { zh: "请按屏幕提示继续。", en: "Go on as the screen says." },
    ...holder,
  },
  cardDue: {
    what: { zh: "设备检查已通过，等待填写卡片。", en: "The device is fine; the card is to be entered." },
    next: { zh: "请扫描或输入卡片。", en: "Scan or type the card." },
    ...holder,
  },
  termsDue: {
    what: { zh: "卡片已填写，等待同意协议。", en: "The card is entered; the terms are to be accepted." },
    next: { zh: "请阅读并同意协议。", en: "Read and accept the terms." },
    ...holder,
  },
  bankDue: {
    what: { zh: "请求已经发出，正在等待银行答复。", en: "The request is on its way; the bank has not answered yet." },
    next: {
      zh: "无需操作，有结果后自动继续并通知您。",
      en: "Nothing to do: it goes on by itself and you will be told.",
    },
    ...nobody,
  },
  methodDue: {
    what: { zh: "银行已同意，等待您选择验证方式。", en: "The bank agrees; you choose how to verify." },
    next: { zh: "请选择一种验证方式。", en: "Choose one of the ways offered." },
    ...holder,
  },
  codeDue: {
    what: { zh: "验证码已发出，等待填写。", en: "A code is on its way to be entered." },
    next: { zh: "请输入最新一条短信里的验证码。", en: "Enter the code from the newest message." },
    ...holder,
  },
  bankAppDue: {
    what: { zh: "等待您在手机银行确认。", en: "The bank's app waits for your word." },
    next: {
      zh: "请打开手机银行，核对卡片和设备后确认。",
      en: "Open the bank's app, compare card and device, and confirm.",
    },
    ...holder,
  },
  callDue: {
    what: { zh: "等待您与银行客服通话核实。", en: "The bank's call centre waits for your call." },
    next: {
      zh: "请在所示时间拨打所示号码，报出案例码。",
      en: "Call the number shown in its hours, and say the case code.",
    },
    ...holder,
  },
  branchDue: {
    what: { zh: "等待您到网点核实。", en: "A branch is to verify you." },
    next: {
      zh: "请携本人证件到网点，报出案例码。",
      en: "Go to a branch with your ID document, and say the case code.",
    },
    actor: "branch",
    retry: "after",
  },
  activating: {
    what: { zh: "验证已通过，正在激活。", en: "Verified; the card is being activated." },
    next: { zh: "无需操作。", en: "Nothing to do." },
    ...nobody,
  },
  storing: {
    what: { zh: "卡片已激活，正在写入设备。", en: "The card is active and is being stored on the device." },
    next: { zh: "保持设备联网并解锁。", en: "Keep the device online and unlocked." },
    ...nobody,
  },
  ready: {
    what: { zh: "卡片已添加成功，可以使用。", en: "The card is added and ready." },
    next: { zh: "无需操作。", en: "Nothing to do." },
    ...nobody,
  },
  paused: {
    what: { zh: "卡片已添加，目前处于暂停。", en: "The card is added, and suspended at present." },
    next: {
      zh: "由暂停它的一方恢复：自己暂停的，在钱包里恢复。",
      en: "Whoever suspended it resumes it: in the wallet, if it was you.",
    },
    ...holder,
  },
  removed: {
    what: { zh: "卡片已从这台设备移除。", en: "The card was removed from this device." },
    next: { zh: "需要时请重新添加；实体卡照常使用。", en: "Add it again if you need it; the plastic works as before." },
    ...holder,
  },
  refused: {
    what: {
      zh: "没有通过；原因在暂时无法查询的一方。",
      en: "It was refused; the reason lies with a party that could not be asked.",
    },
    next: { zh: "稍后再查询一次。", en: "Ask again a little later." },
    actor: "nobody",
    retry: "wait",
  },
  cured: {
    what: {
      zh: "之前的问题已经解决，可以接着添加。",
      en: "What stood in the way has been put right; the journey can go on.",
    },
    next: { zh: "打开钱包，点“继续”，不用重填。", en: "Open the wallet and go on; nothing is typed again." },
    ...holder,
  },
  paying: {
    what: { zh: "付款正在进行。", en: "The payment is under way." },
    next: { zh: "请看机具上的结果。", en: "Look at the till for the result." },
    ...nobody,
  },
  paid: {
    what: { zh: "付款成功。", en: "The payment was approved." },
    next: { zh: "无需操作。", en: "Nothing to do." },
    ...nobody,
  },
  takenBack: {
    what: { zh: "款项已退回，没有扣款。", en: "The amount was given back; nothing was charged." },
    next: { zh: "无需操作。", en: "Nothing to do." },
    ...nobody,
  },
};
