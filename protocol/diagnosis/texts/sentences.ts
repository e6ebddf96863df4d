import { isWitness, type Words } from "../cause.ts";
import { CAUSES } from "../causes/index.ts";
import { isCause } from "../codes.ts";
import type { Fact, FactData, Step } from "../fact.ts";
import { OPERATION_WORDS, STAGE_WORDS, WITNESS_WORDS } from "./words.ts";

/*
 * One sentence a fact, so that a time line reads as a story. `{who}` is the party that speaks, `{peer}` and
 * `{operation}` the hop; other names in braces are data of the fact.
 */

const SENTENCES: Readonly<Record<Step, Words>> = {
  sent: { zh: "{who}向{peer}发出请求：{operation}", en: "{who} asked {peer}: {operation}" },
  received: { zh: "{who}收到{peer}的请求：{operation}", en: "{who} received from {peer}: {operation}" },
  decided: { zh: "{who}已处理：{operation}{answer}", en: "{who} decided: {operation}{answer}" },
  answered: {
    zh: "{who}收到{peer}的应答：{operation}{answer}",
    en: "{who} got the answer of {peer}: {operation}{answer}",
  },
  unanswered: { zh: "{who}没有等到{peer}的应答：{operation}", en: "{who} got no answer from {peer}: {operation}" },
  preflightPassed: { zh: "{who}：添加前检查全部通过", en: "{who}: all checks before adding passed" },
  cardRead: { zh: "{who}：卡片已录入{by}", en: "{who}: the card was entered{by}" },
  termsAccepted: { zh: "{who}：持卡人已同意协议", en: "{who}: the holder accepted the terms" },
  recommended: { zh: "{who}给出建议{colour}", en: "{who} gave its advice{colour}" },
  methodChosen: { zh: "{who}：持卡人选择了验证方式{method}", en: "{who}: the holder chose how to verify{method}" },
  resumed: { zh: "{who}：持卡人回来继续", en: "{who}: the holder came back and went on" },
  packageStored: { zh: "{who}已存好卡片数据和密钥", en: "{who} has stored the card's data and keys" },
  cardShown: { zh: "{who}：卡片已显示，可以使用", en: "{who} shows the card: ready" },
  lostModeOn: { zh: "{who}：丢失模式已开启", en: "{who}: lost mode is on" },
  lostModeOff: { zh: "{who}：丢失模式已解除", en: "{who}: lost mode is off" },
  tokenIssued: { zh: "{who}生成了设备卡{status}", en: "{who} issued the device card{status}" },
  tokenActivated: { zh: "{who}激活了设备卡", en: "{who} activated the device card" },
  tokenChanged: { zh: "{who}变更了设备卡状态{status}{by}", en: "{who} changed the device card{status}{by}" },
  packageMade: { zh: "{who}生成了卡片数据和密钥", en: "{who} made the card's data and keys" },
  tokenState: { zh: "{who}现在记录的设备卡状态{status}", en: "{who} holds the device card as it stands{status}" },
  bankDecided: { zh: "{who}作出决定{colour}", en: "{who} decided{colour}" },
  codeMade: { zh: "{who}生成了验证码", en: "{who} made a code" },
  codeSent: { zh: "{who}：短信已交给运营商", en: "{who}: the message went to the operator" },
  codeDelivered: { zh: "{who}：短信已送达手机", en: "{who}: the message reached the phone" },
  codeRight: { zh: "{who}：验证码正确", en: "{who}: the code is right" },
  bankAppApproved: { zh: "{who}：持卡人已在手机银行确认", en: "{who}: the holder confirmed in the bank's app" },
  hotlineApproved: { zh: "{who}：客服已核实通过", en: "{who}: verified by the call centre" },
  recordChanged: { zh: "{who}更新了客户或卡片记录{what}", en: "{who} changed the record{what}" },
  cardPresented: { zh: "{who}：卡片已靠近机具", en: "{who}: a card came near" },
  cryptogramMade: { zh: "{who}给出了付款凭证", en: "{who} made the payment's proof" },
  saleKept: { zh: "{who}已记下这笔交易，准备发出", en: "{who} wrote the sale down, to be sent" },
  saleApproved: { zh: "{who}：交易成功", en: "{who}: the sale is approved" },
  tokenAccepted: { zh: "{who}：设备卡与付款凭证均有效", en: "{who}: device card and proof are good" },
  routed: { zh: "{who}已转发给银行", en: "{who} passed it on to the bank" },
  authorised: { zh: "{who}已批准这笔付款", en: "{who} approved the payment" },
  reversalSent: { zh: "{who}发出冲正，要求退回", en: "{who} asked for the payment to be taken back" },
  reversalDone: { zh: "{who}：冲正完成，款项已退回", en: "{who}: the payment was taken back" },
};

/** Values that data carries, in words. */
const VALUES: Readonly<Record<string, Words>> = {
  green: { zh: "通过", en: "green: go ahead" },
  yellow: { zh: "需要验证", en: "yellow: verify first" },
  orange: { zh: "需要电话或网点验证", en: "orange: verify by phone or at a branch" },
  red: { zh: "不通过", en: "red: no" },
  smsCode: { zh: "短信验证码", en: "a code by message" },
  bankApp: { zh: "手机银行", en: "the bank's app" },
  callCentre: { zh: "银行客服电话", en: "the bank's call centre" },
  branch: { zh: "网点", en: "a branch" },
  camera: { zh: "相机扫描", en: "by camera" },
  typed: { zh: "手动输入", en: "typed" },
  inactive: { zh: "未激活", en: "not active yet" },
  active: { zh: "可用", en: "active" },
  suspended: { zh: "已暂停", en: "suspended" },
  deleted: { zh: "已移除", en: "removed" },
  holder: { zh: "持卡人", en: "by the holder" },
  wallet: { zh: "钱包", en: "by the wallet" },
  issuer: { zh: "银行", en: "by the bank" },
  tsp: { zh: "令牌服务方", en: "by the token service" },
  reservedPhone: { zh: "预留手机号", en: "the reserved phone" },
  cardStatus: { zh: "卡片状态", en: "the card's state" },
  customerRecord: { zh: "客户资料", en: "the customer's details" },
  limits: { zh: "数量或限额", en: "numbers or limits" },
  ok: { zh: "完成", en: "done" },
  peerUnavailable: { zh: "下一方没有应答", en: "the party behind did not answer" },
};

/** What a fact says, in a sentence. */
export function sentenceOf(fact: Fact): Words {
  const who = WITNESS_WORDS[fact.party];
  if (!isCause(fact.code)) return put(SENTENCES[fact.code], who, fact.data);
  const { name } = CAUSES[fact.code];
  const stage = STAGE_WORDS[fact.stage];
  return capitals(
    fact.outcome === "failed"
      ? { zh: `${who.zh}：止于“${name.zh}”（${stage.zh}）`, en: `${who.en} stopped it: ${name.en} (${stage.en})` }
      : { zh: `${who.zh}：已核对，不是“${name.zh}”`, en: `${who.en} checked, and it is not: ${name.en}` },
  );
}

function put(template: Words, who: Words, data: FactData): Words {
  const peer = isWitness(data["peer"]) ? WITNESS_WORDS[data["peer"]] : undefined;
  const of = (language: "zh" | "en") =>
    template[language].replace(/\{(\w+)\}/g, (_, name: string) => {
      if (name === "who") return who[language];
      if (name === "peer") return peer?.[language] ?? (language === "zh" ? "对方" : "the other party");
      const value = String(data[name] ?? "");
      if (name === "operation")
        return Object.hasOwn(OPERATION_WORDS, value) ? OPERATION_WORDS[value]![language] : value;
      if (name === "answer") return answerWords(data, language);
      const words = Object.hasOwn(VALUES, value) ? VALUES[value]![language] : value;
      return words === "" ? "" : language === "zh" ? `（${words}）` : ` (${words})`;
    });
  return capitals({ zh: of("zh"), en: of("en") });
}

function answerWords(data: FactData, language: "zh" | "en"): string {
  const cause = data["cause"];
  if (typeof cause === "string" && isCause(cause))
    return language === "zh" ? `（${CAUSES[cause].name.zh}）` : ` (${CAUSES[cause].name.en})`;
  const answer = String(data["answer"] ?? "");
  if (answer === "") return "";
  const words = Object.hasOwn(VALUES, answer) ? VALUES[answer]![language] : answer;
  return language === "zh" ? `（${words}）` : ` (${words})`;
}

function capitals({ zh, en }: Words): Words {
  return { zh, en: en.slice(0, 1).toUpperCase() + en.slice(1) };
}
