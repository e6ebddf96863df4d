import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { parseMarkdown } from "./docs/markdown.ts";

/** A document is read at build time: the page gets its blocks, and no parser. */
export function markdown(): Plugin {
  return {
    name: "kabao-markdown",
    enforce: "pre",
    load(id) {
      if (!id.endsWith(".md")) return undefined;
      return `export default ${JSON.stringify(parseMarkdown(readFileSync(id, "utf8")))};`;
    },
  };
}
