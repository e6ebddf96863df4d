import { DecodeError } from "#protocol/bytes";
import {
  ENTRY_MODE,
  type FieldValue,
  type IsoMessage,
  NETWORK_CODE,
  parseBalances,
  parseF90,
  parsePar,
  parseTokenBlock,
  responseFact,
  text,
} from "#protocol/iso8583";
import { currency, formatMoney, fromN12, money } from "#protocol/money";
import { type DescribedNode, maskDigits } from "#protocol/tlv";
import type { Dialect } from "./frame.ts";
import { gbkText } from "./gbk.ts";

const node = (id: string, zh: string, en: string, value?: string): DescribedNode => ({
  id,
  name: { zh, en },
  ...(value === undefined ? {} : { value }),
});

type Pair = readonly [zh: string, en: string];
const PROCESSING: Readonly<Record<string, Pair>> = {
  "00": ["消费", "purchase"],
  "01": ["取现", "cash"],
  "03": ["预授权", "pre-authorisation"],
  "20": ["撤销或退货", "void or refund"],
  "30": ["余额查询", "balance inquiry"],
  "89": ["身份或账户验证", "identity or account verification"],
};
const ENTRY: Readonly<Record<string, Pair>> = {
  [ENTRY_MODE.manual]: ["手工输入", "keyed in"],
  [ENTRY_MODE.stripe]: ["磁条", "magnetic stripe"],
  [ENTRY_MODE.qr]: ["二维码", "QR code"],
  [ENTRY_MODE.contact]: ["接触式芯片", "contact chip"],
  [ENTRY_MODE.contactless]: ["非接芯片", "contactless chip"],
  [ENTRY_MODE.eCommerce]: ["电子商务", "e-commerce"],
  "95": ["接触式芯片，CVV 不可靠", "contact chip, CVV unreliable"],
};
const PIN_DIGIT: Readonly<Record<string, Pair>> = {
  "0": ["未说明 PIN", "PIN not stated"],
  "1": ["输入了 PIN", "PIN entered"],
  "2": ["没有 PIN", "no PIN"],
};
const CONDITIONS: Readonly<Record<string, Pair>> = {
  "00": ["正常提交", "normal presentment"],
  "02": ["ATM", "ATM"],
  "06": ["预授权", "pre-authorisation"],
};
const NETWORK: Readonly<Record<string, Pair>> = {
  [NETWORK_CODE.signOn]: ["签到", "sign-on"],
  [NETWORK_CODE.signOff]: ["签退", "sign-off"],
  [NETWORK_CODE.echo]: ["回响测试", "echo test"],
  "101": ["密钥重置", "key reset"],
};
/** Widths of the positions of CUPS F60; spec iso8583 §4. */
const F60_PARTS: readonly (readonly [width: number, zh: string, en: string])[] = [
  [4, "报文原因代码", "reason code"],
  [1, "账户所有人类型", "account owner"],
  [1, "终端读取能力", "terminal read capability"],
  [1, "IC 卡条件代码", "IC condition"],
  [1, "保留", "reserved"],
  [2, "终端类型", "terminal type"],
  [1, "免验密码标志", "no-PIN flag"],
  [1, "IC 卡验证可靠性", "ARQC reliability"],
  [2, "ECI 标志", "ECI"],
  [1, "交互方式", "interaction"],
  [15, "交易附加信息", "transaction extras"],
];
const POS_F60_PARTS: readonly (readonly [width: number, zh: string, en: string])[] = [
  [2, "交易类型码", "transaction type"],
  [6, "批次号", "batch number"],
  [3, "网络管理信息码", "network management code"],
  [1, "终端读取能力", "terminal read capability"],
  [1, "IC 卡条件代码", "IC condition"],
  [4, "其余", "rest"],
];

function parts(value: string, widths: readonly (readonly [number, string, string])[]): readonly DescribedNode[] {
  let at = 0;
  return widths.flatMap(([width, zh, en], i) => {
    const part = value.slice(at, at + width);
    at += width;
    return part === "" ? [] : [node(`60.${i + 1}`, zh, en, part)];
  });
}

const known = (table: Readonly<Record<string, Pair>>, key: string): readonly DescribedNode[] => {
  const pair = Object.hasOwn(table, key) ? table[key] : undefined;
  return pair === undefined ? [] : [node("=", pair[0], pair[1])];
};

/** What lies in a text field: its parts, or what its code says. Token numbers stay masked unless revealed. */
export function meaningOf(
  dialect: Dialect,
  message: IsoMessage,
  number: number,
  value: FieldValue,
  reveal: boolean,
): readonly DescribedNode[] {
  if (typeof value !== "string") return [];
  try {
    return read(dialect, message, number, value, reveal);
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}

function read(
  dialect: Dialect,
  message: IsoMessage,
  number: number,
  value: string,
  reveal: boolean,
): readonly DescribedNode[] {
  switch (number) {
    case 3:
      return known(PROCESSING, value.slice(0, 2));
    case 4: {
      const code = currency(text(message, 49) ?? "156");
      return code === undefined ? [] : [node("=", "金额", "amount", formatMoney(fromN12(value, code)))];
    }
    case 7: {
      const [month, day, hour, minute, second] = value.match(/../g) as [string, string, string, string, string];
      return [node("=", "月-日 时:分:秒", "month-day time", `${month}-${day} ${hour}:${minute}:${second}`)];
    }
    case 22:
      return [...known(ENTRY, value.slice(0, 2)), ...known(PIN_DIGIT, value.slice(2))];
    case 25:
      return known(CONDITIONS, value);
    case 39: {
      const fact = responseFact(value);
      return [node("=", fact.zh, fact.en)];
    }
    case 54:
      return dialect === "cups" ? balanceNodes(value) : [];
    case 56: {
      const par = parsePar(value);
      return par === undefined ? [] : [node("PAR", "支付账户参考号", "payment account reference", par)];
    }
    case 60:
      return parts(value, dialect === "cups" ? F60_PARTS : POS_F60_PARTS);
    case 63:
      return dialect === "cups" ? tokenNodes(value, reveal) : [];
    case 70:
      return known(NETWORK, value);
    case 90:
      return originalNodes(value);
    default: {
      const chinese = reveal || number === 43 ? gbkText(value) : undefined;
      return chinese === undefined ? [] : [node("=", "GBK 文本", "GBK text", chinese)];
    }
  }
}

function balanceNodes(value: string): readonly DescribedNode[] {
  return parseBalances(value).map(({ accountType, balanceType, currency: unit, minor }, i) => {
    const code = currency(unit);
    return node(
      String(i + 1),
      `账户类型 ${accountType}，${balanceType === "01" ? "账面余额" : balanceType === "02" ? "可用余额" : `余额类型 ${balanceType}`}`,
      `account type ${accountType}, ${balanceType === "01" ? "ledger" : balanceType === "02" ? "available" : `balance type ${balanceType}`}`,
      code === undefined ? `${unit} ${minor}` : formatMoney(money(minor, code)),
    );
  });
}

function tokenNodes(value: string, reveal: boolean): readonly DescribedNode[] {
  const block = parseTokenBlock(value);
  if (block === undefined) return [];
  return [
    node("TK.02", "支付令牌号", "token PAN", reveal ? block.tokenPan : maskDigits(block.tokenPan)),
    node("TK.03", "令牌有效期", "token expiry", block.tokenExpiry),
    node("TK.04", "令牌担保级别", "assurance level", block.assurance),
    node("TK.06", "令牌请求方标识", "token requestor id", block.trid),
  ];
}

function originalNodes(value: string): readonly DescribedNode[] {
  const original = parseF90(value);
  if (original === undefined) return [];
  return [
    node("90.1", "原报文类型", "original MTI", original.mti),
    node("90.2", "原系统跟踪号", "original STAN", original.f11),
    node("90.3", "原传输时间", "original F7", original.f7),
    node("90.4", "原代理机构", "original F32", original.f32),
    node("90.5", "原发送机构", "original F33", original.f33),
  ];
}
