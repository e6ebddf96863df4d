import type { Words } from "./cause.ts";

/** What people ask about as failures, and what is none. Source: diagnosis §6. */
export const NON_FAILURES = [
  "receiptDigitsDiffer",
  "holdAboveAmount",
  "noticeMissing",
  "plasticStillWorks",
  "pinAfterFinger",
  "ridesAsOneCharge",
  "renewedPlastic",
] as const;
export type NonFailure = (typeof NON_FAILURES)[number];

export interface NonFailureEntry {
  readonly asked: Words;
  readonly answer: Words;
}

export const NON_FAILURE_ENTRIES: Readonly<Record<NonFailure, NonFailureEntry>> = {
  receiptDigitsDiffer: {
    asked: { zh: "小票上的末四位不是我的卡号", en: "The receipt's last digits are not my card's" },
    answer: {
      zh: "小票上是设备卡号的末四位，不是实体卡的。设备卡号在钱包的卡片详情里可以看到，退货时也用它。",
      en: "They are the last digits of the device number. The wallet shows it in the card's details; refunds use it too.",
    },
  },
  holdAboveAmount: {
    asked: { zh: "被占用的金额比实际消费多", en: "More is held than I paid" },
    answer: {
      zh: "这是预授权，例如酒店、加油站先占用一笔。完成后多出的部分自动释放，不用申请。",
      en: "That is a pre-authorisation, as hotels and petrol stations make. After completion the rest is freed by itself.",
    },
  },
  noticeMissing: {
    asked: { zh: "付款成功了，但没收到通知", en: "I paid, and no notice came" },
    answer: {
      zh: "通知是尽力送达的，可能因网络或系统设置没有显示；是否付款以交易记录为准。",
      en: "Notices are sent as well as the connection allows. What was paid is in the history: that is what counts.",
    },
  },
  plasticStillWorks: {
    asked: {
      zh: "移除了卡，实体卡还能用、退款还会到账吗",
      en: "I removed the card: does the plastic still work, do refunds still come",
    },
    answer: {
      zh: "移除的只是这台设备上的设备卡。实体卡照常使用，之前交易的退款也会退回原卡。",
      en: "Only the device card was removed. The plastic works as before, and refunds of earlier payments still reach it.",
    },
  },
  pinAfterFinger: {
    asked: { zh: "验了指纹或面容，机具还要输入密码", en: "The till wants a PIN after my finger or face" },
    answer: {
      zh: "超过免密限额时，银行还要核对银行卡密码，这是银行的规则；请输入实体卡的密码。",
      en: "Above the no-PIN limit the bank also wants the card's PIN. That is its rule; enter the PIN of the plastic card.",
    },
  },
  ridesAsOneCharge: {
    asked: { zh: "一天坐了好几次车，只有一笔扣款", en: "Several rides, one charge" },
    answer: {
      zh: "闸机把一天的乘车合并成一笔扣款，并按当日封顶计算。明细在乘车记录里。",
      en: "The gates put a day's rides together as one charge, with the day's cap. The rides are listed in the history.",
    },
  },
  renewedPlastic: {
    asked: { zh: "银行换发了新卡，要重新添加吗", en: "The bank sent a new card: must I add it again" },
    answer: {
      zh: "银行续发新卡时，设备上的卡会自动更新，不用重新添加。",
      en: "When the bank renews a card, the one on the device follows by itself. Nothing has to be added.",
    },
  },
};
