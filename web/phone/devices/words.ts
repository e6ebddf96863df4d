import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const DEVICES_TEXT = {
  title: w("我的设备", "My devices"),
  lead: w(
    "同一账户的设备各有自己的设备卡号和密钥。",
    "Each device of the account has card numbers and keys of its own.",
  ),
  thisOne: w("本机", "this device"),
  lostTag: w("丢失模式", "lost mode"),
  store: w("门店和 App 内付款", "Pays in shops and in apps"),
  appsOnly: w("只用于 App 和网页付款", "Pays in apps and on the web only"),
  none: w("不能存放卡片", "Cannot hold cards"),
  add: w("添加手表或平板", "Add a watch or tablet"),
  addText: w(
    "在新设备上输入称呼和配对码。只有机主能显示配对码。",
    "Enter the name and this code on the new device. Only its holder can show one.",
  ),
  openWatch: w("打开模拟手表", "Open the simulated watch"),
  openTablet: w("打开模拟平板", "Open the simulated tablet"),
  account: w("称呼", "Name"),
  code: w("配对码", "Pairing code"),
  goodFor: (seconds: number) => w(`${seconds} 秒内有效`, `good for ${seconds} s`),
  over: w("已失效，请重新显示", "Over: show a new one"),
  newCode: w("重新显示", "Show a new code"),
  find: w("设备丢了？打开“查找”", "Lost one? Open Find"),
  remove: w("移除", "Remove"),
  removeTitle: (name: string) => w(`移除“${name}”？`, `Remove ${name}?`),
  removeSure: w(
    "它的卡片和通行密钥都会失效，实体卡不受影响。",
    "Its cards and its passkey end. The plastic cards go on working.",
  ),
  withFinger: w("用通行密钥确认", "Confirm with the passkey"),

  joinedTitle: (name: string) => w(`“${name}”已加入`, `${name} has joined`),
  handOverTitle: w("添加到其他设备", "Add to another device"),
  which: w("选择要添加过去的卡片，不用再输入卡号。", "Choose cards to add there. Nothing is typed again."),
  whereTo: w("选择设备", "Choose a device"),
  alreadyThere: w("已有这张卡", "has this card"),
  creditTyped: w("信用卡要在那台设备上重新输入", "Credit cards are typed there"),
  noOther: w("账户里还没有别的设备。", "The account has no other device yet."),
  hand: w("添加到这台设备", "Add to this device"),
  later: w("以后再说", "Not now"),

  requestTitle: (name: string) => w(`“${name}”想添加卡片`, `${name} asks for cards`),
  requestText: w(
    "是你本人操作的吗？同意后，那台设备会继续添加。",
    "Is it you? Once you confirm, it goes on over there.",
  ),
  confirm: w("同意", "Confirm"),
  refuse: w("不同意", "Refuse"),

  handedTitle: w("已交给那台设备", "Handed over"),
  handedText: (name: string) => w(`请在“${name}”上阅读条款，继续添加。`, `Go on at ${name}: read the terms there.`),
  typeThere: w("请在那台设备上重新输入这张信用卡", "Type this credit card there"),
  notReady: w("那台设备现在不能添加", "That device cannot add it now"),

  lost: {
    title: w("此设备已标记为丢失", "This device was marked as lost"),
    text: w(
      "卡片已全部暂停，不能付款。实体卡不受影响。",
      "All cards are suspended and pay nothing. The plastic cards go on working.",
    ),
    mine: w("我找到了：用通行密钥解锁", "I found it: unlock with the passkey"),
    hint: w("只有机主的通行密钥能解除丢失模式。", "Only its holder's passkey ends lost mode."),
  },

  join: {
    title: w("加入你的账户", "Join your account"),
    text: w(
      "在手机上：钱包 → 设置 → 我的设备 → 添加手表或平板。",
      "On the phone: Wallet → Settings → My devices → Add a watch or tablet.",
    ),
    nameWanted: w("请输入手机上显示的称呼", "Enter the name that the phone shows"),
    codeWanted: w("配对码是 6 位数字", "The code has six digits"),
    go: w("加入", "Join"),
    again: w("用本机的通行密钥登录", "Sign in with this device's passkey"),
    joinAnew: w("重新加入", "Join anew"),
  },
  simulated: w(
    "模拟设备：它在这个浏览器里有自己的存储和密钥。",
    "A simulated device, with storage and keys of its own in this browser.",
  ),
  backToPhone: w("打开手机", "Open the phone"),
} as const;
