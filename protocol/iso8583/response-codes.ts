/** What an answer means for money: approve, decline, decline and pick up (a wallet never does: declined), try again. */
export type ResponseAct = "approve" | "decline" | "pickUp" | "retry";

export interface ResponseFact {
  readonly act: ResponseAct;
  readonly zh: string;
  readonly en: string;
}

export type ResponseCode =
  | "00"
  | "01"
  | "02"
  | "03"
  | "04"
  | "05"
  | "06"
  | "07"
  | "09"
  | "10"
  | "11"
  | "12"
  | "13"
  | "14"
  | "15"
  | "16"
  | "17"
  | "19"
  | "20"
  | "21"
  | "22"
  | "23"
  | "25"
  | "30"
  | "31"
  | "33"
  | "34"
  | "35"
  | "36"
  | "37"
  | "38"
  | "39"
  | "40"
  | "41"
  | "42"
  | "43"
  | "44"
  | "45"
  | "51"
  | "52"
  | "53"
  | "54"
  | "55"
  | "56"
  | "57"
  | "58"
  | "59"
  | "60"
  | "61"
  | "62"
  | "63"
  | "64"
  | "65"
  | "66"
  | "67"
  | "68"
  | "75"
  | "76"
  | "80"
  | "90"
  | "91"
  | "92"
  | "93"
  | "94"
  | "95"
  | "96"
  | "97"
  | "98"
  | "99"
  | "A0"
  | "A2"
  | "A4"
  | "A5"
  | "A6";

const a = (zh: string, en: string): ResponseFact => ({ act: "approve", zh, en });
const d = (zh: string, en: string): ResponseFact => ({ act: "decline", zh, en });
const p = (zh: string, en: string): ResponseFact => ({ act: "pickUp", zh, en });
const r = (zh: string, en: string): ResponseFact => ({ act: "retry", zh, en });

/** F39. Source: spec iso8583 §6 (public tables that agree on 00-91; 92-99 UNVERIFIED beyond their numbers). */
export const RESPONSE_CODES: Readonly<Record<ResponseCode, ResponseFact>> = {
  "00": a("交易成功", "Approved"),
  "01": d("请联系发卡行", "Refer to card issuer"),
  "02": d("请联系发卡行（特殊条件）", "Refer to card issuer, special condition"),
  "03": d("无效商户", "Invalid merchant"),
  "04": p("没收卡", "Pick up card"),
  "05": d("不予承兑，请联系发卡行", "Do not honour: contact the card issuer"),
  "06": d("出错", "Error"),
  "07": p("没收卡（特殊条件）", "Pick up card, special condition"),
  "09": r("请求正在处理中", "Request in progress"),
  "10": a("部分金额批准", "Partial approval"),
  "11": a("重要人物批准", "Approved, VIP"),
  "12": d("无效交易", "Invalid transaction"),
  "13": d("无效金额", "Invalid amount"),
  "14": d("无效卡号，请联系发卡行或换卡重试", "Invalid card number: try another card"),
  "15": d("无此发卡方", "No such issuer"),
  "16": a("批准，更新第三磁道", "Approved, update track 3"),
  "17": d("客户取消", "Customer cancellation"),
  "19": r("重新送入交易", "Re-enter transaction"),
  "20": d("无效响应", "Invalid response"),
  "21": d("卡未激活", "Card not activated"),
  "22": d("与原交易不符", "Suspected malfunction: related transaction"),
  "23": d("不可接受的交易费", "Unacceptable fee"),
  "25": d("找不到原始交易", "Original transaction not found"),
  "30": d("报文格式错误", "Format error"),
  "31": d("交换中心不支持的银行", "Bank not supported by switch"),
  "33": p("过期的卡", "Expired card, pick up"),
  "34": p("有作弊嫌疑", "Suspected fraud, pick up"),
  "35": p("受卡方与代理方联系", "Contact the acquirer, pick up"),
  "36": p("受限制的卡", "Restricted card, pick up"),
  "37": p("呼叫代理方安全部门", "Call the acquirer's security, pick up"),
  "38": p("密码输入次数超限", "PIN tries exceeded, pick up"),
  "39": d("无信用账户", "No credit account"),
  "40": d("请求的功能尚不支持", "Function not supported"),
  "41": p("挂失卡", "Lost card"),
  "42": d("无此账户", "No such account"),
  "43": p("被窃卡", "Stolen card"),
  "44": d("无投资账户", "No investment account"),
  "45": d("请插卡", "Insert the chip card"),
  "51": d("余额不足", "Insufficient funds"),
  "52": d("无支票账户", "No cheque account"),
  "53": d("无储蓄账户", "No savings account"),
  "54": d("过期的卡，请换卡重试", "Expired card: try another card"),
  "55": r("密码错误，请重试", "Wrong PIN: try again"),
  "56": d("无卡记录", "No card record"),
  "57": d("不允许持卡人进行的交易", "Not permitted to cardholder"),
  "58": d("不允许终端进行的交易", "Not permitted to terminal"),
  "59": d("安全校验未通过", "Suspected fraud: security check failed"),
  "60": d("受卡方与代理方联系", "Contact the acquirer"),
  "61": d("超出金额限制", "Over the amount limit"),
  "62": d("受限制的卡", "Restricted card"),
  "63": d("侵犯安全", "Security violation"),
  "64": d("与原交易金额不符", "Original amount wrong"),
  "65": d("超出次数限制", "Over the count limit"),
  "66": d("受卡方呼叫代理方安全部门", "Call the acquirer's security"),
  "67": p("强行受理（没收卡）", "Hard capture"),
  "68": r("交易超时，请重试", "Response too late: try again"),
  "75": d("密码错误次数超限", "PIN tries exceeded"),
  "76": d("无效账户", "Invalid account"),
  "80": d("交易拒绝", "Declined"),
  "90": r("正在日终处理", "Cut-over in progress"),
  "91": r("发卡方不能操作，请稍后重试", "Issuer cannot act: try again later"),
  "92": d("找不到机构路由", "Institution not found for routing"),
  "93": p("交易违法，不能完成", "Legal violation"),
  "94": d("重复交易", "Duplicate transaction"),
  "95": d("对账差异", "Reconciliation difference"),
  "96": r("系统异常，请稍后重试", "System failure: try again later"),
  "97": d("终端未登记", "Terminal not found"),
  "98": r("收不到发卡方应答，请稍后重试", "No answer from issuer: try again later"),
  "99": d("密码格式错误", "PIN format error"),
  A0: d("MAC 校验失败", "MAC check failed"),
  A2: a("批准，请联系发卡行确认", "Approved, with a reservation: ask the issuer"),
  A4: a("批准，请联系发卡行确认", "Approved, with a reservation: ask the issuer"),
  A5: a("批准，请联系发卡行确认", "Approved, with a reservation: ask the issuer"),
  A6: a("批准，请联系发卡行确认", "Approved, with a reservation: ask the issuer"),
};

/** Facts of a code, one that we do not know included: then it is a decline. */
export function responseFact(code: string): ResponseFact {
  return Object.hasOwn(RESPONSE_CODES, code)
    ? RESPONSE_CODES[code as ResponseCode]
    : d(`未知应答码 ${code}`, `Unknown response code ${code}`);
}

export function isApproved(code: string | undefined): boolean {
  return code !== undefined && responseFact(code).act === "approve";
}
