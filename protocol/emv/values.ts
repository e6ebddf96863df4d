import { DecodeError, equalBytes, toHex, toLatin1, toUint, unpackDigits } from "#protocol/bytes";
import { type DescribedNode, formatOf, parseDol, TAGS, type ValueReader } from "#protocol/tlv";
import { PPSE, PSE, UNIONPAY_AIDS } from "./applications.ts";
import { AIP_WORDS, type BitWords, CTQ_WORDS, TSI_WORDS, TTQ_WORDS, TVR_WORDS } from "./bit-words.ts";
import { AIP, CTQ, type NamedBits, TSI, TTQ, TVR } from "./bits.ts";
import { cryptogramTypeOf, parseIad } from "./iad.ts";

type Reader = (value: Uint8Array) => readonly DescribedNode[];

const node = (id: string, zh: string, en: string, value?: string): DescribedNode => ({
  id,
  name: { zh, en },
  ...(value === undefined ? {} : { value }),
});
const hex = (bytes: Uint8Array) => toHex(bytes).toUpperCase();

function bits<Name extends string>(named: NamedBits<Name>, words: BitWords<Name>): Reader {
  return (value) =>
    value.length !== named.length
      ? []
      : named.places(value).map(([place, name]) => {
          const [zh, en] = name === undefined ? ["保留位", "reserved for future use"] : words[name];
          return node(place, zh!, en!);
        });
}

/** A reader that knows values of one length by their hex; another value says nothing. */
function known(table: Readonly<Record<string, readonly [zh: string, en: string]>>): Reader {
  return (value) => {
    const words = table[hex(value)];
    return words === undefined ? [] : [node("=", words[0], words[1])];
  };
}

/** Card verification results, spec emv-card §7. Byte 1 is the length. */
const CVR_BITS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  "2.4": ["发卡行认证已做但失败", "issuer authentication performed and failed"],
  "2.3": ["已做脱机 PIN 验证", "offline PIN verification performed"],
  "2.2": ["脱机 PIN 验证失败", "offline PIN verification failed"],
  "2.1": ["不能联机", "unable to go online"],
  "3.8": ["上次联机交易未完成", "last online transaction not completed"],
  "3.7": ["PIN 尝试次数超限", "PIN try limit exceeded"],
  "3.6": ["频度计数器超限", "velocity counter exceeded"],
  "3.5": ["新卡", "new card"],
  "3.4": ["上次联机交易发卡行认证失败", "issuer authentication failed in last online transaction"],
  "3.3": ["联机授权后未做发卡行认证", "issuer authentication not performed after online authorisation"],
  "3.2": ["PIN 超限，应用已锁", "application blocked by PIN"],
  "3.1": ["上次交易 SDA 失败", "SDA failed in last transaction"],
  "4.4": ["发卡行脚本失败", "issuer script failed"],
  "4.3": ["上次交易 DDA 失败", "DDA failed in last transaction"],
  "4.2": ["已做 DDA", "DDA performed"],
  "4.1": ["保留位", "reserved for future use"],
};
const SECOND_AC = ["AAC", "TC", "未请求 not requested", "RFU"] as const;

function cvrNodes(cvr: Uint8Array): readonly DescribedNode[] {
  const second = SECOND_AC[cvr[1]! >> 6]!;
  const scripts = cvr[3]! >> 4;
  return [
    node("2.8-7", "第二次 GENERATE AC", "second GENERATE AC", second),
    node("2.6-5", "第一次密文", "first cryptogram", cryptogramTypeOf(cvr) ?? "RFU"),
    ...Object.entries(CVR_BITS)
      .filter(([place]) => ((cvr[Number(place[0]) - 1]! >> (Number(place[2]) - 1)) & 1) === 1)
      .map(([place, [zh, en]]) => node(place, zh, en)),
    ...(scripts === 0
      ? []
      : [node("4.8-5", "上次交易处理的脚本命令数", "script commands in last transaction", String(scripts))]),
  ];
}

function cvrNode(cvr: Uint8Array): DescribedNode {
  const type = cryptogramTypeOf(cvr) ?? "RFU";
  return {
    ...node("CVR", `卡片验证结果：${type}`, `Card verification results: ${type}`, hex(cvr)),
    children: cvrNodes(cvr),
  };
}

const ALGORITHMS: Readonly<Record<number, string>> = { 1: "3DES", 4: "SM4" };
/** The card's balance as issuer discretionary data: length, id 01, five bytes, four MAC bytes. */
const BALANCE_IDD = { length: 0x0a, id: 0x01 } as const;

/** Issuer application data: PBOC's form, or the 7 bytes of Visa's format 0/1/3, which has the same CVR. */
function iadNodes(value: Uint8Array): readonly DescribedNode[] {
  const head = (dki: number, cvn: number) => [
    node("DKI", "密钥索引", "Derivation key index", String(dki)),
    node("CVN", "密文版本", "Cryptogram version", String(cvn)),
  ];
  if (value.length >= 7 && value[0] === 6 && value[3] === 3)
    return [...head(value[1]!, value[2]!), cvrNode(value.subarray(3, 7))];
  const iad = parseIad(value);
  const rest = iad.discretionary;
  const balance = rest[0] === BALANCE_IDD.length && rest[1] === BALANCE_IDD.id && rest.length === 11;
  return [
    ...head(iad.dki, iad.cvn),
    cvrNode(iad.cvr),
    node("ALG", "算法", "Algorithm", ALGORITHMS[iad.algorithm] ?? String(iad.algorithm)),
    ...(balance
      ? [
          node("IDD", "电子现金余额", "Electronic cash balance", hex(rest.subarray(2, 7))),
          node("MAC", "余额的 MAC", "MAC over the balance", hex(rest.subarray(7))),
        ]
      : rest.length > 0
        ? [node("IDD", "发卡行自定义数据", "Issuer discretionary data", hex(rest))]
        : []),
  ];
}

const CVM_METHODS: Readonly<Record<number, readonly [zh: string, en: string]>> = {
  0: ["失败", "fail CVM processing"],
  1: ["脱机明文 PIN", "offline plaintext PIN"],
  2: ["联机 PIN", "online PIN"],
  3: ["脱机明文 PIN 加签名", "offline plaintext PIN and signature"],
  4: ["脱机密文 PIN", "offline enciphered PIN"],
  5: ["脱机密文 PIN 加签名", "offline enciphered PIN and signature"],
  30: ["签名", "signature"],
  31: ["无需验证", "no CVM required"],
  32: ["出示证件", "show ID document"],
  63: ["未做验证", "no CVM performed"],
};
const CVM_CONDITIONS: readonly (readonly [zh: string, en: string])[] = [
  ["总是", "always"],
  ["无人值守取现", "unattended cash"],
  ["非取现非返现", "not cash, not cashback"],
  ["终端支持该方法时", "if the terminal supports the CVM"],
  ["人工取现", "manual cash"],
  ["返现", "cashback"],
  ["应用货币且低于 X", "in application currency and under X"],
  ["应用货币且高于 X", "in application currency and over X"],
  ["应用货币且低于 Y", "in application currency and under Y"],
  ["应用货币且高于 Y", "in application currency and over Y"],
];

function cvmWords(method: number, condition: number): readonly [zh: string, en: string] {
  const [zh, en] = CVM_METHODS[method & 0x3f] ?? ["未知方法", "unknown method"];
  const [zhWhen, enWhen] = CVM_CONDITIONS[condition] ?? ["未知条件", "unknown condition"];
  return [`${zh}，${zhWhen}`, `${en}, ${enWhen}`];
}

function cvmListNodes(value: Uint8Array): readonly DescribedNode[] {
  if (value.length < 8 || value.length % 2 !== 0) return [];
  const rules = Array.from({ length: (value.length - 8) / 2 }, (_, i) => {
    const [method, condition] = [value[8 + 2 * i]!, value[9 + 2 * i]!];
    const [zh, en] = cvmWords(method, condition);
    const next = (method & 0x40) !== 0;
    return node(
      String(i + 1),
      `${zh}；失败则${next ? "继续下一条" : "终止"}`,
      `${en}; if it fails ${next ? "apply the next rule" : "stop"}`,
      hex(value.subarray(8 + 2 * i, 10 + 2 * i)),
    );
  });
  return [
    node("X", "金额 X", "Amount X", String(toUint(value.subarray(0, 4)))),
    node("Y", "金额 Y", "Amount Y", String(toUint(value.subarray(4, 8)))),
    ...rules,
  ];
}

const CVM_OUTCOMES: readonly (readonly [zh: string, en: string])[] = [
  ["结果未知", "outcome unknown"],
  ["失败", "failed"],
  ["成功", "successful"],
];

function cvmResultNodes(value: Uint8Array): readonly DescribedNode[] {
  if (value.length !== 3) return [];
  const [zh, en] = cvmWords(value[0]!, value[1]!);
  const [zhOut, enOut] = CVM_OUTCOMES[value[2]!] ?? ["未知结果", "unknown outcome"];
  return [node("=", `${zh}：${zhOut}`, `${en}: ${enOut}`)];
}

function aflNodes(value: Uint8Array): readonly DescribedNode[] {
  if (value.length === 0 || value.length % 4 !== 0) return [];
  return Array.from({ length: value.length / 4 }, (_, i) => {
    const [sfi, first, last, signed] = value.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    return node(
      `SFI ${sfi >> 3}`,
      `记录 ${first} 至 ${last}，其中 ${signed} 条签名`,
      `records ${first} to ${last}, ${signed} of them signed`,
      hex(value.subarray(4 * i, 4 * i + 4)),
    );
  });
}

const CID_TYPES = ["AAC", "TC", "ARQC", "RFU"] as const;
const CID_REASONS: readonly (readonly [zh: string, en: string])[] = [
  ["", ""],
  ["不允许的服务", "service not allowed"],
  ["PIN 尝试次数超限", "PIN try limit exceeded"],
  ["发卡行认证失败", "issuer authentication failed"],
];

function cidNodes(value: Uint8Array): readonly DescribedNode[] {
  if (value.length !== 1) return [];
  const byte = value[0]!;
  const type = CID_TYPES[byte >> 6]!;
  const reason = CID_REASONS[byte & 0x07];
  return [
    node("1.8-7", "密文类型", "cryptogram type", type),
    ...((byte & 0x08) === 0 ? [] : [node("1.4", "要求通知", "advice required")]),
    ...(reason === undefined || reason[0] === "" ? [] : [node("1.3-1", reason[0], reason[1])]),
  ];
}

const CAPABILITY_BITS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  "1.8": ["手工输入", "manual key entry"],
  "1.7": ["磁条", "magnetic stripe"],
  "1.6": ["接触式芯片", "IC with contacts"],
  "2.8": ["脱机明文 PIN", "plaintext PIN for offline verification"],
  "2.7": ["联机 PIN", "enciphered PIN for online verification"],
  "2.6": ["签名", "signature"],
  "2.5": ["脱机密文 PIN", "enciphered PIN for offline verification"],
  "2.4": ["无需验证", "no CVM required"],
  "3.8": ["静态数据认证", "SDA"],
  "3.7": ["动态数据认证", "DDA"],
  "3.6": ["吞卡", "card capture"],
  "3.4": ["复合动态数据认证", "CDA"],
};

function capabilityNodes(value: Uint8Array): readonly DescribedNode[] {
  if (value.length !== 3) return [];
  return Object.entries(CAPABILITY_BITS)
    .filter(([place]) => ((value[Number(place[0]) - 1]! >> (Number(place[2]) - 1)) & 1) === 1)
    .map(([place, [zh, en]]) => node(place, zh, en));
}

function dolNodes(value: Uint8Array): readonly DescribedNode[] {
  return parseDol(value).map(({ tag, length }) => {
    const fact = TAGS[tag];
    return { ...node(tag, fact?.zh ?? "专有数据", fact?.en ?? "Private data"), lengthBytes: length };
  });
}

function aidNodes(value: Uint8Array): readonly DescribedNode[] {
  if (equalBytes(value, PPSE)) return [node("=", "非接支付目录 (PPSE)", "contactless payment directory (PPSE)")];
  if (equalBytes(value, PSE)) return [node("=", "接触支付目录 (PSE)", "contact payment directory (PSE)")];
  const product = UNIONPAY_AIDS[toHex(value)];
  return product === undefined ? [] : [node("=", `银联${product.zh}`, `UnionPay ${product.en}`)];
}

function dateNodes(value: Uint8Array): readonly DescribedNode[] {
  const digits = value.length === 3 ? unpackDigits(value) : undefined;
  if (digits === undefined) return [];
  return [node("=", "年-月-日", "year-month-day", `20${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4)}`)];
}

const counterNodes: Reader = (value) =>
  value.length === 2 ? [node("=", "十进制", "decimal", String(toUint(value)))] : [];

/** Answer to GET PROCESSING OPTIONS or GENERATE AC without tags: told apart by what an AFL can be. */
function formatOneNodes(value: Uint8Array): readonly DescribedNode[] {
  const afl = value.subarray(2);
  const entries = Array.from({ length: afl.length / 4 }, (_, i) => afl.subarray(4 * i, 4 * i + 4));
  const isAfl =
    afl.length > 0 &&
    afl.length % 4 === 0 &&
    entries.every(([sfi, first, last]) => (sfi! & 0x07) === 0 && sfi! > 0 && first! > 0 && first! <= last!);
  const part = (tag: string, bytes: Uint8Array): DescribedNode => {
    const inside = emvValues(tag, bytes);
    return {
      ...node(tag, TAGS[tag]!.zh, TAGS[tag]!.en, hex(bytes)),
      lengthBytes: bytes.length,
      ...(inside.length > 0 ? { children: inside } : {}),
    };
  };
  if (isAfl) return [part("82", value.subarray(0, 2)), part("94", afl)];
  if (value.length < 11 || value.length > 43) return [];
  return [
    part("9F27", value.subarray(0, 1)),
    part("9F36", value.subarray(1, 3)),
    part("9F26", value.subarray(3, 11)),
    ...(value.length > 11 ? [part("9F10", value.subarray(11))] : []),
  ];
}

function issuerAuthenticationNodes(value: Uint8Array): readonly DescribedNode[] {
  if (value.length !== 10) return [];
  return [
    node("ARPC", "授权响应密文", "Authorisation response cryptogram", hex(value.subarray(0, 8))),
    node("ARC", "授权响应码", "Authorisation response code", printable(value.subarray(8)) ?? hex(value.subarray(8))),
  ];
}

/** Number, expiry and service code of a track; only read when the reader asked to see secrets. */
function trackNodes(value: Uint8Array): readonly DescribedNode[] {
  const match = /^(\d{12,19})D(\d{4})(\d{3})(\d*)F?$/.exec(hex(value));
  if (match === null) return [];
  const [, pan, expiry, service, rest] = match as unknown as [string, string, string, string, string];
  return [
    node("PAN", "主账号", "Primary account number", pan),
    node("YYMM", "失效年月", "Expiry", expiry),
    node("SVC", "服务码", "Service code", service),
    ...(rest === "" ? [] : [node("DD", "自定义数据", "Discretionary data", rest)]),
  ];
}

function printable(value: Uint8Array): string | undefined {
  const text = toLatin1(value);
  return /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

const READERS: Readonly<Record<string, Reader>> = {
  "4F": aidNodes,
  "57": trackNodes,
  "80": formatOneNodes,
  "82": bits(AIP, AIP_WORDS),
  "84": aidNodes,
  "8C": dolNodes,
  "8D": dolNodes,
  "8E": cvmListNodes,
  "91": issuerAuthenticationNodes,
  "94": aflNodes,
  "95": bits(TVR, TVR_WORDS),
  "97": dolNodes,
  "9A": dateNodes,
  "9B": bits(TSI, TSI_WORDS),
  "9C": known({
    "00": ["消费", "purchase"],
    "01": ["取现", "cash"],
    "09": ["返现", "purchase with cashback"],
    "20": ["退货", "refund"],
    "30": ["查询", "inquiry"],
  }),
  "5F24": dateNodes,
  "5F25": dateNodes,
  "9F06": aidNodes,
  "9F10": iadNodes,
  "9F13": counterNodes,
  "9F27": cidNodes,
  "9F33": capabilityNodes,
  "9F34": cvmResultNodes,
  "9F36": counterNodes,
  "9F38": dolNodes,
  "9F49": dolNodes,
  "9F4F": dolNodes,
  "9F66": bits(TTQ, TTQ_WORDS),
  "9F6C": bits(CTQ, CTQ_WORDS),
};

/** Bits, parts and meanings of EMV values, in words. A value that is not what its tag promises gives nothing. */
export const emvValues: ValueReader = (tag, value) => {
  const read = READERS[tag];
  if (read === undefined) {
    const format = formatOf(tag);
    const text = format === "an" || format === "ans" ? printable(value) : undefined;
    return text === undefined ? [] : [node("=", "文本", "text", text)];
  }
  try {
    return read(value);
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
};
