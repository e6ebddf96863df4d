/** Packs decimal digits two a byte (format n): an odd count gets a leading zero. */
export function packDigits(digits: string): Uint8Array {
  if (!/^\d*$/.test(digits)) throw new RangeError("bcd: wants decimal digits");
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const bytes = new Uint8Array(even.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = ((even.charCodeAt(2 * i) - 48) << 4) | (even.charCodeAt(2 * i + 1) - 48);
  }
  return bytes;
}

/** Decimal digits of packed bytes, or undefined when a nibble is above 9. */
export function unpackDigits(bytes: Uint8Array): string | undefined {
  let digits = "";
  for (const byte of bytes) {
    const high = byte >> 4;
    const low = byte & 0x0f;
    if (high > 9 || low > 9) return undefined;
    digits += String.fromCharCode(48 + high, 48 + low);
  }
  return digits;
}
