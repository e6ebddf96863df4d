import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const MESSAGES = {
  phones: w("手机号", "Phones"),
  all: w("全部", "All"),
  copy: w("复制", "Copy"),
  copied: w("已复制", "Copied"),
} as const;
