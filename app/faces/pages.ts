import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SOURCES = ["web", "device", "contracts", "protocol", "package-lock.json"];

/** The folder of the built pages; builds them when a source has changed since. */
export function builtPages(say: (line: string) => void): string {
  const dist = join(root, "web", "dist");
  const stampFile = join(dist, ".sources");
  const stamp = sourcesHash();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return dist;
  say("building the pages …");
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const built = spawnSync(process.execPath, [vite, "build", "web", "--logLevel", "warn"], {
    cwd: root,
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`the pages do not build: ${built.stderr || built.stdout}`);
  writeFileSync(stampFile, stamp);
  return dist;
}

function sourcesHash(): string {
  const hash = createHash("sha256");
  const walk = (path: string) => {
    const entries = readdirSync(join(root, path), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name === "dist" || entry.name === "node_modules" || entry.name.endsWith(".test.ts")) continue;
      const inner = join(path, entry.name);
      if (entry.isDirectory()) walk(inner);
      else hash.update(inner).update(readFileSync(join(root, inner)));
    }
  };
  for (const source of SOURCES) {
    if (source.endsWith(".json")) hash.update(readFileSync(join(root, source)));
    else walk(source);
  }
  return hash.digest("hex");
}
