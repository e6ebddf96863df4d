import { pino } from "pino";
import type { Log } from "#contracts/ports";

/** Names of fields that never belong in a log, whoever writes it and however deep. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  "pan",
  "tokenPan",
  "cvn2",
  "code",
  "key",
  "keyHex",
  "udkHex",
  "pin",
  "password",
  "secret",
  "accessToken",
  "authorization",
]);
const DEPTH_MAX = 6;
/** Epoch milliseconds have 13 digits; no number with more is a time, and it may be a card's. */
const NUMBER_MAX = 99_999_999_999_999;

/** 12 to 19 digits in a row, whatever they are, keep their last four: the second net after careful callers. */
export function scrub(text: string): string {
  return text.replace(/\d{8,15}(?=\d{4}(?!\d))/g, (digits) => "*".repeat(digits.length));
}

function clean(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return scrub(value);
  if (typeof value === "bigint") return scrub(String(value));
  if (typeof value === "number") return Math.abs(value) > NUMBER_MAX ? scrub(String(value)) : value;
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEPTH_MAX) return "[…]";
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const more = { ...value } as Record<string, unknown>;
    return clean({ type: name, message, stack, ...more, ...(cause === undefined ? {} : { cause }) }, depth);
  }
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      // "toString" and its like have a meaning to the writer.
      name in Object.prototype ? `${name}_` : scrub(name),
      SECRET_FIELDS.has(name) && !isErrorCode(name, inner) ? "[redacted]" : clean(inner, depth + 1),
    ]),
  );
}

/** ECONNREFUSED, 23505, badRequest: an error's code is no secret, and digits alone of that length are an activation code's. */
function isErrorCode(name: string, value: unknown): boolean {
  return name === "code" && typeof value === "string" && !/^\d{6}$/.test(value);
}

/** One JSON line an event on stderr. */
export function createLog(level: "info" | "warn" | "error" = "info"): Log {
  const stream = { write: (line: string) => void process.stderr.write(line) };
  const wrap = (target: ReturnType<typeof pino>): Log => ({
    info: (event, fields = {}) => target.info(clean(fields) as object, scrub(event)),
    warn: (event, fields = {}) => target.warn(clean(fields) as object, scrub(event)),
    error: (event, fields = {}) => target.error(clean(fields) as object, scrub(event)),
    with: (fields) => wrap(target.child(clean(fields) as object)),
  });
  return wrap(pino({ level, base: null }, stream));
}

export const silentLog: Log = { info() {}, warn() {}, error() {}, with: () => silentLog };
