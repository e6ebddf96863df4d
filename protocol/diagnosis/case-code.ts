import { type Brand, err, ok, type Result } from "#protocol/bytes";
import type { Words } from "./cause.ts";

/** K7F-3QM: read out over the phone, typed by somebody else. 31 signs, six of them: 887 million codes. */
export type CaseCode = Brand<string, "CaseCode">;

/** No 0, O, 1, I or L: they are mistaken for each other on paper and on the phone. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const GROUP = 3;
const SIGNS = 2 * GROUP;

/** @param below a whole number in 0..limit-1 without bias: a guessable code would lead strangers to a journey. */
export function makeCaseCode(below: (limit: number) => number): CaseCode {
  let code = "";
  for (let i = 0; i < SIGNS; i++) code += `${i === GROUP ? "-" : ""}${ALPHABET[below(ALPHABET.length)]}`;
  return code as CaseCode;
}

/** Why a text is not a case code, in words that help to type it again; the text itself is not repeated. */
export type CaseCodeFault = Words;

/** Takes lower case, full-width signs, spaces, and any dash or none. */
export function parseCaseCode(text: string): Result<CaseCode, CaseCodeFault> {
  const signs = [
    ...text
      .normalize("NFKC")
      .toUpperCase()
      .replace(/[\s\p{Pd}−]/gu, ""),
  ];
  const wrong = signs.findIndex((sign) => !ALPHABET.includes(sign));
  if (wrong >= 0 && wrong < SIGNS) {
    const confused = "0O1IL".includes(signs[wrong]!);
    return err({
      zh: `案例码第 ${wrong + 1} 位${confused ? "是 0、O、1、I、L 之一，这些字符不会出现，请核对" : "不是案例码的字符"}`,
      en: `case code, sign ${wrong + 1}: ${confused ? "0, O, 1, I and L never occur in a code; please look again" : "not a sign that codes have"}`,
    });
  }
  if (signs.length !== SIGNS) {
    return err({
      zh: `案例码应为 6 位，如 K7F-3QM；现为 ${signs.length} 位`,
      en: `case code: wants six signs such as K7F-3QM, got ${signs.length}`,
    });
  }
  return ok(`${signs.slice(0, GROUP).join("")}-${signs.slice(GROUP).join("")}` as CaseCode);
}
