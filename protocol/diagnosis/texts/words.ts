import type { Actor, Effort, Retry, Stage, Stopper, Witness, Words } from "../cause.ts";

export const WITNESS_WORDS: Readonly<Record<Witness, Words>> = {
  device: { zh: "设备", en: "the device" },
  wallet: { zh: "钱包", en: "the wallet" },
  tsp: { zh: "令牌服务方", en: "the token service" },
  issuer: { zh: "银行", en: "the bank" },
  bankApp: { zh: "手机银行", en: "the bank's app" },
  carrier: { zh: "运营商", en: "the mobile operator" },
  network: { zh: "卡组织网络", en: "the card network" },
  acquirer: { zh: "收单方", en: "the acquirer" },
  terminal: { zh: "机具", en: "the till" },
  gate: { zh: "闸机", en: "the gate" },
  merchant: { zh: "商户", en: "the shop" },
};

export const STOPPER_WORDS: Readonly<Record<Stopper, Words>> = {
  ...WITNESS_WORDS,
  holder: { zh: "持卡人", en: "the holder" },
  link: { zh: "线路", en: "the line between two parties" },
  peer: { zh: "所列的一方", en: "the party named" },
  unclear: { zh: "尚不明确", en: "not clear" },
};

export const ACTOR_WORDS: Readonly<Record<Actor, Words>> = {
  holder: { zh: "持卡人本人", en: "you, the holder" },
  branch: { zh: "银行网点", en: "a branch of the bank" },
  hotline: { zh: "银行客服电话", en: "the bank's hotline" },
  bankOps: { zh: "银行运维", en: "the bank's operations" },
  walletOps: { zh: "钱包运维", en: "the wallet's operations" },
  tspOps: { zh: "令牌服务方运维", en: "the token service's operations" },
  networkOps: { zh: "卡组织运维", en: "the network's operations" },
  acquirerOps: { zh: "收单方运维", en: "the acquirer's operations" },
  merchant: { zh: "商户", en: "the shop" },
  operator: { zh: "交通运营方", en: "the transit operator" },
  peerOps: { zh: "所列一方的运维", en: "the operations of the party named" },
  nobody: { zh: "无需任何人操作", en: "nobody: it goes on by itself" },
};

export const RETRY_WORDS: Readonly<Record<Retry, Words>> = {
  now: { zh: "现在就可以再试", en: "try again now" },
  after: { zh: "办好之后再试", en: "try again once that is done" },
  wait: { zh: "等待即可，会自动继续", en: "wait: it goes on by itself" },
  no: { zh: "请换一种方式或换一张卡", en: "take another way or another card" },
};

export const EFFORT_WORDS: Readonly<Record<Effort, Words>> = {
  replace: { zh: "换卡、换设备或换商户", en: "another card, device or shop" },
  branch: { zh: "去网点", en: "a visit to the branch" },
  hotline: { zh: "打电话", en: "a phone call" },
  operations: { zh: "等对方修复", en: "somebody else mends it" },
  otherDevice: { zh: "在另一台设备上操作", en: "something on another device" },
  app: { zh: "在手机银行或账户里操作", en: "something in the bank's app or an account" },
  settings: { zh: "在这台设备上操作", en: "something on this device" },
  retype: { zh: "重新填写", en: "type it again" },
  wait: { zh: "等待", en: "wait" },
};

export const STAGE_WORDS: Readonly<Record<Stage, Words>> = {
  preflight: { zh: "添加前检查", en: "before adding" },
  card: { zh: "填写卡片", en: "entering the card" },
  eligibility: { zh: "核对卡种", en: "eligibility" },
  terms: { zh: "协议", en: "terms" },
  decision: { zh: "银行决定", en: "the bank's decision" },
  verification: { zh: "身份验证", en: "verification" },
  issue: { zh: "发卡到设备", en: "issuing to the device" },
  between: { zh: "各方之间", en: "between the parties" },
  tap: { zh: "靠近机具", en: "the tap" },
  authorise: { zh: "授权途中", en: "on the way to the bank" },
  complete: { zh: "银行与完成", en: "bank and completion" },
  ride: { zh: "乘车", en: "riding" },
  shop: { zh: "网店付款", en: "paying in a shop's page" },
  code: { zh: "付款码", en: "payment codes" },
};

/** Names of the operations that hops carry; one that is not listed is shown as it is. */
export const OPERATION_WORDS: Readonly<Record<string, Words>> = {
  checkEligibility: { zh: "核对卡种", en: "check eligibility" },
  requestToken: { zh: "申请设备卡", en: "request a device card" },
  decideBinding: { zh: "银行决定", en: "decide on the binding" },
  methods: { zh: "查询验证方式", en: "list ways to verify" },
  chooseMethod: { zh: "选择验证方式", en: "choose a way to verify" },
  notMyNumber: { zh: "“不是我的号码”", en: "“not my number”" },
  sendCode: { zh: "发送验证码", en: "send a code" },
  submitCode: { zh: "提交验证码", en: "submit a code" },
  checkCode: { zh: "核对验证码", en: "check a code" },
  activate: { zh: "激活", en: "activate" },
  refuse: { zh: "银行结束本次添加", en: "end the request" },
  methodsChanged: { zh: "验证方式有变", en: "ways to verify changed" },
  recordChanged: { zh: "银行记录已更新", en: "record changed" },
  personalise: { zh: "生成卡片数据", en: "make the card's data" },
  replenishKeys: { zh: "补充支付密钥", en: "replenish keys" },
  changeToken: { zh: "变更设备卡状态", en: "change the device card" },
  changeDevice: { zh: "变更整台设备", en: "change the device" },
  notifyToken: { zh: "通知设备卡状态", en: "tell the device card's state" },
  notifyBinding: { zh: "通知添加进度", en: "tell the binding's progress" },
  notifyPayment: { zh: "付款通知", en: "payment notice" },
  renewCard: { zh: "换卡", en: "renew the card" },
  openPush: { zh: "准备从银行 App 添加", en: "prepare adding from the bank's app" },
  takePush: { zh: "接收银行 App 的卡片", en: "take the card from the bank's app" },
};

/** `{from}` and `{to}` filled in. */
export function fill(words: Words, names: { readonly from: Words; readonly to: Words }): Words {
  const put = (text: string, language: "zh" | "en") =>
    text.replaceAll("{from}", names.from[language]).replaceAll("{to}", names.to[language]);
  return { zh: put(words.zh, "zh"), en: capital(put(words.en, "en")) };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** For lists of causes, where nobody in particular is meant. */
export const SOMEBODY: { readonly from: Words; readonly to: Words } = {
  from: { zh: "请求方", en: "the asking party" },
  to: { zh: "对方", en: "the other party" },
};
