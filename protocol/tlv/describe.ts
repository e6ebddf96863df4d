import { toHex } from "#protocol/bytes";
import { TAGS } from "./tags.ts";
import type { Tlv } from "./tlv.ts";

/** A line of a decoded message. Values that are secret are masked unless the reader asked to see them. */
export interface DescribedNode {
  readonly id: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly value?: string;
  /** Offset in the outermost bytes and length of the value, where the line stands for bytes of its own. */
  readonly at?: number;
  readonly lengthBytes?: number;
  readonly masked?: true;
  readonly children?: readonly DescribedNode[];
}

/** What lies inside a primitive value, by tag: bit names, parts. Given by the room that knows (emv). */
export type ValueReader = (tag: string, value: Uint8Array) => readonly DescribedNode[];

export function describeTlv(
  items: readonly Tlv[],
  options: { readonly reveal?: boolean; readonly inside?: ValueReader } = {},
): readonly DescribedNode[] {
  return items.map(({ tag, value, at, children }) => {
    const fact = TAGS[tag];
    const name = fact === undefined ? { zh: "专有数据", en: "Private data" } : { zh: fact.zh, en: fact.en };
    const place = { id: tag, name, at, lengthBytes: value.length };
    if (children !== undefined) return { ...place, children: describeTlv(children, options) };
    const plain = toHex(value).toUpperCase();
    const masked = options.reveal !== true && (fact?.secret === true || TRACK_2.test(plain));
    if (masked) return { ...place, value: maskDigits(plain), masked };
    const inside = options.inside?.(tag, value) ?? [];
    return { ...place, value: plain, ...(inside.length > 0 ? { children: inside } : {}) };
  });
}

/** A card number, the separator and an expiry date: a track, whatever its tag says. */
const TRACK_2 = /^\d{12,19}D\d{7}/;

/** All but the last four digits of the number at the start become stars; what follows it too. */
export function maskDigits(text: string): string {
  const number = /^\d{8,19}/.exec(text)?.[0] ?? "";
  if (number === "") return "*".repeat(text.length);
  return "*".repeat(number.length - 4) + number.slice(-4) + "*".repeat(text.length - number.length);
}
