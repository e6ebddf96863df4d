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

const SENTENCES: Readonly<Record<string, { zh: string; en: string }>> = {
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
  notifyToken: { zh: "令牌状态有变化。", en: "The token changed." },
  notifyPayment: { zh: "付款通知，送往持卡人。", en: "A payment notice for the holder." },
  changeToken: { zh: "更改令牌状态。", en: "Change the token's state." },
  changeDevice: { zh: "更改设备上所有令牌的状态。", en: "Change all tokens of a device." },
  authoriseToken: {
    zh: "核对令牌、计数器和密文，换出真实卡号。",
    en: "Check token, counter and cryptogram, and swap in the real number.",
  },
};

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
    words: answer ? { zh: "", en: "" } : (SENTENCES[operation] ?? { zh: "", en: "" }),
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
