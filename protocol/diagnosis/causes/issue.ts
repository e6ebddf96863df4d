import type { CauseEntry } from "../cause.ts";
import type { IssueCause } from "../codes.ts";

/** Source: diagnosis §2.6. */
export const ISSUE_CAUSES: Readonly<Record<IssueCause, CauseEntry>> = {
  tokenRangeEmpty: {
    stage: "issue",
    stoppers: ["tsp"],
    actor: "tspOps",
    retry: "wait",
    effort: "wait",
    evidence: "no free number in the product's range",
    name: { zh: "设备卡号段不足", en: "No device number free" },
    what: { zh: "这一卡种的设备卡号暂时用完了。", en: "No device number of this kind of card is free at present." },
    remedy: [
      {
        zh: "号段正在扩充，完成后自动继续并通知您。",
        en: "The range is being extended; it goes on by itself and you will be told.",
      },
    ],
  },
  keyServiceDown: {
    stage: "issue",
    stoppers: ["tsp"],
    actor: "tspOps",
    retry: "wait",
    effort: "wait",
    evidence: "key store refuses or silent",
    name: { zh: "密钥服务不可用", en: "Key service unavailable" },
    what: {
      zh: "密钥服务暂时不可用，卡片的密钥无法生成或核对。",
      en: "The key service is unavailable, so the card's keys cannot be made or checked.",
    },
    remedy: [
      {
        zh: "无需操作，恢复后自动继续；付款请稍后再试。",
        en: "Nothing to do: it goes on by itself. To pay, try again shortly.",
      },
    ],
  },
  personalisationIncomplete: {
    stage: "issue",
    stoppers: ["device", "tsp"],
    actor: "nobody",
    retry: "wait",
    effort: "wait",
    evidence: "token issued, device has not confirmed its data",
    name: { zh: "卡片写入未完成", en: "Card data not stored yet" },
    what: {
      zh: "设备卡已经生成，但还没有写入这台设备。",
      en: "The device card exists, but this device has not confirmed its data.",
    },
    remedy: [
      { zh: "保持设备联网并解锁，会自动接着写入。", en: "Keep the device online and unlocked; it resumes by itself." },
    ],
  },
  deviceStorageFailed: {
    stage: "issue",
    stoppers: ["device"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "device could not keep the keys",
    name: { zh: "设备存储失败", en: "Device could not store it" },
    what: { zh: "这台设备没能存下卡片的密钥。", en: "This device could not keep the card's keys." },
    remedy: [
      { zh: "清理存储空间，或重启设备。", en: "Free some storage, or restart the device." },
      { zh: "再打开钱包，会接着写入。", en: "Open the wallet again; it resumes." },
    ],
  },
  deviceKeyChanged: {
    stage: "issue",
    stoppers: ["tsp"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "device key ≠ the enrolled one",
    name: { zh: "设备身份已变", en: "Device identity changed" },
    what: {
      zh: "这台设备的身份密钥与登记的不同，例如重装过或从备份恢复。",
      en: "The device's key is not the one enrolled, for instance after a reinstall or a restored backup.",
    },
    remedy: [
      { zh: "在账户里移除这台设备，再重新登录。", en: "Remove the device from the account and sign in again." },
      { zh: "然后重新添加卡片。", en: "Then add the card again." },
    ],
  },
  statesDiffer: {
    stage: "issue",
    stoppers: ["tsp"],
    actor: "tspOps",
    retry: "wait",
    effort: "wait",
    evidence: "parties hold different states of one token",
    name: { zh: "状态正在同步", en: "States being brought together" },
    what: {
      zh: "各方记录的这张设备卡的状态不一致，正在同步。",
      en: "The parties hold different states of this device card; they are being brought together.",
    },
    remedy: [{ zh: "请勿重复添加；完成后会通知您。", en: "Please do not add the card again; you will be told." }],
  },
  deviceInLostMode: {
    stage: "issue",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "device suspended by its owner",
    name: { zh: "设备处于丢失模式", en: "Device in lost mode" },
    what: {
      zh: "这台设备已被设为丢失模式，卡片全部暂停。",
      en: "The device was put into lost mode, and its cards are suspended.",
    },
    remedy: [{ zh: "设备已找到：请在账户里解除丢失模式。", en: "Found it? Switch lost mode off from your account." }],
  },
  withdrawnByBank: {
    stage: "issue",
    stoppers: ["issuer"],
    actor: "hotline",
    retry: "after",
    effort: "hotline",
    evidence: "bank cancelled the pending token",
    name: { zh: "银行取消了本次添加", en: "Withdrawn by the bank" },
    what: { zh: "银行取消了这次添加。", en: "The bank has ended this request." },
    remedy: [
      { zh: "请致电卡背客服了解情况。", en: "Call the number on the card." },
      { zh: "需要时可重新开始添加。", en: "Start again afterwards if you wish." },
    ],
  },
  pushDataInvalid: {
    stage: "issue",
    stoppers: ["tsp"],
    actor: "bankOps",
    retry: "after",
    effort: "operations",
    evidence: "bank-app request: signature, certificate or nonce wrong",
    name: { zh: "银行 App 请求无效", en: "Bank app's request not valid" },
    what: {
      zh: "银行 App 发来的添加请求没有通过检查。",
      en: "The request from the bank's app did not pass its checks.",
    },
    remedy: [
      { zh: "请改从钱包里添加这张卡。", en: "Add the card from the wallet instead." },
      { zh: "银行已收到通知，正在修复其 App。", en: "The bank has been told, to repair its app." },
    ],
  },
  pushDataExpired: {
    stage: "issue",
    stoppers: ["tsp"],
    actor: "holder",
    retry: "now",
    effort: "app",
    evidence: "bank-app request older than allowed",
    name: { zh: "银行 App 请求已过期", en: "Bank app's request too old" },
    what: { zh: "银行 App 发来的添加请求已过时。", en: "The request from the bank's app is older than allowed." },
    remedy: [{ zh: "返回手机银行，重新发起添加。", en: "Go back to the bank's app and start again." }],
  },
};
