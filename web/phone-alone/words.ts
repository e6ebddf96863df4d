import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const SHELL_TEXT = {
  renewed: w("新版本已就绪，下次打开时启用", "A new version is ready: it starts the next time you open the app"),
} as const;
