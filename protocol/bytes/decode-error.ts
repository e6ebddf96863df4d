/** Bytes that are not the format they claim to be. `at` is a byte offset from the outermost start; no value is quoted. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly code: DecodeErrorCode;
  readonly at: number;
  /** Outermost first: ["F55", "77", "9F26"]. */
  readonly path: readonly string[];
  constructor(code: DecodeErrorCode, at: number, path: readonly string[] = []) {
    super(`${code} at byte ${at}${path.length > 0 ? ` in ${path.join(" > ")}` : ""}`);
    this.code = code;
    this.at = at;
    this.path = path;
  }
  /** The same error seen from the format around it. */
  within(step: string, offset: number): DecodeError {
    return new DecodeError(this.code, this.at + offset, [step, ...this.path]);
  }
}

export type DecodeErrorCode =
  | "truncated" // the bytes end before the value does
  | "badLength" // a length that the format does not allow
  | "badTag" // a tag that is malformed, unknown where it must be known, or twice
  | "badDigit" // a character or nibble outside the field's alphabet
  | "badValue" // well-formed, but not one of the values the format has
  | "missing" // a part that must be there is not
  | "leftover"; // bytes after the end
