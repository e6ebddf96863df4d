/** n: packed digits, right-aligned. cn: packed digits, left-aligned, F behind. an/ans: text. b: bytes. tpl: template. */
export type TagFormat = "n" | "cn" | "an" | "ans" | "b" | "tpl";

export interface TagFact {
  readonly format: TagFormat;
  readonly zh: string;
  readonly en: string;
  /** Holds a card number or what identifies its holder: shown masked. */
  readonly secret?: true;
}

const tag = (format: TagFormat, zh: string, en: string): TagFact => ({ format, zh, en });
const secret = (format: TagFormat, zh: string, en: string): TagFact => ({ format, zh, en, secret: true });

/** Source: EMV Book 3 annex A; JR/T 0025; EMV payment tokenisation tags 9F19, 9F24, 9F25. */
export const TAGS: Readonly<Record<string, TagFact>> = {
  "42": tag("n", "发卡行标识代码", "Issuer identification number"),
  "4F": tag("b", "应用标识符 (AID)", "Application identifier (AID)"),
  "50": tag("ans", "应用标签", "Application label"),
  "57": secret("b", "二磁道等价数据", "Track 2 equivalent data"),
  "5A": secret("cn", "应用主账号", "Application PAN"),
  "5F20": secret("ans", "持卡人姓名", "Cardholder name"),
  "5F24": tag("n", "应用失效日期", "Application expiration date"),
  "5F25": tag("n", "应用生效日期", "Application effective date"),
  "5F28": tag("n", "发卡行国家代码", "Issuer country code"),
  "5F2A": tag("n", "交易货币代码", "Transaction currency code"),
  "5F2D": tag("an", "首选语言", "Language preference"),
  "5F30": tag("n", "服务码", "Service code"),
  "5F34": tag("n", "主账号序列号", "PAN sequence number"),
  "61": tag("tpl", "应用模板", "Application template"),
  "6F": tag("tpl", "文件控制信息模板", "File control information template"),
  "70": tag("tpl", "记录模板", "Record template"),
  "71": tag("b", "发卡行脚本模板 1", "Issuer script template 1"),
  "72": tag("b", "发卡行脚本模板 2", "Issuer script template 2"),
  "77": tag("tpl", "响应报文模板格式 2", "Response template format 2"),
  "80": tag("b", "响应报文模板格式 1", "Response template format 1"),
  "82": tag("b", "应用交互特征 (AIP)", "Application interchange profile (AIP)"),
  "83": tag("b", "命令模板", "Command template"),
  "84": tag("b", "专用文件名称", "Dedicated file name"),
  "87": tag("b", "应用优先指示器", "Application priority indicator"),
  "8A": tag("an", "授权响应码", "Authorisation response code"),
  "8C": tag("b", "卡片风险管理数据对象列表 1", "CDOL1"),
  "8D": tag("b", "卡片风险管理数据对象列表 2", "CDOL2"),
  "8E": tag("b", "持卡人验证方法列表", "CVM list"),
  "91": tag("b", "发卡行认证数据", "Issuer authentication data"),
  "94": tag("b", "应用文件定位器 (AFL)", "Application file locator (AFL)"),
  "95": tag("b", "终端验证结果 (TVR)", "Terminal verification results (TVR)"),
  "9A": tag("n", "交易日期", "Transaction date"),
  "9B": tag("b", "交易状态信息 (TSI)", "Transaction status information (TSI)"),
  "9C": tag("n", "交易类型", "Transaction type"),
  "9F02": tag("n", "授权金额", "Amount, authorised"),
  "9F03": tag("n", "其他金额", "Amount, other"),
  "9F06": tag("b", "终端应用标识符", "Application identifier, terminal"),
  "9F08": tag("b", "卡片应用版本号", "Application version number, card"),
  "9F09": tag("b", "终端应用版本号", "Application version number, terminal"),
  "9F10": tag("b", "发卡行应用数据 (IAD)", "Issuer application data (IAD)"),
  "9F11": tag("n", "发卡行代码表索引", "Issuer code table index"),
  "9F12": tag("ans", "首选应用名称", "Application preferred name"),
  "9F13": tag("b", "上次联机 ATC", "Last online ATC register"),
  "9F17": tag("b", "PIN 尝试计数器", "PIN try counter"),
  "9F19": tag("n", "令牌请求方标识", "Token requestor ID"),
  "9F1A": tag("n", "终端国家代码", "Terminal country code"),
  "9F1E": tag("an", "接口设备序列号", "Interface device serial number"),
  "9F21": tag("n", "交易时间", "Transaction time"),
  "9F24": tag("an", "支付账户参考号 (PAR)", "Payment account reference (PAR)"),
  "9F25": tag("n", "主账号末四位", "Last 4 digits of PAN"),
  "9F26": tag("b", "应用密文", "Application cryptogram"),
  "9F27": tag("b", "密文信息数据", "Cryptogram information data"),
  "9F2A": tag("b", "内核标识", "Kernel identifier"),
  "9F33": tag("b", "终端性能", "Terminal capabilities"),
  "9F34": tag("b", "持卡人验证结果", "CVM results"),
  "9F35": tag("n", "终端类型", "Terminal type"),
  "9F36": tag("b", "应用交易计数器 (ATC)", "Application transaction counter (ATC)"),
  "9F37": tag("b", "不可预知数", "Unpredictable number"),
  "9F38": tag("b", "处理选项数据对象列表 (PDOL)", "PDOL"),
  "9F41": tag("n", "交易序列计数器", "Transaction sequence counter"),
  "9F4D": tag("b", "日志入口", "Log entry"),
  "9F5D": tag("n", "可用脱机消费金额", "Available offline spending amount"),
  "9F63": tag("b", "卡产品标识", "Card product identification"),
  "9F66": tag("b", "终端交易属性 (TTQ)", "Terminal transaction qualifiers (TTQ)"),
  "9F69": tag("b", "卡片认证相关数据", "Card authentication related data"),
  "9F6C": tag("b", "卡片交易属性 (CTQ)", "Card transaction qualifiers (CTQ)"),
  "9F6E": tag("b", "形态因素标识", "Form factor indicator"),
  "9F74": tag("ans", "电子现金发卡行授权码", "EC issuer authorisation code"),
  A5: tag("tpl", "FCI 专有模板", "FCI proprietary template"),
  BF0C: tag("tpl", "FCI 发卡行自定义数据", "FCI issuer discretionary data"),
};

export function formatOf(name: string): TagFormat {
  return TAGS[name]?.format ?? "b";
}
