import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const SETTINGS_TEXT = {
  account: w("账户", "Account"),
  look: w("外观", "Appearance"),
  language: w("语言", "Language"),
  theme: w("主题", "Theme"),
  themes: { system: w("跟随系统", "System"), light: w("浅色", "Light"), dark: w("深色", "Dark") },

  notices: {
    title: w("通知", "Notices"),
    which: w("通知哪些", "Tell me of"),
    kinds: { all: w("全部", "Everything"), declines: w("仅未成功", "Declines"), none: w("不通知", "Nothing") },
    amounts: w("通知里显示金额", "Show the amount"),
    closed: w("钱包关闭时也通知", "Also while the wallet is closed"),
    closedHint: w(
      "经浏览器的推送服务送达，内容加密，只有本机能读。",
      "They come through the browser's push service, encrypted so that only this device reads them.",
    ),
    refused: w(
      "浏览器不允许本站发通知。请在浏览器的网站设置里允许后再打开。",
      "The browser does not let this site notify. Allow it in the browser's site settings, then switch it on.",
    ),
    none: w(
      "这个浏览器收不到推送；钱包打开时仍会显示通知。iPhone 需先把钱包添加到主屏幕。",
      "This browser takes no pushes; an open wallet still shows its notices. On an iPhone add the wallet to the Home Screen first.",
    ),
    history: w("“最近交易”始终列出全部交易。", "“Recent” always lists every payment."),
  },

  safety: w("安全", "Security"),
  keys: w("本机密钥", "This device's key"),

  about: {
    title: w("什么存在哪里", "What is kept where"),
    rows: [
      [
        w("本机", "This device"),
        w(
          "设备卡号与一次性付款密钥（密文）、卡片样式、最近的通知。没有真实卡号和安全码。",
          "The device card number and one-time payment keys (sealed), the card's look, recent notices. No real card number, no security code.",
        ),
      ],
      [
        w("钱包服务器", "Wallet server"),
        w(
          "账户、通行密钥的公钥、卡号后四位、交易通知、通知偏好和推送地址。读不到卡号、验证码和付款密钥。",
          "Your account, the passkey's public half, last four digits, notices, what you want to be told of and where. It cannot read card numbers, codes or payment keys.",
        ),
      ],
      [
        w("令牌服务方", "Token service"),
        w("真实卡号与设备卡号的对应，加密保存。", "Which real number a device number stands for, sealed."),
      ],
      [w("发卡银行", "Your bank"), w("账户、余额、实体卡。", "Accounts, balances, the plastic card.")],
    ] as const,
  },
} as const;
