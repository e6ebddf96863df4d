import { spawn } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { platform, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Clock, KeyStore, Log, Migration, Random, Timers } from "#contracts/ports";
import { openKeyStore } from "#platform/keystore";
import { migrate, openPostgres, type PostgresDb, startEmbeddedPostgres } from "#platform/postgres";
import type { ServeConfig } from "./config.ts";
import type { EdgeName, Party } from "./topology.ts";

/** Where this process keeps things, and how it gets at databases, keys and secrets. */
export interface Environment {
  readonly dataDir: string;
  openDb(party: Party, migrations: readonly Migration[]): Promise<PostgresDb>;
  openKeys(party: Party): KeyStore;
  /** 32 bytes that both ends of an edge hold. */
  linkSecret(edge: EdgeName): Uint8Array;
  close(): Promise<void>;
}

export async function openEnvironment(
  config: ServeConfig,
  ports: { readonly clock: Clock & Timers; readonly random: Random; readonly log: Log },
): Promise<Environment> {
  const { random, log, clock } = ports;
  const dataDir = config.ephemeral ? mkdtempSync(join(tmpdir(), "kabao-")) : resolve(config.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const dismiss = config.ephemeral ? postUndertaker(dataDir) : () => {};
  const unlocks: (() => void)[] = [];
  const open: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const one of open.reverse()) await one.close();
    for (const unlock of unlocks) unlock();
    if (config.ephemeral) rmSync(dataDir, { recursive: true, force: true });
    dismiss();
  };
  try {
    for (const party of config.hosted) unlocks.push(await takeLock(join(dataDir, `lock-${party}`), party));
    let url = config.database;
    if (url === undefined) {
      // Parties apart have a server each, as they would have on machines of their own.
      const home = config.apart ? join(dataDir, [...config.hosted].join("+")) : dataDir;
      const server = await startEmbeddedPostgres({ dataDir: home, log });
      open.push({ close: () => server.stop() });
      url = server.url;
    }
    const databaseUrl = url;
    return {
      dataDir,
      async openDb(party, migrations) {
        const db = openPostgres(databaseUrl, `kabao_${party}`);
        open.push(db);
        await migrate(db, `kabao_${party}`, migrations, clock.now());
        return db;
      },
      openKeys: (party) =>
        openKeyStore({ file: join(dataDir, "keys", party, "keys.sealed") }, random, {
          explains: config.profile === "demo",
        }),
      linkSecret(edge) {
        const file = join(dataDir, "links", `${edge}.secret`);
        mkdirSync(join(dataDir, "links"), { recursive: true, mode: 0o700 });
        // Whichever end starts first makes it; when it is there, it is.
        createWhole(file, random.bytes(32));
        return new Uint8Array(readFileSync(file));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits for the end of its input, which is ours however we end; then stops what we left running and removes the folder. */
const UNDERTAKER = `cat > /dev/null
pid_file="$1/postgres/postmaster.pid"
pid=$(head -n 1 "$pid_file" 2> /dev/null) && kill -INT "$pid"
tries=0
while [ -e "$pid_file" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf "$1"`;

/** An ephemeral run leaves nothing behind, not even after kill -9. @returns lets it go, after all has been cleared away. */
function postUndertaker(dataDir: string): () => void {
  if (platform() === "win32") return () => {};
  const child = spawn("sh", ["-c", UNDERTAKER, "kabao", dataDir], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.on("error", () => {});
  child.unref();
  const input = child.stdin as Socket;
  input.on("error", () => {});
  input.unref();
  return () => input.end();
}

/** Makes a file with all its bytes at once, for its owner alone. False: it was there. */
function createWhole(file: string, bytes: Uint8Array | string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, bytes, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** How long one may take that is just ending. */
const ENDING_MS = 2000;
const POLL_MS = 50;

/** One process a party and data folder: two would both believe that theirs is the only hand on a shard. */
async function takeLock(file: string, party: Party): Promise<() => void> {
  for (let waited = 0; !createWhole(file, String(process.pid)); waited += POLL_MS) {
    const pid = holderOf(file);
    if (pid === undefined) continue;
    if (pid === process.pid || !isKabao(pid)) rmSync(file, { force: true });
    else if (waited < ENDING_MS) await new Promise((next) => setTimeout(next, POLL_MS));
    else
      throw new Error(
        `${party} 已在这份数据上运行（进程 ${pid}）：请先停掉它，或用 --data 换一个目录 / ${party} already runs on this data (process ${pid}); stop it, or choose another folder with --data`,
      );
  }
  return () => rmSync(file, { force: true });
}

function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return undefined; // Let go just now.
  }
}

/** A number in a file may belong to anyone by now. */
function isKabao(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("app/main.ts");
  } catch {
    return platform() !== "linux";
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
