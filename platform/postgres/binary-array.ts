import type { SqlScalar } from "#contracts/ports";

/*
 * Arrays of parameters as PostgreSQL's own binary form: neither side writes or reads digits, quotes or escapes. Source: array_recv
 * in its src/backend/utils/adt/arrayfuncs.c: dimensions, whether there are nulls, element type, length, lower bound, then each
 * element with its length before it, -1 for null. Numbers are big-endian.
 */

interface ElementType {
  readonly oid: number;
  /** Bytes written at an offset, or -1: not a value of this type, the whole array goes as text. */
  write(value: NonNullable<SqlScalar>, at: number): number;
}

const HEAD_BYTES = 20;
const FIRST_BYTES = 64 * 1024;
/** What an element may need, apart from texts and bytes, which make their own room. */
const SLACK_BYTES = 16;

/** Arrays are written here one after the other, and copied out at their size. */
let scratch: Buffer = Buffer.alloc(FIRST_BYTES);
let view: DataView = viewOf(scratch);

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function makeRoom(at: number, bytes: number): void {
  if (scratch.length - at >= bytes + SLACK_BYTES) return;
  const larger = Buffer.alloc(Math.max(2 * scratch.length, at + bytes + SLACK_BYTES));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
  view = viewOf(larger);
}

const within = (value: unknown, limit: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= -limit && value < limit;

const smallint: ElementType = {
  oid: 21,
  write(value, at) {
    if (!within(value, 2 ** 15)) return -1;
    view.setInt16(at, value);
    return 2;
  },
};
const integer: ElementType = {
  oid: 23,
  write(value, at) {
    if (!within(value, 2 ** 31)) return -1;
    view.setInt32(at, value);
    return 4;
  },
};
const bigint: ElementType = {
  oid: 20,
  write(value, at) {
    if (typeof value === "bigint") {
      if (BigInt.asIntN(64, value) !== value) return -1;
      view.setBigInt64(at, value);
    } else if (within(value, 2 ** 53)) {
      const high = Math.floor(value / 2 ** 32);
      view.setInt32(at, high);
      view.setUint32(at + 4, value - high * 2 ** 32);
    } else return -1;
    return 8;
  },
};
const boolean: ElementType = {
  oid: 16,
  write(value, at) {
    if (typeof value !== "boolean") return -1;
    scratch[at] = value ? 1 : 0;
    return 1;
  },
};
const text: ElementType = {
  oid: 25,
  write(value, at) {
    if (typeof value !== "string") return -1;
    makeRoom(at, 3 * value.length);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return scratch.write(value, at, "utf8");
      scratch[at + i] = code;
    }
    return value.length;
  },
};
const bytea: ElementType = {
  oid: 17,
  write(value, at) {
    if (!(value instanceof Uint8Array)) return -1;
    makeRoom(at, value.length);
    scratch.set(value, at);
    return value.length;
  },
};

const TYPES: Readonly<Record<string, ElementType>> = { smallint, int: integer, integer, bigint, boolean, text, bytea };

/** Element types of a statement's array parameters, by their place, as its casts (`$3::text[]`) say. */
export type ArrayTypes = readonly (ElementType | undefined)[];

const known = new Map<string, ArrayTypes>();

/** @param sql a statement with a name: there are only so many of them. */
export function arrayTypesOf(sql: string): ArrayTypes {
  const before = known.get(sql);
  if (before !== undefined) return before;
  const types: (ElementType | undefined)[] = [];
  for (const [, place, name] of sql.matchAll(/\$(\d+)::(\w+)\[\]/g)) types[Number(place) - 1] = TYPES[name!];
  known.set(sql, types);
  return types;
}

/** Undefined: there is a value in it that is none of this type; PostgreSQL reads the array as text then, or refuses it. */
export function binaryArray(type: ElementType, values: readonly SqlScalar[]): Buffer | undefined {
  let at = HEAD_BYTES;
  let nulls = 0;
  for (const value of values) {
    makeRoom(at, 0);
    if (value === null) {
      nulls = 1;
      view.setInt32(at, -1);
      at += 4;
      continue;
    }
    const length = type.write(value, at + 4);
    if (length < 0) return undefined;
    view.setInt32(at, length);
    at += 4 + length;
  }
  if (values.length === 0) at = 12;
  view.setInt32(0, values.length === 0 ? 0 : 1);
  view.setInt32(4, nulls);
  view.setInt32(8, type.oid);
  if (values.length > 0) {
    view.setInt32(12, values.length);
    view.setInt32(16, 1);
  }
  return Buffer.from(scratch.subarray(0, at));
}
