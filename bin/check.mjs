#!/usr/bin/env node
// The static checks: types and arrows, lint and format, the API description in step with the contracts.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDependencies } from "./launch.mjs";

ensureDependencies();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const module = (...path) => join(root, "node_modules", ...path);
const checks = [
  ["types and arrows", [module("typescript", "bin", "tsc"), "-b"]],
  ["lint and format", [module("@biomejs", "biome", "bin", "biome"), "check", "--error-on-warnings", "."]],
  ["API description", ["--import", "tsx", join(root, "tools", "openapi.ts"), "--check"]],
];
let failed = 0;
for (const [name, args] of checks) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name}`);
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
