/*
 * A dialect is data: for each field its kind, its length, and how a variable length is written.
 */

/** n: digits. an/ans: text, one byte a character. z: track. b: bytes. xn: sign and digits. */
export type FieldKind = "n" | "an" | "ans" | "z" | "b" | "xn";

export interface FieldSpec {
  readonly kind: FieldKind;
  /** Exact length, or the greatest of a variable one; characters, for b bytes. */
  readonly length: number;
  /** Digits of the length prefix: none for a fixed field. */
  readonly prefix: 0 | 2 | 3;
  readonly zh: string;
  readonly en: string;
  /** Card number, track, PIN or identity: shown masked. */
  readonly secret?: true;
  /** Packed dialect: an odd fixed number whose pad is behind it. */
  readonly padBehind?: true;
}

/** How digits and lengths lie on the wire. */
export type Packing = "ascii" | "bcd";

export interface MessageSpec {
  readonly name: string;
  readonly packing: Packing;
  /** By field number; absent: the dialect has no such field. */
  readonly fields: readonly (FieldSpec | undefined)[];
}

type Row = readonly [
  number: number,
  kind: FieldKind,
  prefix: 0 | 2 | 3,
  length: number,
  zh: string,
  en: string,
  mark?: "secret" | "padBehind",
];

function specOf(name: string, packing: Packing, rows: readonly Row[]): MessageSpec {
  const fields: (FieldSpec | undefined)[] = new Array(129).fill(undefined);
  for (const [number, kind, prefix, length, zh, en, mark] of rows) {
    fields[number] = { kind, prefix, length, zh, en, ...(mark === undefined ? {} : { [mark]: true as const }) };
  }
  return { name, packing, fields };
}

// biome-ignore format: one row a field
const CUPS_ROWS: readonly Row[] = [
  [2, "n", 2, 19, "主账号", "Primary account number", "secret"],
  [3, "n", 0, 6, "交易处理码", "Processing code"],
  [4, "n", 0, 12, "交易金额", "Amount, transaction"],
  [5, "n", 0, 12, "清算金额", "Amount, settlement"],
  [6, "n", 0, 12, "持卡人扣账金额", "Amount, cardholder billing"],
  [7, "n", 0, 10, "传输时间", "Transmission date and time"],
  [9, "n", 0, 8, "清算汇率", "Conversion rate, settlement"],
  [10, "n", 0, 8, "扣账汇率", "Conversion rate, billing"],
  [11, "n", 0, 6, "系统跟踪号", "System trace number (STAN)"],
  [12, "n", 0, 6, "受卡方所在地时间", "Local time"],
  [13, "n", 0, 4, "受卡方所在地日期", "Local date"],
  [14, "n", 0, 4, "卡有效期", "Expiry YYMM"],
  [15, "n", 0, 4, "清算日期", "Settlement date"],
  [16, "n", 0, 4, "兑换日期", "Conversion date"],
  [18, "n", 0, 4, "商户类型", "Merchant category code"],
  [19, "n", 0, 3, "商户国家代码", "Acquirer country"],
  [22, "n", 0, 3, "服务点输入方式", "POS entry mode"],
  [23, "n", 0, 3, "卡序列号", "Card sequence number"],
  [25, "n", 0, 2, "服务点条件码", "POS condition"],
  [26, "n", 0, 2, "PIN 获取长度", "PIN capture length"],
  [28, "xn", 0, 9, "交易费", "Transaction fee"],
  [32, "n", 2, 11, "代理机构标识码", "Acquirer id"],
  [33, "n", 2, 11, "发送机构标识码", "Forwarder id"],
  [35, "z", 2, 37, "第二磁道数据", "Track 2", "secret"],
  [36, "z", 3, 104, "第三磁道数据", "Track 3", "secret"],
  [37, "an", 0, 12, "检索参考号", "Retrieval reference (RRN)"],
  [38, "an", 0, 6, "授权标识应答码", "Authorisation code"],
  [39, "an", 0, 2, "应答码", "Response code"],
  [41, "ans", 0, 8, "终端标识码", "Terminal id"],
  [42, "ans", 0, 15, "受卡方标识码", "Merchant id"],
  [43, "ans", 0, 40, "受卡方名称地址", "Merchant name and location"],
  [44, "ans", 2, 25, "附加响应数据", "Additional response data"],
  [45, "ans", 2, 76, "第一磁道数据", "Track 1", "secret"],
  [48, "ans", 3, 512, "附加数据-私有", "Additional data, private"],
  [49, "an", 0, 3, "交易货币代码", "Currency, transaction"],
  [50, "an", 0, 3, "清算货币代码", "Currency, settlement"],
  [51, "an", 0, 3, "持卡人账户货币代码", "Currency, billing"],
  [52, "b", 0, 8, "个人标识码数据", "PIN block", "secret"],
  [53, "n", 0, 16, "安全控制信息", "Security control"],
  [54, "an", 3, 40, "实际余额", "Balances"],
  [55, "b", 3, 255, "IC 卡数据域", "IC card data"],
  [56, "ans", 3, 512, "附加信息", "Additional information"],
  [57, "ans", 3, 100, "附加交易信息", "Transaction data"],
  [59, "ans", 3, 600, "明细查询数据", "Enquiry detail"],
  [60, "ans", 3, 100, "自定义域", "Reserved, private"],
  [61, "ans", 3, 200, "持卡人身份认证信息", "Cardholder authentication", "secret"],
  [62, "ans", 3, 200, "交换中心数据", "Switch data"],
  [63, "ans", 3, 512, "金融网络数据", "Network data"],
  [70, "n", 0, 3, "网络管理信息码", "Network management code"],
  [90, "n", 0, 42, "原始数据元", "Original data elements"],
  [96, "b", 0, 8, "报文安全码", "Message security code", "secret"],
  [100, "n", 2, 11, "接收机构标识码", "Receiving institution"],
  [102, "ans", 2, 28, "账户标识 1", "Account 1", "secret"],
  [103, "ans", 2, 28, "账户标识 2", "Account 2", "secret"],
  [104, "ans", 3, 512, "附加数据", "Additional data"],
  [121, "ans", 3, 100, "银联处理中心保留", "Network reserved"],
  [122, "ans", 3, 100, "受理方保留", "Acquirer reserved"],
  // The table says 100; a member's own simulator sends 226 (spec §10.3), so any LLLVAR length is taken.
  [123, "ans", 3, 999, "发卡方保留", "Issuer reserved"],
  [128, "an", 0, 8, "报文鉴别码", "Message authentication code"],
];

/** UnionPay member interface: ASCII fields, binary bitmap, 46-byte header before it. Source: spec iso8583 §3. */
export const CUPS: MessageSpec = specOf("cups", "ascii", CUPS_ROWS);

// biome-ignore format: one row a field
const POS_ROWS: readonly Row[] = [
  [2, "n", 2, 19, "主账号", "Primary account number", "secret"],
  [3, "n", 0, 6, "交易处理码", "Processing code"],
  [4, "n", 0, 12, "交易金额", "Amount, transaction"],
  [11, "n", 0, 6, "受卡方系统跟踪号", "System trace number (STAN)"],
  [12, "n", 0, 6, "受卡方所在地时间", "Local time"],
  [13, "n", 0, 4, "受卡方所在地日期", "Local date"],
  [14, "n", 0, 4, "卡有效期", "Expiry YYMM"],
  [15, "n", 0, 4, "清算日期", "Settlement date"],
  [22, "n", 0, 3, "服务点输入方式", "POS entry mode", "padBehind"],
  [23, "n", 0, 3, "卡序列号", "Card sequence number"],
  [25, "n", 0, 2, "服务点条件码", "POS condition"],
  [26, "n", 0, 2, "PIN 获取码", "PIN capture length"],
  [32, "n", 2, 11, "受理方标识码", "Acquirer id"],
  [35, "z", 2, 37, "二磁道数据", "Track 2", "secret"],
  [36, "z", 3, 104, "三磁道数据", "Track 3", "secret"],
  [37, "an", 0, 12, "检索参考号", "Retrieval reference (RRN)"],
  [38, "an", 0, 6, "授权标识应答码", "Authorisation code"],
  [39, "an", 0, 2, "应答码", "Response code"],
  [41, "ans", 0, 8, "受卡机终端标识码", "Terminal id"],
  [42, "ans", 0, 15, "受卡方标识码", "Merchant id"],
  [44, "ans", 2, 25, "附加响应数据", "Additional response data"],
  [48, "ans", 3, 322, "附加数据-私有", "Additional data, private"],
  [49, "an", 0, 3, "交易货币代码", "Currency"],
  [52, "b", 0, 8, "个人标识码数据", "PIN block", "secret"],
  [53, "n", 0, 16, "安全控制信息", "Security control"],
  [54, "ans", 3, 20, "余额", "Balance"],
  [55, "b", 3, 255, "IC 卡数据域", "IC card data"],
  [58, "ans", 3, 100, "PBOC 电子钱包标准", "E-purse data"],
  [60, "n", 3, 17, "自定义域", "Reserved, private"],
  [61, "n", 3, 29, "原始信息域", "Original message"],
  [62, "b", 3, 512, "自定义域", "Keys and parameters", "secret"],
  [63, "ans", 3, 163, "自定义域", "Reserved, private"],
  [64, "b", 0, 8, "报文鉴别码", "Message authentication code"],
];

/** UnionPay POS interface: packed digits, lengths in BCD. Source: spec iso8583 §9. */
export const POS_BCD: MessageSpec = specOf("bcd", "bcd", POS_ROWS);
