import type { FieldSpec, MessageSpec } from "#protocol/iso8583";

/** Where a field lies: `at` its first byte (its length prefix, if it has one), `valueAt` its value. */
export interface FieldPlace {
  readonly number: number;
  readonly at: number;
  readonly valueAt: number;
  readonly end: number;
}

export interface Layout {
  readonly mtiBytes: number;
  readonly bitmapBytes: number;
  readonly places: readonly FieldPlace[];
}

/** The places of the fields, up to the first that does not fit: also of a message that cannot be decoded whole. */
export function layoutOf(spec: MessageSpec, bytes: Uint8Array): Layout {
  const ascii = spec.packing === "ascii";
  const mtiBytes = ascii ? 4 : 2;
  const bitmapBytes = ((bytes[mtiBytes] ?? 0) & 0x80) !== 0 ? 16 : 8;
  const places: FieldPlace[] = [];
  let at = mtiBytes + bitmapBytes;
  for (let number = 2; number <= bitmapBytes * 8; number++) {
    if (((bytes[mtiBytes + ((number - 1) >> 3)] ?? 0) & (0x80 >> ((number - 1) & 7))) === 0) continue;
    const field = spec.fields[number];
    const prefix = field === undefined ? undefined : lengthAt(field, bytes, at, ascii);
    if (field === undefined || prefix === undefined) break;
    const valueAt = at + prefix.size;
    const end = valueAt + wireBytes(field, prefix.length, ascii);
    if (end > bytes.length) break;
    places.push({ number, at, valueAt, end });
    at = end;
  }
  return { mtiBytes, bitmapBytes, places };
}

function lengthAt(
  field: FieldSpec,
  bytes: Uint8Array,
  at: number,
  ascii: boolean,
): { readonly size: number; readonly length: number } | undefined {
  if (field.prefix === 0) return { size: 0, length: field.length };
  const size = ascii ? field.prefix : (field.prefix + 1) >> 1;
  let length = 0;
  for (const byte of bytes.subarray(at, at + size)) {
    if (ascii) length = length * 10 + byte - 0x30;
    else length = length * 100 + (byte >> 4) * 10 + (byte & 0x0f);
  }
  return at + size > bytes.length || length < 0 || length > field.length ? undefined : { size, length };
}

/** Packed digits and tracks lie two a byte; everything else one. */
function wireBytes(field: FieldSpec, length: number, ascii: boolean): number {
  return !ascii && (field.kind === "n" || field.kind === "z") ? (length + 1) >> 1 : length;
}

/** The message cut before a field, its bitmap cleared from there on: what can still be read of a broken one. */
export function cutBefore(layout: Layout, bytes: Uint8Array, number: number): Uint8Array {
  const before = layout.places.filter((place) => place.number < number);
  const start = layout.mtiBytes + layout.bitmapBytes;
  const cut = bytes.slice(0, before.at(-1)?.end ?? start);
  const bitmap = cut.subarray(layout.mtiBytes, start);
  const kept = new Set(before.map((place) => place.number));
  for (let bit = 2; bit <= bitmap.length * 8; bit++)
    if (!kept.has(bit)) bitmap[(bit - 1) >> 3]! &= ~(0x80 >> ((bit - 1) & 7));
  return cut;
}
