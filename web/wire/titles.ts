import type { Language } from "#contracts/common";
import type { IssuerApi } from "#contracts/issuer-api";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import type { WalletTspApi } from "#contracts/wallet-api";
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

/** A row's title in the page's language; a call keeps its own name beside the Chinese one, as engineers look for it. */
export function titleOf(row: WireRow, language: Language): { readonly title: string; readonly call?: string } {
  const title = row.title[language];
  if (language !== "zh" || (row.kind !== "json" && row.kind !== "token")) return { title };
  const [call = "", ...rest] = title.split(" ");
  return Object.hasOwn(NAMES, call) ? { title: [NAMES[call as Call], ...rest].join(" "), call } : { title };
}
