import { concat, DecodeError, fromUint, toHex, toUint, unpackDigits } from "#protocol/bytes";
import { findTag, parseTlv, TAGS, type Tlv } from "#protocol/tlv";
import { AIP_WORDS, type BitWords, TVR_WORDS } from "../bit-words.ts";
import { AIP, type NamedBits, TVR } from "../bits.ts";
import { CRYPTOGRAM_LENGTHS, CRYPTOGRAM_TAGS, type CryptogramTag } from "../cryptogram.ts";
import { type Deviation, deviation } from "./case.ts";

/** An element of a cryptogram's data; what ends the list has the tag "tail", data that is no list the tag "". */
export interface Part {
  readonly tag: string;
  readonly value: Uint8Array;
}

export interface DataEdit {
  readonly deviations: readonly Deviation[];
  readonly edit: (parts: readonly Part[]) => readonly Part[];
}

export const LIST_BYTES: number = CRYPTOGRAM_TAGS.reduce((sum, tag) => sum + CRYPTOGRAM_LENGTHS[tag], 0);

/** The elements of data that has the length of the list and a tail, else one part that is all of it. */
export function partsOf(data: Uint8Array): readonly Part[] {
  const tail = data.length - LIST_BYTES;
  if (tail !== 0 && tail !== 4 && (tail < 6 || tail > 32)) return [{ tag: "", value: data }];
  let at = 0;
  const parts: Part[] = CRYPTOGRAM_TAGS.map((tag) => {
    const value = data.subarray(at, at + CRYPTOGRAM_LENGTHS[tag]);
    at += value.length;
    return { tag, value };
  });
  return tail === 0 ? parts : [...parts, { tag: "tail", value: data.subarray(at) }];
}

export function bytesOf(parts: readonly Part[]): Uint8Array {
  return concat(...parts.map(({ value }) => value));
}

const TAIL_NAMES: Readonly<Record<number, string>> = { 4: "CVR", 6: "CVR" };

/** "95 (TVR)" and the like. */
export function nameOf({ tag, value }: Part): string {
  if (tag === "tail") return TAIL_NAMES[value.length] ?? "IAD (9F10)";
  const short = /\(([A-Z]+)\)/.exec(TAGS[tag]?.en ?? "")?.[1];
  return short === undefined ? tag : `${tag} (${short})`;
}

const hex = (bytes: Uint8Array) => toHex(bytes).toUpperCase();

function replaced(tag: string, made: (value: Uint8Array) => Uint8Array): DataEdit["edit"] {
  return (parts) => parts.map((part) => (part.tag === tag ? { tag, value: made(part.value) } : part));
}

/** Edits that leave the shape but one mistake away: elements absent, empty, out of order, written otherwise. */
export function namedEdits(parts: readonly Part[]): readonly DataEdit[] {
  const isList = parts.length > 1;
  return [...(isList ? listEdits(parts) : []), ...(isList ? valueEdits(parts) : []), ...wholeEdits(bytesOf(parts))];
}

function listEdits(parts: readonly Part[]): readonly DataEdit[] {
  const absent = parts.map((part, i): DataEdit => {
    const name = nameOf(part);
    return {
      deviations: [deviation("absent", `卡片的数据里没有 ${name}`, `the card's data has no ${name}`)],
      edit: (all) => all.toSpliced(i, 1),
    };
  });
  const swapped = parts.flatMap((first, i) =>
    parts.slice(i + 1).map((second, k): DataEdit => {
      const j = i + 1 + k;
      const names = [nameOf(first), nameOf(second)] as const;
      return {
        deviations: [
          deviation(
            "order",
            `${names[0]} 与 ${names[1]} 顺序相反`,
            `${names[0]} and ${names[1]} stand in the other order`,
          ),
        ],
        // With another tail the list may be one shorter.
        edit: (all) => (j < all.length ? all.with(i, all[j]!).with(j, all[i]!) : all),
      };
    }),
  );
  return [...absent, ...swapped];
}

/** Values that terminals and hosts are known to get wrong. */
function valueEdits(parts: readonly Part[]): readonly DataEdit[] {
  const value = (tag: string) => parts.find((part) => part.tag === tag)?.value;
  const edits: DataEdit[] = [];
  const add = (tag: string, id: string, made: Uint8Array | undefined, zh: string, en: string) => {
    const part = parts.find((one) => one.tag === tag);
    if (part === undefined || made === undefined || hex(part.value) === hex(made)) return;
    const name = nameOf(part);
    edits.push({ deviations: [deviation(id, `${name} ${zh}`, `${name} ${en}`)], edit: replaced(tag, () => made) });
  };
  for (const { tag, value: given } of parts)
    add(tag, "zero", new Uint8Array(given.length), "在卡片那里全是零", "was all zeros for the card");
  const amount = unpackDigits(value("9F02") ?? new Uint8Array());
  if (amount !== undefined) {
    const minor = BigInt(amount === "" ? "0" : amount);
    const n12 = (sum: bigint) => (sum > 999_999_999_999n ? undefined : packed(sum.toString().padStart(12, "0")));
    add(
      "9F02",
      "amount",
      n12(minor * 100n),
      "在卡片那里是一百倍 (多了两位小数)",
      "was a hundred times that for the card",
    );
    add(
      "9F02",
      "amount",
      n12(minor / 100n),
      "在卡片那里是百分之一 (少了两位小数)",
      "was a hundredth of that for the card",
    );
    add(
      "9F02",
      "amount",
      fromUint(Number(minor), 6),
      "在卡片那里是二进制而不是 BCD",
      "was binary for the card, not BCD",
    );
  }
  const reversed = (tag: string) => value(tag)?.toReversed();
  for (const tag of ["9F37", "82", "9F1A", "5F2A", "9F36"])
    add(tag, "byteOrder", reversed(tag), "字节顺序相反", "has its bytes in the other order");
  const date = value("9A");
  if (date !== undefined) {
    const [year, month, day] = date as unknown as [number, number, number];
    add("9A", "date", Uint8Array.of(day, month, year), "在卡片那里是日月年", "was day, month, year for the card");
    add("9A", "date", Uint8Array.of(month, day, year), "在卡片那里是月日年", "was month, day, year for the card");
    add("9A", "date", neighbour(date, -1), "在卡片那里早一天", "was a day earlier for the card");
    add("9A", "date", neighbour(date, 1), "在卡片那里晚一天", "was a day later for the card");
  }
  const currency = value("5F2A");
  const country = value("9F1A");
  add("9F1A", "value", currency, "在卡片那里等于 5F2A", "was the same as 5F2A for the card");
  add("5F2A", "value", country, "在卡片那里等于 9F1A", "was the same as 9F1A for the card");
  return edits;
}

function packed(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** The day before or after YYMMDD in BCD; undefined when it is no date. */
function neighbour(date: Uint8Array, days: number): Uint8Array | undefined {
  const digits = unpackDigits(date);
  if (digits?.length !== 6) return undefined;
  const at = Date.UTC(
    2000 + Number(digits.slice(0, 2)),
    Number(digits.slice(2, 4)) - 1,
    Number(digits.slice(4)) + days,
  );
  return packed(new Date(at).toISOString().slice(2, 10).replaceAll("-", ""));
}

/** Mistakes in handling the data as a whole. */
export function wholeEdits(data: Uint8Array): readonly DataEdit[] {
  const edits: DataEdit[] = [];
  const add = (id: string, made: Uint8Array | undefined, zh: string, en: string) => {
    if (made === undefined || made.length === 0 || hex(made) === hex(data)) return;
    edits.push({ deviations: [deviation(id, zh, en)], edit: () => [{ tag: "", value: made }] });
  };
  const last = data.findLastIndex((byte) => byte !== 0);
  if (data[last] === 0x80)
    add("padded", data.subarray(0, last), "给出的数据已经补过位 (80 00…)", "the data given is padded already (80 00…)");
  if (data.length > LIST_BYTES + 4 && data.length % 8 === 0)
    add(
      "padded",
      data.subarray(0, LIST_BYTES + 4),
      "给出的数据已经补过零",
      "the data given is padded with zeros already",
    );
  if (data[0] === data.length - 1)
    add("lengthByte", data.subarray(1), "给出的数据前面有长度字节", "the data given begins with a length byte");
  for (const { name, made } of withZeros(data))
    add(
      "lacking",
      made,
      `给出的数据缺 ${name}，补上零就对了`,
      `the data given lacks ${name}; with zeros for it, it fits`,
    );
  add(
    "untagged",
    valuesOfTlv(data),
    "给出的是 TLV，要的是不带标签的值",
    "the data given is TLV; the values go in without tags",
  );
  const parts = partsOf(data);
  if (parts.length > 1) {
    const value = (tag: string) => parts.find((part) => part.tag === tag)?.value ?? new Uint8Array();
    const cvr = cvrOfTail(value("tail"));
    if (cvr !== undefined)
      add(
        "shortList",
        concat(value("9F02"), value("9F37"), value("9F36"), cvr.subarray(1, 2)),
        "卡片用的是 CVN 17 的短数据列表",
        "the card used the short list of CVN 17",
      );
  }
  return edits;
}

/** Elements that hosts leave out when they are zero, put back. */
const OFTEN_LACKING: readonly CryptogramTag[] = ["9F03", "9F02", "95", "9C"];

function withZeros(data: Uint8Array): readonly { readonly name: string; readonly made: Uint8Array }[] {
  return OFTEN_LACKING.flatMap((tag) => {
    const length = CRYPTOGRAM_LENGTHS[tag];
    if (partsOf(data).length > 1 || partsOf(new Uint8Array(data.length + length)).length === 1) return [];
    const before = CRYPTOGRAM_TAGS.slice(0, CRYPTOGRAM_TAGS.indexOf(tag));
    const at = before.reduce((sum, one) => sum + CRYPTOGRAM_LENGTHS[one], 0);
    const made = concat(data.subarray(0, at), new Uint8Array(length), data.subarray(at));
    return [{ name: nameOf({ tag, value: new Uint8Array(length) }), made }];
  });
}

function cvrOfTail(tail: Uint8Array): Uint8Array | undefined {
  return tail.length === 4 ? tail : tail.length >= 7 ? tail.subarray(3, 7) : undefined;
}

/** The list's values out of TLV, with the CVR of its IAD behind them. */
function valuesOfTlv(data: Uint8Array): Uint8Array | undefined {
  let items: readonly Tlv[];
  try {
    items = parseTlv(data);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
  const values = CRYPTOGRAM_TAGS.map((tag) => findTag(items, tag));
  if (values.some((value) => value === undefined)) return undefined;
  const cvr = cvrOfTail(findTag(items, "9F10") ?? new Uint8Array());
  return concat(...(values as Uint8Array[]), cvr ?? new Uint8Array());
}

/** Any one byte otherwise: a typing error, a bit that changed on the way, another date or type. */
export function* byteEdits(parts: readonly Part[]): Generator<DataEdit> {
  for (const [index, part] of parts.entries()) {
    for (let at = 0; at < part.value.length; at++) {
      const given = part.value[at]!;
      for (let byte = 0; byte < 256; byte++) {
        if (byte === given) continue;
        const made = part.value.with(at, byte);
        yield {
          get deviations() {
            return [byteWords(part, made, at)];
          },
          edit: (all) => all.with(index, { tag: part.tag, value: made }),
        };
      }
    }
  }
}

const BIT_FIELDS: Readonly<Record<string, readonly [NamedBits<string>, BitWords<string>]>> = {
  "95": [TVR, TVR_WORDS],
  "82": [AIP, AIP_WORDS],
};

function byteWords(part: Part, made: Uint8Array, at: number): Deviation {
  const two = (byte: number) => byte.toString(16).toUpperCase().padStart(2, "0");
  const name = part.tag === "" ? undefined : nameOf(part);
  const now = two(part.value[at]!);
  const then = two(made[at]!);
  const [named, words] = BIT_FIELDS[part.tag] ?? [];
  const bits =
    named === undefined || words === undefined
      ? []
      : named.places(part.value.map((byte, i) => byte ^ made[i]!)).map(([place, bit]) => ({
          zh: `${place} ${bit === undefined ? "保留位" : words[bit]![0]}`,
          en: `${place} ${bit === undefined ? "reserved" : words[bit]![1]}`,
        }));
  const place = name === undefined ? { zh: "数据", en: "the data" } : { zh: name, en: name };
  return deviation(
    "byte",
    `${place.zh} 第 ${at + 1} 字节在卡片那里是 ${then}，不是 ${now}${bits.length > 0 ? ` (${bits.map(({ zh }) => zh).join("，")})` : ""}`,
    `byte ${at + 1} of ${place.en} was ${then} for the card, not ${now}${bits.length > 0 ? ` (${bits.map(({ en }) => en).join(", ")})` : ""}`,
  );
}

/** Other ends of the list that the IAD allows. */
export interface TailEdit extends DataEdit {
  readonly tail: "given" | "cvr" | "iad" | "cvr6" | "none";
}

/** The tail as it was given first; the others need the IAD, or the data that ends in it. */
export function tailEdits(parts: readonly Part[], iad: Uint8Array | undefined): readonly TailEdit[] {
  const given: TailEdit = { tail: "given", deviations: [], edit: (all) => all };
  if (parts.length < CRYPTOGRAM_TAGS.length) return [given];
  const now = parts.find(({ tag }) => tag === "tail")?.value ?? new Uint8Array();
  const known = iad ?? (now.length >= 7 ? now : undefined);
  const made = (tail: TailEdit["tail"], value: Uint8Array, zh: string, en: string): TailEdit[] =>
    hex(value) === hex(now)
      ? []
      : [
          {
            tail,
            deviations: [deviation("tail", zh, en)],
            edit: (all) => {
              const list = all.filter(({ tag }) => tag !== "tail");
              return value.length === 0 ? list : [...list, { tag: "tail", value }];
            },
          },
        ];
  return [
    given,
    ...(known === undefined || known.length < 7
      ? []
      : made(
          "cvr",
          known.subarray(3, 7),
          "数据以 CVR 结尾，不是整个 IAD",
          "the data ends in the CVR, not the whole IAD",
        )),
    ...(known === undefined
      ? []
      : made("iad", known, "数据以整个 IAD (9F10) 结尾", "the data ends in the whole IAD (9F10)")),
    ...(known === undefined || known.length < 8
      ? []
      : made(
          "cvr6",
          known.subarray(2, 8),
          "数据以 6 字节的 CVR 结尾 (M/Chip)",
          "the data ends in a CVR of 6 bytes (M/Chip)",
        )),
    ...made("none", new Uint8Array(), "数据没有 CVR 或 IAD", "the data has neither CVR nor IAD"),
  ];
}

/** The tail that the data was given with. */
export function givenTail(parts: readonly Part[]): TailEdit["tail"] {
  const tail = parts.find(({ tag }) => tag === "tail")?.value.length ?? 0;
  return parts.length < CRYPTOGRAM_TAGS.length ? "given" : tail === 0 ? "none" : tail === 4 ? "cvr" : "iad";
}

export interface AtcEdit extends DataEdit {
  /** The counter for the session key. */
  readonly atc: number | undefined;
}

/** Counters that were meant: the one in the data, bytes exchanged, one more or less, decimal read as hex. */
export function atcEdits(atc: number | undefined, parts: readonly Part[]): readonly AtcEdit[] {
  const given: AtcEdit = { deviations: [], atc, edit: (all) => all };
  if (atc === undefined) return [given];
  const inData = parts.find(({ tag }) => tag === "9F36")?.value;
  const four = (value: number) => value.toString(16).toUpperCase().padStart(4, "0");
  const decimal = (text: string) => (/^\d+$/.test(text) ? Number.parseInt(text, 10) : undefined);
  const asHex = Number.parseInt(String(atc), 16);
  const meant: readonly (readonly [number | undefined, string, string])[] = [
    [inData === undefined ? undefined : toUint(inData), "是数据里的 9F36", "is the 9F36 of the data"],
    [((atc & 0xff) << 8) | (atc >> 8), "字节顺序相反", "has its bytes in the other order"],
    [atc + 1, "多一", "is one more"],
    [atc - 1, "少一", "is one less"],
    [decimal(four(atc)), "是按十进制写的", "was written in decimal"],
    [asHex, "写成了十进制数", "was turned into decimal"],
  ];
  const seen = new Set([atc]);
  const edits: AtcEdit[] = [];
  for (const [value, zh, en] of meant) {
    if (value === undefined || value < 0 || value > 0xffff || seen.has(value)) continue;
    seen.add(value);
    const words = deviation(
      "atc",
      `ATC ${zh}：${four(value)}`,
      `the ATC ${en}: ${four(value)}`,
      `--atc ${four(value)}`,
    );
    const inList = replaced("9F36", () => fromUint(value, 2));
    edits.push({ deviations: [words], atc: value, edit: (all) => all });
    if (inData === undefined || toUint(inData) === value) continue;
    const onlyData = deviation(
      "atcInData",
      `只有数据里的 9F36 ${zh}：${four(value)}`,
      `only the 9F36 in the data ${en}: ${four(value)}`,
    );
    edits.push({ deviations: [words], atc: value, edit: inList }, { deviations: [onlyData], atc, edit: inList });
  }
  if (inData !== undefined && toUint(inData) !== atc)
    edits.push({
      deviations: [
        deviation("atcInData", "数据里的 9F36 应与 --atc 相同", "the 9F36 in the data should be the same as --atc"),
      ],
      atc,
      edit: replaced("9F36", () => fromUint(atc, 2)),
    });
  return edits.length === 0 ? [given] : [given, ...edits];
}

/** Tags whose values are digits, two a byte. */
export const DIGIT_TAGS: readonly CryptogramTag[] = ["9F02", "9F03", "9F1A", "5F2A", "9A", "9C"];
