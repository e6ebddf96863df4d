import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

/** Ways on from the stage, and the invitation at the first visit. */
export const INVITE = {
  ways: w("更多页面", "More pages"),
  tour: w("两分钟导览", "Two-minute tour"),
  breakIt: w("弄坏它", "Break it"),
  desk: w("银行柜面", "Bank desk"),
  docs: w("文档", "Docs"),
  text: w(
    "第一次来？两分钟看懂令牌化钱包：绑卡、付款、弄坏、修好。",
    "First time here? A tokenised wallet in two minutes: bind, pay, break, repair.",
  ),
  begin: w("开始导览", "Start the tour"),
  later: w("以后再说", "Not now"),
} as const;
