import type { Brand } from "./brand.ts";
import { toLatin1 } from "./text.ts";

/** Hex text: lower case, even length, no spaces. Only `toHex` and `parseHex` make one. */
export type Hex = Brand<string, "Hex">;

const DIGITS: Uint8Array = Uint8Array.from([..."0123456789abcdef"], (digit) => digit.charCodeAt(0));

/** @throws {RangeError} when the text is not pairs of hex digits. The text may be a key: it is kept out of the message. */
export function parseHex(text: string): Hex {
  if (text.length % 2 === 0 && /^[0-9a-f]*$/.test(text)) return text as Hex;
  const packed = text.replace(/\s+/g, "").toLowerCase();
  if (!/^(?:[0-9a-f]{2})*$/.test(packed)) throw new RangeError("hex: wants pairs of hex digits");
  return packed as Hex;
}

export function toHex(bytes: Uint8Array): Hex {
  const digits = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    digits[2 * i] = DIGITS[bytes[i]! >> 4]!;
    digits[2 * i + 1] = DIGITS[bytes[i]! & 0x0f]!;
  }
  return toLatin1(digits) as Hex;
}

/** Value of a hex digit by its character code, of either case. */
const NIBBLES: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 0 : value;
});

export function fromHex(hex: Hex): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = (NIBBLES[hex.charCodeAt(2 * i)]! << 4) | NIBBLES[hex.charCodeAt(2 * i + 1)]!;
  return bytes;
}

/** Bytes of hex text with optional spaces: the short way for constants and tests. */
export function hexBytes(text: string): Uint8Array {
  return fromHex(parseHex(text));
}
