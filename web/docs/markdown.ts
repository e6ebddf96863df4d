import type { Block, Inline } from "./blocks.ts";

/*
 * The Markdown that this project's documents are written in: headings, paragraphs, flat lists, fenced code, tables, and in
 * a line code, bold, emphasis, links and <br>. Pictures are left to the page.
 */

const TOKENS =
  /`([^`]+)`|\*\*([^*]+(?:\*(?!\*)[^*]+)*)\*\*|!\[([^\]]*)\]\([^)]*\)|\[([^\]]+)\]\(([^)\s]+)\)|\*([^*\s][^*]*)\*|<br>/g;

export function parseInline(text: string): readonly Inline[] {
  const found: Inline[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    if (match.index > end) found.push({ kind: "text", text: text.slice(end, match.index) });
    end = match.index + match[0].length;
    const [, code, strong, , label, to, emphasis] = match;
    if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", text: parseInline(strong) });
    else if (label !== undefined && to !== undefined) found.push({ kind: "link", to, text: parseInline(label) });
    else if (emphasis !== undefined) found.push({ kind: "emphasis", text: parseInline(emphasis) });
    else if (match[0] === "<br>") found.push({ kind: "break" });
  }
  if (end < text.length) found.push({ kind: "text", text: text.slice(end) });
  return found;
}

const ITEM = /^\s*(?:([-*])|(\d+)\.)\s+(.*)$/;
const isTable = (line: string | undefined) => line?.trimStart().startsWith("|") === true;
const cellsOf = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => parseInline(cell.trim().replaceAll("\\|", "|")));

export function parseMarkdown(source: string): readonly Block[] {
  const lines = source.replaceAll("\r", "").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    const fence = /^\s*```/.test(line);
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.trim() === "") at += 1;
    else if (fence) {
      const from = ++at;
      while (at < lines.length && !/^\s*```/.test(lines[at]!)) at += 1;
      blocks.push({ kind: "code", text: lines.slice(from, at).join("\n") });
      at += 1;
    } else if (heading !== null) {
      blocks.push({ kind: "heading", level: heading[1]!.length, text: parseInline(heading[2]!) });
      at += 1;
    } else if (isTable(line)) {
      const from = at;
      while (isTable(lines[at])) at += 1;
      const [head = "", , ...rows] = lines.slice(from, at);
      blocks.push({ kind: "table", head: cellsOf(head), rows: rows.map(cellsOf) });
    } else if (ITEM.test(line)) {
      const ordered = ITEM.exec(line)![2] !== undefined;
      const items: string[] = [];
      for (; at < lines.length; at++) {
        const item = ITEM.exec(lines[at]!);
        if (item !== null) items.push(item[3]!);
        else if (/^\s+\S/.test(lines[at]!)) items.push(`${items.pop()} ${lines[at]!.trim()}`);
        else break;
      }
      blocks.push({ kind: "list", ordered, items: items.map(parseInline) });
    } else {
      const from = at;
      while (
        at < lines.length &&
        lines[at]!.trim() !== "" &&
        !/^(#{1,6}\s|\s*```)/.test(lines[at]!) &&
        !isTable(lines[at]) &&
        (at === from || !ITEM.test(lines[at]!))
      )
        at += 1;
      blocks.push({ kind: "paragraph", text: parseInline(lines.slice(from, at).join(" ")) });
    }
  }
  return blocks;
}
