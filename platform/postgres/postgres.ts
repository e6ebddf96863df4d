import pg from "pg";
import type { Db, SqlScalar, SqlValue, Statement } from "#contracts/ports";
import { type ArrayTypes, arrayTypesOf, binaryArray } from "./binary-array.ts";

export interface PostgresDb extends Db {
  close(): Promise<void>;
}

const INT8 = 20;
const INT8_ARRAY = 1016;

const toBigints = (text: string) => text.slice(1, -1).split(",").filter(Boolean).map(BigInt);

/** int8 is exact: amounts and counters come as bigint. Everything else as the driver reads it. */
const types = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (format !== "binary" && oid === INT8) return BigInt;
    if (format !== "binary" && oid === INT8_ARRAY) return toBigints;
    return pg.types.getTypeParser(oid, format as "text");
  },
} as pg.CustomTypesConfig;

/**
 * How statements with a name are planned: once a connection, as look-ups by index one row after the other. Left to itself the
 * planner takes a table that is empty today for one that will always be small, and keeps a plan that reads all of it.
 */
const HOT_PLANS = [
  "plan_cache_mode=force_generic_plan",
  "enable_seqscan=off",
  "enable_hashjoin=off",
  "enable_mergejoin=off",
  "enable_memoize=off",
];

/**
 * PostgreSQL by URL, every name in one schema. Statements with a name have connections of their own, on which they are
 * prepared; all others and transactions share the rest.
 */
export function openPostgres(url: string, schema: string, options: { readonly poolSize?: number } = {}): PostgresDb {
  if (!/^[a-z_]+$/.test(schema)) throw new RangeError("postgres: a schema name has small letters and _");
  const max = options.poolSize ?? 6;
  const poolOf = (settings: readonly string[]) => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      types,
      options: [`search_path=${schema}`, ...settings].map((setting) => `-c ${setting}`).join(" "),
      application_name: `kabao-${schema}`,
    });
    // A lost idle connection is replaced by the pool; the next query tells whether the server is back.
    pool.on("error", () => {});
    return pool;
  };
  const general = poolOf([]);
  const hot = poolOf(HOT_PLANS);
  return {
    query: (statement, parameters) => run(statement.name === undefined ? general : hot, statement, parameters),
    async transaction(work) {
      const client = await general.connect();
      let broken = false;
      // A server that dies between two statements tells it here, and nobody listening would be the end of us as well.
      const lost = () => {
        broken = true;
      };
      client.on("error", lost);
      try {
        await client.query("begin");
        const result = await work({ query: (statement, parameters) => run(client, statement, parameters) });
        // After a statement that failed, "commit" rolls back and says so without an error.
        const { command } = await client.query("commit");
        if (command !== "COMMIT") throw new Error("a statement of the transaction failed: nothing was kept");
        return result;
      } catch (error) {
        await client.query("rollback").catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.off("error", lost);
        client.release(broken);
      }
    },
    close: async () => {
      await Promise.all([general.end(), hot.end()]);
    },
  };
}

async function run<Row extends object>(
  on: pg.Pool | pg.PoolClient,
  statement: Statement,
  parameters: readonly SqlValue[] = [],
): Promise<readonly Row[]> {
  const types = statement.name === undefined ? NO_TYPES : arrayTypesOf(statement.text);
  const config = {
    text: statement.text,
    values: parameters.map((value, i) => toDriver(value, types[i])),
    ...(statement.name === undefined ? {} : { name: statement.name }),
  };
  return (await on.query<Row & pg.QueryResultRow>(config)).rows;
}

const NO_TYPES: ArrayTypes = [];

/** The driver knows Buffers, not every Uint8Array; arrays it would quote and escape an element at a time. */
function toDriver(value: SqlValue, type: ArrayTypes[number]): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (!Array.isArray(value)) return value;
  const values = value as readonly SqlScalar[];
  return (type === undefined ? undefined : binaryArray(type, values)) ?? arrayLiteral(values);
}

/** As PostgreSQL writes arrays; source: its manual, 8.15.6. */
function arrayLiteral(values: readonly SqlScalar[]): string {
  let text = "{";
  for (let i = 0; i < values.length; i++) text += i === 0 ? element(values[i]!) : `,${element(values[i]!)}`;
  return `${text}}`;
}

function element(value: SqlScalar): string {
  switch (typeof value) {
    case "string":
      return `"${/["\\]/.test(value) ? value.replace(/["\\]/g, "\\$&") : value}"`;
    case "object":
      return value === null
        ? "NULL"
        : `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}"`;
    default:
      return String(value);
  }
}
