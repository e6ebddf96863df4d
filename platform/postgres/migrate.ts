import { createHash } from "node:crypto";
import type { Db, Migration } from "#contracts/ports";
import type { Instant } from "#protocol/time";

/** Names the lock that keeps two starting processes from migrating one schema at once. */
const LOCK = 0x6b6162616f;

/**
 * Brings a schema to the newest of `migrations`, forward only. Each runs in a transaction with the note that it ran.
 *
 * @throws {Error} when a migration that ran was changed or is missing here: the data is from another program.
 */
export async function migrate(db: Db, schema: string, migrations: readonly Migration[], at: Instant): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query({ text: "select pg_advisory_xact_lock($1, hashtext($2))::text" }, [LOCK % 0x7fffffff, schema]);
    await tx.query({ text: `create schema if not exists "${schema}"` });
    await tx.query({
      text: "create table if not exists migration (number int primary key, name text not null, checksum text not null, at bigint not null)",
    });
    const done = await tx.query<{ number: number; checksum: string }>({
      text: "select number, checksum from migration order by number",
    });
    const last = done.at(-1)?.number ?? 0;
    if (last > migrations.length) throw new Error(`${schema}: the data is from a newer version (migration ${last})`);
    for (const { number, checksum } of done) {
      if (checksumOf(migrations[number - 1]!) !== checksum)
        throw new Error(`${schema}: migration ${number} is not the one that ran here`);
    }
    for (const [i, migration] of migrations.entries()) {
      if (migration.number !== i + 1) throw new RangeError(`${schema}: migrations are numbered from 1 without gaps`);
      if (migration.number <= last) continue;
      for (const statement of statementsOf(migration.sql)) await tx.query({ text: statement });
      await tx.query({ text: "insert into migration (number, name, checksum, at) values ($1, $2, $3, $4)" }, [
        migration.number,
        migration.name,
        checksumOf(migration),
        at,
      ]);
    }
  });
}

function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql.replace(/\s+/g, " ").trim()).digest("hex");
}

/** Statements end with a semicolon at a line's end. Functions with bodies would need more, and there are none. */
function statementsOf(sql: string): readonly string[] {
  return sql.split(/;\s*(?:\n|$)/).filter((statement) => statement.trim() !== "");
}
