import type { Words } from "#contracts/common";
import type { PartyName, WireKind } from "#contracts/wire";

const w = (zh: string, en: string): Words => ({ zh, en });
const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

/** What the wire view says. */
export const WIRE_TEXT = {
  title: w("报文", "Wire"),
  place: w("报文视图", "Wire view"),
  empty: w("还没有消息。添加一张卡或付一笔款，就能看到。", "Nothing yet. Add a card or make a payment."),
  emptyFilter: w("没有符合筛选的消息。", "No message passes the filter."),
  offline: w("没有连上服务器，正在重试…", "Not connected; trying again…"),
  live: w("实时", "Live"),
  wallet: w("回到钱包", "To the wallet"),

  journey: w("经过", "Journey"),
  journeys: w("经过", "Journeys"),
  newest: w("最新一笔", "The newest"),
  all: w("全部消息", "All messages"),
  kinds: {
    binding: w("绑卡", "Card added"),
    payment: w("付款", "Payment"),
    refund: w("退款", "Refund"),
    void: w("撤销", "Void"),
  },
  ending: (suffix: string) => w(`尾号 ${suffix}`, `ending ${suffix}`),
  states: {
    going: w("进行中", "Going on"),
    done: w("完成", "Done"),
    failed: w("未成功", "Failed"),
  },
  messages: (count: number) => w(`${count} 条`, many(count, "message")),
  took: (text: string) => w(`共 ${text}`, `${text} in all`),

  filter: w("筛选", "Filter"),
  search: w("搜索", "Search"),
  party: w("参与方", "Party"),
  anyParty: w("所有参与方", "All parties"),
  wireKinds: {
    apdu: w("APDU", "APDU"),
    iso8583: w("8583", "8583"),
    token: w("令牌", "Token"),
    json: w("JSON", "JSON"),
    sms: w("短信", "SMS"),
  } satisfies Record<WireKind, Words>,
  wireKindNames: {
    apdu: w("手机与终端的 APDU", "APDUs between phone and terminal"),
    iso8583: w("ISO 8583 报文", "ISO 8583 messages"),
    token: w("令牌核验", "Token checks"),
    json: w("各方之间的 JSON 调用", "JSON calls between parties"),
    sms: w("发到手机的短信", "Texts to a phone"),
  } satisfies Record<WireKind, Words>,
  folded: (count: number) => w(`查询事实 ${count} 条`, many(count, "look-up")),
  lanes: {
    device: w("手机", "Phone"),
    phone: w("手机", "Phone"),
    terminal: w("终端", "Till"),
    acquirer: w("收单", "Acquirer"),
    network: w("网络", "Network"),
    wallet: w("钱包", "Wallet"),
    tsp: w("令牌", "TSP"),
    issuer: w("银行", "Bank"),
    sms: w("短信", "SMS"),
  } satisfies Record<PartyName, Words>,
  parties: {
    device: w("手机", "phone"),
    phone: w("手机", "phone"),
    terminal: w("终端", "terminal"),
    acquirer: w("收单方", "acquirer"),
    network: w("转接网络", "network"),
    tsp: w("令牌服务方", "token service"),
    issuer: w("发卡银行", "issuing bank"),
    wallet: w("钱包服务器", "wallet server"),
    sms: w("短信", "text message"),
  } satisfies Record<PartyName, Words>,
  fromTo: (from: string, to: string) => w(`${from} 到 ${to}`, `${from} to ${to}`),

  ends: {
    refused: w("拒绝", "Refused"),
    late: w("迟到", "Late"),
    noAnswer: w("没有应答", "No answer"),
    notSent: w("线路断开，没有发出", "Line down, not sent"),
    lost: w("没有等到应答", "Never answered"),
    waiting: w("等待应答", "Waiting"),
    unreadable: w("无法解析", "Unreadable"),
  },

  close: w("关闭", "Close"),
  why: w("为什么", "Why it is there"),
  fields: w("字段", "Fields"),
  bytes: w("字节", "Bytes"),
  body: w("正文", "Body"),
  bytesHint: (count: number) => w(`${count} 字节`, many(count, "byte")),
  copyHex: w("复制十六进制", "Copy as hex"),
  copyText: w("复制正文", "Copy the body"),
  copied: w("已复制", "Copied"),
  show: w("显示令牌号", "Show the token's number"),
  hide: w("遮盖令牌号", "Mask the token's number"),
  shownNote: w(
    "显示的是令牌号，只在这台演示机上可见；真实卡号、密钥和验证码始终遮盖。",
    "This is the token's number, on this demo only; card number, keys and codes stay masked.",
  ),
  nothingToShow: w("这条消息里没有令牌号。", "This message holds no token number."),
  explain: w("解释密文", "Explain the cryptogram"),
  pickStep: w(
    "点一条消息，看它的字节、字段和含义。",
    "Choose a message to see its bytes, its fields and what it means.",
  ),

  export: w("导出", "Export"),
  import: w("导入", "Import"),
  exportHint: w("把这段经过存成文件（已遮盖）", "Save this journey as a file, masked"),
  importHint: w("打开别处导出的经过", "Open a journey exported elsewhere"),
  imported: w("导入", "Imported"),
  importedNote: (name: string) =>
    w(`导入的文件 ${name}：不是这台机器上的报文`, `Imported from ${name}: not this machine's messages`),
  closeImported: w("回到实时", "Back to live"),
  importFaults: {
    tooLarge: w("文件超过 2 MB。请只导出一段经过。", "The file is over 2 MB. Export one journey only."),
    notJson: w(
      "不是 JSON 文件。请选择从报文视图导出的文件。",
      "Not a JSON file. Choose one exported from a wire view.",
    ),
    notOurs: w("不是卡包的报文文件。", "Not a wire file of Kabao."),
    version: w(
      "这个文件的版本这里读不了，请升级后再打开。",
      "A version that cannot be read here: update and open it again.",
    ),
    badRow: w("文件内容不完整或被改过", "The file is incomplete or was altered"),
  },

  cryptogram: {
    title: w("密文解释", "Cryptogram"),
    loading: w("正在令牌服务方计算…", "The token service is computing…"),
    right: w("密文正确", "The cryptogram is right"),
    wrong: w("密文不对", "The cryptogram is wrong"),
    refusedAnyway: w("密文正确，但没有通过其他检查", "The cryptogram is right; another check failed"),
    because: w("原因", "Why"),
    answered: {
      accepted: w("令牌服务方当时接受了它", "The token service accepted it"),
      refused: w("令牌服务方当时拒绝了它", "The token service refused it"),
      failed: w("令牌服务方当时无法判断", "The token service could not tell"),
    },
    inputs: w("输入", "Inputs"),
    inputsHint: w(
      "卡片和令牌服务方各自用这些值计算，差一个字节，结果就完全不同。",
      "Card and token service each compute over these; one byte apart gives another result altogether.",
    ),
    sources: {
      terminal: w("终端给卡片", "Terminal to card"),
      card: w("卡片", "Card"),
      iad: w("卡片，取其中 CVR", "Card; its CVR is used"),
    },
    signed: w("卡片签的", "Signed"),
    message: w("报文里的", "In the message"),
    keys: w("密钥", "Keys"),
    keysHint: w(
      "密钥不离开密钥库，这里只有名称和校验值。",
      "Keys never leave the key store: only handles and check values appear.",
    ),
    roles: {
      master: w("主密钥", "Master key"),
      card: w("卡片密钥 UDK", "Card key (UDK)"),
      session: w("过程密钥", "Session key"),
    },
    derive: {
      card: (suffix: string, psn: string) =>
        w(
          `由令牌号 (尾号 ${suffix}) 和序列号 ${psn} 分散，选项 A`,
          `From the token's number (ending ${suffix}) and sequence ${psn}, option A`,
        ),
      session: (atc: number) =>
        w(`由计数器 ${atc} 及其反码分散，PBOC 方式`, `From counter ${atc} and its complement, the PBOC way`),
    },
    checkValue: w("校验值", "Check value"),
    data: w("数据块", "Data blocks"),
    dataHint: w(
      "按顺序相连，补 80 00… 到 8 字节的整数倍。",
      "Joined in order, padded with 80 00… to blocks of 8 bytes.",
    ),
    mac: w("比较", "Comparison"),
    macHint: w(
      "用过程密钥对数据块做 MAC (算法 3)，与收到的比较。",
      "MAC algorithm 3 over the blocks under the session key, set beside what came.",
    ),
    expected: w("应为", "Expected"),
    got: w("收到", "Got"),
    checks: w("其他检查", "Other checks"),
    passed: w("通过", "Passed"),
    failed: w("未通过", "Failed"),
    tried: (count: number) => w(`为找出原因试算了 ${count} 种`, `${many(count, "computation")} tried to find it`),
    demoOnly: w(
      "只有演示和沙箱环境能看到这些：知道密文应为多少，就能伪造一笔。",
      "Demo and sandbox only: whoever knows what a cryptogram should be can forge one.",
    ),
    notFound: w(
      "这一笔没有送到令牌服务方，或已经不在记录里。",
      "This payment never reached the token service, or is no longer on record.",
    ),
    away: w(
      "令牌服务方不在这台机器上，无法解释。",
      "The token service is not on this machine: nothing can be explained.",
    ),
    unreadable: (at: string) =>
      w(`报文缺少计算所需的数据：${at}`, `The message lacks what the computation needs: ${at}`),
  },
} as const;
