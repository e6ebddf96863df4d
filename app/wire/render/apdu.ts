import type { Words } from "#contracts/common";
import type { WireNode } from "#contracts/wire";
import { unpackDigits } from "#protocol/bytes";
import { describeCommand, describeResponse, emvValues, parseCommand, parseResponse, QUICS_PDOL } from "#protocol/emv";
import { isTokenPan } from "#protocol/paytoken";
import { parseTlv, TAGS, type Tlv } from "#protocol/tlv";
import { orUndefined, pdolValues, type Traced } from "../trace.ts";
import type { Content } from "./content.ts";
import { formsOf, onValues, starred, unmasked, unmaskedNodes, upperHex } from "./masks.ts";

/** Where the data of a command begins, behind CLA INS P1 P2 Lc; and of a GPO those behind 83 and its length. */
const DATA_AT = 5;
const PDOL_AT = 7;

export function renderCommand(traced: Traced, bytes: Uint8Array): Content {
  const described = describeCommand(bytes);
  const command = orUndefined(() => parseCommand(bytes));
  const data = command?.data ?? new Uint8Array();
  const head: WireNode = {
    id: "CLA INS P1 P2",
    name: { zh: "命令头", en: "Command header" },
    value: upperHex(bytes.subarray(0, 4)),
    at: 0,
    lengthBytes: Math.min(4, bytes.length),
  };
  const isGpo = traced.operation === "GPO";
  const inside: readonly WireNode[] =
    data.length === 0
      ? []
      : isGpo
        ? pdolValues(traced.pdol ?? QUICS_PDOL, data.subarray(2)).map(({ tag, at, value }) => ({
            id: tag,
            name: TAGS[tag] ?? { zh: "专有数据", en: "Private data" },
            value: upperHex(value),
            at: PDOL_AT + at,
            lengthBytes: value.length,
            children: emvValues(tag, value),
          }))
        : [
            {
              id: "data",
              name: described.nodes.find(({ id }) => id === "data")?.name ?? { zh: "数据", en: "Data" },
              value: upperHex(data),
              at: DATA_AT,
              lengthBytes: data.length,
            },
          ];
  return {
    title: described.title,
    words: described.words,
    why: WHY_COMMAND[traced.operation] ?? NO_WORDS,
    form: "hex",
    raw: upperHex(bytes),
    nodes: [head, ...inside.map(named)],
  };
}

/** A tag's names without its other facts. */
function named(node: WireNode): WireNode {
  return { ...node, name: { zh: node.name.zh, en: node.name.en } };
}

export function renderResponse(traced: Traced, bytes: Uint8Array, reveal: boolean): Content {
  const described = describeResponse(bytes);
  const data = orUndefined(() => parseResponse(bytes))?.data ?? new Uint8Array();
  const items = orUndefined(() => parseTlv(data));
  const plain = upperHex(bytes);
  // What cannot be read may hold anything: only the status word is shown.
  let masked = items === undefined && bytes.length > 2 ? starred(plain, 0, bytes.length - 2) : plain;
  const numbers = numbersIn(items ?? [], bytes);
  for (const { at, lengthBytes } of numbers) masked = starred(masked, at, lengthBytes);
  const nodes = placed(described.nodes, bytes);
  const token = numbers.map(({ digits }) => digits).find(isTokenPan);
  const shows = reveal && token !== undefined;
  return {
    title: described.title,
    words: described.words,
    why: WHY_RESPONSE[traced.operation] ?? NO_WORDS,
    form: "hex",
    raw: shows ? unmasked(plain, masked, formsOf(token)) : masked,
    nodes: shows ? unmaskedNodes(nodes, placed(describeResponse(bytes, true).nodes, bytes), formsOf(token)) : nodes,
    ...(items?.some(({ tag }) => tag === "77") === true ? { cryptogram: true } : {}),
  };
}

/** The lines of an answer on their bytes, the status word behind them. */
function placed(nodes: readonly WireNode[], bytes: Uint8Array): readonly WireNode[] {
  return onValues(nodes, bytes.subarray(0, -2)).map((node) =>
    node.id === "SW" ? { ...node, at: bytes.length - 2, lengthBytes: 2 } : node,
  );
}

/** Card numbers in 57, 5A and their like, with their places. */
function numbersIn(
  items: readonly Tlv[],
  bytes: Uint8Array,
): readonly { readonly at: number; readonly lengthBytes: number; readonly digits: string }[] {
  return items.flatMap((item) => {
    if (item.children !== undefined) return numbersIn(item.children, bytes);
    if (TAGS[item.tag]?.secret !== true) return [];
    const digits = /^\d+/.exec(upperHex(item.value))?.[0] ?? unpackDigits(item.value) ?? "";
    return [{ at: item.value.byteOffset - bytes.byteOffset, lengthBytes: item.value.length, digits }];
  });
}

const NO_WORDS: Words = { zh: "", en: "" };
const WHY_COMMAND: Readonly<Record<string, Words>> = {
  "SELECT PPSE": {
    zh: "终端还不知道面前是什么卡，先问目录，再挑一个双方都支持的应用。",
    en: "The terminal does not know the card yet: it asks for the directory, then picks an application both support.",
  },
  SELECT: {
    zh: "选定之后，卡片会说明它计算密文时需要终端给出哪些数据。",
    en: "Once selected, the card says which data it needs from the terminal to compute its cryptogram.",
  },
  GPO: {
    zh: "一次碰触只有这一条命令带着金额：卡片用它和不可预知数一起计算密文，改一个字节密文就不对。",
    en: "In a tap only this command carries the amount: the card computes over it and the unpredictable number, so one changed byte breaks the cryptogram.",
  },
  "READ RECORD": {
    zh: "卡片答复里指出的记录，终端逐条读出。",
    en: "The terminal reads the records that the card's answer points to.",
  },
  "GET DATA": { zh: "终端需要卡片的一个计数或余额。", en: "The terminal wants one counter or balance of the card." },
};
const WHY_RESPONSE: Readonly<Record<string, Words>> = {
  "SELECT PPSE": {
    zh: "目录里按优先级列出应用，终端从上往下挑。",
    en: "The directory lists applications by priority; the terminal takes the first it knows.",
  },
  SELECT: {
    zh: "里面的 9F38 (PDOL) 就是卡片要终端给出的数据清单。",
    en: "Its 9F38 (PDOL) is the list of data that the card wants from the terminal.",
  },
  GPO: {
    zh: "之后由令牌服务方用同样的数据重算密文：算出来一样，才说明是这张卡、这笔金额、这一次。",
    en: "The token service recomputes it over the same data: only if they match was it this card, this amount, this one time.",
  },
  "READ RECORD": { zh: "终端用它补全要上送的数据。", en: "The terminal completes what it sends with it." },
};
