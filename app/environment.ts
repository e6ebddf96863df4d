import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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
  const alone = config.hosted.size === 1 ? [...config.hosted][0]! : undefined;
  const unlock = takeLock(join(dataDir, `lock${alone === undefined ? "" : `-${alone}`}`));
  const open: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const one of open.reverse()) await one.close();
    unlock();
    if (config.ephemeral) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    let url = config.database;
    if (url === undefined) {
      // Parties apart have a server each, as they would have on machines of their own.
      const server = await startEmbeddedPostgres({
        dataDir: alone === undefined ? dataDir : join(dataDir, alone),
        log,
      });
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
      openKeys: (party) => openKeyStore({ file: join(dataDir, "keys", party, "keys.sealed") }, random),
      linkSecret(edge) {
        const file = join(dataDir, "links", `${edge}.secret`);
        mkdirSync(join(dataDir, "links"), { recursive: true, mode: 0o700 });
        try {
          writeFileSync(file, random.bytes(32), { flag: "wx", mode: 0o600 });
        } catch (error) {
          // The other end was first.
          if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        }
        chmodSync(file, 0o600);
        return new Uint8Array(readFileSync(file));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One process a data folder: two would both believe that theirs is the only hand on a shard. */
function takeLock(file: string): () => void {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const pid = Number(existsSync(file) ? readFileSync(file, "utf8") : "0");
      if (pid > 0 && pid !== process.pid && isKabao(pid)) {
        throw new Error(
          `kabao already runs on this data (process ${pid}); stop it, or choose another folder with --data`,
        );
      }
      rmSync(file, { force: true });
    }
  }
}

function isKabao(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("app/main.ts");
  } catch {
    return false;
  }
}
