import type { Cause, Words } from "#protocol/diagnosis";
import type { DemoCard } from "./demo.ts";

/** A printed card that always shows one situation. */
export interface MagicCard {
  readonly card: DemoCard;
  /** What its binding, or a payment with it, comes to. Absent: it binds. */
  readonly cause?: Cause;
  readonly shows: Words;
}

const DEBIT = {
  kind: "debit",
  expiry: "3512",
  status: "active",
  openingMinor: 2_000_00n,
  creditLimitMinor: 0n,
} as const;
const CREDIT = {
  kind: "credit",
  expiry: "3309",
  status: "active",
  openingMinor: 0n,
  creditLimitMinor: 10_000_00n,
} as const;

/** What the carrier does with texts to the phones of the demo; to every other it delivers. */
export type CarrierHabit = "delivers" | "refuses" | "cannotDeliver" | "saysNothing";
const CARRIER: Readonly<Record<string, CarrierHabit>> = {
  "13800138029": "refuses",
  "13800138030": "cannotDeliver",
  "13800138031": "saysNothing",
};
export function demoCarrier(mobile: string): CarrierHabit {
  return CARRIER[mobile] ?? "delivers";
}

export const MAGIC_CARDS: readonly MagicCard[] = [
  {
    card: {
      ...DEBIT,
      id: "zhao",
      pan: "6229990100000000116",
      holderName: "赵磊",
      mobile: "13800138011",
      reservedMobile: "13900139011",
      cvn2: "507",
      idNumber: "99000119711212011X",
    },
    cause: "reservedPhoneMismatch",
    shows: {
      zh: "银行预留的是旧手机号；到网点改后即可添加",
      en: "The bank has an old phone reserved; binds once a branch has changed it",
    },
  },
  {
    card: {
      ...DEBIT,
      id: "sun",
      pan: "6229990100000000124",
      holderName: "孙丽",
      mobile: "13800138012",
      cvn2: "544",
      idNumber: "990001197201130125",
      status: "frozenByHolder",
    },
    cause: "cardFrozenByHolder",
    shows: { zh: "持卡人在手机银行锁了卡", en: "Locked by the holder in the bank's app" },
  },
  {
    card: {
      ...DEBIT,
      id: "zhou",
      pan: "6229990100000000132",
      holderName: "周涛",
      mobile: "13800138013",
      cvn2: "581",
      idNumber: "990001197302140138",
      expiry: "2401",
    },
    cause: "cardExpired",
    shows: { zh: "卡片已过有效期", en: "Past its expiry date" },
  },
  {
    card: {
      ...DEBIT,
      id: "wu",
      pan: "6229990100000000140",
      holderName: "吴敏",
      mobile: "13800138014",
      cvn2: "618",
      idNumber: "990001197403150140",
      status: "replaced",
    },
    cause: "cardReplaced",
    shows: { zh: "已换新卡，旧卡号作废", en: "Replaced: the new card has another number" },
  },
  {
    card: {
      ...DEBIT,
      id: "wu-new",
      pan: "6229990100000000157",
      holderName: "吴敏",
      mobile: "13800138014",
      cvn2: "655",
      idNumber: "990001197403150140",
      successorOf: "wu",
    },
    shows: { zh: "上一张卡的新卡，可以添加", en: "The card that replaced the one above: binds" },
  },
  {
    card: {
      ...DEBIT,
      id: "zheng",
      pan: "6229990100000000165",
      holderName: "郑强",
      mobile: "13800138015",
      cvn2: "692",
      idNumber: "990001197504160153",
      status: "closed",
      openingMinor: 0n,
    },
    cause: "cardClosed",
    shows: { zh: "已销户", en: "Closed" },
  },
  {
    card: {
      ...DEBIT,
      id: "feng",
      pan: "6229990100000000173",
      holderName: "冯军",
      mobile: "13800138016",
      cvn2: "729",
      idNumber: "990001197605170166",
      accountRestricted: true,
    },
    cause: "accountRestricted",
    shows: { zh: "账户受限，只提示到网点", en: "Restricted account: the holder is only told to go to the branch" },
  },
  {
    card: {
      ...DEBIT,
      id: "he",
      pan: "6229990100000000181",
      holderName: "何平",
      mobile: "13800138017",
      cvn2: "766",
      idNumber: "990001197706180179",
      counterOnly: true,
    },
    cause: "remoteUseSuspended",
    shows: { zh: "非柜面业务已暂停", en: "Remote transactions are suspended" },
  },
  {
    card: {
      ...CREDIT,
      id: "jiang",
      pan: "6259991000000195",
      holderName: "蒋欣",
      mobile: "13800138018",
      cvn2: "803",
      idNumber: "990001197807190181",
      openingMinor: -1_500_00n,
      arrearsMinor: 300_00n,
    },
    cause: "creditInArrears",
    shows: { zh: "信用卡逾期 ¥300，还清即可", en: "¥300 overdue on a credit card; binds once paid" },
  },
  {
    card: {
      ...DEBIT,
      id: "shen",
      pan: "6229990100000000207",
      holderName: "沈洁",
      mobile: "13800138019",
      cvn2: "840",
      idNumber: "990001197908200190",
      openingMinor: -5_00n,
    },
    cause: "balanceNegative",
    shows: { zh: "借记卡余额为负 ¥5", en: "Debit balance of -¥5" },
  },
  {
    card: {
      ...DEBIT,
      id: "han",
      pan: "6229990100000000215",
      holderName: "韩雪",
      mobile: "13800138020",
      cvn2: "877",
      idNumber: "99000119800921020X",
      accountClass: 3,
      openingMinor: 500_00n,
    },
    cause: "accountClassExcluded",
    shows: { zh: "三类户，不支持添加", en: "Class III account: not admitted" },
  },
  {
    card: {
      ...DEBIT,
      id: "qian",
      pan: "6229990100000000223",
      holderName: "钱进",
      mobile: "13800138021",
      cvn2: "914",
      idNumber: "990001198110220218",
      documentExpires: "20251231",
    },
    cause: "customerRecordStale",
    shows: { zh: "登记的证件已过期", en: "The document on record has expired" },
  },
  {
    card: {
      ...DEBIT,
      id: "xu",
      pan: "6229970100000000235",
      holderName: "徐阳",
      mobile: "13800138022",
      cvn2: "951",
      idNumber: "990001198211230220",
    },
    cause: "issuerMaintenance",
    shows: { zh: "这种卡的系统一直在维护", en: "The systems behind this product are always in maintenance" },
  },
  {
    card: {
      ...DEBIT,
      id: "lv",
      pan: "6229990100000000249",
      holderName: "吕宁",
      mobile: "13800138023",
      reservedMobile: null,
      cvn2: "988",
      idNumber: "990001198312240233",
    },
    cause: "noUsableMethod",
    shows: { zh: "银行没有预留手机号", en: "No phone reserved at the bank" },
  },
  {
    card: {
      ...DEBIT,
      id: "shi",
      pan: "6229980100000000258",
      holderName: "施文",
      mobile: "13800138024",
      cvn2: "125",
      idNumber: "990001198401250249",
      openingMinor: 200_00n,
    },
    cause: "productExcluded",
    shows: { zh: "礼品卡，不支持添加", en: "A gift card: this product is not admitted" },
  },
  {
    card: {
      ...DEBIT,
      id: "kong",
      pan: "6229960100000000260",
      holderName: "孔亮",
      mobile: "13800138025",
      cvn2: "162",
      idNumber: "990001198502260251",
    },
    cause: "cardDeviceLimit",
    shows: {
      zh: "青春卡只能在一台设备上：第二台被拒绝",
      en: "A youth card lives on one device: the second one is refused",
    },
  },
  {
    card: {
      ...DEBIT,
      id: "cao",
      pan: "6229990100000000272",
      holderName: "曹刚",
      mobile: "13800138026",
      cvn2: "199",
      idNumber: "990001198603270264",
      riskMark: "refuse",
    },
    cause: "issuerRefusesRisk",
    shows: { zh: "银行风控拒绝，只提示致电银行", en: "The bank's own risk rule; the holder is only told to call" },
  },
  {
    card: {
      ...DEBIT,
      id: "yan",
      pan: "6229990100000000280",
      holderName: "严华",
      mobile: "13800138027",
      cvn2: "236",
      idNumber: "990001198704280277",
      riskMark: "watch",
    },
    shows: { zh: "只能电话或网点核实（橙色）", en: "Verified by call centre or branch only (orange)" },
  },
  {
    card: {
      ...DEBIT,
      id: "jin",
      pan: "6229990100000000298",
      holderName: "金鑫",
      mobile: "13800138028",
      cvn2: "273",
      idNumber: "990001198805010284",
      openingMinor: 30_000_00n,
    },
    shows: { zh: "同一客户两张卡（借记）", en: "One customer with two cards: the debit card" },
  },
  {
    card: {
      ...CREDIT,
      id: "jin-credit",
      pan: "6259991000000302",
      holderName: "金鑫",
      mobile: "13800138028",
      cvn2: "310",
      idNumber: "990001198805010284",
      sameCustomerAs: "jin",
    },
    shows: { zh: "同一客户两张卡（信用）", en: "One customer with two cards: the credit card" },
  },
  {
    card: {
      ...DEBIT,
      id: "tao",
      pan: "6229990100000000314",
      holderName: "陶红",
      mobile: "13800138029",
      cvn2: "347",
      idNumber: "990001198906020297",
    },
    cause: "codeNotSent",
    shows: { zh: "运营商拒收发往此号的短信", en: "The carrier refuses texts to this phone" },
  },
  {
    card: {
      ...DEBIT,
      id: "wei",
      pan: "6229990100000000322",
      holderName: "魏东",
      mobile: "13800138030",
      cvn2: "384",
      idNumber: "990001199007030306",
    },
    cause: "codeNotDelivered",
    shows: { zh: "短信发出但送不到", en: "Texts are taken and not delivered" },
  },
  {
    card: {
      ...DEBIT,
      id: "jiang-long",
      pan: "6229990100000000330",
      holderName: "姜龙",
      mobile: "13800138031",
      cvn2: "421",
      idNumber: "990001199108040319",
    },
    cause: "codeUnclaimed",
    shows: { zh: "短信没有回执，也收不到", en: "Texts vanish without a receipt" },
  },
  {
    card: {
      ...DEBIT,
      id: "qi",
      pan: "6229990100000000348",
      holderName: "戚薇",
      mobile: "13800138032",
      cvn2: "458",
      idNumber: "990001199209050321",
      accountClass: 2,
      openingMinor: 20_000_00n,
    },
    shows: { zh: "二类户：可以添加，转账有日限额", en: "Class II account: binds; transfers have a day limit" },
  },
  {
    card: {
      ...DEBIT,
      id: "tang",
      pan: "6229990100000000355",
      holderName: "唐宇",
      mobile: "13800138033",
      cvn2: "495",
      idNumber: "99000119931006033X",
      openingMinor: 200_000_00n,
    },
    cause: "limitPerPayment",
    shows: {
      zh: "余额充足：单笔超 ¥20,000 或当日超 ¥50,000 被拒绝",
      en: "Plenty of money: refused above ¥20,000 a payment or ¥50,000 a day",
    },
  },
];
