import { DecodeError } from "#protocol/bytes";
import { type Instant, instant } from "#protocol/time";

/** An object of a stranger's JSON, with the place where it stands. */
export interface Entry {
  readonly value: Readonly<Record<string, unknown>>;
  /** Outermost first: ["entry 3", "body"]. */
  readonly path: readonly string[];
  /** Offset of the line, for JSON lines. */
  readonly at: number;
}

/**
 * The objects of a file: one object, an array of them, or one a line.
 *
 * @throws {DecodeError} with offset and path: badValue (not JSON, or not objects), missing (nothing there)
 */
export function readEntries(text: string): readonly Entry[] {
  const whole = tryJson(text);
  if (whole !== undefined) {
    const values = Array.isArray(whole.json) ? whole.json : [whole.json];
    if (values.length === 0) throw new DecodeError("missing", 0, ["entry 1"]);
    return values.map((value, i) => entry(value, i, 0));
  }
  const entries: Entry[] = [];
  let at = 0;
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() !== "") {
      const parsed = tryJson(line);
      if (parsed === undefined) throw new DecodeError("badValue", at, [`line ${i + 1}`]);
      entries.push(entry(parsed.json, entries.length, at));
    }
    at += line.length + 1;
  }
  if (entries.length === 0) throw new DecodeError("missing", 0, ["entry 1"]);
  return entries;
}

function tryJson(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function entry(value: unknown, i: number, at: number): Entry {
  const path = [`entry ${i + 1}`];
  if (!isObject(value)) throw new DecodeError("badValue", at, path);
  return { value, path, at };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws {DecodeError} badValue when there is something else than text */
export function textOf({ value, path, at }: Entry, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = value[name];
    if (found === undefined || found === null) continue;
    if (typeof found !== "string" && typeof found !== "number") throw new DecodeError("badValue", at, [...path, name]);
    return String(found);
  }
  return undefined;
}

/** @throws {DecodeError} badValue when there is something else than an object */
export function objectOf({ value, path, at }: Entry, ...names: readonly string[]): Entry | undefined {
  for (const name of names) {
    const found = value[name];
    if (found === undefined || found === null) continue;
    if (!isObject(found)) throw new DecodeError("badValue", at, [...path, name]);
    return { value: found, path: [...path, name], at };
  }
  return undefined;
}

/** @throws {DecodeError} badValue when it is no list of objects */
export function objectsOf({ value, path, at }: Entry, name: string): readonly Entry[] | undefined {
  const found = value[name];
  if (found === undefined || found === null) return undefined;
  if (!Array.isArray(found)) throw new DecodeError("badValue", at, [...path, name]);
  return found.map((one, i) => {
    if (!isObject(one)) throw new DecodeError("badValue", at, [...path, name, String(i)]);
    return { value: one, path: [...path, name, String(i)], at };
  });
}

/** A list of words, or one text with commas. @throws {DecodeError} badValue */
export function wordsOf({ value, path, at }: Entry, name: string): readonly string[] {
  const found = value[name];
  if (found === undefined || found === null) return [];
  const list = typeof found === "string" ? found.split(",") : found;
  if (!Array.isArray(list) || list.some((one) => typeof one !== "string"))
    throw new DecodeError("badValue", at, [...path, name]);
  return list.map((one: string) => one.trim()).filter((one) => one !== "");
}

/** Epoch milliseconds, epoch seconds, or ISO 8601. @throws {DecodeError} badValue */
export function momentOf(from: Entry, ...names: readonly string[]): Instant | undefined {
  const text = textOf(from, ...names);
  if (text === undefined) return undefined;
  const moment = parseMoment(text);
  if (moment === undefined) throw new DecodeError("badValue", from.at, [...from.path, names[0]!]);
  return moment;
}

export function parseMoment(text: string): Instant | undefined {
  if (/^\d{13}$/.test(text)) return instant(Number(text));
  if (/^\d{10}$/.test(text)) return instant(Number(text) * 1000);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : instant(ms);
}
