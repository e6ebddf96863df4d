import { toHex } from "#protocol/bytes";
import { encodeMessage, type FieldSpec, type FieldValue } from "#protocol/iso8583";
import { encodeTlv } from "#protocol/tlv";
import type { Answer } from "../../cli/command.ts";
import { badInput } from "../../cli/fault.ts";
import { hexOf } from "../../cli/input.ts";
import { DIALECTS, type Dialect, type Framing, frame, newHeader } from "./frame.ts";
import { toGbk } from "./gbk.ts";

/** What a message is made from: a JSON document (also the one that decode prints), with flags over it. */
export interface Draft {
  readonly dialect?: Dialect;
  readonly mti?: string;
  readonly fields: ReadonlyMap<number, unknown>;
  readonly framing: {
    readonly lengthPrefix?: Framing["lengthPrefix"];
    readonly tpdu?: string;
    readonly header?: unknown;
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the document; what is wrong is told by the name of the part. */
export function draftOf(text: string, option: string): Draft {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw badInput(option, "不是 JSON", "is not JSON", "badJson");
  }
  if (!isRecord(document)) throw badInput(option, "要一个 JSON 对象", "wants a JSON object", "badJson");
  const { dialect, mti, fields, framing } = document;
  if (dialect !== undefined && dialect !== "cups" && dialect !== "bcd")
    throw badInput("dialect", "只能是 cups 或 bcd", "wants cups or bcd", "badValue");
  if (mti !== undefined && typeof mti !== "string") throw badInput("mti", "要文本", "wants text", "badValue");
  if (fields !== undefined && !isRecord(fields)) throw badInput("fields", "要一个对象", "wants an object", "badValue");
  if (framing !== undefined && !isRecord(framing))
    throw badInput("framing", "要一个对象", "wants an object", "badValue");
  const prefix = framing?.["lengthPrefix"];
  if (prefix !== undefined && prefix !== "ascii4" && prefix !== "binary2")
    throw badInput("framing.lengthPrefix", "只能是 ascii4 或 binary2", "wants ascii4 or binary2", "badValue");
  const tpdu = framing?.["tpdu"];
  if (tpdu !== undefined && typeof tpdu !== "string")
    throw badInput("framing.tpdu", "要文本", "wants text", "badValue");
  return {
    ...(dialect === undefined ? {} : { dialect }),
    ...(mti === undefined ? {} : { mti }),
    fields: new Map(Object.entries(fields ?? {}).map(([key, value]) => [fieldNumber(key), value])),
    framing: {
      ...(prefix === undefined ? {} : { lengthPrefix: prefix }),
      ...(tpdu === undefined ? {} : { tpdu }),
      ...(framing?.["header"] === undefined ? {} : { header: framing["header"] }),
    },
  };
}

/** "2", "F2", "DE2" or "002". */
export function fieldNumber(key: string): number {
  const digits = /^(?:F|DE)?0*(\d{1,3})$/i.exec(key.trim())?.[1];
  const number = Number(digits ?? "0");
  if (number < 2 || number > 128)
    throw badInput("--field", "域号要在 2 至 128", "wants a field number from 2 to 128", "badField");
  return number;
}

export function encodeIso(draft: Draft): Answer {
  const dialect = draft.dialect ?? "cups";
  const spec = DIALECTS[dialect];
  if (draft.mti === undefined) throw badInput("--mti", "必须给出", "is required", "missingOption");
  if (!/^\d{4}$/.test(draft.mti)) throw badInput("--mti", "要四位数字", "wants four digits", "badValue");
  const fields: Record<number, FieldValue> = {};
  for (const [number, given] of draft.fields) {
    const field = spec.fields[number];
    if (field === undefined)
      throw badInput(`F${number}`, `${dialect} 方言没有这个域`, `dialect ${dialect} has no such field`, "badField");
    fields[number] = wireValue(number, field, given);
  }
  const payload = encodeMessage(spec, { mti: draft.mti, fields });
  const header = headerOf(draft, dialect);
  const tpdu = tpduOf(draft, dialect);
  const whole = frame(
    draft.framing.lengthPrefix === undefined ? {} : { lengthPrefix: draft.framing.lengthPrefix },
    tpdu,
    header,
    payload,
  );
  const hex = toHex(whole).toUpperCase();
  return { code: 0, json: { dialect, mti: draft.mti, bytes: whole.length, hex }, lines: [hex] };
}

function headerOf(draft: Draft, dialect: Dialect): Uint8Array | undefined {
  const { header } = draft.framing;
  if (header === undefined) return undefined;
  if (dialect !== "cups") throw badInput("header", "只有 cups 方言有报文头", "goes with dialect cups only", "badValue");
  if (!isRecord(header)) throw badInput("framing.header", "要一个对象", "wants an object", "badValue");
  const { hex, destination, source, test } = header;
  if (typeof hex === "string") {
    const bytes = hexOf(hex, "framing.header.hex", 46);
    if (bytes[0] !== bytes.length)
      throw badInput("framing.header.hex", "第一个字节要 2E", "wants 2E as its first byte", "badValue");
    return bytes;
  }
  for (const [name, value] of [
    ["destination", destination],
    ["source", source],
  ] as const)
    if (typeof value !== "string" || !/^[0-9A-Za-z]{1,11}$/.test(value))
      throw badInput(`--${name}`, "要 1 至 11 位数字或字母", "wants 1 to 11 letters or digits", "badValue");
  return newHeader(destination as string, source as string, test === true);
}

function tpduOf(draft: Draft, dialect: Dialect): Uint8Array | undefined {
  const { tpdu } = draft.framing;
  if (tpdu === undefined) return undefined;
  if (dialect !== "bcd") throw badInput("--tpdu", "只有 bcd 方言有 TPDU", "goes with dialect bcd only", "badValue");
  return hexOf(tpdu, "--tpdu", [5, 11]);
}

interface Alphabet {
  readonly allows: RegExp;
  readonly zh: string;
  readonly en: string;
}
const ALPHABETS: Readonly<Partial<Record<FieldSpec["kind"], Alphabet>>> = {
  n: { allows: /^\d*$/, zh: "数字", en: "digits" },
  z: { allows: /^[\dA-F=]*$/, zh: "磁道字符", en: "track characters" },
  xn: { allows: /^[CD]\d*$/, zh: "C 或 D 加数字", en: "C or D and digits" },
};

/** A field's value as the codec takes it. Text may be Chinese: it goes out as GBK. Binary fields are hex; field 55 may be an object by tag. */
function wireValue(number: number, field: FieldSpec, given: unknown): FieldValue {
  const name = `F${number}`;
  const value = isRecord(given) && "value" in given ? given["value"] : given;
  if (isRecord(given) && given["masked"] === true)
    throw badInput(name, "值被遮盖了：解析时加 --reveal", "is masked: decode it with --reveal", "masked");
  if (number === 55 && isRecord(value)) return chipOf(value);
  if (typeof value !== "string")
    throw badInput(name, "要文本 (数字也写成带引号的文本)", "wants text (numbers in quotes too)", "badValue");
  if (field.kind === "b") {
    const bytes = value === "" ? new Uint8Array() : hexOf(value, name);
    checkLength(name, field, bytes.length, "字节", "bytes");
    return bytes;
  }
  const text = toGbk(value);
  if (text === undefined) throw badInput(name, "有 GBK 之外的字符", "has a character outside GBK", "badDigit");
  checkLength(name, field, text.length, "个字符", "characters");
  const alphabet = ALPHABETS[field.kind];
  if (alphabet !== undefined && !alphabet.allows.test(text))
    throw badInput(name, `只能是${alphabet.zh}`, `wants ${alphabet.en}`, "badDigit");
  return text;
}

function checkLength(name: string, field: FieldSpec, length: number, zhUnit: string, enUnit: string): void {
  const fixed = field.prefix === 0;
  if (fixed ? length === field.length : length <= field.length) return;
  const pad = fixed && length < field.length && (field.kind === "ans" || field.kind === "an");
  throw badInput(
    name,
    `要${fixed ? " " : "至多 "}${field.length} ${zhUnit}，给了 ${length}${pad ? "；不足请在右边补空格" : ""}`,
    `wants ${fixed ? "" : "up to "}${field.length} ${enUnit}, got ${length}${pad ? "; fill up with spaces" : ""}`,
    "badLength",
  );
}

function chipOf(values: Readonly<Record<string, unknown>>): Uint8Array {
  return encodeTlv(
    Object.entries(values).map(([tag, value]) => {
      const name = tag.toUpperCase();
      if (!/^(?:[0-9A-F]{2}){1,3}$/.test(name))
        throw badInput("F55", "标签要 1 至 3 字节", "wants tags of 1 to 3 bytes", "badTag");
      if (typeof value !== "string") throw badInput(`F55 ${name}`, "要十六进制文本", "wants hex text", "badValue");
      return { tag: name, value: value === "" ? new Uint8Array() : hexOf(value, `F55 ${name}`) };
    }),
  );
}
