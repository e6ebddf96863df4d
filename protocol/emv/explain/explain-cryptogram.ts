import { concat, equalBytes, fromAscii, toHex, xor } from "#protocol/bytes";
import { type CardCipher, macAlgorithm3, padMethod1, padMethod2 } from "#protocol/crypto";
import { arpcMethod1, type CryptogramScheme, SCHEMES } from "../cryptogram.ts";
import { type CryptogramCase, type Deviation, deviation } from "./case.ts";
import {
  type AtcEdit,
  atcEdits,
  byteEdits,
  bytesOf,
  type DataEdit,
  givenTail,
  namedEdits,
  type Part,
  partsOf,
  type TailEdit,
  tailEdits,
  wholeEdits,
} from "./data.ts";
import {
  type KeySource,
  keyReadings,
  otherKeys,
  otherPans,
  otherPsns,
  type SessionMethod,
  sessionKeyOf,
} from "./keys.ts";
import { type Suspect, suspects } from "./suspects.ts";

export type Explanation =
  /** This computation gives the expected value: the fewest deviations found. `also`: others that give it as well. */
  | {
      readonly kind: "fits";
      readonly deviations: readonly Deviation[];
      readonly also: readonly (readonly Deviation[])[];
      readonly tried: number;
    }
  /** None of the combinations gives it. What in the input cannot be right, the gravest first; empty when it is consistent. */
  | { readonly kind: "none"; readonly tried: number; readonly suspects: readonly Suspect[] };

interface Structure {
  readonly method: SessionMethod;
  readonly padding: 1 | 2;
  readonly mac: MacKind;
  readonly tail: TailEdit;
}
type MacKind = "alg3" | "tdesCbc" | "desCbc";

const METHOD_OF: Readonly<Record<CryptogramScheme, SessionMethod>> = {
  pboc: "pboc",
  csk: "common",
  cvn18: "common",
  cvn10: "none",
};
const METHOD_WORDS: Readonly<Record<SessionMethod, readonly [zh: string, en: string]>> = {
  pboc: ["过程密钥按 PBOC/银联方式分散", "the session key is derived the PBOC/UnionPay way"],
  common: ["过程密钥按 EMV 通用方式 (CSK) 分散", "the session key is EMV's common session key (CSK)"],
  none: ["不分散过程密钥，直接用卡片密钥", "there is no session key: the card key itself is used"],
  mchip: [
    "过程密钥按 M/Chip SKD 分散 (ATC 与不可预知数)",
    "the session key is M/Chip's SKD (ATC and unpredictable number)",
  ],
};
const MAC_WORDS: Readonly<Record<Exclude<MacKind, "alg3">, readonly [zh: string, en: string]>> = {
  tdesCbc: ["每一块都做三重 DES (不是算法 3)", "every block goes through triple DES (not algorithm 3)"],
  desCbc: ["只用单 DES (密钥左半)", "single DES under the left half only"],
};
/** The first sequence numbers, and the numbers that are no typing errors, tried with everything else. */
const USUAL_PSNS = 5;
const USUAL_PANS = 3;
const SCHEME_ORDER: readonly CryptogramScheme[] = ["pboc", "csk", "cvn10", "cvn18"];

const paddingOf = (scheme: CryptogramScheme): 1 | 2 => (SCHEMES[scheme].pad === padMethod1 ? 1 : 2);

/**
 * Why a cryptogram is not the expected one: looks for the computation that gives it, from few deviations to more, and stops
 * at the first. An 8-byte value that fits by accident does so once in 2^64 tries, so what fits is what happened.
 *
 * @param cipher the machine's: the search computes up to some hundred thousand blocks.
 * @param depth `near`: one mistake or another scheme only, a tenth of the work, for whoever has other things to do meanwhile.
 */
export function explainCryptogram(
  given: CryptogramCase,
  cipher: CardCipher,
  depth: "near" | "far" = "far",
): Explanation {
  const search = new Search(given, cipher);
  const misread = search.expectation();
  if (misread !== undefined) return { kind: "fits", deviations: misread, also: [], tried: search.tried };
  const further = depth === "far" ? [search.combined, search.pairs] : [];
  for (const level of [search.single, search.structures, ...further]) {
    const found = level.call(search);
    if (found.length > 0) {
      const [best, ...also] = fewestFirst(found);
      return { kind: "fits", deviations: best!, also: also.slice(0, 4), tried: search.tried };
    }
  }
  return { kind: "none", tried: search.tried, suspects: suspects(given) };
}

function fewestFirst(found: readonly (readonly Deviation[])[]): readonly (readonly Deviation[])[] {
  const distinct = new Map(found.map((one) => [one.map(({ en }) => en).join(), one]));
  return [...distinct.values()].sort((a, b) => a.length - b.length);
}

class Search {
  readonly #given: CryptogramCase;
  readonly #cipher: CardCipher;
  readonly #parts: readonly Part[];
  readonly #un: Uint8Array | undefined;
  readonly #readings: readonly KeySource[];
  readonly #tails: readonly TailEdit[];
  readonly #atcs: readonly AtcEdit[];
  readonly #seen = new Set<string>();

  constructor(given: CryptogramCase, cipher: CardCipher) {
    this.#given = given;
    this.#cipher = cipher;
    this.#parts = partsOf(given.data);
    this.#un = this.#parts.find(({ tag }) => tag === "9F37")?.value;
    this.#readings = keyReadings(given, cipher);
    this.#tails = tailEdits(this.#parts, given.iad);
    this.#atcs = atcEdits(given.atc, this.#parts);
  }

  /** Distinct cryptograms computed so far. */
  get tried(): number {
    return this.#seen.size;
  }

  /** The value computed as asked is right: as it is, or what it was compared with is a misreading of it. */
  expectation(): Deviation[] | undefined {
    const { expected } = this.#given;
    const structure = this.#asGiven();
    if (this.#fits(this.#readings[0]!, structure, this.#atcs[0]!)) return [];
    const sessionKey = this.#sessionKey(this.#readings[0]!, structure.method, this.#atcs[0]!);
    if (sessionKey === undefined) return undefined;
    const computed = this.#mac(sessionKey, this.#given.data, structure);
    if (equalBytes(computed.toReversed(), expected))
      return [deviation("expected", "--expect 的字节顺序相反", "--expect has its bytes in the other order")];
    const [ours, theirs] = [toHex(computed), toHex(expected)];
    const differing = [...ours].flatMap((digit, i) => (digit === theirs[i] ? [] : [i + 1]));
    if (differing.length <= 2)
      return [
        deviation(
          "expected",
          `--expect 只有第 ${differing.join("、")} 个数字与算出的不同：像是打错了`,
          `--expect differs from the computed value in digit ${differing.join(" and ")} only: a typing error, it seems`,
        ),
      ];
    for (let code = 0; code < 100; code++) {
      const text = String(code).padStart(2, "0");
      if (equalBytes(arpcMethod1(sessionKey, computed, fromAscii(text), this.#cipher), expected))
        return [
          deviation(
            "expected",
            `--expect 给的是 ARPC (授权响应码 ${text})，不是 ARQC`,
            `--expect is the ARPC for response code ${text}, not the ARQC`,
          ),
        ];
    }
    return undefined;
  }

  /** One thing otherwise, whatever it is. */
  single(): Deviation[][] {
    const given = this.#asGiven();
    const [reading, ...readings] = this.#readings as readonly [KeySource, ...KeySource[]];
    const [atc, ...atcs] = this.#atcs as readonly [AtcEdit, ...AtcEdit[]];
    const found: Deviation[][] = [];
    const attempt = (source: KeySource, structure: Structure, counter: AtcEdit, data?: DataEdit) => {
      if (this.#fits(source, structure, counter, data)) found.push(this.#words(source, structure, counter, data));
    };
    // Data that is padded already fits under padding 1 as well: the plainer cause is looked for first.
    for (const data of wholeEdits(this.#given.data)) attempt(reading, given, atc, data);
    if (found.length > 0) return found;
    for (const structure of this.#allStructures()) attempt(reading, structure, atc);
    for (const source of readings) attempt(source, given, atc);
    for (const counter of atcs) attempt(reading, given, counter);
    for (const source of this.#bulkKeys()) attempt(source, given, atc);
    for (const data of namedEdits(this.#parts)) attempt(reading, given, atc, data);
    if (found.length > 0) return found;
    for (const data of byteEdits(this.#parts)) attempt(reading, given, atc, data);
    return found;
  }

  /** Every reading of the key with every rule of computation and every counter. */
  structures(): Deviation[][] {
    const found: Deviation[][] = [];
    for (const source of this.#readings)
      for (const structure of this.#allStructures())
        for (const counter of this.#atcs)
          if (this.#fits(source, structure, counter)) found.push(this.#words(source, structure, counter));
    return found;
  }

  /** The rules that schemes really have, with any one mistake in key, number or data. */
  combined(): Deviation[][] {
    const found: Deviation[][] = [];
    const edits = namedEdits(this.#parts);
    const sources = [...this.#bulkKeys()];
    for (const structure of this.#likelyStructures()) {
      for (const source of sources)
        if (this.#fits(source, structure, this.#atcs[0]!)) found.push(this.#words(source, structure, this.#atcs[0]!));
      for (const source of this.#readings)
        for (const counter of this.#atcs)
          for (const data of edits)
            if (this.#fits(source, structure, counter, data)) found.push(this.#words(source, structure, counter, data));
    }
    return found;
  }

  /** Another sequence number or card number together with a mistake in the data; the usual numbers under every scheme. */
  pairs(): Deviation[][] {
    const found: Deviation[][] = [];
    const edits = namedEdits(this.#parts);
    const counter = this.#atcs[0]!;
    const attempt = (source: KeySource, structure: Structure) => {
      for (const data of edits)
        if (this.#fits(source, structure, counter, data)) found.push(this.#words(source, structure, counter, data));
    };
    const psns = [...otherPsns(this.#given, this.#cipher)];
    const pans = [...otherPans(this.#given, this.#cipher)].slice(0, USUAL_PANS);
    for (const source of [...psns, ...pans]) attempt(source, this.#asGiven());
    for (const structure of this.#likelyStructures())
      for (const source of [...psns.slice(0, USUAL_PSNS), ...pans]) attempt(source, structure);
    return found;
  }

  *#bulkKeys(): Generator<KeySource> {
    yield* otherPsns(this.#given, this.#cipher);
    yield* otherPans(this.#given, this.#cipher);
    yield* otherKeys(this.#given, this.#cipher);
  }

  #asGiven(): Structure {
    const { scheme } = this.#given;
    return { method: METHOD_OF[scheme], padding: paddingOf(scheme), mac: "alg3", tail: this.#tails[0]! };
  }

  *#allStructures(): Generator<Structure> {
    const given = this.#asGiven();
    const methods = [...new Set<SessionMethod>([given.method, "pboc", "common", "none", "mchip"])];
    const paddings = [given.padding, given.padding === 1 ? 2 : 1] as const;
    for (const method of methods)
      for (const padding of paddings)
        for (const tail of this.#tails)
          for (const mac of ["alg3", "tdesCbc", "desCbc"] as const) yield { method, padding, tail, mac };
  }

  /** What a scheme prescribes together: key, padding and tail. */
  *#likelyStructures(): Generator<Structure> {
    for (const scheme of SCHEME_ORDER)
      for (const tail of this.#tails)
        yield { method: METHOD_OF[scheme], padding: paddingOf(scheme), mac: "alg3", tail };
    for (const tail of this.#tails) yield { method: "mchip", padding: 2, mac: "alg3", tail };
  }

  /** Derived once for a source, a method and a counter: the data changes far more often. */
  #sessionKey(source: KeySource, method: SessionMethod, counter: AtcEdit): Uint8Array | undefined {
    const derived = this.#derived.get(source) ?? new Map<string, Uint8Array | undefined>();
    this.#derived.set(source, derived);
    const id = `${method}${counter.atc}`;
    if (!derived.has(id)) derived.set(id, sessionKeyOf(method, source, counter.atc, this.#un, this.#cipher));
    return derived.get(id);
  }
  readonly #derived = new WeakMap<KeySource, Map<string, Uint8Array | undefined>>();

  #fits(source: KeySource, structure: Structure, counter: AtcEdit, data?: DataEdit): boolean {
    const sessionKey = this.#sessionKey(source, structure.method, counter);
    if (sessionKey === undefined) return false;
    const tailed = counter.edit(structure.tail.edit(this.#parts));
    const bytes = bytesOf(data === undefined ? tailed : data.edit(tailed));
    const id = `${toHex(sessionKey)}${structure.padding}${structure.mac}${toHex(bytes)}`;
    if (this.#seen.has(id)) return this.#hits.has(id);
    this.#seen.add(id);
    const fits = equalBytes(this.#mac(sessionKey, bytes, structure), this.#given.expected);
    if (fits) this.#hits.add(id);
    return fits;
  }
  readonly #hits = new Set<string>();

  #mac(sessionKey: Uint8Array, data: Uint8Array, structure: Structure): Uint8Array {
    const padded = (structure.padding === 1 ? padMethod1 : padMethod2)(data);
    const left = sessionKey.subarray(0, 8);
    switch (structure.mac) {
      case "alg3":
        return macAlgorithm3(sessionKey, padded, this.#cipher);
      case "desCbc": // Both halves the same: algorithm 3 is plain single DES then.
        return macAlgorithm3(concat(left, left), padded, this.#cipher);
      case "tdesCbc": {
        let chain: Uint8Array = new Uint8Array(8);
        for (let at = 0; at < padded.length; at += 8)
          chain = this.#cipher.tdes(sessionKey, xor(chain, padded.subarray(at, at + 8)));
        return chain;
      }
    }
  }

  #words(source: KeySource, structure: Structure, counter: AtcEdit, data?: DataEdit): Deviation[] {
    return [
      ...source.deviations,
      ...this.#rules(source, structure),
      ...counter.deviations,
      ...(data?.deviations ?? []),
    ];
  }

  /** Key method, padding and tail that make up another scheme are one deviation: the scheme. */
  #rules(source: KeySource, structure: Structure): Deviation[] {
    const given = this.#asGiven();
    const tailNow = structure.tail.tail === "given" ? givenTail(this.#parts) : structure.tail.tail;
    const scheme = SCHEME_ORDER.find(
      (one) =>
        METHOD_OF[one] === structure.method &&
        paddingOf(one) === structure.padding &&
        (SCHEMES[one].tail === tailNow || tailNow === "given"),
    );
    const mac =
      structure.mac === "alg3" ? [] : [deviation("mac", MAC_WORDS[structure.mac][0], MAC_WORDS[structure.mac][1])];
    const changed =
      Number(structure.method !== given.method) +
      Number(structure.padding !== given.padding) +
      Number(structure.tail.tail !== "given");
    const sameRules = scheme !== undefined && METHOD_OF[scheme] === given.method && paddingOf(scheme) === given.padding;
    if (scheme !== undefined && scheme !== this.#given.scheme && !sameRules && changed > 0 && !source.isSession) {
      const words = deviation("scheme", `方案是 ${scheme}`, `the scheme is ${scheme}`, `--scheme ${scheme}`);
      // The scheme brings its tail; that the data was given with another one is said beside it.
      return [words, ...structure.tail.deviations, ...mac];
    }
    return [
      ...(structure.method === given.method || source.isSession
        ? []
        : [deviation("session", METHOD_WORDS[structure.method][0], METHOD_WORDS[structure.method][1])]),
      ...(structure.padding === given.padding
        ? []
        : [
            deviation(
              "padding",
              `补位用方法 ${structure.padding}${structure.padding === 1 ? " (补零)" : " (80 00…)"}`,
              `the padding is method ${structure.padding}${structure.padding === 1 ? " (zeros)" : " (80 00…)"}`,
            ),
          ]),
      ...structure.tail.deviations,
      ...mac,
    ];
  }
}
