import { toHex } from "#protocol/bytes";
import { TAGS } from "./tags.ts";
import type { Tlv } from "./tlv.ts";

/** A line of a decoded message. Values that are secret are masked unless the reader asked to see them. */
export interface DescribedNode {
  readonly id: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly value?: string;
  readonly children?: readonly DescribedNode[];
}

/** What lies inside a primitive value, by tag: bit names, parts. Given by the room that knows (emv). */
export type ValueReader = (tag: string, value: Uint8Array) => readonly DescribedNode[];

export function describeTlv(
  items: readonly Tlv[],
  options: { readonly reveal?: boolean; readonly inside?: ValueReader } = {},
): readonly DescribedNode[] {
  return items.map(({ tag, value, children }) => {
    const fact = TAGS[tag];
    const name = fact === undefined ? { zh: "专有数据", en: "Private data" } : { zh: fact.zh, en: fact.en };
    if (children !== undefined) return { id: tag, name, children: describeTlv(children, options) };
    const shown =
      fact?.secret === true && options.reveal !== true ? maskDigits(toHex(value)) : toHex(value).toUpperCase();
    const inside = fact?.secret === true ? [] : (options.inside?.(tag, value) ?? []);
    return { id: tag, name, value: shown, ...(inside.length > 0 ? { children: inside } : {}) };
  });
}

/** All but the last four digits of the number at the start become stars; what follows it too. */
export function maskDigits(text: string): string {
  const number = /^\d{8,19}/.exec(text)?.[0] ?? "";
  if (number === "") return "*".repeat(text.length);
  return "*".repeat(number.length - 4) + number.slice(-4) + "*".repeat(text.length - number.length);
}
