import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrations as acquirerMigrations } from "#acquirer";
import type { Db, KeyStore, Migration } from "#contracts/ports";
import { migrations as issuerMigrations } from "#issuer";
import { migrations as networkMigrations } from "#network";
import { systemClock } from "#platform/clock";
import { openKeyStore } from "#platform/keystore";
import { silentLog } from "#platform/log";
import { migrate, openPostgres, startEmbeddedPostgres } from "#platform/postgres";
import { systemRandom } from "#platform/random";
import { migrations as tspMigrations } from "#tsp";

export const CHAIN_PARTIES = ["acquirer", "network", "tsp", "issuer"] as const;
export type ChainParty = (typeof CHAIN_PARTIES)[number];

const MIGRATIONS: Readonly<Record<ChainParty, readonly Migration[]>> = {
  acquirer: acquirerMigrations,
  network: networkMigrations,
  tsp: tspMigrations,
  issuer: issuerMigrations,
};

/** Where a process of the bench finds database and keys: the same folders and schemas that `kabao serve` uses. */
export interface Place {
  readonly url: string;
  readonly dataDir: string;
}

export interface World extends Place {
  /** Process id of the server, for its CPU time. */
  readonly serverPid: number;
  /** Server settings that decide what "durable" means. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A PostgreSQL of the bench's own in a folder of its own, with the schemas of the four parties, as `kabao serve` makes them. */
export async function openWorld(): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), "kabao-bench-"));
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog }).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  });
  const close = async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    for (const party of CHAIN_PARTIES) {
      const db = openPostgres(server.url, `kabao_${party}`, { poolSize: 1 });
      await migrate(db, `kabao_${party}`, MIGRATIONS[party], systemClock.now());
      await db.close();
    }
    const db = openPostgres(server.url, "public", { poolSize: 1 });
    const settings = await db.query<{ name: string; setting: string }>({
      text: "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version', 'wal_sync_method')",
    });
    await db.close();
    return {
      url: server.url,
      dataDir,
      serverPid: Number(readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[0]),
      settings: Object.fromEntries(settings.map(({ name, setting }) => [name, setting])),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export function openPartyDb(place: Place, party: ChainParty): Db & { close(): Promise<void> } {
  return openPostgres(place.url, `kabao_${party}`);
}

export function openPartyKeys(place: Place, party: ChainParty): KeyStore {
  return openKeyStore({ file: join(place.dataDir, "keys", party, "keys.sealed") }, systemRandom);
}
