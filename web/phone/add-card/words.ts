import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

/** What the form says of the camera; the camera's own words come with it. */
export const CAMERA_TEXT = {
  open: w("用相机扫描卡片", "Scan the card with the camera"),
  openHint: w("读出卡号和有效期，画面不离开本机", "Number and expiry; the picture stays here"),
  read: w("卡号由相机读入，请与卡面核对", "Read by the camera: compare it with the card"),
  loading: w("正在打开相机…", "Opening the camera…"),
  away: w(
    "扫描程序没有加载成功。请检查网络，或手动输入。",
    "The scanner could not be loaded. Check the connection, or type the number.",
  ),
  type: w("手动输入卡号", "Type the number"),
} as const;
