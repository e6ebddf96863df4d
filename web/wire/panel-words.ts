import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

/** What stands on the stage before the view itself is loaded. */
export const PANEL_TEXT = {
  title: w("报文", "Wire"),
  hint: w(
    "各方之间的每一条消息，实时解码；卡号、密文和验证码已遮盖",
    "Every message between the parties, decoded live; numbers, secrets and codes are masked",
  ),
  openPlace: w("整页", "Full page"),
} as const;
