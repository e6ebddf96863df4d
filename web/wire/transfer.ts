import * as v from "valibot";
import { At } from "#contracts/common";
import { WireRow } from "#contracts/wire";
import { err, ok, type Result } from "#protocol/bytes";

/** The largest file that is opened. */
export const FILE_MAX_BYTES: number = 2 * 1024 * 1024;
const ROWS_MAX = 500;
const FORMAT = "kabao-wire";
const VERSION = 1;

/** A journey as it travels between machines: what the view shows, masked, and nothing else. */
const WireFile = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  exportedAt: At,
  rows: v.pipe(v.array(WireRow), v.minLength(1), v.maxLength(ROWS_MAX)),
});
export type WireFile = v.InferOutput<typeof WireFile>;

/** Why a file is not opened, and where in it. Nothing of it is quoted. */
export interface ImportFault {
  readonly code: "tooLarge" | "notJson" | "notOurs" | "version" | "badRow";
  readonly at?: string;
}

/** @throws {RangeError} for rows that would not be opened again: a mistake of ours. */
export function encodeWireFile(rows: readonly WireRow[], exportedAt: number): string {
  const file = v.safeParse(WireFile, { format: FORMAT, version: VERSION, exportedAt, rows: rows.slice(0, ROWS_MAX) });
  if (!file.success) throw new RangeError(`wire file: ${v.getDotPath(file.issues[0]) ?? "rows"} does not fit`);
  return `${JSON.stringify(file.output, null, 1)}\n`;
}

export function decodeWireFile(text: string): Result<WireFile, ImportFault> {
  if (text.length > FILE_MAX_BYTES) return err({ code: "tooLarge" });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err({ code: "notJson" });
  }
  const head = v.safeParse(v.object({ format: v.literal(FORMAT), version: v.number() }), json);
  if (!head.success) return err({ code: "notOurs" });
  if (head.output.version !== VERSION) return err({ code: "version" });
  const file = v.safeParse(WireFile, json);
  return file.success ? ok(file.output) : err({ code: "badRow", at: v.getDotPath(file.issues[0]) ?? "rows" });
}
