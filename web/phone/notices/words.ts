import type { Words } from "#contracts/common";
import type { Fault } from "../../text/fault.ts";

const w = (zh: string, en: string): Words => ({ zh, en });

export const PUSH_FAULTS = {
  failed: {
    what: w("浏览器的推送服务没有应答", "The browser's push service did not answer"),
    remedy: w(
      "请检查网络后重试；打开着的钱包仍会显示通知。",
      "Check the network and try again. An open wallet still shows its notices.",
    ),
  },
} as const satisfies Readonly<Record<string, Fault>>;
