import { pino, stdSerializers } from "pino";
import type { Log } from "#contracts/ports";

/** Names of fields that never belong in a log, whoever writes it. */
const SECRET_FIELDS = [
  "pan",
  "tokenPan",
  "cvn2",
  "code",
  "key",
  "keyHex",
  "udkHex",
  "pin",
  "accessToken",
  "authorization",
];

/** 12 to 19 digits in a row, whatever they are, keep their last four: the second net after careful callers. */
export function scrub(text: string): string {
  return text.replace(/\d{8,15}(?=\d{4}(?!\d))/g, (digits) => "*".repeat(digits.length));
}

/** One JSON line an event on stderr. */
export function createLog(level: "info" | "warn" | "error" = "info"): Log {
  const stream = { write: (line: string) => void process.stderr.write(scrub(line)) };
  const logger = pino(
    {
      level,
      base: null,
      serializers: { error: stdSerializers.err },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    },
    stream,
  );
  const wrap = (target: typeof logger): Log => ({
    info: (event, fields = {}) => target.info(fields, event),
    warn: (event, fields = {}) => target.warn(fields, event),
    error: (event, fields = {}) => target.error(fields, event),
    with: (fields) => wrap(target.child(fields)),
  });
  return wrap(logger);
}

export const silentLog: Log = { info() {}, warn() {}, error() {}, with: () => silentLog };
