import type { WireNode } from "#contracts/wire";
import { toHex } from "#protocol/bytes";
import { parseTlv, type Tlv } from "#protocol/tlv";
import { orUndefined } from "../trace.ts";

/** The forms in which a number stands in hex: packed two digits a byte, and one character a byte. */
export function formsOf(digits: string): readonly string[] {
  let ascii = "";
  for (let i = 0; i < digits.length; i++) ascii += digits.charCodeAt(i).toString(16).toUpperCase();
  return [digits, ascii];
}

/** A masked text in which one number, and nothing beside it, is readable again wherever it stands in the plain one. */
export function unmasked(plain: string, masked: string, forms: readonly string[]): string {
  let text = masked;
  for (const form of forms)
    for (let at = plain.indexOf(form); at >= 0; at = plain.indexOf(form, at + 1))
      text = text.slice(0, at) + form + text.slice(at + form.length);
  return text;
}

/** The same in the lines of a decoded message: both trees are of one message, one masked and one plain. */
export function unmaskedNodes(
  masked: readonly WireNode[],
  plain: readonly WireNode[],
  forms: readonly string[],
): readonly WireNode[] {
  return masked.map((node, i) => {
    const other = plain[i];
    if (other === undefined || other.id !== node.id) return node;
    return {
      ...node,
      ...(node.value === undefined || other.value?.length !== node.value.length
        ? {}
        : { value: unmasked(other.value, node.value, forms) }),
      ...(node.children === undefined ? {} : { children: unmaskedNodes(node.children, other.children ?? [], forms) }),
    };
  });
}

/** Nodes of an inner part, placed in the whole. */
export function shifted(nodes: readonly WireNode[], by: number): readonly WireNode[] {
  return nodes.map((node) => ({
    ...node,
    ...(node.at === undefined ? {} : { at: node.at + by }),
    ...(node.children === undefined ? {} : { children: shifted(node.children, by) }),
  }));
}

/** Described TLV counts from where a tag begins: its line shows the value, and is placed on that. */
export function onValues(nodes: readonly WireNode[], bytes: Uint8Array): readonly WireNode[] {
  const places = valuePlaces(orUndefined(() => parseTlv(bytes)) ?? [], bytes);
  const walk = (all: readonly WireNode[]): readonly WireNode[] =>
    all.map((node) => ({
      ...node,
      ...(node.at === undefined ? {} : { at: places.get(node.at) ?? node.at }),
      ...(node.children === undefined ? {} : { children: walk(node.children) }),
    }));
  return walk(nodes);
}

function valuePlaces(items: readonly Tlv[], bytes: Uint8Array): ReadonlyMap<number, number> {
  return new Map(
    items.flatMap((item) => [
      [item.at, item.value.byteOffset - bytes.byteOffset] as const,
      ...valuePlaces(item.children ?? [], bytes),
    ]),
  );
}

export const upperHex = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();

/** Hex with a part of it, counted in bytes, replaced by stars. */
export function starred(hex: string, at: number, lengthBytes: number): string {
  return hex.slice(0, at * 2) + "*".repeat(lengthBytes * 2) + hex.slice((at + lengthBytes) * 2);
}
