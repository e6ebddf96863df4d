import { fromLatin1, toLatin1 } from "#protocol/bytes";

const decoder = new TextDecoder("gbk");

/** GBK text of a field that has one character a byte, or undefined when it is plain ASCII or not GBK. */
export function gbkText(value: string): string | undefined {
  if (/^[\x20-\x7e]*$/.test(value)) return undefined;
  const text = decoder.decode(fromLatin1(value));
  return text.includes("\ufffd") ? undefined : text.replace(/[\p{Cc}\p{Cf}]/gu, " ").trimEnd();
}

let table: ReadonlyMap<string, string> | undefined;

/** The machine decodes GBK only, so the way back is read off its decoder once. */
function encoderTable(): ReadonlyMap<string, string> {
  if (table !== undefined) return table;
  const pairs = new Map<string, string>();
  for (let high = 0x81; high <= 0xfe; high++) {
    for (let low = 0x40; low <= 0xfe; low++) {
      const bytes = Uint8Array.of(high, low);
      const text = decoder.decode(bytes);
      if (text.length === 1 && text !== "\ufffd" && !pairs.has(text)) pairs.set(text, toLatin1(bytes));
    }
  }
  table = pairs;
  return pairs;
}

/** Chinese text as GBK, one character a byte; undefined when a character is not in GBK. Text of single bytes stays as it is. */
export function toGbk(value: string): string | undefined {
  if (![...value].some((character) => character > "\u00ff")) return value;
  const pairs = encoderTable();
  let out = "";
  for (const character of value) {
    const bytes = character.charCodeAt(0) < 0x80 ? character : pairs.get(character);
    if (bytes === undefined) return undefined;
    out += bytes;
  }
  return out;
}
