import type { AcquirerTillApi } from "#contracts/acquirer-api";
import type { Language } from "#contracts/common";
import type { IssuerApi } from "#contracts/issuer-api";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import type { WalletDeviceApi, WalletTspApi } from "#contracts/wallet-api";
import type { WireRow } from "#contracts/wire";

type Call = keyof TspWalletApi | keyof TspIssuerApi | keyof WalletTspApi | keyof IssuerApi | "authoriseToken";

/** The calls between parties in Chinese. Total: a new call without a name does not compile. */
const NAMES: Readonly<Record<Call, string>> = {
  publicKey: "取公钥",
  checkEligibility: "资格查询",
  requestToken: "申请令牌",
  decideBinding: "绑定决定",
  sendCode: "发送验证码",
  submitCode: "提交验证码",
  checkCode: "核对验证码",
  personalise: "下发卡数据",
  replenishKeys: "补充密钥",
  keyForPayment: "领取一枚密钥",
  changeToken: "更改令牌",
  changeDevice: "更改设备令牌",
  token: "查询令牌",
  notifyToken: "令牌通知",
  notifyPayment: "付款通知",
  authoriseToken: "核验令牌",
  methods: "查询验证方式",
  chooseMethod: "选择验证方式",
  notMyNumber: "不是我的手机号",
  openPush: "开始免输入加卡",
  takePush: "收取免输入加卡",
  pushRoot: "取加卡根证书",
  activate: "银行已验证",
  refuse: "银行终止绑定",
  methodsChanged: "验证方式变化",
  renewCard: "换卡",
  recordChanged: "银行资料更新",
  notifyBinding: "绑定通知",
  holdings: "查询事实",
  journeyOfCase: "查询案件号",
  journeyOfPayment: "查询付款",
};

/** What phones and tills ask; those that have the same name between other parties are above. */
const OF_PAGES: Readonly<Partial<Record<keyof WalletDeviceApi | keyof AcquirerTillApi, string>>> = {
  enrolDevice: "登记设备",
  startBinding: "开始绑卡",
  submitCard: "提交卡片",
  acceptTerms: "同意条款",
  declineTerms: "不同意条款",
  resume: "继续绑卡",
  abandon: "放弃绑卡",
  reportFacts: "上报事实",
  passes: "卡片变化",
  binding: "绑定变化",
  collectPackage: "领取卡数据",
  confirmProvisioned: "确认存好",
  replenish: "补充密钥",
  setDefault: "设为默认",
  changePass: "更改卡片",
  setLost: "丢失模式",
  wipeDevice: "抹掉设备",
  makeRecoveryCodes: "生成恢复码",
  makeJoinCode: "生成加入码",
  askForCards: "请求卡片",
  answerCardRequest: "答复请求",
  signOut: "退出登录",
  startSale: "开始收款",
  cancelSale: "取消收款",
  refund: "退款",
  voidSale: "撤销",
};
const ALL: Readonly<Record<string, string>> = { ...OF_PAGES, ...NAMES, notice: "付款通知" };

/** A row's title in the page's language; a call keeps its own name beside the Chinese one, as engineers look for it. */
export function titleOf(row: WireRow, language: Language): { readonly title: string; readonly call?: string } {
  const title = row.title[language];
  if (language !== "zh" || (row.kind !== "json" && row.kind !== "token")) return { title };
  const [call = "", ...rest] = title.split(" ");
  return Object.hasOwn(ALL, call) ? { title: [ALL[call], ...rest].join(" "), call } : { title };
}
