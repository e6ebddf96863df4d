import { type Brand, err, ok, type Result } from "#protocol/bytes";

/** Number of a resident identity card: 17 digits and a check character, X in upper case. */
export type IdNumber = Brand<string, "IdNumber">;

export interface IdNumberParts {
  readonly number: IdNumber;
  /** Six digits, GB/T 2260; 81, 82 and 83 start residence permits of Hong Kong, Macau and Taiwan residents. */
  readonly area: string;
  /** YYYYMMDD. */
  readonly birthDate: string;
  readonly sex: "male" | "female";
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = "10X98765432";

/** The 18th character of an identity number. @param body the first 17 digits. Source: GB 11643-1999, ISO 7064 MOD 11-2. */
export function idNumberCheck(body: string): string {
  if (!/^\d{17}$/.test(body)) throw new RangeError("idNumber: wants 17 digits");
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * (body.charCodeAt(i) - 48), 0);
  return CHECK_CHARACTERS[sum % 11]!;
}

/** Parses 18 characters; the old form of 15 digits, without century and check, is refused. */
export function parseIdNumber(text: string): Result<IdNumberParts, "badIdNumber"> {
  const number = text.trim().toUpperCase();
  if (!/^[1-9]\d{16}[\dX]$/.test(number)) return err("badIdNumber");
  const birthDate = number.slice(6, 14);
  if (!isCalendarDate(birthDate) || idNumberCheck(number.slice(0, 17)) !== number[17]) return err("badIdNumber");
  return ok({
    number: number as IdNumber,
    area: number.slice(0, 6),
    birthDate,
    sex: (number.charCodeAt(16) - 48) % 2 === 1 ? "male" : "female",
  });
}

/** All that a screen may show: area's first three characters and the last two. */
export function maskIdNumber(number: IdNumber): string {
  return `${number.slice(0, 3)}*************${number.slice(-2)}`;
}

function isCalendarDate(yyyymmdd: string): boolean {
  const year = Number(yyyymmdd.slice(0, 4));
  const month = Number(yyyymmdd.slice(4, 6));
  const day = Number(yyyymmdd.slice(6));
  if (year < 1800 || month < 1 || month > 12) return false;
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
