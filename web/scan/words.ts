import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

/** What the camera step says. */
export const SCAN_TEXT = {
  picture: w("相机画面", "Camera picture"),
  opening: w("正在打开相机…", "Opening the camera…"),
  loading: w("正在准备识别…", "Getting the reader ready…"),
  looking: w("把印有卡号的一面放进框内", "Hold the side with the number inside the frame"),
  nothing: w("还没读出卡号。换个亮一点的地方，或手动输入。", "No number yet. Try better light, or type it."),
  otherCard: w(
    "这不像银行卡：公交卡、会员卡不能这样添加。",
    "Not a bank card, it seems: transit and member cards cannot be added this way.",
  ),
  private: w("画面只在本机识别，不上传，也不保存。", "Read on this device: not sent, not kept."),
  type: w("手动输入卡号", "Type the number"),
  again: w("再试一次", "Try again"),
  torchOn: w("打开手电筒", "Torch on"),
  torchOff: w("关闭手电筒", "Torch off"),
  failed: {
    refused: {
      title: w("没有使用相机的权限", "No permission to use the camera"),
      text: w(
        "请在浏览器或系统设置里允许本页使用相机，再试一次；也可以手动输入。",
        "Allow this page to use the camera in the browser's or the system's settings and try again, or type the number.",
      ),
    },
    none: {
      title: w("没有可用的相机", "No camera here"),
      text: w(
        "这台设备没有相机，或本页不能使用它。请手动输入。",
        "This device has none, or this page cannot use it. Please type the number.",
      ),
    },
    busy: {
      title: w("相机正被占用", "The camera is in use"),
      text: w("请关闭正在使用相机的应用，再试一次。", "Close the app that is using it and try again."),
    },
    noReader: {
      title: w("识别程序没有加载成功", "The reader could not be loaded"),
      text: w("请检查网络后再试一次，或手动输入。", "Check the connection and try again, or type the number."),
    },
  },
} as const;
