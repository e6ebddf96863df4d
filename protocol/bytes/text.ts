/** Bytes of ASCII text. @throws {RangeError} on any other character. */
export function fromAscii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) throw new RangeError("ascii: character outside ASCII");
    bytes[i] = code;
  }
  return bytes;
}

/**
 * One character a byte (Latin-1), so that nothing is lost: `fromLatin1` gives the same bytes back. Sixteen at a time and the
 * rest in halves: text that grows by single characters is what a parser of messages would spend most of its time on.
 */
// biome-ignore format: runs of characters in rows
export function toLatin1(bytes: Uint8Array, from = 0, to: number = bytes.length): string {
  let text = "";
  let at = from;
  for (; at + 16 <= to; at += 16) {
    text += String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!, bytes[at + 4]!, bytes[at + 5]!,
      bytes[at + 6]!, bytes[at + 7]!, bytes[at + 8]!, bytes[at + 9]!, bytes[at + 10]!, bytes[at + 11]!, bytes[at + 12]!,
      bytes[at + 13]!, bytes[at + 14]!, bytes[at + 15]!);
  }
  if (at + 8 <= to) {
    text += String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!, bytes[at + 4]!, bytes[at + 5]!,
      bytes[at + 6]!, bytes[at + 7]!);
    at += 8;
  }
  if (at + 4 <= to) {
    text += String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
    at += 4;
  }
  if (at + 2 <= to) {
    text += String.fromCharCode(bytes[at]!, bytes[at + 1]!);
    at += 2;
  }
  if (at < to) text += String.fromCharCode(bytes[at]!);
  return text;
}

export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw new RangeError("latin1: character outside Latin-1");
    bytes[i] = code;
  }
  return bytes;
}

/** UTF-8 bytes. Written here because TextEncoder is not part of the language and pure rooms have only the language. */
export function fromUtf8(text: string): Uint8Array {
  const ascii = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return fromWideText(text);
    ascii[i] = code;
  }
  return ascii;
}

function fromWideText(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) throw new RangeError("utf8: lone surrogate");
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }
  }
  return Uint8Array.from(bytes);
}

/** Text of UTF-8 bytes, or undefined when they are not UTF-8 (overlong and surrogate forms included). */
export function toUtf8(bytes: Uint8Array): string | undefined {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 0x7f) return toWideText(bytes);
  return toLatin1(bytes);
}

function toWideText(bytes: Uint8Array): string | undefined {
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i]!;
    const more =
      first < 0x80 ? 0 : first >> 5 === 0b110 ? 1 : first >> 4 === 0b1110 ? 2 : first >> 3 === 0b11110 ? 3 : -1;
    if (more < 0 || i + more >= bytes.length) return undefined;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let k = 1; k <= more; k++) {
      const next = bytes[i + k]!;
      if (next >> 6 !== 0b10) return undefined;
      code = (code << 6) | (next & 0x3f);
    }
    const least = [0, 0x80, 0x800, 0x10000][more]!;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    text += String.fromCodePoint(code);
    i += more + 1;
  }
  return text;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += BASE64URL[word >> 18]! + BASE64URL[(word >> 12) & 63]!;
    if (left > 1) text += BASE64URL[(word >> 6) & 63]!;
    if (left > 2) text += BASE64URL[word & 63]!;
  }
  return text;
}

/** Bytes of base64url text without padding, or undefined when it is not that. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1 || !/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    word = ((word << 6) | BASE64URL.indexOf(character)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (word >> bits) & 0xff;
    }
  }
  return bytes;
}

/** Base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  const text = toBase64url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** Bytes of base64 text with padding, or undefined when it is not that. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return fromBase64url(text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_"));
}
