import type { AipBit, CtqBit, TsiBit, TtqBit, TvrBit } from "./bits.ts";

/** What a bit says, Chinese and English. */
export type BitWords<Name extends string> = Readonly<Record<Name, readonly [zh: string, en: string]>>;

/** Source: spec emv-card §4.1. */
export const TTQ_WORDS: BitWords<TtqBit> = {
  magStripeMode: ["支持非接磁条模式", "contactless magnetic-stripe mode supported"],
  contactlessPbocSupported: ["支持非接 PBOC 借贷记", "contactless PBOC debit/credit supported"],
  quicsSupported: ["支持 qUICS (EMV 模式)", "qUICS (EMV mode) supported"],
  contactSupported: ["支持接触式芯片", "contact chip supported"],
  offlineOnly: ["仅脱机终端", "offline-only reader"],
  onlinePinSupported: ["支持联机 PIN", "online PIN supported"],
  signatureSupported: ["支持签名", "signature supported"],
  onlineOda: ["联机交易支持脱机数据认证", "offline data authentication for online authorisations supported"],
  onlineCryptogramRequired: ["要求联机密文", "online cryptogram required"],
  cvmRequired: ["要求持卡人验证", "cardholder verification required"],
  offlinePinSupported: ["支持脱机 PIN (接触式)", "offline PIN (contact) supported"],
  issuerUpdateSupported: ["支持发卡行更新处理", "issuer update processing supported"],
  deviceCvmSupported: ["支持设备端验证 (CDCVM)", "consumer-device CVM supported"],
  fddaVersion1: ["支持 fDDA 01 版", "fDDA version 01 supported"],
};

/** Source: spec emv-card §4.2. */
export const CTQ_WORDS: BitWords<CtqBit> = {
  onlinePinRequired: ["要求联机 PIN", "online PIN required"],
  signatureRequired: ["要求签名", "signature required"],
  onlineIfOdaFails: ["脱机数据认证失败则联机", "go online if offline data authentication fails"],
  switchIfOdaFails: ["脱机数据认证失败则换界面", "switch interface if offline data authentication fails"],
  onlineIfExpired: ["应用过期则联机", "go online if the application has expired"],
  switchForCash: ["取现换界面", "switch interface for cash"],
  switchForCashback: ["返现换界面", "switch interface for cashback"],
  notValidForAtm: ["不能用于非接 ATM", "not valid for contactless ATM"],
  deviceCvmPerformed: ["已做设备端验证 (CDCVM)", "consumer-device CVM performed"],
  issuerUpdateSupported: ["支持发卡行更新处理", "issuer update processing supported"],
};

/** Source: spec emv-card §6. */
export const TVR_WORDS: BitWords<TvrBit> = {
  odaNotPerformed: ["未做脱机数据认证", "offline data authentication was not performed"],
  sdaFailed: ["静态数据认证失败", "SDA failed"],
  iccDataMissing: ["卡片数据缺失", "ICC data missing"],
  onExceptionFile: ["卡片在终端异常文件中", "card is on the terminal's exception file"],
  ddaFailed: ["动态数据认证失败", "DDA failed"],
  cdaFailed: ["复合动态数据认证失败", "CDA failed"],
  sdaSelected: ["选择了静态数据认证", "SDA selected"],
  xdaSelected: ["选择了 XDA", "XDA selected"],
  appVersionsDiffer: ["卡片与终端应用版本不同", "card and terminal have different application versions"],
  expired: ["应用已过期", "application expired"],
  notYetEffective: ["应用尚未生效", "application not yet effective"],
  serviceNotAllowed: ["卡片不允许所请求的服务", "requested service not allowed for this card"],
  newCard: ["新卡", "new card"],
  biometricOk: ["生物特征验证成功", "biometric performed and successful"],
  biometricTemplateUnsupported: ["不支持生物特征模板格式", "biometric template format not supported"],
  cvmFailed: ["持卡人验证失败", "cardholder verification was not successful"],
  unrecognisedCvm: ["未知的验证方法", "unrecognised CVM"],
  pinTryLimitExceeded: ["PIN 尝试次数超限", "PIN try limit exceeded"],
  pinPadMissing: ["需要 PIN 但没有键盘或键盘故障", "PIN required, but no working PIN pad"],
  pinNotEntered: ["需要 PIN 但未输入", "PIN required, but not entered"],
  onlineCvmCaptured: ["已取得联机验证数据", "online CVM captured"],
  overFloorLimit: ["超过最低限额", "transaction exceeds floor limit"],
  lowerOfflineLimitExceeded: ["超过连续脱机交易下限", "lower consecutive offline limit exceeded"],
  upperOfflineLimitExceeded: ["超过连续脱机交易上限", "upper consecutive offline limit exceeded"],
  randomlyOnline: ["随机选择联机", "selected randomly for online processing"],
  merchantForcedOnline: ["商户强制联机", "merchant forced online"],
  xdaFailed: ["XDA 失败", "XDA failed"],
  defaultTdol: ["使用缺省 TDOL", "default TDOL used"],
  issuerAuthenticationFailed: ["发卡行认证失败", "issuer authentication failed"],
  scriptFailedBefore: ["最后一次 GENERATE AC 之前脚本失败", "script failed before final GENERATE AC"],
  scriptFailedAfter: ["最后一次 GENERATE AC 之后脚本失败", "script failed after final GENERATE AC"],
};

export const AIP_WORDS: BitWords<AipBit> = {
  xda: ["支持 XDA", "XDA supported"],
  sda: ["支持 SDA", "SDA supported"],
  dda: ["支持 DDA", "DDA supported"],
  cardholderVerification: ["支持持卡人验证", "cardholder verification supported"],
  terminalRiskManagement: ["要求终端风险管理", "terminal risk management to be performed"],
  issuerAuthentication: ["支持发卡行认证", "issuer authentication (EXTERNAL AUTHENTICATE) supported"],
  onDeviceCvm: ["支持设备端验证", "on-device cardholder verification supported"],
  cda: ["支持 CDA", "CDA supported"],
  contactlessEmvMode: ["非接 EMV 模式 (PBOC: 磁条模式)", "contactless EMV mode (PBOC: MSD)"],
  mobilePhone: ["手机", "mobile phone"],
  contactlessTransaction: ["非接交易", "contactless transaction"],
  relayResistance: ["支持抗中继协议", "relay resistance protocol supported"],
};

export const TSI_WORDS: BitWords<TsiBit> = {
  odaPerformed: ["已做脱机数据认证", "offline data authentication was performed"],
  cvPerformed: ["已做持卡人验证", "cardholder verification was performed"],
  cardRiskManagement: ["已做卡片风险管理", "card risk management was performed"],
  issuerAuthentication: ["已做发卡行认证", "issuer authentication was performed"],
  terminalRiskManagement: ["已做终端风险管理", "terminal risk management was performed"],
  scriptProcessing: ["已处理脚本", "script processing was performed"],
};
