import { PGlite } from "@electric-sql/pglite";
import type { Db, Migration, Queries, SqlValue, Statement } from "#contracts/ports";

export interface PgliteDb extends Db {
  close(): Promise<void>;
}

/** PostgreSQL in memory for unit tests and simulation. It does not fsync: never for money. */
export async function openPglite(schema: string, migrations: readonly Migration[]): Promise<PgliteDb> {
  const { db, close } = await openPgliteFor({ [schema]: migrations });
  return { ...db[schema]!, close };
}

/** Several parties' schemas in one server, which takes their statements one after the other. */
export async function openPgliteFor<Party extends string>(
  schemas: Readonly<Record<Party, readonly Migration[]>>,
): Promise<{ readonly db: Readonly<Record<Party, Db>>; close(): Promise<void> }> {
  const database = await PGlite.create({ parsers: { 20: (text: string) => BigInt(text) } });
  let path = "";
  let last: Promise<unknown> = Promise.resolve();
  /** The search path belongs to the one connection there is. */
  const inSchema = <T>(schema: string, work: () => Promise<T>): Promise<T> => {
    const done = last.then(async () => {
      if (path !== schema) await database.exec(`set search_path to "${schema}"`);
      path = schema;
      return work();
    });
    last = done.catch(() => {});
    return done;
  };
  const over = (target: Pick<PGlite, "query">): Queries => ({
    async query<Row extends object>(statement: Statement, parameters: readonly SqlValue[] = []) {
      const result = await target.query<Row>(statement.text, [...parameters]);
      return result.rows;
    },
  });
  // It answers in microtasks: give timers and sockets their turn between statements.
  const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
  const dbOf = (schema: string): Db => ({
    async query(statement, parameters) {
      await breathe();
      return inSchema(schema, () => over(database).query(statement, parameters));
    },
    async transaction(work) {
      await breathe();
      return inSchema(schema, () => database.transaction((tx) => work(over(tx))));
    },
  });
  const names = Object.keys(schemas) as Party[];
  for (const schema of names) {
    await database.exec(`create schema if not exists "${schema}"`);
    for (const migration of schemas[schema]) await inSchema(schema, () => database.exec(migration.sql));
  }
  return {
    db: Object.fromEntries(names.map((schema) => [schema, dbOf(schema)])) as Record<Party, Db>,
    close: () => database.close(),
  };
}
