import { equalBytes, fromUint, toHex, toUint } from "#protocol/bytes";
import { adjustParity, type CardCipher, keyCheckValue } from "#protocol/crypto";
import {
  arpcMethod1,
  arpcMethod2,
  type CryptogramCase,
  type CryptogramScheme,
  commonSessionInput,
  cryptogramUnder,
  deriveCardKeyA,
  deriveCardKeyB,
  deriveCommonSessionKey,
  derivePbocSessionKey,
  deriveVisaScriptKey,
  type Explanation,
  emvValues,
  explainCryptogram,
  type KeyKind,
  nameOf,
  partsOf,
} from "#protocol/emv";
import { TAGS } from "#protocol/tlv";
import type { Answer } from "../cli/command.ts";
import type { Words } from "../cli/fault.ts";
import { bilingual, treeLines } from "../cli/tree.ts";

/** Keys by flag stand in the shell's history: they are test keys, and the answer says so. */
export const TEST_KEYS: Words = {
  zh: "注意：命令行上的密钥会留在历史记录里，只能是测试密钥",
  en: "note: keys on the command line stay in the shell's history: test keys only",
};

export interface EmvKeys {
  readonly scheme: CryptogramScheme;
  readonly kind: KeyKind;
  readonly bytes: Uint8Array;
  readonly option: "A" | "B";
  readonly pan?: string;
  readonly psn: string;
  readonly atc?: number;
}

interface Derived {
  readonly cardKey?: Uint8Array;
  /** What the cryptogram is made with: the session key, or in CVN 10 the card key itself. */
  readonly working: Uint8Array;
}

/** The machine's cipher, for many thousand blocks; one calculation does without the time it takes to load. */
export type SearchCipher = () => Promise<CardCipher>;

const hex = (bytes: Uint8Array) => toHex(bytes).toUpperCase();

/** From whichever key was given down to the one that computes. The command has seen to it that PAN and ATC are there. */
export function derive(keys: EmvKeys, cipher: CardCipher, scriptInput?: Uint8Array): Derived {
  const { scheme, kind, bytes, option, pan, psn, atc } = keys;
  if (kind === "sessionKey") return { working: bytes };
  const cardKey =
    kind === "cardKey" ? bytes : (option === "A" ? deriveCardKeyA : deriveCardKeyB)(bytes, pan!, psn, cipher);
  if (scheme === "cvn10") return { cardKey, working: cardKey };
  if (scheme === "pboc") return { cardKey, working: derivePbocSessionKey(cardKey, atc!, cipher) };
  return { cardKey, working: deriveCommonSessionKey(cardKey, scriptInput ?? commonSessionInput(atc!), cipher) };
}

/** EMV Book 2 A1.4: option B for numbers over 16 digits; PBOC takes A for all. */
export function optionFor(scheme: CryptogramScheme, pan: string | undefined): "A" | "B" {
  return scheme !== "pboc" && pan !== undefined && pan.length > 16 ? "B" : "A";
}

/** Which key, in the words of an answer. */
function keyFacts(keys: EmvKeys, derived: Derived, cipher: CardCipher) {
  const four = keys.atc === undefined ? {} : { atc: hex(fromUint(keys.atc, 2)) };
  const kcv = (key: Uint8Array) => hex(keyCheckValue(key, cipher));
  return {
    testKeys: true,
    scheme: keys.scheme,
    ...(keys.kind === "imk" ? { option: keys.option, psn: keys.psn } : {}),
    ...four,
    kcv: {
      ...(keys.kind === "imk" ? { imk: kcv(keys.bytes) } : {}),
      ...(derived.cardKey === undefined ? {} : { cardKey: kcv(derived.cardKey) }),
      ...(keys.scheme === "cvn10" && keys.kind !== "sessionKey" ? {} : { sessionKey: kcv(derived.working) }),
    },
  };
}

function keyLines(keys: EmvKeys, derived: Derived, cipher: CardCipher): string[] {
  const { kcv, option, psn, atc } = keyFacts(keys, derived, cipher);
  return [
    [
      `方案 scheme ${keys.scheme}`,
      ...(option === undefined ? [] : [`选项 option ${option}`, `PSN ${psn}`]),
      ...(atc === undefined ? [] : [`ATC ${atc}`]),
    ].join("  "),
    `校验值 KCV  ${Object.entries(kcv)
      .map(([name, value]) => `${name} ${value}`)
      .join("  ")}`,
  ];
}

export function sessionKeyAnswer(keys: EmvKeys, cipher: CardCipher, scriptInput?: Uint8Array): Answer {
  const derived = derive(keys, cipher, scriptInput);
  const { cardKey, working } = derived;
  const none = keys.scheme === "cvn10";
  const script =
    none && cardKey !== undefined && keys.atc !== undefined ? deriveVisaScriptKey(cardKey, keys.atc) : undefined;
  const row = (zh: string, en: string, key: Uint8Array) =>
    `${zh} ${en}  ${hex(key)}  (奇校验 odd parity ${hex(adjustParity(key))})`;
  return {
    code: 0,
    json: {
      ...keyFacts(keys, derived, cipher),
      ...(cardKey === undefined ? {} : { cardKey: hex(cardKey), cardKeyOddParity: hex(adjustParity(cardKey)) }),
      ...(none ? { sessionKey: null } : { sessionKey: hex(working), sessionKeyOddParity: hex(adjustParity(working)) }),
      ...(script === undefined ? {} : { scriptKey: hex(script), scriptKeyOddParity: hex(adjustParity(script)) }),
    },
    lines: [
      ...(cardKey === undefined ? [] : [row("卡片密钥", "card key", cardKey)]),
      ...(none
        ? ["CVN 10 没有过程密钥，密文直接用卡片密钥 / CVN 10 has no session key: cryptograms use the card key"]
        : [row("过程密钥", "session key", working)]),
      ...(script === undefined ? [] : [row("脚本密钥", "script key", script)]),
      ...keyLines(keys, derived, cipher),
    ],
    notes: [TEST_KEYS],
  };
}

export interface ArqcInput {
  readonly keys: EmvKeys;
  readonly data: Uint8Array;
  readonly iad?: Uint8Array;
  readonly otherPan?: string;
  readonly expected?: Uint8Array;
}

/** The cryptogram; against an expected one, whether it is that, and if not what is otherwise. Code 1 when it is not. */
export async function arqcAnswer(input: ArqcInput, cipher: CardCipher, searching: SearchCipher): Promise<Answer> {
  const { keys, data, expected } = input;
  const derived = derive(keys, cipher);
  const arqc = cryptogramUnder(derived.working, data, keys.scheme, cipher);
  const match = expected === undefined ? undefined : equalBytes(arqc, expected);
  const explanation = match === false ? explainCryptogram(caseOf(input, expected!), await searching()) : undefined;
  const parts = partsOf(data).map((part) => ({ part, name: nameOf(part) }));
  const notes = [TEST_KEYS, ...atcNote(input)];
  return {
    code: match === false ? 1 : 0,
    json: {
      ...keyFacts(keys, derived, cipher),
      data: hex(data),
      ...(parts.length > 1
        ? {
            elements: parts.map(({ part, name }) => ({
              tag: part.tag === "tail" ? name : part.tag,
              value: hex(part.value),
            })),
          }
        : {}),
      arqc: hex(arqc),
      ...(expected === undefined ? {} : { expected: hex(expected), match }),
      ...(explanation === undefined ? {} : { explanation: explanationJson(explanation) }),
      ...(notes.length > 1 ? { notes: notes.slice(1) } : {}),
    },
    lines: [
      ...dataLines(data),
      ...keyLines(keys, derived, cipher),
      `ARQC ${hex(arqc)}`,
      ...(match === undefined
        ? []
        : match
          ? ["与期望的相同 / equal to the expected one"]
          : [
              `期望的是 expected ${hex(expected!)}：不同 / not equal`,
              ...explanationLines(explanation!, keys, derived, cipher),
            ]),
    ],
    notes,
  };
}

/** The session key goes by --atc, the data by its own: when they differ somebody ought to know. */
function atcNote({ keys, data }: ArqcInput): readonly Words[] {
  const inData = partsOf(data).find(({ tag }) => tag === "9F36")?.value;
  if (inData === undefined || keys.atc === undefined || toUint(inData) === keys.atc) return [];
  return [
    {
      zh: `注意：--atc 与数据里的 9F36 (${hex(inData)}) 不同`,
      en: `note: --atc is not the 9F36 in the data (${hex(inData)})`,
    },
  ];
}

function dataLines(data: Uint8Array): readonly string[] {
  const parts = partsOf(data);
  if (parts.length === 1) return [`数据 data [${data.length}] ${hex(data)}`];
  return treeLines(
    parts.map((part) => {
      const tag = part.tag === "tail" ? nameOf(part) : part.tag;
      const words = TAGS[part.tag] ?? { zh: "卡片验证结果", en: "card verification results" };
      const name = part.tag === "tail" && part.value.length !== 4 ? TAGS["9F10"]! : words;
      const inside = part.tag === "tail" ? [] : emvValues(part.tag, part.value);
      return { id: tag, name: { zh: name.zh, en: name.en }, value: hex(part.value), children: inside };
    }),
  );
}

function caseOf({ keys, data, iad, otherPan }: ArqcInput, expected: Uint8Array): CryptogramCase {
  const { scheme, kind, bytes, option, pan, psn, atc } = keys;
  return {
    scheme,
    key: { kind, bytes },
    option,
    psn,
    data,
    expected,
    ...(pan === undefined ? {} : { pan }),
    ...(atc === undefined ? {} : { atc }),
    ...(iad === undefined ? {} : { iad }),
    ...(otherPan === undefined || otherPan === pan ? {} : { otherPan }),
  };
}

function explanationJson(explanation: Explanation): unknown {
  if (explanation.kind === "fits") {
    const { deviations, also, tried } = explanation;
    return { fits: true, causes: deviations, ...(also.length > 0 ? { also } : {}), tried };
  }
  return {
    fits: false,
    tried: explanation.tried,
    suspects: explanation.suspects,
    first: explanation.suspects[0] ?? null,
  };
}

function explanationLines(
  explanation: Explanation,
  keys: EmvKeys,
  derived: Derived,
  cipher: CardCipher,
): readonly string[] {
  if (explanation.kind === "fits") {
    const fixes = explanation.deviations.flatMap(({ fix }) => (fix === undefined ? [] : [fix]));
    return [
      "这样就对上了 / it fits when:",
      ...explanation.deviations.map((one) => `  - ${bilingual(one)}`),
      ...(fixes.length > 0 ? [`  ${fixes.join(" ")}`] : []),
      ...explanation.also.map((others) => `也可以 / or: ${others.map(bilingual).join("; ")}`),
    ];
  }
  const { tried, suspects } = explanation;
  const [first, ...rest] = suspects;
  const kcv = Object.entries(keyFacts(keys, derived, cipher).kcv)[0];
  return [
    `试过 ${tried} 种组合，没有一种对得上 (奇偶校验位不影响结果) / none of ${tried} combinations fits (parity bits make no difference)`,
    ...(first === undefined
      ? [
          "各项输入彼此一致：先核对密钥本身的校验值 / the inputs agree with each other: check the key itself first, by its check value",
          ...(kcv === undefined ? [] : [`  KCV ${kcv.join(" ")}`]),
        ]
      : [
          `${first.certain ? "第一个不可能对的输入 / the first input that cannot be right" : "最可疑的输入 / the input most likely wrong"}: ${first.option} ${bilingual(first)}`,
          ...rest.map((one) => `  ${one.option} ${bilingual(one)}`),
        ]),
  ];
}

export interface ArpcInput {
  readonly keys: EmvKeys;
  readonly arqc: Uint8Array;
  /** Method 1: the response code, 2 bytes. Method 2: card status update, 4 bytes, and what follows it. */
  readonly method:
    | { readonly kind: 1; readonly arc: Uint8Array }
    | { readonly kind: 2; readonly csu: Uint8Array; readonly proprietary: Uint8Array };
  readonly expected?: Uint8Array;
}

/** The answer cryptogram and tag 91. */
export async function arpcAnswer(input: ArpcInput, cipher: CardCipher, searching: SearchCipher): Promise<Answer> {
  const { keys, arqc, method, expected } = input;
  const derived = derive(keys, cipher);
  const { arpc, tag91 } = arpcOf(derived.working, arqc, method, cipher);
  const match = expected === undefined ? undefined : equalBytes(arpc, expected);
  const cause = match === false ? arpcCause(input, derived, await searching()) : undefined;
  return {
    code: match === false ? 1 : 0,
    json: {
      ...keyFacts(keys, derived, cipher),
      arqc: hex(arqc),
      method: method.kind,
      ...(method.kind === 1 ? { arc: hex(method.arc) } : { csu: hex(method.csu) }),
      arpc: hex(arpc),
      issuerAuthenticationData: hex(tag91),
      ...(expected === undefined ? {} : { expected: hex(expected), match }),
      ...(match === false
        ? { explanation: cause === undefined ? { fits: false } : { fits: true, causes: [cause] } }
        : {}),
    },
    lines: [
      ...keyLines(keys, derived, cipher),
      `ARQC ${hex(arqc)}`,
      `ARPC ${hex(arpc)}`,
      `91   ${hex(tag91)}`,
      ...(match === undefined
        ? []
        : match
          ? ["与期望的相同 / equal to the expected one"]
          : [
              `期望的是 expected ${hex(expected!)}：不同 / not equal`,
              cause === undefined
                ? "授权响应码、方法、密钥的其他组合都对不上：先用 emv arqc --expect 核对密钥 / no other response code, method or key fits: check the keys with emv arqc --expect first"
                : `这样就对上了 / it fits when: ${bilingual(cause)}`,
            ]),
    ],
    notes: [TEST_KEYS],
  };
}

function arpcOf(key: Uint8Array, arqc: Uint8Array, method: ArpcInput["method"], cipher: CardCipher) {
  if (method.kind === 1) {
    const arpc = arpcMethod1(key, arqc, method.arc, cipher);
    return { arpc, tag91: Uint8Array.of(...arpc, ...method.arc) };
  }
  const arpc = arpcMethod2(key, arqc, method.csu, method.proprietary, cipher);
  return { arpc, tag91: Uint8Array.of(...arpc, ...method.csu, ...method.proprietary) };
}

/** Other response codes, written in ASCII or binary, under the session key or the card key. */
function arpcCause({ keys, arqc, expected }: ArpcInput, derived: Derived, cipher: CardCipher): Words | undefined {
  if (expected?.length !== 8) return undefined;
  const { cardKey, working } = derived;
  const sources: readonly (readonly [Uint8Array, string, string])[] = [
    [working, "", ""],
    ...(cardKey === undefined || keys.scheme === "cvn10"
      ? []
      : [[cardKey, "用卡片密钥而不是过程密钥，", "the card key is used, not the session key, and "] as const]),
    ...(keys.kind === "imk" && keys.pan !== undefined
      ? [
          [
            derive({ ...keys, option: keys.option === "A" ? "B" : "A" }, cipher).working,
            "卡片密钥按另一选项分散，",
            "the card key is derived by the other option, and ",
          ] as const,
        ]
      : []),
  ];
  for (const [key, zh, en] of sources) {
    for (let code = 0; code < 0x10000; code++) {
      const arc = fromUint(code, 2);
      if (equalBytes(arpcMethod1(key, arqc, arc, cipher), expected))
        return {
          zh: `${zh}授权响应码的两个字节是 ${hex(arc)}`,
          en: `${en}the two bytes of the response code are ${hex(arc)}`,
        };
    }
  }
  return undefined;
}
