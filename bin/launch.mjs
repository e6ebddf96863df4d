#!/usr/bin/env node
// Runs a TypeScript entry of this project after making sure its dependencies are there. Node built-ins only:
// it must work in a clone in which nothing has been installed yet.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "node_modules", ".kabao-lock");

/** Installs from the lock file when node_modules is missing or belongs to another lock. Says what it does, on stderr. */
export function ensureDependencies() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`kabao: needs Node 20.19 or later, this is ${process.versions.node}. See https://nodejs.org`);
    process.exit(1);
  }
  const stamp = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  console.error("kabao: installing dependencies (npm ci --include=dev), once for this lock file …");
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : [process.platform === "win32" ? "npm.cmd" : "npm", []];
  const install = spawnSync(command, [...args, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (install.status !== 0) {
    console.error("kabao: npm ci failed (see above). Is the npm registry reachable?");
    process.exit(install.status ?? 1);
  }
  writeFileSync(stampFile, stamp);
  console.error("kabao: dependencies are in place");
}

/** Runs a command with our terminal, hands signals on to it, and ends as it ended. It hears of our end by its channel to us. */
export function run(command, args, extra = {}) {
  const child = spawn(command, args, {
    cwd: extra.cwd ?? process.cwd(),
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...extra.env },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // An npm that was killed hands nothing on: who asked for us is gone.
  const parent = process.ppid;
  const watch = () => process.ppid !== parent && child.kill("SIGTERM");
  if (process.env.npm_lifecycle_event !== undefined) setInterval(watch, 500).unref();
  child.on("error", (error) => {
    console.error(`kabao: cannot start ${command}: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}

export function runTypescript(entry, args) {
  // The root's own tsx, so that it works from any working directory.
  const tsx = new URL(`file://${join(root, "node_modules", "tsx", "dist", "esm", "index.mjs")}`).href;
  // Payments in flight outlive the young generation of 16 MB several times over: in a larger one they die where they were born.
  const youngMb = "--max-semi-space-size=64";
  run(process.execPath, [youngMb, "--import", tsx, "--enable-source-maps", join(root, entry), ...args]);
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  ensureDependencies();
  const [entry, ...args] = process.argv.slice(2);
  if (entry === "--tests")
    run(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...args], { cwd: root });
  else runTypescript(entry, args);
}
