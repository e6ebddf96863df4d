import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const FROM_BANK = {
  openApp: w("打开银行 App", "Open the bank's app"),
  title: w("来自银行 App 的卡片", "A card from the bank's app"),
  text: ({ zh, en }: Words) =>
    w(
      `${zh}请求把这张卡添加到本机。卡号由银行加密给令牌服务方，这里什么都不用填。`,
      `${en} asks to add this card to this device. The bank seals the number to the token service: there is nothing to type.`,
    ),
  add: w("添加这张卡", "Add this card"),
  no: w("不添加", "Do not add"),
} as const;
