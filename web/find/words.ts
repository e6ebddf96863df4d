import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const FIND_TEXT = {
  title: w("查找设备", "Find"),
  lead: w(
    "手机不见了？在任何设备上登录，马上锁住它的卡片。",
    "Phone gone? Sign in on any device and lock its cards at once.",
  ),
  plastic: w("实体卡不受影响，不用挂失。", "Your plastic cards go on working: no need to report them lost."),
  signIn: w("用通行密钥登录", "Sign in with a passkey"),
  useCode: w("用恢复码登录", "Use a recovery code"),
  usePasskey: w("改用通行密钥", "Use a passkey instead"),
  name: w("账户的称呼", "The account's name"),
  code: w("恢复码", "Recovery code"),
  codeHint: w(
    "用掉一个恢复码，可以查看、锁定和抹掉设备一小时；解除丢失模式要用通行密钥。",
    "It uses up one code and lets you see, lock and wipe devices for an hour. Ending lost mode takes the passkey.",
  ),
  codeWanted: w("恢复码像这样：AB2CD-EF3GH", "A recovery code looks like AB2CD-EF3GH"),
  nameWanted: w("请输入账户的称呼", "Enter the account's name"),
  enter: w("查找", "Find"),
  of: (name: string) => w(`${name} 的设备`, `${name}'s devices`),
  none: w("这个账户还没有设备。", "This account has no devices yet."),
  leave: w("退出", "Leave"),
  noCards: w("没有卡片", "No cards"),
  cards: (count: number) => w(`${count} 张卡`, count === 1 ? "1 card" : `${count} cards`),
  normal: w("正常", "In use"),
  lost: w("丢失模式", "Lost mode"),
  erased: w("已抹掉", "Erased"),
  lostText: w(
    "这台设备上的卡片已全部暂停，不能付款，联网与否都一样。",
    "All cards on it are suspended and pay nothing, whether it is online or not.",
  ),
  lock: w("标记为丢失", "Mark as lost"),
  lockHint: w("马上暂停它的全部卡片，找到后可以恢复。", "Suspends all its cards at once. You can undo it."),
  found: w("找到了", "Found it"),
  foundByCode: w(
    "找到了？在这里或那台设备上用通行密钥解除。",
    "Found it? End lost mode with your passkey, here or on the device.",
  ),
  wipe: w("抹掉卡片", "Erase its cards"),
  wipeSure: w(
    "抹掉这台设备上的全部卡片？不能撤销，之后要重新添加。",
    "Erase every card on this device? It cannot be undone: you add them anew.",
  ),
  wipeYes: w("抹掉", "Erase"),
  wiped: w("卡片已全部抹掉", "All its cards are erased"),
  suspended: w("已暂停", "suspended"),
} as const;
