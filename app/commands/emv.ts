import { type ArgsDef, defineCommand } from "citty";
import { DecodeError, fromAscii, toHex, toUint } from "#protocol/bytes";
import { pureCipher } from "#protocol/crypto";
import {
  CRYPTOGRAM_LENGTHS,
  CRYPTOGRAM_TAGS,
  type CryptogramScheme,
  cryptogramData,
  type KeyKind,
  partsOf,
  SCHEMES,
} from "#protocol/emv";
import { findTag, parseTlv, type Tlv } from "#protocol/tlv";
import { arpcAnswer, arqcAnswer, derive, type EmvKeys, optionFor, sessionKeyAnswer } from "../calc/emv.ts";
import { calculator, type Io } from "../cli/command.ts";
import { badInput, faultOf, InputError } from "../cli/fault.ts";
import { atcOf, hexOf, keyOf, panOf, psnOf, textOf } from "../cli/input.ts";

/** The same keys for all three: one of --imk, --mk, --sk. */
const KEY_ARGS = {
  scheme: {
    type: "enum",
    options: ["pboc", "csk", "cvn10", "cvn18"],
    default: "pboc",
    description: "银联 PBOC；EMV CSK；Visa CVN 10、18 / UnionPay PBOC; EMV CSK; Visa CVN 10, 18",
  },
  imk: {
    type: "string",
    valueHint: "HEX",
    description: "发卡行主密钥 (测试)；- 读标准输入 / issuer master key (a test key); - reads stdin",
  },
  mk: { type: "string", valueHint: "HEX", description: "或者卡片密钥 (UDK) / or the card key (UDK)" },
  sk: { type: "string", valueHint: "HEX", description: "或者过程密钥 / or the session key" },
  pan: {
    type: "string",
    valueHint: "N",
    description: "卡号；令牌交易用令牌号 / card number; a token's for a token payment",
  },
  psn: {
    type: "string",
    valueHint: "NN",
    description: "主账号序列号 (5F34)，省略为 00 / PAN sequence number, 00 when left out",
  },
  option: {
    type: "enum",
    options: ["A", "B", "a", "b"],
    description:
      "卡片密钥分散选项；PBOC 总是 A，其余超过 16 位时 B / card-key option; A for PBOC, else B over 16 digits",
  },
  atc: {
    type: "string",
    valueHint: "HHHH",
    description: "应用交易计数器，十六进制 / application transaction counter, hex",
  },
} as const satisfies ArgsDef;

const DATA_ARGS = {
  data: {
    type: "string",
    valueHint: "HEX",
    description: "密文的输入，各值相连；- 读标准输入 / what the cryptogram is over, values in a row; - reads stdin",
  },
  tlv: {
    type: "string",
    valueHint: "HEX",
    description:
      "或者 55 域：按方案取各标签，9F36 为 ATC，9F26 为期望值 / or field 55: tags by the scheme, ATC from 9F36, expected value from 9F26",
  },
  expect: {
    type: "string",
    valueHint: "HEX",
    description: "期望的密文；不同时说明原因，退出码 1 / the expected one; when it differs says why, exit code 1",
  },
} as const satisfies ArgsDef;

const machineCipher = async () => (await import("#platform/keystore")).nodeCipher;

type Given = Readonly<Record<string, unknown>>;
const given = (args: Given, name: string) => (typeof args[name] === "string" ? (args[name] as string) : undefined);

const arqc = calculator({
  meta: { name: "arqc", description: "计算并核对 ARQC / Compute an ARQC, and check it against an expected one" },
  args: { ...KEY_ARGS, ...DATA_ARGS },
  examples: [
    "kabao emv arqc --imk 0123456789ABCDEFFEDCBA9876543210 --pan 6222021234567890128 --psn 00 --tlv 9F2608…",
    "kabao emv arqc --scheme cvn10 --imk 0123456789ABCDEFFEDCBA9876543210 --pan 4761739001010010 --atc 001C --data 0000… --expect 29CC…",
  ],
  async answer({ args, io }) {
    const message = messageOf(await optional(args, "tlv", io));
    const data = await dataOf(args, message, io);
    const keys = await keysOf(args, message, data.bytes, io);
    const expected =
      given(args, "expect") === undefined ? message?.tag("9F26", 8) : hexOf(given(args, "expect")!, "--expect", 8);
    return arqcAnswer(
      {
        keys,
        data: data.bytes,
        ...(data.iad === undefined ? {} : { iad: data.iad }),
        ...(message?.pan === undefined ? {} : { otherPan: message.pan }),
        ...(expected === undefined ? {} : { expected }),
      },
      pureCipher,
      machineCipher,
    );
  },
});

const arpc = calculator({
  meta: { name: "arpc", description: "计算 ARPC 与标签 91 / Compute an ARPC and tag 91" },
  args: {
    ...KEY_ARGS,
    ...DATA_ARGS,
    arqc: {
      type: "string",
      valueHint: "HEX",
      description: "ARQC；省略则由 --data 或 --tlv 计算 / the ARQC; computed from --data or --tlv when left out",
    },
    arc: {
      type: "string",
      valueHint: "CC",
      default: "00",
      description: "授权响应码：两个字符或四位十六进制 / response code: two characters or four hex digits",
    },
    method: {
      type: "enum",
      options: ["1", "2"],
      default: "1",
      description: "方法 1 用响应码，方法 2 用 CSU / method 1 takes the code, method 2 a card status update",
    },
    csu: {
      type: "string",
      valueHint: "HEX",
      description: "方法 2 的卡片状态更新，4 字节 / card status update of method 2, 4 bytes",
    },
    proprietary: {
      type: "string",
      valueHint: "HEX",
      description: "方法 2 的专有数据，至多 8 字节 / proprietary data of method 2, up to 8 bytes",
    },
  },
  examples: ["kabao emv arpc --sk D4102725E6E5AD329E55AAB50BF23DA9 --arqc 5D016C91005E7CC2 --arc 01"],
  async answer({ args, io }) {
    const message = messageOf(await optional(args, "tlv", io));
    const direct = given(args, "arqc");
    const data = await optional(args, "data", io);
    const bytes = data === undefined ? undefined : hexOf(data, "--data");
    // --data may be the ARQC itself, or the ARQC and the response code.
    const short = bytes !== undefined && (bytes.length === 8 || bytes.length === 10) ? bytes : undefined;
    const input = direct !== undefined || short !== undefined ? undefined : await dataOf(args, message, io, data);
    const keys = await keysOf(args, message, input?.bytes, io);
    const made =
      direct !== undefined
        ? hexOf(direct, "--arqc", 8)
        : (short?.subarray(0, 8) ?? message?.tag("9F26", 8) ?? cryptogramOf(keys, input!.bytes));
    const expect = given(args, "expect");
    const expected = expect === undefined ? undefined : hexOf(expect, "--expect", args.method === "2" ? 4 : 8);
    const arc = short?.length === 10 ? short.subarray(8) : arcOf(args.arc);
    return arpcAnswer(
      {
        keys,
        arqc: made,
        method: args.method === "2" ? statusUpdateOf(args) : { kind: 1, arc },
        ...(expected === undefined ? {} : { expected }),
      },
      pureCipher,
      machineCipher,
    );
  },
});

const sessionKey = calculator({
  meta: {
    name: "session-key",
    description: "分散卡片密钥与过程密钥，给出校验值 / Derive card key and session key, with check values",
  },
  args: {
    ...KEY_ARGS,
    arqc: {
      type: "string",
      valueHint: "HEX",
      description:
        "csk、cvn18 的脚本过程密钥：由 ARQC 分散 / script session key of csk and cvn18: derived from the ARQC",
    },
  },
  examples: ["kabao emv session-key --imk F0C34A8124CEE0A91A0B034AA97D6EAC --pan 6228000100001 --psn 01 --atc 0240"],
  async answer({ args, io }) {
    if (given(args, "sk") !== undefined)
      throw badInput("--sk", "已经是过程密钥", "is a session key already", "badValue");
    const script = given(args, "arqc") === undefined ? undefined : hexOf(given(args, "arqc")!, "--arqc", 8);
    if (script !== undefined && args.scheme !== "csk" && args.scheme !== "cvn18")
      throw badInput("--arqc", "只用于 csk 与 cvn18", "goes with csk and cvn18 only", "badValue");
    const keys = await keysOf(args, undefined, undefined, io, script !== undefined);
    return sessionKeyAnswer(keys, pureCipher, script);
  },
});

export const emv = defineCommand({
  meta: {
    name: "emv",
    description: "EMV/PBOC 密文与密钥 (测试密钥) / EMV and PBOC cryptograms and keys, under test keys",
  },
  subCommands: { arqc, arpc, "session-key": sessionKey },
});

async function optional(args: Given, name: string, io: Io): Promise<string | undefined> {
  const value = given(args, name);
  return value === undefined ? undefined : await textOf(value, io);
}

/** Field 55, or the answer of a card, and what of it serves. */
interface Message {
  readonly items: readonly Tlv[];
  /** The number in 5A or 57. */
  readonly pan?: string;
  /** A tag's value. @throws {InputError} when it is there in another length. */
  tag(tag: string, length: number): Uint8Array | undefined;
}

function messageOf(text: string | undefined): Message | undefined {
  if (text === undefined) return undefined;
  let items: readonly Tlv[];
  try {
    items = parseTlv(hexOf(text, "--tlv"));
  } catch (error) {
    if (error instanceof DecodeError) throw new InputError(faultOf(error, "--tlv"));
    throw error;
  }
  const digits = toHex(findTag(items, "5A") ?? findTag(items, "57") ?? new Uint8Array()).split(/[df]/)[0] ?? "";
  return {
    items,
    ...(/^\d{8,19}$/.test(digits) ? { pan: digits } : {}),
    tag(tag, length) {
      const value = findTag(items, tag);
      if (value !== undefined && value.length !== length)
        throw badInput(
          "--tlv",
          `${tag} 要 ${length} 字节，有 ${value.length} 字节`,
          `${tag} wants ${length} bytes, has ${value.length}`,
          "badLength",
        );
      return value;
    },
  };
}

interface Data {
  readonly bytes: Uint8Array;
  readonly iad?: Uint8Array;
}

async function dataOf(args: Given, message: Message | undefined, io: Io, read?: string): Promise<Data> {
  const text = read ?? (await optional(args, "data", io));
  if (text !== undefined && message !== undefined)
    throw badInput("--tlv", "与 --data 只能给一个", "excludes --data", "badValue");
  if (text !== undefined) return { bytes: hexOf(text, "--data") };
  if (message === undefined)
    throw badInput("--data", "必须给出 --data 或 --tlv", "give --data or --tlv", "missingOption");
  const missing = CRYPTOGRAM_TAGS.filter((tag) => message.tag(tag, CRYPTOGRAM_LENGTHS[tag]) === undefined);
  const iad = findTag(message.items, "9F10");
  const lacking = [...missing, ...(iad === undefined ? ["9F10"] : [])];
  if (iad === undefined || lacking.length > 0)
    throw badInput("--tlv", `缺少 ${lacking.join("、")}`, `lacks ${lacking.join(", ")}`, "missing");
  if (iad.length < 7)
    throw badInput(
      "--tlv",
      `9F10 至少要 7 字节，有 ${iad.length} 字节`,
      `9F10 wants 7 bytes at least, has ${iad.length}`,
      "badLength",
    );
  const tail = SCHEMES[args["scheme"] as CryptogramScheme].tail === "iad" ? iad : iad.subarray(3, 7);
  return { bytes: cryptogramData((tag) => findTag(message.items, tag), tail)!, iad };
}

const KEY_FLAGS: readonly (readonly [flag: "imk" | "mk" | "sk", kind: KeyKind])[] = [
  ["imk", "imk"],
  ["mk", "cardKey"],
  ["sk", "sessionKey"],
];

async function keysOf(
  args: Given,
  message: Message | undefined,
  data: Uint8Array | undefined,
  io: Io,
  withoutAtc = false,
): Promise<EmvKeys> {
  const scheme = args["scheme"] as CryptogramScheme;
  const flags = KEY_FLAGS.filter(([flag]) => given(args, flag) !== undefined);
  const [first, second] = flags;
  if (first === undefined)
    throw badInput("--imk", "必须给出 --imk、--mk 或 --sk", "give --imk, --mk or --sk", "missingOption");
  if (second !== undefined)
    throw badInput(`--${second[0]}`, `与 --${first[0]} 只能给一个`, `excludes --${first[0]}`, "badValue");
  const [flag, kind] = first;
  const bytes = keyOf((await optional(args, flag, io)) ?? "", `--${flag}`);
  const typed = given(args, "pan");
  const pan = typed === undefined ? message?.pan : panOf(typed, "--pan");
  if (kind === "imk" && pan === undefined)
    throw badInput("--pan", "用 --imk 时必须给出", "is required with --imk", "missingOption");
  const sequence = message?.tag("5F34", 1);
  const psn = psnOf(given(args, "psn") ?? (sequence === undefined ? "00" : toHex(sequence)), "--psn");
  const atc = counterOf(args, message, data);
  if (atc === undefined && kind !== "sessionKey" && scheme !== "cvn10" && !withoutAtc)
    throw badInput("--atc", "必须给出", "is required", "missingOption");
  const option = given(args, "option")?.toUpperCase() as "A" | "B" | undefined;
  return {
    scheme,
    kind,
    bytes,
    option: option ?? optionFor(scheme, pan),
    psn,
    ...(pan === undefined ? {} : { pan }),
    ...(atc === undefined ? {} : { atc }),
  };
}

/** The flag, or the message's 9F36, or the one inside the data. */
function counterOf(args: Given, message: Message | undefined, data: Uint8Array | undefined): number | undefined {
  const typed = given(args, "atc");
  if (typed !== undefined) return atcOf(typed, "--atc");
  const bytes =
    message?.tag("9F36", 2) ??
    (data === undefined ? undefined : partsOf(data).find(({ tag }) => tag === "9F36")?.value);
  return bytes === undefined ? undefined : toUint(bytes);
}

function cryptogramOf(keys: EmvKeys, data: Uint8Array): Uint8Array {
  const { pad } = SCHEMES[keys.scheme];
  return pureCipher.mac(derive(keys, pureCipher).working, pad(data));
}

function arcOf(text: string): Uint8Array {
  if (/^[0-9a-z]{2}$/i.test(text)) return fromAscii(text.toUpperCase());
  if (/^[0-9a-f]{4}$/i.test(text)) return hexOf(text, "--arc", 2);
  throw badInput(
    "--arc",
    "要两个字符 (00) 或四位十六进制 (3030)",
    "wants two characters (00) or four hex digits (3030)",
    "badValue",
  );
}

function statusUpdateOf(args: Given) {
  const csu = given(args, "csu");
  if (csu === undefined) throw badInput("--csu", "方法 2 必须给出", "is required for method 2", "missingOption");
  const more = given(args, "proprietary");
  return {
    kind: 2 as const,
    csu: hexOf(csu, "--csu", 4),
    proprietary: more === undefined ? new Uint8Array() : hexOf(more, "--proprietary", [1, 2, 3, 4, 5, 6, 7, 8]),
  };
}
