import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SOURCES = ["web", "device", "contracts", "protocol", "package-lock.json"];
const dist = join(root, "web", "dist");

/** The folder of the built pages; builds them when a source has changed since. */
export async function builtPages(say: (line: string) => void): Promise<string> {
  const stamp = sourcesHash();
  if (stampOf(dist) === stamp) return dist;
  say("正在构建网页 / building the pages …");
  // Built aside and moved whole: a page never sees half of the new one, and two starts at once do not mix theirs.
  const draft = join(root, ".build", `pages-${process.pid}`);
  try {
    await viteBuild(draft);
    writeFileSync(join(draft, STAMP), stamp);
    rmSync(dist, { recursive: true, force: true });
    renameSync(draft, dist);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (stampOf(dist) !== stamp) throw error;
  }
  return dist;
}

const STAMP = ".sources";

function stampOf(folder: string): string | undefined {
  const file = join(folder, STAMP);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function viteBuild(outDir: string): Promise<void> {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const options = ["build", "web", "--outDir", outDir, "--emptyOutDir", "--logLevel", "warn"];
  const child = spawn(process.execPath, [vite, ...options], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
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
  return hash.digest("hex");
}
