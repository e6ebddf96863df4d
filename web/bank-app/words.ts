import type { Words } from "#contracts/common";
import type { Problem } from "#contracts/problem";
import { type Fault, problemFault } from "../text/fault.ts";

const w = (zh: string, en: string): Words => ({ zh, en });
const fault = (whatZh: string, whatEn: string, remedyZh: string, remedyEn: string): Fault => ({
  what: w(whatZh, whatEn),
  remedy: w(remedyZh, remedyEn),
});

export const APP = {
  title: w("示范银行", "Demo Bank"),
  subtitle: w("手机银行", "Mobile banking"),
  demo: w("演示 · 虚构的银行", "Demo · an invented bank"),
  nav: w("手机银行", "Mobile banking"),
  home: w("首页", "Home"),
  transferTab: w("转账", "Transfer"),
  me: w("我的", "Me"),

  door: {
    title: w("欢迎使用手机银行", "Welcome to mobile banking"),
    text: w("首次使用请核对身份，之后用通行密钥登录。", "Prove who you are once, then sign in with a passkey."),
    enter: w("用通行密钥登录", "Sign in with a passkey"),
    enterAs: (name: string) => w(`以${name}登录`, `Sign in as ${name}`),
    other: w("用其他通行密钥登录", "Use another passkey"),
    first: w("首次开通", "First time here"),
    panSuffix: w("银行卡后四位", "Card's last four"),
    idNumber: w("身份证号", "Identity number"),
    mobile: w("银行预留手机号", "Phone reserved at the bank"),
    next: w("发送验证码", "Send the code"),
    demo: w("使用演示客户", "Use a demo customer"),
    codeTitle: w("输入短信验证码", "Enter the code from the message"),
    codeText: (mobile: string) =>
      w(`如果三项信息相符，验证码已发到 ${mobile}。`, `If the three belong together, a code went to ${mobile}.`),
    code: w("短信验证码", "Code from the message"),
    enrol: w("登记通行密钥", "Enrol a passkey"),
    fromMessages: w("来自短信", "From Messages"),
    again: w("重新填写", "Enter them again"),
  },
  typed: {
    panSuffix: w("请输入 4 位数字", "Four digits"),
    idNumber: w("请输入 18 位身份证号", "18 characters"),
    mobile: w("请输入 11 位手机号", "A mobile number of 11 digits"),
    code: w("请输入 6 位数字", "Six digits"),
    tellerCode: w("请输入 8 位数字", "Eight digits"),
    amount: w("金额应大于 0，最多两位小数", "More than zero, at most two decimals"),
    toName: w("请输入收款人姓名", "The name of whom it goes to"),
    toPan: w("卡号有误，请逐位核对", "The number cannot be right: check it digit by digit"),
  },

  hello: (name: string) => w(`${name}，您好`, `Hello, ${name}`),
  cards: w("我的银行卡", "My cards"),
  available: w("可用余额", "Available"),
  availableCredit: w("可用额度", "Available credit"),
  debit: w("借记卡", "Debit"),
  credit: w("信用卡", "Credit"),
  lines: w("交易明细", "Movements"),
  noLines: w("还没有交易", "Nothing yet"),
  back: w("返回", "Back"),
  lock: w("锁定卡片", "Lock"),
  unlock: w("解除锁定", "Unlock"),
  activate: w("激活卡片", "Activate"),
  toWallet: w("添加到卡包", "Add to Kabao"),
  inWallet: w("已交给卡包", "Handed to Kabao"),
  adding: w("请在卡包页面继续", "Go on in the wallet's page"),
  added: w("已添加到卡包", "It is in your wallet"),
  notAdded: w("没有添加", "It was not added"),
  locked: w("锁定后，这张卡和各设备上的卡都暂停使用。", "While locked, the card and its device cards stop."),

  ask: w("有设备请求添加您的卡", "A device wants to add your card"),
  askOne: (suffix: string, device: string) => w(`尾号 ${suffix} · ${device}`, `Ending ${suffix} · ${device}`),
  look: w("查看", "Look"),
  approveTitle: w("核对并批准", "Check and approve"),
  approveText: w("您的通行密钥签的就是下面这段话，一字不差。", "What your passkey signs is this text, word for word."),
  card: w("银行卡", "Card"),
  device: w("设备", "Device"),
  time: w("申请时间", "Asked"),
  until: (time: string) => w(`${time} 前有效`, `until ${time}`),
  statement: w("签名内容", "What is signed"),
  approve: w("批准", "Approve"),
  byUsbKey: w("用 USB Key 签名", "Sign with the USB key"),
  notMe: w("不是我", "It was not me"),
  approved: w("已批准，卡片已可在该设备上使用。", "Approved: the card works on that device."),
  approvedSoon: w("已批准，那台设备会自动继续。", "Approved: that device goes on by itself."),
  declined: w("已拒绝，那台设备不能添加这张卡。", "Declined: that device does not get the card."),
  notWaiting: w("这项申请已办理或已过期。", "This request was answered, or is over."),

  transfer: {
    title: w("转账", "Transfer"),
    from: w("付款卡", "From"),
    toBank: w("收款银行", "To the bank"),
    banks: {
      own: w("示范银行（本行）", "Demo Bank (this one)"),
      LHB: w("联合示范行", "Allied Demo Bank"),
      QTB: w("其他银行", "Another bank"),
    },
    toName: w("收款人姓名", "Name"),
    toPan: w("收款卡号", "Card number"),
    panHint: w("卡号加密后只有银行能读", "Sealed: only the bank can read it"),
    amount: w("金额（元）", "Amount (¥)"),
    quote: w("下一步：查看费用", "Next: what it costs"),
    confirmTitle: w("确认转账", "Confirm the transfer"),
    fee: w("手续费", "Fee"),
    total: w("合计", "Total"),
    consent: (total: string) => w(`同意并转出 ${total}`, `Agree and send ${total}`),
    edit: w("返回修改", "Change it"),
    done: w("转账成功", "Sent"),
    left: w("账户余额", "Balance"),
    another: w("再转一笔", "Another"),
    demo: w("转给演示客户", "To a demo customer"),
  },
  fees: w("收费标准", "What things cost"),
  feesHint: w("绑定、移除、付款均免费。", "Adding, removing and paying are free."),
  usbKey: w("USB Key（U 盾）", "USB key"),
  usbKeyText: w(
    "先带证件到柜台领取登记码，再插上安全密钥。它签的是屏幕上显示的卡、设备和时间。",
    "Get a code at the desk, with your document, then plug in a security key. It signs the card, device and time on the screen.",
  ),
  addUsbKey: w("登记 USB Key", "Register a USB key"),
  tellerCode: w("柜台登记码", "Code from the desk"),
  usbAdded: w("USB Key 已登记", "The USB key is registered"),
  signOut: w("退出登录", "Sign out"),
} as const;

export const APP_FAULTS = {
  unknown: fault(
    "这把通行密钥不是本行客户的",
    "This passkey is no customer's here",
    "请先开通，或换一把。",
    "Enrol first, or use another.",
  ),
  code: fault(
    "验证码不对或已失效",
    "The code is wrong or void",
    "请核对最新短信，或重新发送。",
    "Check the newest message, or ask for another.",
  ),
  already: fault(
    "这台设备已登记过",
    "This device is enrolled already",
    "请直接用通行密钥登录。",
    "Sign in with its passkey.",
  ),
  usbKey: fault(
    "USB Key 没有签名",
    "The USB key did not sign",
    "请插上已登记的 USB Key，输入它的密码后重试。",
    "Plug in the registered key, enter its PIN, and try again.",
  ),
  tellerCode: fault(
    "登记码不对或已失效",
    "The code is wrong or void",
    "请核对，或向柜员再要一个。",
    "Check it, or ask a teller for another.",
  ),
  usbKnown: fault(
    "这把 USB Key 已登记",
    "This USB key is registered already",
    "可直接用它签名。",
    "It can sign as it is.",
  ),
  usbNone: fault("还没有登记 USB Key", "No USB key is registered", "请在“我的”里登记。", "Register one under Me."),
  name: fault(
    "卡号与姓名不符",
    "Number and name do not belong together",
    "请与收款人核对。",
    "Check both with whom it goes to.",
  ),
  state: fault("现在不能办理", "It cannot be done now", "请看最新状态后再试。", "Look at how it stands now."),
  funds: fault("余额不足", "Not enough money", "请减少金额。", "Send less."),
  limit: fault("超过转账限额", "Over the limit", "请减少金额，或明天再转。", "Send less, or tomorrow."),
  creditCard: fault("信用卡不能转出", "A credit card cannot send", "请选择借记卡。", "Choose a debit card."),
  stopped: fault(
    "这张卡现在不能使用",
    "This card cannot be used now",
    "请先解除锁定，或联系银行。",
    "Unlock it first, or ask the bank.",
  ),
} as const;

export function appFault(problem: Problem): Fault {
  switch (problem.cause) {
    case "usbKeyNotAccepted":
      return problem.at === "by" ? APP_FAULTS.usbNone : APP_FAULTS.usbKey;
    case "nameMismatch":
      return APP_FAULTS.name;
    case "fundsInsufficient":
      return APP_FAULTS.funds;
    case "limitPerPayment":
    case "limitPerDay":
      return APP_FAULTS.limit;
    case undefined:
      if (problem.code === "cardNotSupported") return APP_FAULTS.creditCard;
      return problem.code === "wrongState" ? APP_FAULTS.state : problemFault(problem);
    default:
      return problem.code === "wrongState" ? APP_FAULTS.stopped : problemFault(problem);
  }
}
