import { PGlite } from "@electric-sql/pglite";
import type { Db, Migration, Queries, SqlValue, Statement } from "#contracts/ports";

/** PostgreSQL in memory for unit tests and simulation. It does not fsync: never for money. */
export async function openPglite(
  schema: string,
  migrations: readonly Migration[],
): Promise<Db & { close(): Promise<void> }> {
  const database = await PGlite.create({ parsers: { 20: (text: string) => BigInt(text) } });
  await database.exec(`create schema if not exists "${schema}"; set search_path to "${schema}";`);
  for (const migration of migrations) await database.exec(migration.sql);

  const over = (target: Pick<PGlite, "query">): Queries => ({
    async query<Row extends object>(statement: Statement, parameters: readonly SqlValue[] = []) {
      const result = await target.query<Row>(statement.text, [...parameters]);
      return result.rows;
    },
  });
  // It answers in microtasks: give timers and sockets their turn between statements.
  const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    async query(statement, parameters) {
      await breathe();
      return over(database).query(statement, parameters);
    },
    async transaction(work) {
      await breathe();
      return database.transaction((tx) => work(over(tx)));
    },
    close: () => database.close(),
  };
}
