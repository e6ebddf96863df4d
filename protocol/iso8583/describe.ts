import { DecodeError, toHex } from "#protocol/bytes";
import { emvValues } from "#protocol/emv";
import { currency as currencyOf, formatMoney, fromN12 } from "#protocol/money";
import { type DescribedNode, describeTlv, maskDigits, parseTlv } from "#protocol/tlv";
import { parseMessage } from "./codec.ts";
import { HEADER_BYTES, parseHeader } from "./header.ts";
import { type FieldValue, type IsoMessage, text } from "./message.ts";
import { responseFact } from "./response-codes.ts";
import { CUPS, type MessageSpec } from "./spec.ts";
import { type MessageClass, messageClass } from "./transactions.ts";

interface Words {
  readonly zh: string;
  readonly en: string;
}

/** F63 carries the token's number, F90 and F61 may carry more than they should: only their shape is shown. */
const PARTLY_SECRET: ReadonlySet<number> = new Set([48, 57, 61, 62, 63]);

/** The fields of a message with names; card numbers, tracks, PIN blocks and identities masked unless revealed. */
export function describeMessage(
  spec: MessageSpec,
  message: IsoMessage,
  options: { readonly reveal?: boolean } = {},
): readonly DescribedNode[] {
  const reveal = options.reveal === true;
  return [
    { id: "MTI", name: titleOf(message), value: message.mti },
    ...Object.entries(message.fields).map(([key, value]) => {
      const number = Number(key);
      const field = spec.fields[number]!;
      const node = {
        id: `F${number}`,
        name: { zh: field.zh, en: field.en },
        value: shown(number, value, field.secret === true, reveal, message),
      };
      if (number !== 55 || !(value instanceof Uint8Array)) return node;
      return {
        ...node,
        value: `${value.length} B`,
        children: describeTlv(chipItems(value), { reveal, inside: emvValues }),
      };
    }),
  ];
}

function chipItems(bytes: Uint8Array) {
  try {
    return parseTlv(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}

function shown(number: number, value: FieldValue, secret: boolean, reveal: boolean, message: IsoMessage): string {
  if (value instanceof Uint8Array) return secret && !reveal ? "*".repeat(value.length * 2) : toHex(value).toUpperCase();
  if (secret && !reveal) return number === 2 ? maskDigits(value) : "*".repeat(value.length);
  if (PARTLY_SECRET.has(number) && !reveal) return value.replace(/\d{8,}/g, (digits) => maskDigits(digits));
  if (number === 4) {
    const code = currencyOf(text(message, 49) ?? "156");
    return code === undefined ? value : `${value} (${formatMoney(fromN12(value, code))})`;
  }
  return value;
}

const TITLES: Readonly<Record<MessageClass, Words>> = {
  purchase: { zh: "消费", en: "Purchase" },
  void: { zh: "消费撤销", en: "Void" },
  refund: { zh: "退货", en: "Refund" },
  preAuthorisation: { zh: "预授权", en: "Pre-authorisation" },
  preAuthorisationVoid: { zh: "预授权撤销", en: "Pre-authorisation void" },
  completion: { zh: "预授权完成", en: "Completion" },
  balance: { zh: "余额查询", en: "Balance inquiry" },
  reversal: { zh: "冲正", en: "Reversal" },
  network: { zh: "网络管理", en: "Network management" },
  unknown: { zh: "报文", en: "Message" },
};

/** "消费请求 0200 / Purchase request 0200". */
export function titleOf(message: IsoMessage): Words {
  const { zh, en } = TITLES[messageClass(message)];
  const answer = message.mti[2] === "1" || message.mti[2] === "3";
  return {
    zh: `${zh}${answer ? "应答" : "请求"} ${message.mti}`,
    en: `${en} ${answer ? "answer" : "request"} ${message.mti}`,
  };
}

/** One plain sentence on what this message does. */
export function sentenceOf(message: IsoMessage): Words {
  const code = text(message, 39);
  const answer = message.mti[2] === "1" || message.mti[2] === "3";
  if (answer && code !== undefined) {
    const fact = responseFact(code);
    return { zh: `应答码 ${code}：${fact.zh}`, en: `Response code ${code}: ${fact.en}` };
  }
  const amount = text(message, 4);
  const unit = currencyOf(text(message, 49) ?? "156");
  const sum = amount === undefined || unit === undefined ? "" : formatMoney(fromN12(amount, unit));
  switch (messageClass(message)) {
    case "purchase":
      return { zh: `请求从这张卡扣款 ${sum}`, en: `Asks to take ${sum} from this card` };
    case "refund":
      return { zh: `请求退回 ${sum}`, en: `Asks to give back ${sum}` };
    case "void":
      return { zh: `请求撤销整笔消费 ${sum}`, en: `Asks to undo the whole purchase of ${sum}` };
    case "reversal":
      return { zh: `原交易没有得到应答：请撤回 ${sum}`, en: `The original got no answer: take ${sum} back` };
    case "network":
      return { zh: "线路管理：签到或回响测试", en: "Line management: sign-on or echo" };
    default:
      return { zh: "", en: "" };
  }
}

/** Hex of a whole CUPS frame in which every secret nibble is a star. */
export function maskedHex(frame: Uint8Array): string {
  const plain = toHex(frame).toUpperCase();
  let message: IsoMessage;
  try {
    message = parseMessage(CUPS, parseHeader(frame).payload);
  } catch (error) {
    if (error instanceof DecodeError) return "*".repeat(plain.length);
    throw error;
  }
  // Whatever a secret field holds is hidden wherever its bytes occur, also inside other fields.
  let masked = plain.slice(HEADER_BYTES * 2);
  const hide = (value: string) => {
    if (value.length >= 8) masked = masked.replaceAll(value, "*".repeat(value.length));
  };
  for (const [key, value] of Object.entries(message.fields)) {
    const number = Number(key);
    if (CUPS.fields[number]?.secret === true)
      hide(value instanceof Uint8Array ? toHex(value).toUpperCase() : asciiHex(value));
    if (PARTLY_SECRET.has(number) && typeof value === "string")
      for (const digits of value.match(/\d{12,19}/g) ?? []) hide(asciiHex(digits));
    if (number === 55 && value instanceof Uint8Array) {
      for (const item of chipItems(value))
        if (item.tag === "57" || item.tag === "5A") hide(toHex(item.value).toUpperCase());
    }
  }
  return plain.slice(0, HEADER_BYTES * 2) + masked;
}

function asciiHex(value: string): string {
  let hex = "";
  for (let i = 0; i < value.length; i++) hex += value.charCodeAt(i).toString(16).toUpperCase().padStart(2, "0");
  return hex;
}
