import { hexBytes, toLatin1 } from "#protocol/bytes";
import type { Io } from "./command.ts";
import { badInput } from "./fault.ts";

/** Larger than any message of ours; keeps a wrong file from filling the screen. */
const MAX_HEX_BYTES = 65_535;

/** The text of an option, or of standard input when it is "-". */
export async function textOf(value: string, io: Io): Promise<string> {
  return value === "-" ? toLatin1(await io.stdin()) : value;
}

/** Bytes of hex text. Spaces, line ends, colons and a leading 0x are let pass; the position of anything else is told, not the character. */
export function hexOf(text: string, option: string, wanted?: number | readonly number[]): Uint8Array {
  const digits = text.replace(/^\s*0x/i, "").replace(/[\s:]/g, "");
  const wrong = digits.search(/[^0-9a-f]/i);
  if (wrong >= 0) {
    const place = wrong + 1;
    throw badInput(option, `第 ${place} 个字符不是十六进制数字`, `character ${place} is not a hex digit`, "badHex");
  }
  if (digits.length % 2 !== 0)
    throw badInput(
      option,
      `十六进制数字有 ${digits.length} 个，必须成对`,
      `${digits.length} hex digits; they come in pairs`,
      "oddHex",
    );
  if (digits.length === 0) throw badInput(option, "没有内容", "is empty", "empty");
  const bytes = digits.length / 2;
  if (bytes > MAX_HEX_BYTES)
    throw badInput(option, `超过 ${MAX_HEX_BYTES} 字节`, `over ${MAX_HEX_BYTES} bytes`, "badLength");
  const lengths = wanted === undefined ? [bytes] : typeof wanted === "number" ? [wanted] : wanted;
  if (!lengths.includes(bytes))
    throw badInput(
      option,
      `要 ${lengths.join(" 或 ")} 字节，给了 ${bytes} 字节`,
      `wants ${lengths.join(" or ")} bytes, got ${bytes}`,
      "badLength",
    );
  return hexBytes(digits);
}

/** A double-length DES key: 16 bytes, or 24 whose last third repeats the first. */
export function keyOf(text: string, option: string): Uint8Array {
  const bytes = hexOf(text, option, [16, 24]);
  if (bytes.length === 16) return bytes;
  if (bytes.subarray(0, 8).some((byte, i) => byte !== bytes[16 + i]))
    throw badInput(
      option,
      "三倍长密钥的第三段须与第一段相同",
      "a triple-length key whose last third differs from the first is not an EMV key",
      "badKey",
    );
  return bytes.subarray(0, 16);
}

/** Digits of a card number; its check digit is not checked here: test cards often fail it. */
export function panOf(text: string, option: string): string {
  const digits = text.replace(/[\s-]/g, "").replace(/f$/i, "");
  if (!/^\d*$/.test(digits)) throw badInput(option, "只能是数字", "wants digits", "badDigit");
  if (digits.length < 8 || digits.length > 19)
    throw badInput(
      option,
      `要 8 至 19 位数字，给了 ${digits.length} 位`,
      `wants 8 to 19 digits, got ${digits.length}`,
      "badLength",
    );
  return digits;
}

/** PAN sequence number as two digits; F23's three are taken too. */
export function psnOf(text: string, option: string): string {
  if (!/^0?\d{1,2}$/.test(text))
    throw badInput(option, "要两位数字 (00 至 99)", "wants two digits, 00 to 99", "badValue");
  return text.slice(-2).padStart(2, "0");
}

/** A counter written as up to four hex digits. */
export function atcOf(text: string, option: string): number {
  if (!/^(?:0x)?[0-9a-f]{1,4}$/i.test(text))
    throw badInput(
      option,
      "要一至四位十六进制数字 (0000 至 FFFF)",
      "wants one to four hex digits, 0000 to FFFF",
      "badValue",
    );
  return Number.parseInt(text.replace(/^0x/i, ""), 16);
}
