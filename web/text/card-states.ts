import type { Words } from "#contracts/common";
import type { CardStatusSchema } from "#contracts/desk-api";

/** What a card at the bank is. */
export const CARD_STATES: Readonly<Record<(typeof CardStatusSchema)["options"][number], Words>> = {
  active: { zh: "正常", en: "Active" },
  notActivated: { zh: "未激活", en: "Not activated" },
  lost: { zh: "已挂失", en: "Reported lost" },
  frozenByHolder: { zh: "持卡人已锁定", en: "Locked by its holder" },
  frozenByBank: { zh: "银行已冻结", en: "Frozen by the bank" },
  replaced: { zh: "已换卡", en: "Replaced" },
  closed: { zh: "已销卡", en: "Closed" },
};
