import type { DescribedNode } from "#protocol/tlv";
import type { Words } from "./fault.ts";

/** "应用密文 / Application cryptogram", once when both are the same. */
export function bilingual({ zh, en }: Words): string {
  return zh === en ? zh : `${zh} / ${en}`;
}

/** One line a node: offset, id, length, names; the value below it. */
export function treeLines(nodes: readonly DescribedNode[], depth = 0): string[] {
  return nodes.flatMap(({ id, name, at, lengthBytes, value: raw, children }) => {
    // A stranger's message must not speak to the terminal.
    const value = raw?.replace(/\p{Cc}/gu, ".");
    const place = at === undefined ? "     " : String(at).padStart(5);
    const indent = "  ".repeat(depth);
    const head = [id, lengthBytes === undefined ? "" : `[${lengthBytes}]`, bilingual(name)];
    const short = value !== undefined && (at === undefined || value.length <= 16);
    return [
      `${place}  ${indent}${head.filter((part) => part !== "").join(" ")}${short ? `: ${value}` : ""}`,
      ...(value === undefined || short ? [] : [`       ${indent}  ${value}`]),
      ...treeLines(children ?? [], depth + 1),
    ];
  });
}
