import type { CauseEntry } from "../cause.ts";
import type { PreflightCause } from "../codes.ts";

/** Source: diagnosis §2.1. */
export const PREFLIGHT_CAUSES: Readonly<Record<PreflightCause, CauseEntry>> = {
  deviceUnsupported: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "no",
    effort: "replace",
    evidence: "model has no place for payment keys",
    name: { zh: "设备不支持", en: "Device not supported" },
    what: {
      zh: "这台设备没有安全存放支付密钥的地方，不能绑卡。",
      en: "This device has no safe place for payment keys, so it cannot hold cards.",
    },
    remedy: [
      {
        zh: "请换用支持列表中的手机、手表或平板。",
        en: "Use a phone, watch or tablet from the list of supported devices.",
      },
    ],
  },
  deviceInAppOnly: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "no",
    effort: "otherDevice",
    evidence: "store payment asked, model without NFC",
    name: { zh: "设备只能在应用内付款", en: "Device pays in apps only" },
    what: {
      zh: "这台设备没有近场通信，可以在应用和网页里付款，但不能在商店刷。",
      en: "This device has no contactless antenna: it pays in apps and on the web, but not at tills.",
    },
    remedy: [
      { zh: "要在商店刷，请在手机或手表上添加这张卡。", en: "To pay at tills, add the card on a phone or a watch." },
      {
        zh: "只在应用内付款的话，选择“仅应用内”即可在这里继续。",
        en: "For payments in apps, choose “in apps only” and go on here.",
      },
    ],
  },
  osTooOld: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "version below catalogue minimum",
    name: { zh: "系统版本过低", en: "System too old" },
    what: {
      zh: "这台设备的系统版本低于绑卡的最低要求。",
      en: "The system on this device is older than adding a card requires.",
    },
    remedy: [
      { zh: "在“设置”里把系统更新到最新版本。", en: "Update the system in Settings." },
      { zh: "更新后回来继续，之前的进度会保留。", en: "Then come back and go on; nothing is lost." },
    ],
  },
  userVerificationOff: {
    stage: "preflight",
    stoppers: ["device"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "no passcode or no enrolled verification",
    name: { zh: "未开启锁屏验证", en: "No screen lock or face, finger" },
    what: {
      zh: "这台设备还没有锁屏密码，或没有录入面容、指纹；付款需要靠它确认是您本人。",
      en: "This device has no passcode, or no face or finger enrolled; payments are confirmed with them.",
    },
    remedy: [
      { zh: "在“设置”里设置锁屏密码。", en: "Set a passcode in Settings." },
      { zh: "录入面容或指纹。", en: "Enrol a face or a finger." },
      { zh: "回来继续添加。", en: "Come back and go on." },
    ],
  },
  deviceIntegrityFailed: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "attestation missing or altered system",
    name: { zh: "系统完整性未通过", en: "System was altered" },
    what: {
      zh: "无法确认这台设备的系统是原厂的；被改动过的系统不能存放银行卡。",
      en: "The system on this device could not be shown to be the original one; an altered system cannot hold cards.",
    },
    remedy: [
      { zh: "把设备恢复为原厂系统。", en: "Restore the original system." },
      {
        zh: "恢复后再来添加；卡片在其他设备上不受影响。",
        en: "Then add the card; cards on other devices are not affected.",
      },
    ],
  },
  notSignedIn: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "now",
    effort: "retype",
    evidence: "no session of a wallet account",
    name: { zh: "未登录", en: "Not signed in" },
    what: { zh: "还没有登录钱包账户。", en: "You are not signed in to a wallet account." },
    remedy: [{ zh: "请登录您的账户，然后继续。", en: "Sign in to your account and go on." }],
  },
  secondFactorOff: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "account without second factor",
    name: { zh: "未开启双重认证", en: "No second factor" },
    what: {
      zh: "您的账户还没有开启双重认证，绑卡前需要先开启。",
      en: "Your account has no second factor yet; it is needed before a card is added.",
    },
    remedy: [
      {
        zh: "在账户设置里开启双重认证（保存恢复码，或添加第二台受信任设备）。",
        en: "Turn it on in the account settings: keep recovery codes, or add a second trusted device.",
      },
      { zh: "回来继续添加。", en: "Come back and go on." },
    ],
  },
  accountLocked: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "walletOps",
    retry: "after",
    effort: "operations",
    evidence: "account state locked, reason held by wallet",
    name: { zh: "账户已锁定", en: "Account locked" },
    what: {
      zh: "您的钱包账户目前被锁定，暂时不能添加卡片。",
      en: "Your wallet account is locked at present, so no card can be added.",
    },
    remedy: [
      { zh: "按提示找回账户。", en: "Recover the account as the screen describes." },
      { zh: "找回不成功时，请联系钱包客服。", en: "If that does not work, write to the wallet's support." },
    ],
  },
  holderTooYoung: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "no",
    effort: "branch",
    evidence: "account age below the wallet's or bank's minimum",
    name: { zh: "未达年龄要求", en: "Below the minimum age" },
    what: {
      zh: "账户登记的年龄低于这项服务的最低要求。",
      en: "The age in the account is below the minimum for this service.",
    },
    remedy: [
      {
        zh: "如银行提供此项服务，请监护人携证件到网点办理同意手续。",
        en: "Where the bank offers it, a guardian gives consent at a branch, with ID documents.",
      },
    ],
  },
  regionNotServed: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "account or device region outside the service",
    name: { zh: "地区未开通", en: "Region not served" },
    what: {
      zh: "账户或设备所在地区还没有开通这项服务。",
      en: "The service is not open in the region of the account or device.",
    },
    remedy: [
      {
        zh: "请核对账户的地区设置，应为发卡地区。",
        en: "Check the region in the account: it should be where the card was issued.",
      },
      { zh: "地区无误时，请使用其他地区已开通的卡。", en: "If it is right, use a card from a region that is served." },
    ],
  },
  deviceSlotsFull: {
    stage: "preflight",
    stoppers: ["device"],
    actor: "holder",
    retry: "after",
    effort: "settings",
    evidence: "cards on device = catalogue maximum",
    name: { zh: "设备卡片已满", en: "No room for another card" },
    what: { zh: "这台设备上的卡片已经达到可以存放的数量。", en: "This device already holds as many cards as it can." },
    remedy: [
      { zh: "移除一张不再使用的卡。", en: "Remove a card that you no longer use." },
      { zh: "再添加新卡。", en: "Then add the new one." },
    ],
  },
  addLimitReached: {
    stage: "preflight",
    stoppers: ["wallet", "tsp", "issuer"],
    actor: "nobody",
    retry: "wait",
    effort: "wait",
    evidence: "attempts counted ≥ limit, window end known",
    name: { zh: "添加次数已用完", en: "Attempts used up" },
    what: {
      zh: "在规定时间内添加的次数已经用完。",
      en: "The number of attempts allowed in this period has been used.",
    },
    remedy: [
      { zh: "请在所示时间之后再试。", en: "Try again after the time shown." },
      {
        zh: "在此之前请不要反复尝试，否则可能要等更久。",
        en: "Please do not try before: it may make the wait longer.",
      },
    ],
  },
  deviceOffline: {
    stage: "preflight",
    stoppers: ["device"],
    actor: "holder",
    retry: "now",
    effort: "settings",
    evidence: "no request left the device",
    name: { zh: "设备未联网", en: "Device offline" },
    what: { zh: "这台设备当时没有网络，请求没有发出。", en: "The device had no connection; nothing was sent." },
    remedy: [
      { zh: "连接无线局域网或打开移动数据。", en: "Connect to Wi-Fi or mobile data." },
      { zh: "回来继续，已填内容不用重填。", en: "Come back and go on; nothing has to be typed again." },
    ],
  },
  walletServiceDown: {
    stage: "preflight",
    stoppers: ["wallet"],
    actor: "walletOps",
    retry: "wait",
    effort: "wait",
    evidence: "health facts of the wallet server red",
    name: { zh: "钱包服务中断", en: "Wallet service interrupted" },
    what: {
      zh: "钱包服务暂时中断，与您的卡和您填写的内容无关。",
      en: "The wallet service is interrupted; it has nothing to do with your card or what you entered.",
    },
    remedy: [
      {
        zh: "已填内容已保留，恢复后自动继续并通知您。",
        en: "Your entries are kept; it goes on by itself and you will be told.",
      },
    ],
  },
};
