import { readFileSync } from "node:fs";
import { defineCommand } from "citty";
import { decodeIso, wireOfText } from "../calc/iso8583/decode.ts";
import { type Draft, draftOf, encodeIso, fieldNumber } from "../calc/iso8583/encode.ts";
import type { Dialect } from "../calc/iso8583/frame.ts";
import { valuesOf } from "../cli/check-args.ts";
import { calculator, type Io } from "../cli/command.ts";
import { badInput } from "../cli/fault.ts";
import { hexOf, textOf } from "../cli/input.ts";

const dialect = (fallback: string) => ({
  type: "enum" as const,
  options: ["cups", "bcd"],
  description: `银联成员接口或 POS 接口；${fallback} / UnionPay member interface or POS interface`,
});

const decode = calculator({
  meta: {
    name: "decode",
    description:
      "解析报文：自动识别长度前缀、46 字节报文头、TPDU / Decode a message; length prefix, 46-byte header and TPDU are recognised",
  },
  args: {
    hex: { type: "positional", description: "十六进制；- 读标准输入 / hex; - reads stdin" },
    dialect: dialect("省略则自动识别 recognised when left out"),
    ascii: {
      type: "boolean",
      default: false,
      description: "输入是文本，位图和二进制域写成十六进制 / input is text, bitmap and binary fields in hex",
    },
    reveal: {
      type: "boolean",
      default: false,
      description: "显示卡号、磁道等 / show card numbers, tracks and the like",
    },
  },
  manyWords: true,
  examples: ["kabao iso8583 decode 0800…", "kabao iso8583 decode - --json --reveal < msg.hex | kabao iso8583 encode -"],
  async answer({ args, io }) {
    const text = await textOf(args._.join(" "), io);
    const wanted = args.dialect as Dialect | undefined;
    if (args.ascii === true && wanted === "bcd")
      throw badInput("--ascii", "只能与 cups 一起用", "goes with cups only", "badValue");
    return args.ascii === true
      ? decodeIso(wireOfText(text), "cups", args.reveal === true)
      : decodeIso(hexOf(text, "HEX"), wanted, args.reveal === true);
  },
});

const encode = calculator({
  meta: {
    name: "encode",
    description: "生成报文：来自 JSON 或 --field / Encode a message from JSON or --field",
  },
  args: {
    file: {
      type: "positional",
      required: false,
      description: 'JSON 文件，- 读标准输入：{"mti":"0800","fields":{"7":"…"}} / JSON file, - reads stdin',
    },
    dialect: dialect("省略则 cups by default"),
    mti: { type: "string", description: "报文类型 / message type, four digits" },
    field: {
      type: "string",
      valueHint: "N=VALUE",
      description: "一个域，可重复；二进制域用十六进制 / one field, repeatable; binary fields in hex",
    },
    destination: {
      type: "string",
      valueHint: "ID",
      description: "加 46 字节报文头：目的机构 / adds the header: destination",
    },
    source: { type: "string", valueHint: "ID", description: "报文头：来源机构 / header: source" },
    test: { type: "boolean", default: false, description: "报文头：测试标志 / header: test flag" },
    prefix: { type: "enum", options: ["ascii4", "binary2"], description: "长度前缀 / length prefix" },
    tpdu: {
      type: "string",
      valueHint: "HEX",
      description: "bcd：5 字节 TPDU，或加 6 字节报文头 / TPDU, or with its header",
    },
  },
  examples: [
    "kabao iso8583 encode --mti 0820 --field 7=1124120000 --field 11=000001 --field 70=301",
    "kabao iso8583 encode message.json --destination 00010000 --source 03050011 --prefix ascii4",
  ],
  async answer({ args, rawArgs, io }) {
    const base = await documentOf(args.file, io);
    const fields = new Map(base.fields);
    for (const given of valuesOf(rawArgs, "field")) {
      const equals = given.indexOf("=");
      if (equals < 0) throw badInput("--field", "要写成 N=VALUE", "wants N=VALUE", "badValue");
      fields.set(fieldNumber(given.slice(0, equals)), given.slice(equals + 1));
    }
    const header =
      args.destination === undefined && args.source === undefined
        ? undefined
        : { destination: args.destination, source: args.source, test: args.test === true };
    return encodeIso({
      ...base,
      ...(args.dialect === undefined ? {} : { dialect: args.dialect as Dialect }),
      ...(args.mti === undefined ? {} : { mti: args.mti }),
      fields,
      framing: {
        ...base.framing,
        ...(header === undefined ? {} : { header }),
        ...(args.prefix === undefined ? {} : { lengthPrefix: args.prefix as "ascii4" | "binary2" }),
        ...(args.tpdu === undefined ? {} : { tpdu: args.tpdu }),
      },
    });
  },
});

async function documentOf(file: string | undefined, io: Io): Promise<Draft> {
  if (file === undefined) return { fields: new Map(), framing: {} };
  if (file === "-") return draftOf(new TextDecoder().decode(await io.stdin()), "-");
  try {
    return draftOf(readFileSync(file, "utf8"), "FILE");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw badInput("FILE", "打不开这个文件", "cannot open this file", "noFile");
  }
}

export const iso8583 = defineCommand({
  meta: {
    name: "iso8583",
    description: "ISO 8583 报文，银联两种方言 / ISO 8583 messages in both UnionPay dialects",
  },
  subCommands: { decode, encode },
});
