import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const DEVICES_TEXT = {
  lost: {
    title: w("此设备已标记为丢失", "This device was marked as lost"),
    text: w(
      "卡片已全部暂停，不能付款。实体卡不受影响。",
      "All cards are suspended and pay nothing. The plastic cards go on working.",
    ),
    mine: w("我找到了：用通行密钥解锁", "I found it: unlock with the passkey"),
    hint: w("只有机主的通行密钥能解除丢失模式。", "Only its holder's passkey ends lost mode."),
  },
} as const;
