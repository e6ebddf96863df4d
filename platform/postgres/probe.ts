import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { err, ok, type Result } from "#protocol/bytes";
import { cleanEnvironment, findBinaries, isOurs, readPidFile, runnerFor } from "./embedded.ts";

/** Version of the embedded server's programs after running them as the server would run; or why they do not run. */
export function probeEmbeddedPostgres(): Result<{ readonly version: string; readonly asRoot: boolean }, string> {
  try {
    const binaries = findBinaries();
    const run = runnerFor(binaries);
    for (const program of ["initdb", "postgres"] as const) {
      const [command, prefix] = run(program);
      const { status, stdout, stderr, error } = spawnSync(command, [...prefix, "--version"], {
        encoding: "utf8",
        env: cleanEnvironment(binaries),
      });
      if (status !== 0)
        return err(`${program}: ${(stderr || error?.message || `exit ${status}`).trim().split("\n").at(-1)}`);
      if (program === "postgres")
        return ok({ version: /[\d.]+\S*/.exec(stdout)?.[0] ?? "?", asRoot: process.getuid?.() === 0 });
    }
    return err("postgres: not run");
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** What lies in the folder of an embedded server: nothing, a stopped one, a running one, or the pid file of one that was killed. */
export interface ClusterState {
  readonly state: "none" | "stopped" | "running" | "killed";
  /** Major version that made it. */
  readonly madeBy?: string;
  readonly pid?: number;
}

/** @param home the folder given to `startEmbeddedPostgres`. Only reads. */
export function probeCluster(home: string): ClusterState {
  const cluster = join(resolve(home), "postgres");
  let madeBy: string;
  try {
    madeBy = readFileSync(join(cluster, "PG_VERSION"), "utf8").trim();
  } catch {
    return { state: "none" };
  }
  const file = readPidFile(cluster);
  if (file === undefined) return { state: "stopped", madeBy };
  return { state: isOurs(file.pid, cluster) ? "running" : "killed", madeBy, pid: file.pid };
}
