import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compressFolder } from "./compress.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SOURCES = ["web", "device", "contracts", "protocol", "docs", "package-lock.json"];
const dist = join(root, "web", "dist");
const KEPT_MS = 24 * 3_600_000;

/**
 * The folder of the built pages, named by a hash of their sources: built when there is none yet. A folder is made aside and
 * moved into place whole, and never changed again: nobody sees half a page, and any number of starts do not mix theirs.
 */
export async function builtPages(say: (line: string) => void): Promise<string> {
  const folder = join(dist, sourcesHash());
  if (existsSync(folder)) return folder;
  say("正在构建网页 / building the pages …");
  const draft = join(dist, `draft-${process.pid}`);
  try {
    await viteBuild(draft);
    await compressFolder(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another start was first with the same pages.
    if (!existsSync(folder)) throw error;
  }
  removeOld();
  return folder;
}

/** Pages of sources that are gone; younger ones may still be served by another process. */
function removeOld(): void {
  const now = Date.now();
  for (const name of readdirSync(dist)) {
    const path = join(dist, name);
    if (now - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}

function viteBuild(outDir: string): Promise<void> {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const options = ["build", "web", "--outDir", outDir, "--emptyOutDir", "--logLevel", "warn"];
  const child = spawn(process.execPath, [vite, ...options], {
    cwd: root,
    // Whatever runs us, as a test does: a page of the same sources is the same page.
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let told = "";
  child.stdout.on("data", (data: Buffer) => {
    told += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    told += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`网页构建失败 / the pages do not build: ${told}`)),
    );
  });
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
  return hash.digest("hex").slice(0, 16);
}
