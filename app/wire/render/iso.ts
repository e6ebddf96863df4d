import type { Words } from "#contracts/common";
import type { PartyName, WireNode } from "#contracts/wire";
import {
  CUPS,
  describeMessage,
  HEADER_BYTES,
  type IsoMessage,
  type MessageClass,
  maskedHex,
  messageClass,
  parseHeader,
  sentenceOf,
  text,
  titleOf,
} from "#protocol/iso8583";
import { isTokenPan } from "#protocol/paytoken";
import { layoutOf } from "../../calc/iso8583/layout.ts";
import type { Content } from "./content.ts";
import { formsOf, onValues, shifted, unmasked, unmaskedNodes, upperHex } from "./masks.ts";

/** A CUPS frame that could be read. The token's number is shown on request, the card's own to nobody. */
export function renderIso(frame: Uint8Array, message: IsoMessage, to: PartyName, reveal: boolean): Content {
  const masked = maskedHex(frame);
  const nodes = nodesOf(frame, message, false);
  const number = text(message, 2);
  const shows = reveal && number !== undefined && isTokenPan(number);
  return {
    title: titleOf(message),
    words: sentenceOf(message),
    why: whyOf(message, to),
    form: "hex",
    raw: shows ? unmasked(upperHex(frame), masked, formsOf(number)) : masked,
    nodes: shows ? unmaskedNodes(nodes, nodesOf(frame, message, true), formsOf(number)) : nodes,
    ...(message.fields[55] === undefined ? {} : { cryptogram: true }),
  };
}

export function renderUnreadable(frame: Uint8Array): Content {
  return {
    title: { zh: "无法解析的报文", en: "Unreadable message" },
    words: {
      zh: "字节不符合格式，收到的一方不会处理它。",
      en: "The bytes are not of the format: whoever gets them does not act on them.",
    },
    why: { zh: "", en: "" },
    form: "hex",
    raw: maskedHex(frame),
    nodes: [],
  };
}

function nodesOf(frame: Uint8Array, message: IsoMessage, reveal: boolean): readonly WireNode[] {
  const { header, payload } = parseHeader(frame);
  const { places, mtiBytes, bitmapBytes } = layoutOf(CUPS, payload);
  const placeOf = new Map(places.map(({ number, valueAt, end }) => [`F${number}`, { valueAt, end }]));
  const [mti, ...fields] = describeMessage(CUPS, message, { reveal });
  return [
    {
      id: "header",
      name: { zh: "报文头", en: "Header" },
      value: `${header.source} → ${header.destination}`,
      at: 0,
      lengthBytes: HEADER_BYTES,
    },
    { ...mti!, at: HEADER_BYTES, lengthBytes: mtiBytes },
    {
      id: "bitmap",
      name: { zh: "位图：有哪些域", en: "Bitmap: which fields follow" },
      value: upperHex(payload.subarray(mtiBytes, mtiBytes + bitmapBytes)),
      at: HEADER_BYTES + mtiBytes,
      lengthBytes: bitmapBytes,
    },
    ...fields.map((node) => {
      const place = placeOf.get(node.id);
      if (place === undefined) return node;
      const at = HEADER_BYTES + place.valueAt;
      const chip = message.fields[55];
      const inner =
        node.children === undefined || !(chip instanceof Uint8Array)
          ? {}
          : { children: shifted(onValues(node.children, chip), at) };
      return { ...node, ...inner, at, lengthBytes: place.end - place.valueAt };
    }),
  ];
}

function whyOf(message: IsoMessage, to: PartyName): Words {
  const answer = message.mti[2] === "1" || message.mti[2] === "3";
  const kind = messageClass(message);
  if (answer)
    return to === "network"
      ? {
          zh: "转接网络据此应答收单方；若中途丢失，会用冲正撤回。",
          en: "The network answers the acquirer with it; if it gets lost, a reversal takes the payment back.",
        }
      : {
          zh: "收单方据此告诉终端结果。卡号已换回令牌号，商户一侧始终没见过真实卡号。",
          en: "The acquirer tells the till. The number is the token's again: the shop's side never saw the real one.",
        };
  if (to === "issuer")
    return {
      zh: "令牌已核对，真实卡号换入，现在由发卡银行决定。只有这一段带真实卡号。",
      en: "The token was checked and the real number put in: now the bank decides. Only this leg carries the real number.",
    };
  return WHY[kind] ?? { zh: "", en: "" };
}

const WHY: Partial<Readonly<Record<MessageClass, Words>>> = {
  purchase: {
    zh: "收单方先把这笔交易落盘，再发给转接网络；卡号一栏是令牌号，55 域里是卡片的密文。",
    en: "The acquirer stored the sale first. The number is the token's, and field 55 holds the card's cryptogram.",
  },
  refund: {
    zh: "退款不碰卡：按原交易的令牌号找回卡，即使令牌已经移除也能退到。",
    en: "A refund needs no card: it finds it by the token of the sale, even after the token was removed.",
  },
  void: { zh: "当日整笔撤销，原交易号在 F90。", en: "The whole sale of today is undone; F90 names the original." },
  reversal: {
    zh: "没等到应答的一方不知道钱扣没扣，所以反复发冲正，直到对方确认。",
    en: "Who got no answer cannot know whether money moved, and so repeats the reversal until it is acknowledged.",
  },
};
