import type { Plugin } from "vite";

/** What is loaded on demand and cannot be used without a network anyway. */
const ONLINE_ONLY = /\/web\/scan\/|onnxruntime|ocr-models/;
const PLACE = "/web/phone-alone/place.tsx";
const ALWAYS = ["index.html", "icon.svg"];

/** Finds the files that the wallet needs to open and to pay: its own chunks and what they load, not those of other pages. */
export function findShell(): { readonly plugin: Plugin; has(file: string): boolean } {
  const files = new Set(ALWAYS);
  const plugin: Plugin = {
    name: "kabao-shell",
    apply: "build",
    generateBundle(_options, bundle) {
      const add = (name: string) => {
        const chunk = bundle[name];
        if (chunk?.type !== "chunk" || files.has(name)) return;
        if (chunk.moduleIds.some((id) => ONLINE_ONLY.test(id))) return;
        files.add(name);
        for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css);
        for (const next of chunk.imports) add(next);
        // The entry leads to every page there is.
        if (!chunk.isEntry) for (const next of chunk.dynamicImports) add(next);
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        if (chunk.isEntry || chunk.facadeModuleId?.endsWith(PLACE)) add(chunk.fileName);
      }
      if (![...files].some((name) => name.startsWith("assets/"))) this.error("the wallet's own chunk was not found");
    },
  };
  return { plugin, has: (file) => files.has(file) };
}
