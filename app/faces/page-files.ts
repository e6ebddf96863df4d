import { existsSync, readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import type { Hono } from "#platform/http";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".onnx": "application/octet-stream",
  ".txt": "text/plain; charset=utf-8",
};
/** What the build laid beside a file, best first. */
const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

/** Serves the built pages: files by their names, and the one page for every other address. */
export function pageRoutes(app: Hono, folder: string): void {
  app.get("*", (context) => {
    // Paths of the pages are plain: whatever is written with % names no file.
    const path = normalize(context.req.path).replace(/^([/\\.])+/, "");
    const file = join(folder, path === "" ? "index.html" : path);
    const found = file.startsWith(folder) && TYPES[extname(file)] !== undefined && existsSync(file);
    const shown = found ? file : join(folder, "index.html");
    if (!found && extname(path) !== "") return context.notFound();
    const accepted = new Set((context.req.header("accept-encoding") ?? "").split(/\s*,\s*/));
    const encoding = ENCODINGS.find(({ name, suffix }) => accepted.has(name) && existsSync(`${shown}${suffix}`));
    const hashed = /\/assets\//.test(shown);
    const host = context.req.header("host") ?? "";
    return context.body(new Uint8Array(readFileSync(`${shown}${encoding?.suffix ?? ""}`)), 200, {
      "content-type": TYPES[extname(shown)]!,
      vary: "accept-encoding",
      ...(encoding === undefined ? {} : { "content-encoding": encoding.name }),
      // The page and the worker that keeps it are asked for anew each time: a new version is found at once.
      "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
      "content-security-policy": `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws://${host}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'`,
    });
  });
}
