import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const ADD_TEXT = {
  kindTitle: w("选择要添加的卡", "Choose what to add"),
  bankCard: w("借记卡或信用卡", "Debit or credit card"),
  bankCardText: w("拍下或输入卡号", "Scan it or type its number"),
  fromBank: w("从银行 App 添加", "From your bank's app"),
  fromBankText: w("打开示范银行 App，不用输入卡号", "Open the Demo Bank's app: nothing is typed"),
  yours: w("你账户中的卡", "Previously on your account"),
  on: (device: string) => w(`在${device}上`, `on ${device}`),
  typeAgain: w("信用卡，需要重新输入", "Credit card: typed again"),
  ask: w("在另一台设备上同意后，不用输入卡号。", "Confirm it on the other device, and nothing is typed."),
  askedTitle: (device: string) => w(`请在“${device}”上同意`, `Confirm it on ${device}`),
  askedText: w(
    "那台设备会弹出请求。同意后这里自动继续。",
    "It shows a request. Once you confirm, this goes on by itself.",
  ),
  ready: {
    phone: w("现在可以用手机付款了。", "You can pay with the phone now."),
    watch: w("现在可以用手表付款了。", "You can pay with the watch now."),
    tablet: w("现在可以在 App 和网页付款了。", "You can pay in apps and on the web now."),
    computer: w("现在可以在 App 和网页付款了。", "You can pay in apps and on the web now."),
  },
  steps: w("进度", "Progress"),
  stepOf: (step: number, of: number) => w(`第 ${step} 步，共 ${of} 步`, `Step ${step} of ${of}`),
} as const;

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
