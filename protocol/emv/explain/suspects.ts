import { DecodeError, equalBytes, toHex, toUint, unpackDigits } from "#protocol/bytes";
import { adjustParity } from "#protocol/crypto";
import { luhnOk } from "#protocol/pan";
import { SCHEMES } from "../cryptogram.ts";
import { cryptogramTypeOf, parseIad } from "../iad.ts";
import { type CryptogramCase, type Deviation, deviation } from "./case.ts";
import { DIGIT_TAGS, LIST_BYTES, nameOf, partsOf } from "./data.ts";
import { flagOf } from "./keys.ts";

/** Something in the input that cannot be right, or is not right in all likelihood. */
export interface Suspect extends Deviation {
  /** The flag that gave it. */
  readonly option: string;
  /** False: possible, but unusual. */
  readonly certain: boolean;
}

/** The inputs one after the other: key, number, counter, data. What is certainly wrong comes first. */
export function suspects(given: CryptogramCase): readonly Suspect[] {
  const found = [...keySuspects(given), ...panSuspects(given), ...dataSuspects(given), ...iadSuspects(given)];
  return [...found.filter(({ certain }) => certain), ...found.filter(({ certain }) => !certain)];
}

function suspect(option: string, certain: boolean, id: string, zh: string, en: string): Suspect {
  return { ...deviation(id, zh, en), option, certain };
}

/** A key of a ceremony has odd parity in all bytes or in none by design; one or two wrong bytes are typing errors. */
const FEW_WRONG_BYTES = 2;

function keySuspects({ key }: CryptogramCase): readonly Suspect[] {
  const flag = flagOf(key.kind);
  const found: Suspect[] = [];
  const [left, right] = [key.bytes.subarray(0, 8), key.bytes.subarray(8)];
  if (equalBytes(adjustParity(left), adjustParity(right)))
    found.push(
      suspect(flag, true, "weakKey", "两半相同：这只是单 DES 密钥", "both halves are the same: it is a single-DES key"),
    );
  const adjusted = adjustParity(key.bytes);
  const wrong = [...key.bytes].flatMap((byte, i) => (byte === adjusted[i] ? [] : [i + 1]));
  if (wrong.length > 0 && wrong.length <= FEW_WRONG_BYTES)
    found.push(
      suspect(
        flag,
        false,
        "parity",
        `第 ${wrong.join("、")} 字节的奇偶校验不对，其余都对：像是打错了`,
        `byte ${wrong.join(" and ")} has wrong parity while all others are right: a typing error, it seems`,
      ),
    );
  return found;
}

function panSuspects({ pan, otherPan, key }: CryptogramCase): readonly Suspect[] {
  if (pan === undefined || key.kind !== "imk") return [];
  const found: Suspect[] = [];
  if (!luhnOk(pan))
    found.push(
      suspect(
        "--pan",
        false,
        "luhn",
        "卡号的校验位不对：像是打错了",
        "its check digit is wrong: a typing error, it seems",
      ),
    );
  if (otherPan !== undefined)
    found.push(
      suspect(
        "--pan",
        false,
        "otherPan",
        "与报文里 57 或 5A 的卡号不同",
        "it is not the number in tag 57 or 5A of the message",
      ),
    );
  if (pan.length < 12) found.push(suspect("--pan", false, "panLength", "不到 12 位", "it has fewer than 12 digits"));
  return found;
}

function dataSuspects({ data, scheme, atc, iad }: CryptogramCase): readonly Suspect[] {
  const parts = partsOf(data);
  const { tail } = SCHEMES[scheme];
  if (parts.length === 1)
    return [
      suspect(
        "--data",
        true,
        "dataLength",
        `有 ${data.length} 字节；数据列表有 ${LIST_BYTES} 字节，再加 CVR (4) 或 IAD (7 至 32)`,
        `it has ${data.length} bytes; the list has ${LIST_BYTES}, and the CVR (4) or the IAD (7 to 32) behind them`,
      ),
    ];
  const found: Suspect[] = [];
  const value = (tag: string) => parts.find((part) => part.tag === tag)?.value;
  const end = value("tail")?.length ?? 0;
  if (tail === "cvr" ? end !== 4 : end < 7)
    found.push(
      suspect(
        "--data",
        true,
        "tail",
        `方案 ${scheme} 的数据以${tail === "cvr" ? " 4 字节 CVR" : "整个 IAD"} 结尾，给出的结尾有 ${end} 字节`,
        `the data of scheme ${scheme} ends in ${tail === "cvr" ? "4 bytes of CVR" : "the whole IAD"}, this in ${end} bytes`,
      ),
    );
  const counter = value("9F36");
  if (atc !== undefined && counter !== undefined && toUint(counter) !== atc)
    found.push(suspect("--atc", true, "atc", "与数据里的 9F36 不同", "it is not the 9F36 in the data"));
  for (const tag of DIGIT_TAGS) {
    const part = parts.find((one) => one.tag === tag);
    if (part !== undefined && unpackDigits(part.value) === undefined)
      found.push(
        suspect(
          "--data",
          true,
          "digits",
          `${nameOf(part)} 里有不是数字的半字节`,
          `${nameOf(part)} has a nibble that is no digit`,
        ),
      );
  }
  const date = unpackDigits(value("9A") ?? new Uint8Array());
  if (date?.length === 6 && !isDate(date))
    found.push(suspect("--data", true, "date", "9A 不是日期", "9A is not a date"));
  if ((value("9F37") ?? new Uint8Array()).every((byte) => byte === 0))
    found.push(suspect("--data", false, "un", "9F37 (不可预知数) 全是零", "9F37 (unpredictable number) is all zeros"));
  const cvr = value("tail");
  if (cvr?.length === 4) found.push(...cvrSuspects(cvr, "--data"));
  if (
    cvr !== undefined &&
    cvr.length === 4 &&
    iad !== undefined &&
    iad.length >= 7 &&
    !equalBytes(cvr, iad.subarray(3, 7))
  )
    found.push(suspect("--data", true, "cvr", "CVR 与 IAD 里的不同", "its CVR is not the one in the IAD"));
  return found;
}

function isDate(digits: string): boolean {
  const [month, day] = [Number(digits.slice(2, 4)), Number(digits.slice(4))];
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

function cvrSuspects(cvr: Uint8Array, option: string): readonly Suspect[] {
  if (cvr[0] !== 3)
    return [
      suspect(
        option,
        true,
        "cvr",
        "CVR 的第一个字节不是 03：位置可能错了",
        "the first byte of the CVR is not 03: it may be other bytes",
      ),
    ];
  return cryptogramTypeOf(cvr) === "ARQC"
    ? []
    : [
        suspect(
          option,
          false,
          "cvrType",
          `CVR 说这是 ${cryptogramTypeOf(cvr) ?? "保留值"}，不是 ARQC`,
          `the CVR says that this is ${cryptogramTypeOf(cvr) === undefined ? "a reserved value" : `a ${cryptogramTypeOf(cvr)}`}, not an ARQC`,
        ),
      ];
}

const SM4 = 4;
const STANDARD_CVN = 1;

function iadSuspects({ iad, data, scheme }: CryptogramCase): readonly Suspect[] {
  const tail = partsOf(data).find(({ tag }) => tag === "tail")?.value;
  const known = iad ?? (tail !== undefined && tail.length >= 7 ? tail : undefined);
  if (known === undefined || known.length < 7) return [];
  if (scheme !== "pboc") return [];
  try {
    const { algorithm, cvn, cvr } = parseIad(known);
    const found: Suspect[] = [];
    if (algorithm === SM4)
      found.push(
        suspect(
          "9F10",
          true,
          "sm4",
          "IAD 说卡片用的是 SM4：没有 3DES 密钥能对上",
          "the IAD says that the card used SM4: no 3DES key fits",
        ),
      );
    if (cvn !== STANDARD_CVN)
      found.push(
        suspect(
          "9F10",
          true,
          "cvn",
          `IAD 的密文版本是 ${cvn}，不是 1：数据列表不同`,
          `the cryptogram version in the IAD is ${cvn}, not 1: its data list is another`,
        ),
      );
    return [...found, ...(tail?.length === 4 ? [] : cvrSuspects(cvr, "9F10"))];
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return [
      suspect(
        "9F10",
        true,
        "iad",
        `不是 PBOC 的 IAD (第 ${error.at} 字节)：开头是 ${toHex(known.subarray(0, 1))}，可能是另一个方案`,
        `it is not a PBOC IAD (byte ${error.at}): it begins with ${toHex(known.subarray(0, 1))}, perhaps another scheme's`,
      ),
    ];
  }
}
