import { parseExpiry } from "#protocol/time";
import type { Sign } from "./decode.ts";

/** Years that a card in use may expire in: no card runs longer, and an expired one is told by the form. */
const YEARS = /^[2-4]\d$/;

/** MM/YY as printed, from a row such as "VALID THRU 06/33"; the last such in the row, since "valid from" stands before it. */
export function expiryIn(signs: readonly Sign[]): string | undefined {
  const text = signs.map((sign) => sign.text).join("");
  const found = [...text.matchAll(/(?<!\d)([01O]\d)\s?\/\s?(?:20)?(\d\d)(?!\d)/g)].at(-1);
  if (found === undefined) return undefined;
  const month = found[1]!.replace("O", "0");
  const year = found[2]!;
  return YEARS.test(year) && parseExpiry(year + month).ok ? `${month}/${year}` : undefined;
}
