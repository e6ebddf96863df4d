import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Db, Migration } from "#contracts/ports";
import { silentLog } from "#platform/log";
import { migrate, openPostgres, type PostgresDb, startEmbeddedPostgres } from "#platform/postgres";
import { instant } from "#protocol/time";

/** A PostgreSQL of a test file's own, durable like the real one, thrown away at the end. */
export interface TestDatabase {
  readonly url: string;
  /** A party's tables, empty: the next `open` of the same party empties them again. */
  open(party: string, migrations: readonly Migration[]): Promise<PostgresDb>;
  stop(): Promise<void>;
}

export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "kabao-test-"));
  chmodSync(folder, 0o700);
  const server = await startEmbeddedPostgres({ dataDir: folder, log: silentLog });
  const open = new Map<string, PostgresDb>();
  return {
    url: server.url,
    async open(party, migrations) {
      const known = open.get(party);
      if (known !== undefined) {
        await empty(known);
        return known;
      }
      const db = openPostgres(server.url, party);
      open.set(party, db);
      await migrate(db, party, migrations, instant(0));
      return db;
    },
    async stop() {
      for (const db of open.values()) await db.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function empty(db: Db): Promise<void> {
  const tables = (await tablesOf(db)).filter((table) => table !== "migration");
  await db.transaction(async (tx) => {
    // In whatever order: foreign keys are not looked at.
    await tx.query({ text: "set local session_replication_role = replica" });
    for (const table of tables) await tx.query({ text: `delete from ${table}` });
  });
}

async function tablesOf(db: Db): Promise<readonly string[]> {
  const rows = await db.query<{ name: string }>({
    text: "select tablename::text as name from pg_tables where schemaname = current_schema() order by tablename",
  });
  return rows.map((row) => row.name);
}

const SEEN = ["fact", "refusal", "case_code"];
const digests = new WeakMap<Db, Map<string, string>>();

/**
 * One hash over every row of every table of the party's schema: the same before and after means that nothing changed.
 * What was seen is kept whatever came of it, so facts, refused payments and the names of cases are left out.
 */
export const digestOf = (db: Db): Promise<string> => digestWithout(db, SEEN);

export async function digestWithout(db: Db, without: readonly string[]): Promise<string> {
  const known = digests.get(db) ?? new Map<string, string>();
  digests.set(db, known);
  const which = without.join(" ");
  const text = known.get(which) ?? (await digestQuery(db, without));
  known.set(which, text);
  return (await db.query<{ digest: string }>({ name: `digest without ${which}`, text }))[0]!.digest;
}

async function digestQuery(db: Db, without: readonly string[]): Promise<string> {
  const tables = (await tablesOf(db)).filter((table) => !without.includes(table));
  const parts = tables.map(
    (table) =>
      `select '${table}' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from ${table} t`,
  );
  return `select md5(string_agg(part, '|' order by part)) as digest from (${parts.join(" union all ")}) as parts(part)`;
}

/** Every row of every table as text: what a thief of the database reads. */
export async function dumpOf(db: Db): Promise<string> {
  const dumps = await Promise.all(
    (await tablesOf(db)).map((table) => db.query<{ row: string }>({ text: `select t::text as row from ${table} t` })),
  );
  return dumps.flatMap((rows) => rows.map(({ row }) => row)).join("\n");
}
