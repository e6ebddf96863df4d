export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Compares without telling by its time where the first difference is. Lengths are not secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) throw new RangeError("xor: wants equal lengths");
  return a.map((byte, i) => byte ^ b[i]!);
}

/** Overwrites a secret in place once it has been used. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** Unsigned big-endian number of 1 to 6 bytes. */
export function toUint(bytes: Uint8Array): number {
  if (bytes.length > 6) throw new RangeError("toUint: wants at most 6 bytes");
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

/** Big-endian bytes of an unsigned number, exactly `lengthBytes` of them. */
export function fromUint(value: number, lengthBytes: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 256 ** lengthBytes) {
    throw new RangeError(`fromUint: does not fit ${lengthBytes} bytes`);
  }
  const bytes = new Uint8Array(lengthBytes);
  let rest = value;
  for (let i = lengthBytes - 1; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}
