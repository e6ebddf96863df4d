import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

/** What the docs' own pages say; the documents speak for themselves. */
export const DOCS = {
  title: w("文档", "Docs"),
  lead: w(
    "卡包是一套可自托管的令牌化手机钱包：手机、钱包服务器、令牌服务方、转接网络、发卡银行、收单方与终端，每一方都在，全部真实运行。",
    "Kabao is a self-hostable tokenised mobile wallet with every party behind it, all really running: phone, wallet server, token service, network, bank, acquirer and terminal.",
  ),
  lead2: w(
    "绑卡之后，手机用一个令牌号付款：真实卡号不在手机里，不在钱包服务器上，也不经过商户。哪里停下了，系统都说得出是谁、由谁处理、怎么办。",
    "Once a card is bound, the phone pays by a token number: the real number is neither on the phone, nor at the wallet server, nor at the shop. Wherever something stops, the system names who stopped it, who must act, and what to do.",
  ),
  try: w("现在就试", "Try it"),
  tour: w("两分钟导览", "Two-minute tour"),
  stage: w("打开舞台", "Open the stage"),
  breakIt: w("弄坏它", "Break it"),
  runTitle: w("怎么运行", "How to run it"),
  runText: w(
    "需要 Node 20.19 以上和 npm，别的都自带：数据库、浏览器、示范银行。",
    "Node 20.19 or newer and npm; everything else comes with it: database, browser, demo bank.",
  ),
  runLines: w(
    "npm start                 # 整个系统，打印网址\nnpx kabao demo            # 同一个故事，在终端里\nnpx kabao explain K7F-3QM # 一个案件：谁停下的、怎么办\nnpx kabao sandbox run --all",
    "npm start                 # the whole system; prints its address\nnpx kabao demo            # the same story in a terminal\nnpx kabao explain K7F-3QM # a case: who stopped it, what to do\nnpx kabao sandbox run --all",
  ),
  journeys: w("几段旅程", "The journeys"),
  journeysHint: w("图片由测试从运行中的系统拍下。", "Pictures taken by the tests from a running system."),
  parties: w("各方", "The parties"),
  holds: w("持有", "Holds"),
  never: w("从不持有", "Never holds"),
  documents: w("更多文档", "Documents"),
  documentsHint: w("项目自己的文档，多为英文。", "The project's own documents, mostly in English."),
  home: w("文档首页", "Docs home"),
  onPage: w("本页内容", "On this page"),
  simulated: w(
    "示范银行、商户、银行卡和人都是虚构的；屏幕上凡是模拟的都有标注。软件密钥和浏览器通不过硬件评测，这里没有任何部分经过认证。",
    "The Demo Bank, its shops, cards and people are invented, and whatever is simulated says so on screen. Software keys and a browser cannot pass a hardware evaluation; nothing here is certified.",
  ),
  notFound: w("没有这篇文档", "There is no such document"),
} as const;

export interface Journey {
  readonly shot: string;
  readonly title: Words;
  readonly text: Words;
}

export const JOURNEYS: readonly Journey[] = [
  {
    shot: "desk-code",
    title: w("绑一张卡", "Bind a card"),
    text: w(
      "卡号只以密文送往令牌服务方；银行核对姓名、预留手机号和卡片状态，再用短信、手机银行、电话或网点验证持卡人。",
      "The number leaves the page only as ciphertext for the token service. The bank checks name, reserved phone and card, then verifies the holder by SMS, app, call or branch.",
    ),
  },
  {
    shot: "desk-paid",
    title: w("在商店付款", "Pay at a till"),
    text: w(
      "指纹之后，手机交给终端一次性密文；收单、网络、令牌服务方、银行依次处理，银行记账，手机收到通知。",
      "After the finger the phone gives the terminal a one-time cryptogram. Acquirer, network, token service and bank do their parts; the ledger moves and the phone hears of it.",
    ),
  },
  {
    shot: "desk-wire",
    title: w("看清每一条报文", "See every message"),
    text: w(
      "APDU、ISO 8583 与 JSON 调用实时解码，卡号、密钥和验证码都已遮盖。",
      "APDUs, ISO 8583 messages and JSON calls, decoded live; numbers, keys and codes are masked.",
    ),
  },
  {
    shot: "break-cut",
    title: w("弄坏它", "Break it"),
    text: w(
      "剪断任何一根线，手机说出停在哪里、由谁处理、怎么办；修好之后，账本证明什么都没有做两次。",
      "Cut any cable: the phone names where it stopped, who must act and what to do. Repaired, the ledger proves that nothing was done twice.",
    ),
  },
  {
    shot: "break-agent",
    title: w("凭案件号修好", "Repaired by a case code"),
    text: w(
      "持卡人、银行坐席和工程师凭同一个案件号看同一件事，各看各能看的；坐席修好资料，旅程自己继续。",
      "Holder, agent and engineer read the same journey by one case code, each what he may. The agent repairs the record and the journey goes on by itself.",
    ),
  },
];

export interface PartyOfDocs {
  readonly name: Words;
  readonly holds: Words;
  readonly never: Words;
}

export const PARTIES: readonly PartyOfDocs[] = [
  {
    name: w("手机", "Phone"),
    holds: w("令牌号、一次性密钥或卡密钥、卡号末四位", "token number, one-time keys or the card key, last four"),
    never: w("卡号、安全码、用过的验证码", "card number, security code, used codes"),
  },
  {
    name: w("钱包服务器", "Wallet server"),
    holds: w("账户、通行密钥、设备、卡片引用、通知", "accounts, passkeys, devices, card references, notices"),
    never: w("卡号、令牌号、验证码、付款密钥", "card number, token number, codes, payment keys"),
  },
  {
    name: w("令牌服务方", "Token service"),
    holds: w("卡号与令牌的保险库、令牌密钥、计数器", "vault of numbers and tokens, token keys, counters"),
    never: w("账户余额", "account balances"),
  },
  {
    name: w("转接网络", "Network"),
    holds: w("路由、报文流水、未确认的冲正", "routes, message journal, owed reversals"),
    never: w("明文卡号", "plain card numbers at rest"),
  },
  {
    name: w("发卡银行", "Issuing bank"),
    holds: w("客户、卡片、账本、预留手机号、验证码的哈希", "customers, cards, ledger, reserved phones, hashed codes"),
    never: w("手机里的密钥", "device keys"),
  },
  {
    name: w("收单方与终端", "Acquirer and terminal"),
    holds: w("商户、终端、按令牌号记的交易", "merchants, terminals, sales by token number"),
    never: w("令牌付款的真实卡号", "the number behind a tokenised payment"),
  },
];
