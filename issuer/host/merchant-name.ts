import { fromLatin1 } from "#protocol/bytes";

const gbk = new TextDecoder("gb18030");
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** "CHN" and five digits stand before the name in some members' F43. */
const PLACE = /^[A-Z]{3}\d{5}/;

/** The shop's name of F43, one character a byte: GBK by the specification; some members write UTF-8. */
export function merchantName(f43: string | undefined): string {
  if (f43 === undefined) return "";
  const bytes = fromLatin1(f43);
  let name: string;
  try {
    name = utf8.decode(bytes);
  } catch {
    name = gbk.decode(bytes);
  }
  return name
    .replace(PLACE, "")
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .trim();
}
