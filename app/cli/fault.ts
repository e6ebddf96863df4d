import type { DecodeError, DecodeErrorCode } from "#protocol/bytes";

export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What is wrong with an input, and where. It never repeats the input: that may be a key or a card number. */
export interface Fault extends Words {
  readonly code: string;
  /** "--imk", or the name of an argument. */
  readonly option?: string;
  /** Offset in bytes from the start of what was given. */
  readonly at?: number;
  /** Outermost first: ["F55", "77", "9F26"]. */
  readonly path?: readonly string[];
}

/** Bad input from the person at the keyboard: caught once, by the command line, which ends with exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.en);
    this.fault = fault;
  }
}

export function badInput(option: string, zh: string, en: string, code = "badInput"): InputError {
  return new InputError({ code, option, zh, en });
}

const DECODE_WORDS: Readonly<Record<DecodeErrorCode, Words>> = {
  truncated: { zh: "数据在值结束之前就没有了", en: "the bytes end before the value does" },
  badLength: { zh: "长度不合格式", en: "a length that the format does not allow" },
  badTag: { zh: "标签或域不合格式", en: "a tag or field that the format does not have" },
  badDigit: { zh: "字符不在允许的范围内", en: "a character outside the field's alphabet" },
  badValue: { zh: "值不在允许的范围内", en: "not one of the values that the format has" },
  missing: { zh: "缺少必需的部分", en: "a part that must be there is not" },
  leftover: { zh: "结尾之后还有多余的字节", en: "bytes after the end" },
};

/** The error of a codec as a fault; `base` is where the decoded bytes begin in what was given. */
export function faultOf(error: DecodeError, option: string, base = 0, path: readonly string[] = []): Fault {
  const words = DECODE_WORDS[error.code];
  const at = base + error.at;
  const whole = [...path, ...error.path];
  const place = whole.length > 0 ? ` (${whole.join(" > ")})` : "";
  return {
    code: error.code,
    option,
    at,
    path: whole,
    zh: `第 ${at} 字节${place}：${words.zh}`,
    en: `at byte ${at}${place}: ${words.en}`,
  };
}
