import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const EXPLAIN_TEXT = {
  copy: w("复制", "Copy"),
  copied: w("已复制", "Copied"),
  copyCase: (code: string) => w(`复制案件号 ${code}`, `Copy case code ${code}`),
  call: (phone: string) => w(`拨打银行客服 ${phone}`, `Call your bank: ${phone}`),
  invented: w("演示：虚构的号码，拨不通", "Demo: an invented number, nobody answers"),
  find: w("打开“查找”，从旧设备上移除", "Open Find to take it off the other device"),
} as const;
