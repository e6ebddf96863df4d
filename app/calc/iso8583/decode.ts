import { concat, DecodeError, fromAscii, toHex } from "#protocol/bytes";
import { emvValues } from "#protocol/emv";
import {
  describeMessage,
  type FieldValue,
  type IsoMessage,
  parseMessage,
  sentenceOf,
  titleOf,
} from "#protocol/iso8583";
import { type DescribedNode, describeTlv, parseTlv } from "#protocol/tlv";
import type { Answer } from "../../cli/command.ts";
import { badInput, type Fault, faultOf, InputError, type Words } from "../../cli/fault.ts";
import { bilingual, treeLines } from "../../cli/tree.ts";
import { jsonOf } from "../tlv.ts";
import { DIALECTS, type Dialect, type Framed, framings, looksLike } from "./frame.ts";
import { toGbk } from "./gbk.ts";
import { cutBefore, type FieldPlace, layoutOf } from "./layout.ts";
import { meaningOf } from "./meanings.ts";

interface Reading {
  readonly dialect: Dialect;
  readonly framed: Framed;
  readonly message: IsoMessage;
  /** Why the message ends early. */
  readonly fault?: Fault;
}

/** Decodes a message in whatever frame it comes; without a dialect both are tried. Broken bytes: the fields before the fault, code 2. */
export function decodeIso(bytes: Uint8Array, dialect: Dialect | undefined, reveal: boolean): Answer {
  const likely = (["cups", "bcd"] as const).filter((one) => looksLike(one, bytes));
  const dialects = dialect !== undefined ? [dialect] : likely.length > 0 ? likely : (["cups", "bcd"] as const);
  const tried = dialects.map((one) => read(one, bytes));
  const whole = tried.find((one) => "message" in one && one.fault === undefined);
  const best = whole ?? mostFields(tried);
  if (!("message" in best)) throw new InputError(withOtherDialect(best, dialect, bytes));
  return answer(
    best,
    bytes,
    reveal,
    best.fault === undefined ? undefined : withOtherDialect(best.fault, dialect, bytes),
  );
}

function mostFields(tried: readonly (Reading | Fault)[]): Reading | Fault {
  const count = (one: Reading | Fault) => ("message" in one ? Object.keys(one.message.fields).length : -1);
  return tried.reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** A message that the other dialect reads whole was probably given to the wrong one. */
function withOtherDialect(fault: Fault, dialect: Dialect | undefined, bytes: Uint8Array): Fault {
  if (dialect === undefined) return fault;
  const other = dialect === "cups" ? "bcd" : "cups";
  const read2 = read(other, bytes);
  if (!("message" in read2) || read2.fault !== undefined) return fault;
  return {
    ...fault,
    zh: `${fault.zh}；用 --dialect ${other} 可以完整解析`,
    en: `${fault.en}; --dialect ${other} reads it whole`,
  };
}

function read(dialect: Dialect, bytes: Uint8Array): Reading | Fault {
  let ways: readonly Framed[];
  try {
    ways = framings(dialect, bytes);
  } catch (error) {
    if (error instanceof DecodeError) return faultOf(error, "HEX");
    throw error;
  }
  const readings = ways.map((framed) => readFramed(dialect, framed));
  return readings.find((one) => "message" in one && one.fault === undefined) ?? readings[0]!;
}

function readFramed(dialect: Dialect, framed: Framed): Reading | Fault {
  const spec = DIALECTS[dialect];
  const { payload, payloadAt } = framed;
  try {
    return { dialect, framed, message: parseMessage(spec, payload) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const fault = faultOf(error, "HEX", payloadAt);
    const number = Number(/^F(\d+)$/.exec(error.path[0] ?? "")?.[1] ?? "0");
    const layout = layoutOf(spec, payload);
    const start = error.code === "leftover" ? 129 : number;
    if (start === 0) return fault;
    try {
      return { dialect, framed, message: parseMessage(spec, cutBefore(layout, payload, start)), fault };
    } catch (again) {
      if (again instanceof DecodeError) return fault;
      throw again;
    }
  }
}

function answer(reading: Reading, bytes: Uint8Array, reveal: boolean, fault: Fault | undefined): Answer {
  const { dialect, framed, message } = reading;
  const { framing, payload, payloadAt } = framed;
  const { places, mtiBytes, bitmapBytes } = layoutOf(DIALECTS[dialect], payload);
  const masked = new Map(describeMessage(DIALECTS[dialect], message).map((node) => [node.id, node]));
  let chipFault: Fault | undefined;
  const fields = places.flatMap((place) => {
    const value = message.fields[place.number];
    if (value === undefined) return [];
    const base = payloadAt + place.valueAt;
    const { inside, fault: inner } = place.number === 55 ? chipNodes(value, base, reveal) : textNodes(place, value);
    chipFault ??= inner;
    return [fieldOf(place, value, base, inside)];
  });
  function textNodes(place: FieldPlace, value: FieldValue): Inside {
    return { inside: meaningOf(dialect, message, place.number, value, reveal) };
  }
  function fieldOf(place: FieldPlace, value: FieldValue, at: number, inside: readonly DescribedNode[]): FieldLine {
    const described = masked.get(`F${place.number}`)!;
    const plain = typeof value === "string" ? value : toHex(value).toUpperCase();
    // F4 is described with its currency and F55 by its size: neither is a mask.
    const hidden = !reveal && place.number !== 4 && place.number !== 55 && described.value !== plain;
    return {
      number: place.number,
      id: described.id,
      name: described.name,
      at,
      lengthBytes: value.length,
      value: hidden ? (described.value ?? "") : place.number === 55 && !reveal ? maskedChip(value, inside) : plain,
      ...(hidden ? { masked: true as const } : {}),
      children: inside,
    };
  }
  const problem = fault ?? chipFault;
  const title = titleOf(message);
  const sentence = sentenceOf(message);
  const bitmap = toHex(payload.subarray(mtiBytes, mtiBytes + bitmapBytes)).toUpperCase();
  const notes: Words[] = problem === undefined ? [] : [problem];
  return {
    code: problem === undefined ? 0 : 2,
    json: {
      ...(problem === undefined ? {} : { error: problem }),
      dialect,
      bytes: bytes.length,
      framing,
      mti: message.mti,
      title,
      meaning: sentence,
      bitmap,
      revealed: reveal,
      fields: Object.fromEntries(fields.map((field) => [field.number, fieldJson(field)])),
    },
    lines: [
      ...frameLines(reading, bytes),
      `MTI ${message.mti} ${bilingual(title)}`,
      ...(sentence.zh === "" ? [] : [bilingual(sentence)]),
      `Bitmap ${bitmap}`,
      ...treeLines(fields),
    ],
    notes,
  };
}

interface FieldLine extends DescribedNode {
  readonly number: number;
  readonly value: string;
  readonly children: readonly DescribedNode[];
}

interface Inside {
  readonly inside: readonly DescribedNode[];
  readonly fault?: Fault;
}

/** Field 55 with offsets that count from the start of what was given. */
function chipNodes(value: FieldValue, base: number, reveal: boolean): Inside {
  if (typeof value === "string") return { inside: [] };
  try {
    return { inside: shifted(describeTlv(parseTlv(value), { reveal, inside: emvValues }), base) };
  } catch (error) {
    if (error instanceof DecodeError) return { inside: [], fault: faultOf(error, "HEX", base, ["F55"]) };
    throw error;
  }
}

function shifted(nodes: readonly DescribedNode[], by: number): readonly DescribedNode[] {
  return nodes.map((node) => ({
    ...node,
    ...(node.at === undefined ? {} : { at: node.at + by }),
    ...(node.children === undefined ? {} : { children: shifted(node.children, by) }),
  }));
}

const anyMasked = (nodes: readonly DescribedNode[]): boolean =>
  nodes.some((node) => node.masked === true || anyMasked(node.children ?? []));

/** The whole of field 55, unless a card number lies in it or it cannot be read. */
function maskedChip(value: FieldValue, inside: readonly DescribedNode[]): string {
  const plain = typeof value === "string" ? value : toHex(value).toUpperCase();
  return inside.length === 0 || anyMasked(inside) ? "*".repeat(plain.length) : plain;
}

function fieldJson(field: FieldLine): Readonly<Record<string, unknown>> {
  const { number, id: _, lengthBytes, children, ...rest } = field;
  const chip = number === 55;
  const hidden = rest.masked === true || rest.value.startsWith("**");
  return {
    ...rest,
    ...(hidden ? { masked: true } : {}),
    length: lengthBytes,
    ...(children.length === 0 ? {} : { [chip ? "children" : "parts"]: children.map(jsonOf) }),
  };
}

function frameLines({ dialect, framed, message }: Reading, bytes: Uint8Array): readonly string[] {
  const { lengthPrefix, header, tpdu } = framed.framing;
  const prefix =
    lengthPrefix === undefined
      ? []
      : [
          lengthPrefix === "ascii4"
            ? "长度前缀 4 位 ASCII / length prefix of 4 ASCII digits"
            : "长度前缀 2 字节 / length prefix of 2 bytes",
        ];
  const count = Object.keys(message.fields).length;
  return [
    `${dialect === "cups" ? "CUPS 银联成员接口 / UnionPay member interface" : "BCD 银联 POS 接口 / UnionPay POS interface"}, ${bytes.length} B, ${count} 个域 / fields`,
    ...prefix,
    ...(header === undefined
      ? []
      : [
          `报文头 / header: ${header.source} -> ${header.destination}${header.test ? "，测试 / test" : ""}${header.rejectCode === "00000" ? "" : `，拒绝码 / reject code ${header.rejectCode}`}`,
        ]),
    ...(tpdu === undefined ? [] : [`TPDU ${tpdu}`]),
  ];
}

/**
 * Wire bytes of a CUPS message written as text: the bitmap and binary fields as hex digits, the rest as it is. Lengths of
 * binary fields still count bytes.
 */
export function wireOfText(text: string): Uint8Array {
  const wrong = (zh: string, en: string) => badInput("--ascii", zh, en, "badText");
  const source = toGbk(text.replace(/^\s+|[\r\n]+$/g, ""));
  if (source === undefined) throw wrong("有 GBK 之外的字符", "a character outside GBK");
  const bitmapText = source.slice(4, /^[89a-f]/i.test(source[4] ?? "") ? 36 : 20);
  if (!/^\d{4}$/.test(source.slice(0, 4))) throw wrong("不以四位报文类型开头", "does not begin with a four-digit MTI");
  if (!/^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i.test(bitmapText))
    throw wrong("报文类型之后不是十六进制的位图", "no bitmap in hex behind the MTI");
  const bitmap = Buffer.from(bitmapText, "hex");
  const parts: Uint8Array[] = [fromAscii(source.slice(0, 4)), bitmap];
  let at = 4 + bitmapText.length;
  for (let number = 2; number <= bitmap.length * 8; number++) {
    if ((bitmap[(number - 1) >> 3]! & (0x80 >> ((number - 1) & 7))) === 0) continue;
    const field = DIALECTS.cups.fields[number];
    if (field === undefined) break;
    const digits = source.slice(at, at + field.prefix);
    const length = field.prefix === 0 ? field.length : Number(/^\d+$/.test(digits) ? digits : "0");
    const end = at + field.prefix + length * (field.kind === "b" ? 2 : 1);
    const value = source.slice(at + field.prefix, end);
    if (field.kind === "b" && !/^(?:[0-9a-f]{2})*$/i.test(value))
      throw wrong(`F${number} 不是十六进制`, `F${number} is not hex digits`);
    parts.push(Buffer.from(digits, "latin1"), Buffer.from(value, field.kind === "b" ? "hex" : "latin1"));
    at = end;
  }
  return concat(...parts, Buffer.from(source.slice(at), "latin1"));
}
