import type { CauseEntry } from "../cause.ts";
import type { CardCause } from "../codes.ts";

/** Source: diagnosis §2.2. */
export const CARD_CAUSES: Readonly<Record<CardCause, CauseEntry>> = {
  cameraRefused: {
    stage: "card",
    stoppers: ["device"],
    actor: "holder",
    retry: "now",
    effort: "settings",
    evidence: "permission denied",
    name: { zh: "未允许使用相机", en: "Camera not allowed" },
    what: {
      zh: "没有获得使用相机的许可，无法扫描卡片。",
      en: "The camera may not be used, so the card cannot be scanned.",
    },
    remedy: [
      { zh: "在“设置”里允许使用相机后再扫描。", en: "Allow the camera in Settings and scan again," },
      { zh: "或直接手动输入卡号。", en: "or type the card number." },
    ],
  },
  scanUnreadable: {
    stage: "card",
    stoppers: ["device"],
    actor: "holder",
    retry: "now",
    effort: "retype",
    evidence: "no two frames agree in the time allowed",
    name: { zh: "扫描未能识别", en: "Scan not readable" },
    what: { zh: "没能从画面里可靠地读出卡号。", en: "The number could not be read reliably from the picture." },
    remedy: [
      { zh: "把卡放平，移到光线好的地方再扫一次。", en: "Lay the card flat in better light and scan again," },
      { zh: "卡面磨损时请手动输入。", en: "or type the number if the card is worn." },
    ],
  },
  panMistyped: {
    stage: "card",
    stoppers: ["device"],
    actor: "holder",
    retry: "now",
    effort: "retype",
    evidence: "Luhn or length fails",
    name: { zh: "卡号有误", en: "Card number mistyped" },
    what: { zh: "输入的卡号不完整或有一位不对。", en: "The number entered is incomplete, or a digit is wrong." },
    remedy: [
      {
        zh: "请逐位核对卡号；19 位卡号请特别留意最后几位。",
        en: "Compare it digit by digit; with 19 digits, look at the last ones too.",
      },
    ],
  },
  numberIsToken: {
    stage: "card",
    stoppers: ["device", "tsp"],
    actor: "holder",
    retry: "now",
    effort: "retype",
    evidence: "number lies in a token range",
    name: { zh: "这是设备卡号", en: "That is a device number" },
    what: {
      zh: "输入的是设备卡号或虚拟卡号，不是实体卡的卡号。",
      en: "The number belongs to a device or a virtual card, not to the plastic one.",
    },
    remedy: [
      {
        zh: "请输入实体卡正面的卡号，或在银行 App 里查看完整卡号。",
        en: "Enter the number on the plastic card, or look it up in the bank's app.",
      },
    ],
  },
  networkUnsupported: {
    stage: "card",
    stoppers: ["wallet"],
    actor: "holder",
    retry: "no",
    effort: "replace",
    evidence: "IIN known, network not served",
    name: { zh: "暂不支持该卡组织", en: "Card network not served" },
    what: { zh: "这里暂时不支持这张卡所属的卡组织。", en: "Cards of this network are not served here." },
    remedy: [{ zh: "请使用受支持卡组织的卡。", en: "Use a card of a supported network." }],
  },
  iinUnknown: {
    stage: "card",
    stoppers: ["tsp"],
    actor: "tspOps",
    retry: "after",
    effort: "operations",
    evidence: "no prefix matches, table version noted",
    name: { zh: "暂未识别该卡", en: "Card not recognised" },
    what: { zh: "卡表里还没有这张卡的号段。", en: "The card's number range is not in the table yet." },
    remedy: [
      { zh: "我们正在核对卡表，收录后会通知您。", en: "The table is being checked; you will be told." },
      { zh: "着急使用时，请先添加另一张卡。", en: "If you cannot wait, add another card." },
    ],
  },
  expiryMismatch: {
    stage: "card",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "now",
    effort: "retype",
    evidence: "typed expiry ≠ record",
    name: { zh: "有效期不符", en: "Expiry date differs" },
    what: { zh: "填写的有效期与银行记录不一致。", en: "The expiry date entered is not the one in the bank's records." },
    remedy: [
      { zh: "请按卡面输入有效期，月在前、年在后。", en: "Enter it as printed on the card: month first, then year." },
      { zh: "如已收到新卡，请用新卡上的有效期。", en: "If a new card has come, use the date on that one." },
    ],
  },
  cvnMismatch: {
    stage: "card",
    stoppers: ["issuer"],
    actor: "holder",
    retry: "now",
    effort: "retype",
    evidence: "check value ≠ record; tries counted",
    name: { zh: "安全码不符", en: "Security code differs" },
    what: {
      zh: "填写的安全码与银行记录不一致。",
      en: "The security code entered is not the one in the bank's records.",
    },
    remedy: [
      { zh: "请核对卡背签名条旁的三位数。", en: "Look at the three digits beside the signature strip on the back." },
    ],
  },
  sealedCardUnreadable: {
    stage: "card",
    stoppers: ["tsp"],
    actor: "tspOps",
    retry: "now",
    effort: "retype",
    evidence: "TSP received, could not open the sealed card data",
    name: { zh: "卡片信息未能送达", en: "Card data did not arrive whole" },
    what: {
      zh: "卡片信息加密送出，但对方没能解开；没有保存任何内容。",
      en: "The card data was sent sealed and could not be opened; nothing was stored.",
    },
    remedy: [
      { zh: "请重新打开添加页面，再输入一次。", en: "Open the page anew and enter the card once more." },
      { zh: "仍不成功时请稍后再试，我们已收到报告。", en: "If it happens again, try later; it has been reported." },
    ],
  },
};
