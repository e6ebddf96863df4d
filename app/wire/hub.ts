import type { Words } from "#contracts/common";
import type { WireEvent, WireRow, WireTap } from "#contracts/wire";
import { DecodeError, toHex, toLatin1, toUtf8 } from "#protocol/bytes";
import { describeCommand, describeResponse } from "#protocol/emv";
import { CUPS, describeMessage, maskedHex, parseCupsFrame, sentenceOf, titleOf } from "#protocol/iso8583";
import type { DescribedNode } from "#protocol/tlv";

/** The last messages between the parties, decoded and masked, and whoever watches them. */
export interface WireHub extends WireTap {
  rows(): readonly WireRow[];
  subscribe(listener: (row: WireRow) => void): () => void;
}

const KEPT = 400;
/** Calls that only carry keys or views: noise between the messages of a payment. */
const QUIET: ReadonlySet<string> = new Set(["publicKey", "token"]);
/** JSON fields whose values stay hidden. */
const SECRET = /^(pan|tokenPan|cvn2|code|keyHex|udkHex|accessToken|chipData|mobile|holderName)$|Jwe$/;

export function createWireHub(): WireHub {
  let seq = 0;
  let kept: WireRow[] = [];
  const listeners = new Set<(row: WireRow) => void>();
  return {
    rows: () => kept,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    record(event) {
      // Sign-on and echo run by themselves: they would drown what the visitor did.
      if (QUIET.has(event.label?.split(" ")[0] ?? "")) return;
      const row = describe(event, ++seq);
      if (row === undefined) return;
      kept = [...kept.slice(-KEPT + 1), row];
      for (const listener of listeners) listener(row);
    },
  };
}

type Described = Pick<WireRow, "title" | "words" | "hex" | "nodes">;

function describe(event: WireEvent, seq: number): WireRow | undefined {
  const base = { seq, at: event.at, from: event.from, to: event.to, kind: event.kind };
  switch (event.kind) {
    case "apdu": {
      const described = event.from === "terminal" ? describeCommand(event.bytes) : describeResponse(event.bytes);
      return { ...base, ...described, hex: maskedApdu(event.bytes) };
    }
    case "iso8583": {
      const described = describeIso(event.bytes);
      return described === undefined ? undefined : { ...base, ...described };
    }
    default:
      return { ...base, ...describeJson(event) };
  }
}

function describeIso(frame: Uint8Array): Described | undefined {
  try {
    const { message } = parseCupsFrame(frame);
    if (message.mti.startsWith("08")) return undefined;
    return {
      title: titleOf(message),
      words: sentenceOf(message),
      hex: maskedHex(frame),
      nodes: describeMessage(CUPS, message),
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return {
      title: { zh: "无法解析的报文", en: "Unreadable message" },
      words: { zh: error.message, en: error.message },
      hex: maskedHex(frame),
      nodes: [],
    };
  }
}

/** Track 2 and its number are hidden; a terminal's own data never holds one. */
function maskedApdu(bytes: Uint8Array): string {
  return toHex(bytes)
    .toUpperCase()
    .replace(
      /(57(?:0[8-9A-F]|1[0-3]))([0-9]{12,19}D[0-9F]*?)(?=9F10)/,
      (_all, head: string, track: string) => head + "*".repeat(track.length),
    );
}

const SENTENCES: Readonly<Record<string, Words>> = {
  startBinding: { zh: "手机要加一张卡：先做预检。", en: "The phone wants to add a card: checks come first." },
  submitCard: {
    zh: "卡号、姓名和手机号，加密给令牌服务方。",
    en: "Number, name and phone, encrypted to the token service.",
  },
  acceptTerms: { zh: "持卡人同意条款，请银行决定。", en: "The holder accepts the terms: now the bank decides." },
  collectPackage: { zh: "手机来取令牌和密钥。", en: "The phone fetches the token and its keys." },
  confirmProvisioned: { zh: "手机已经存好。", en: "The phone has stored them." },
  replenish: { zh: "手机的一次性密钥不多了。", en: "The phone is running low on one-time keys." },
  setLost: { zh: "打开或关闭丢失模式。", en: "Lost mode on or off." },
  askForCards: { zh: "另一台设备想要这些卡。", en: "Another device asks for these cards." },
  answerCardRequest: { zh: "持卡人在有卡的设备上答复。", en: "The holder answers on the device that has them." },
  wipeDevice: { zh: "抹掉这台设备上的所有卡。", en: "Delete every card of this device." },
  checkEligibility: {
    zh: "这张卡可以绑定吗？卡号是密文。",
    en: "Can this card be bound? The number travels encrypted.",
  },
  requestToken: { zh: "请为这台设备签发令牌。", en: "Please issue a token for this device." },
  decideBinding: { zh: "请银行决定是否允许绑定。", en: "The bank decides on this binding." },
  sendCode: { zh: "请银行向预留手机号发送验证码。", en: "The bank sends a code to the reserved phone." },
  submitCode: { zh: "验证码（密文）转给银行核对。", en: "The code, encrypted, on its way to the bank." },
  checkCode: { zh: "银行核对验证码。", en: "The bank checks the code." },
  personalise: {
    zh: "令牌和一次性密钥，只有这台设备能打开。",
    en: "Token and one-time keys that only this device can open.",
  },
  replenishKeys: { zh: "补充一次性密钥。", en: "More one-time keys." },
  keyForPayment: {
    zh: "这台设备不存密钥：为这一笔付款领取一枚。",
    en: "This device keeps no keys: one is fetched for this payment.",
  },
  notifyToken: { zh: "令牌状态有变化。", en: "The token changed." },
  notifyPayment: { zh: "付款通知，送往持卡人。", en: "A payment notice for the holder." },
  changeToken: { zh: "更改令牌状态。", en: "Change the token's state." },
  changeDevice: { zh: "更改设备上所有令牌的状态。", en: "Change all tokens of a device." },
  methods: { zh: "现在有哪些验证方式？", en: "Which ways to verify are open now?" },
  chooseMethod: { zh: "持卡人选好了验证方式。", en: "The holder chose how to verify." },
  notMyNumber: { zh: "持卡人说：这不是我的手机号。", en: "The holder says: this is not my number." },
  openPush: { zh: "准备从银行 App 免输入加卡。", en: "Adding from the bank's app begins." },
  takePush: { zh: "银行 App 密封好的卡。", en: "The card, sealed by the bank's app." },
  activate: { zh: "银行已自行验证持卡人。", en: "The bank has verified the holder itself." },
  refuse: { zh: "银行终止这次绑定。", en: "The bank ends this binding." },
  methodsChanged: { zh: "验证方式有变化。", en: "The ways to verify have changed." },
  renewCard: { zh: "换卡：令牌继续有效。", en: "The card is renewed: its tokens live on." },
  recordChanged: {
    zh: "银行资料已更新，钱包自己继续。",
    en: "Something was cured at the bank: the wallet goes on by itself.",
  },
  notifyBinding: { zh: "绑定有变化，请再看一次。", en: "The binding changed: look again." },
  holdings: {
    zh: "关于这件事，你和你身后的各方知道什么？",
    en: "What do you and those behind you hold of this journey?",
  },
  journeyOfPayment: { zh: "这个计数器用在哪一笔付款上？", en: "Which payment was this counter spent on?" },
  journeyOfCase: { zh: "这个案件号是哪一件？", en: "Which journey is behind this case code?" },
  authoriseToken: {
    zh: "核对令牌、计数器和密文，换出真实卡号。",
    en: "Check token, counter and cryptogram, and swap in the real number.",
  },
};

const DECISIONS: Readonly<Record<string, Words>> = {
  green: { zh: "银行同意，立即可用。", en: "The bank agrees at once." },
  yellow: { zh: "银行要先验证持卡人。", en: "The bank wants the holder verified first." },
  orange: { zh: "银行只接受电话或柜面验证。", en: "The bank verifies by telephone or at a branch only." },
  red: { zh: "银行拒绝。", en: "The bank refuses." },
};
const DECIDED: ReadonlySet<string> = new Set(["acceptTerms", "requestToken", "decideBinding"]);
const OUTCOMES: Readonly<Record<string, Words>> = {
  accepted: { zh: "通过，附上真实卡号。", en: "Accepted, with the real number." },
  refused: { zh: "拒绝，请求到此为止。", en: "Refused: the request ends here." },
  failed: { zh: "现在无法判断。", en: "Cannot tell right now." },
  passed: { zh: "验证码正确。", en: "The code is right." },
  wrong: { zh: "验证码不对。", en: "The code is wrong." },
  dead: { zh: "这个验证码已经作废。", en: "This code is dead." },
  expired: { zh: "验证码过期了。", en: "The code has expired." },
};

function wordsOfAnswer(operation: string, value: unknown): Words {
  const fields = recordOf(Array.isArray(value) ? value[0] : value);
  const problem = fields["code"];
  if (typeof problem === "string") return { zh: `没有办成：${problem}。`, en: `Not done: ${problem}.` };
  const outcome = fields["outcome"] ?? recordOf(fields["result"])["outcome"];
  const words = DECIDED.has(operation) ? DECISIONS[String(fields["decision"])] : OUTCOMES[String(outcome)];
  return words ?? { zh: "办好了。", en: "Done." };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function describeJson(event: WireEvent): Described {
  const text = toUtf8(event.bytes) ?? toLatin1(event.bytes);
  const [operation = "authoriseToken", direction] = event.label?.split(" ") ?? [];
  const answer = direction === "answer" || (event.kind === "token" && event.from === "tsp");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const hidden = hide(value);
  return {
    title: { zh: `${operation}${answer ? " 应答" : ""}`, en: `${operation}${answer ? " answer" : ""}` },
    words: answer ? wordsOfAnswer(operation, value) : (SENTENCES[operation] ?? { zh: "", en: "" }),
    hex: JSON.stringify(hidden),
    nodes: nodesOf(hidden),
  };
}

function hide(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hide);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET.test(key) && typeof inner === "string" ? `*** (${inner.length})` : hide(inner),
    ]),
  );
}

function nodesOf(value: unknown): readonly DescribedNode[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([id, inner]) => {
    const name = { zh: id, en: id };
    return typeof inner === "object" && inner !== null
      ? { id, name, children: nodesOf(inner) }
      : { id, name, value: String(inner) };
  });
}
