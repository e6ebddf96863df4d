import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Block } from "./blocks.ts";
import { parseInline, parseMarkdown } from "./markdown.ts";

const docs = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "docs");

test("a line: code keeps its stars, bold and links hold code, what is no mark stays text", () => {
  expect(parseInline("a `x * y *` **b `c`** [d](e.md) 2 * 3 * 4<br>*f*")).toEqual([
    { kind: "text", text: "a " },
    { kind: "code", text: "x * y *" },
    { kind: "text", text: " " },
    {
      kind: "strong",
      text: [
        { kind: "text", text: "b " },
        { kind: "code", text: "c" },
      ],
    },
    { kind: "text", text: " " },
    { kind: "link", to: "e.md", text: [{ kind: "text", text: "d" }] },
    { kind: "text", text: " 2 * 3 * 4" },
    { kind: "break" },
    { kind: "emphasis", text: [{ kind: "text", text: "f" }] },
  ]);
});

test("blocks: heading, paragraph over two lines, list with a long item, code, table", () => {
  const source =
    "# T\n\none\ntwo\n- a\n  more\n- b\n\n1. c\n\n```sh\n| not | a table |\n```\n| h | i |\n|---|---|\n| 1 | a \\| b |\n";
  expect(parseMarkdown(source).map(shape)).toEqual([
    "1 T",
    "one two",
    "- a more / b",
    "1. c",
    "| not | a table |",
    "h,i: 1,a | b",
  ]);
});

test.each(readdirSync(docs).filter((name) => name.endsWith(".md")))("%s: nothing of its marks is left over", (name) => {
  const blocks = parseMarkdown(readFileSync(join(docs, name), "utf8"));
  expect(blocks[0]).toMatchObject({ kind: "heading", level: 1 });
  for (const block of blocks) if (block.kind !== "code") expect(shape(block)).not.toMatch(/^\||^#{1,6} |\*\*|\]\(/);
});

const flat = (text: ReturnType<typeof parseInline>): string =>
  text
    .map((one) =>
      one.kind === "break"
        ? " "
        : typeof one.text === "string"
          ? one.kind === "code"
            ? ""
            : one.text
          : flat(one.text),
    )
    .join("");

function shape(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${block.level} ${flat(block.text)}`;
    case "paragraph":
      return flat(block.text);
    case "list":
      return `${block.ordered ? "1." : "-"} ${block.items.map(flat).join(" / ")}`;
    case "code":
      return block.text;
    case "table":
      return `${block.head.map(flat).join()}: ${block.rows.map((row) => row.map(flat).join()).join(" / ")}`;
  }
}
