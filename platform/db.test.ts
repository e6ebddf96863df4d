import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrations as acquirerMigrations } from "#acquirer";
import type { Db } from "#contracts/ports";
import { migrations as issuerMigrations } from "#issuer";
import { migrations as networkMigrations } from "#network";
import { instant } from "#protocol/time";
import { migrations as tspMigrations } from "#tsp";
import { migrations as walletMigrations } from "#wallet-server";
import { silentLog } from "./log/index.ts";
import { openPglite } from "./pglite/index.ts";
import { type EmbeddedPostgres, migrate, openPostgres, startEmbeddedPostgres } from "./postgres/index.ts";

const at = instant(1_700_000_000_000);
const migrations = [
  {
    number: 1,
    name: "one",
    sql: "create table t (a bigint primary key, b bytea, c text, j jsonb);\ncreate index t_c on t (c);",
  },
];
const folder = mkdtempSync(join(tmpdir(), "kabao-db-"));
chmodSync(folder, 0o700);
let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDir: folder, log: silentLog });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ["PGlite", async () => openPglite("contract", migrations)],
  [
    "embedded PostgreSQL",
    async () => {
      const db = openPostgres(server.url, "contract");
      await migrate(db, "contract", migrations, at);
      return db;
    },
  ],
] as const)("Db over %s", (_name, open) => {
  let db: Db & { close(): Promise<void> };
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  test("types come back as the port says, also in arrays", async () => {
    await db.query(
      { name: "fill", text: "insert into t select * from unnest($1::bigint[], $2::bytea[], $3::text[], $4::jsonb[])" },
      [
        [1n, 2n, 9_007_199_254_740_993n, -4n],
        [Uint8Array.of(1, 0, 255), new Uint8Array(0), null, null],
        ['a"b,{}', null, "字", "NULL \\ \\\\"],
        ['{"x":1}', null, "[1]", '""'],
      ],
    );
    const rows = await db.query<{ a: bigint; b: Uint8Array | null; c: string | null; j: unknown }>({
      text: "select * from t order by abs(a)",
    });
    expect(rows.map((row) => [row.a, row.b === null ? null : [...row.b], row.c, row.j])).toEqual([
      [1n, [1, 0, 255], 'a"b,{}', { x: 1 }],
      [2n, [], null, null],
      [-4n, null, "NULL \\ \\\\", ""],
      [9_007_199_254_740_993n, null, "字", [1]],
    ]);
    const one = await db.query<{ a: bigint }>(
      { name: "find", text: "select a from t where b = $1 and a = any($2::bigint[])" },
      [Uint8Array.of(1, 0, 255), [1n, 5n]],
    );
    expect(one).toEqual([{ a: 1n }]);
    expect(await db.query({ text: "select array_agg(a order by a) as all from t" })).toEqual([
      { all: [-4n, 1n, 2n, 9_007_199_254_740_993n] },
    ]);
  });

  test("a transaction that throws leaves nothing", async () => {
    const fails = db.transaction(async (tx) => {
      await tx.query({ text: "insert into t (a) values (77)" });
      throw new Error("changed my mind");
    });
    await expect(fails).rejects.toThrow("changed my mind");
    expect(await db.query({ text: "select a from t where a = 77" })).toEqual([]);
  });

  test("small numbers are numbers, flags are flags, nothing is null, and an empty list is a list", async () => {
    const rows = await db.query(
      {
        name: "scalars",
        text: "select $1::int as i, $2::smallint as s, $3::boolean as f, $4::text as n, $5::text[] as l, $6::bigint as b, $7::double precision as d",
      },
      [7, 8, true, null, [], 9, 0.5],
    );
    expect(rows).toEqual([{ i: 7, s: 8, f: true, n: null, l: [], b: 9n, d: 0.5 }]);
    expect(await db.query({ text: "select a from t where a = any($1::bigint[])" }, [[]])).toEqual([]);
  });

  test("arrays of a statement with a name arrive as those of one without", async () => {
    const casts = "$1::bigint[], $2::smallint[], $3::int[], $4::boolean[], $5::text[], $6::bytea[]";
    const text = `select * from unnest(${casts}) as i(a, b, c, d, e, f)`;
    const scalar = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 8 });
    const row = fc.tuple(
      scalar(fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger())),
      scalar(fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 })),
      scalar(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      scalar(fc.boolean()),
      scalar(fc.string({ unit: "grapheme", maxLength: 40 }).map((one) => one.replaceAll("\0", ""))),
      scalar(fc.uint8Array({ maxLength: 300 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
        const arrays = [0, 1, 2, 3, 4, 5].map((i) => rows.map((one) => one[i]!));
        const named = await db.query({ name: "arrays", text }, arrays);
        expect(named).toEqual(await db.query({ text }, arrays));
        expect(
          named.map((one) => Object.values(one).map((value) => (value instanceof Uint8Array ? [...value] : value))),
        ).toEqual(rows.map(([a, b, c, d, e, f]) => [a === null ? a : BigInt(a), b, c, d, e, f === null ? f : [...f]]));
      }),
      { numRuns: 60 },
    );
    // More than the first room has, in one array.
    const long = ["字".repeat(30_000), "x".repeat(200_000), null];
    expect(await db.query({ name: "long", text: "select unnest($1::text[]) as e" }, [long])).toEqual(
      long.map((e) => ({ e })),
    );
    for (const wrong of [[2n ** 63n], [1.5], ["x"]])
      await expect(db.query({ name: "wrong", text: "select unnest($1::bigint[])" }, [wrong])).rejects.toThrow();
  });

  test("a statement that failed inside a transaction undoes it, even when the work goes on as if nothing were", async () => {
    const careless = db.transaction(async (tx) => {
      await tx.query({ text: "insert into t (a) values (88)" });
      await tx.query({ text: "insert into t (a) values (88)" }).catch(() => {});
      return "kept";
    });
    await expect(careless).rejects.toThrow();
    expect(await db.query({ text: "select a from t where a = 88" })).toEqual([]);
    expect(await db.query({ text: "select 1 as one" })).toEqual([{ one: 1 }]);
  });

  test("an error is the database's own, with its code", async () => {
    await db.query({ text: "insert into t (a) values (99)" });
    await expect(db.query({ text: "insert into t (a) values ($1)" }, [99n])).rejects.toMatchObject({ code: "23505" });
    await expect(db.query({ text: "select * from nothing_there" })).rejects.toMatchObject({ code: "42P01" });
  });

  test("parallel transactions do not mix", async () => {
    await Promise.all(
      [100n, 101n, 102n].map((a) => db.transaction((tx) => tx.query({ text: "insert into t (a) values ($1)" }, [a]))),
    );
    expect((await db.query({ text: "select a from t where a >= 100 and a < 200" })).length).toBe(3);
  });
});

describe("migrations", () => {
  test("run once, and a changed one is refused", async () => {
    const db = openPostgres(server.url, "again");
    await migrate(db, "again", migrations, at);
    await migrate(db, "again", migrations, at);
    await expect(migrate(db, "again", [{ ...migrations[0]!, sql: "create table other (a int);" }], at)).rejects.toThrow(
      /not the one that ran/,
    );
    await expect(migrate(db, "again", [], at)).rejects.toThrow(/newer version/);
    await db.close();
  });

  test("of every party, from nothing, over the real server and in memory alike; and again changes nothing", async () => {
    const parties = {
      wallet: walletMigrations,
      tsp: tspMigrations,
      network: networkMigrations,
      issuer: issuerMigrations,
      acquirer: acquirerMigrations,
    };
    const memory = await openPglite(
      "all",
      Object.entries(parties).flatMap(([party, wanted]) => [
        { number: 0, name: party, sql: `create schema "party_${party}"; set search_path to "party_${party}";` },
        ...wanted,
      ]),
    );
    const columns = async (db: Db, party: string) =>
      (
        await db.query<{ one: string }>(
          {
            text: `select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable as one
              from information_schema.columns where table_schema = $1 and table_name <> 'migration' order by 1`,
          },
          [`party_${party}`],
        )
      ).map(({ one }) => one);
    for (const [party, wanted] of Object.entries(parties)) {
      const real = openPostgres(server.url, `party_${party}`);
      await migrate(real, `party_${party}`, wanted, at);
      await migrate(real, `party_${party}`, wanted, at);
      const made = await columns(real, party);
      expect(made.length, party).toBeGreaterThan(5);
      expect(await columns(memory, party), party).toEqual(made);
      await real.close();
    }
    await memory.close();
  });

  test("two processes that start at once: one of them migrates", async () => {
    const both = [1, 2, 3, 4].map(() => openPostgres(server.url, "race"));
    await Promise.all(both.map((db) => migrate(db, "race", migrations, at)));
    expect(await both[0]!.query({ text: "select number from migration" })).toEqual([{ number: 1 }]);
    for (const db of both) await db.close();
  });

  test("one that fails leaves nothing of itself; a gap in the numbers is a mistake", async () => {
    const db = openPostgres(server.url, "half");
    const broken = { number: 2, name: "two", sql: "create table u (a int);\ncreate table u (a int);" };
    await expect(migrate(db, "half", [...migrations, broken], at)).rejects.toThrow(/already exists/);
    expect(await db.query({ text: "select tablename from pg_tables where schemaname = 'half'" })).toEqual([]);
    await migrate(db, "half", [...migrations, { ...broken, sql: "create table u (a int);" }], at);
    expect(await db.query({ text: "select number from migration order by number" })).toEqual([
      { number: 1 },
      { number: 2 },
    ]);
    await expect(
      migrate(db, "half", [...migrations, { ...broken, sql: "create table u (a int);" }, { ...broken, number: 4 }], at),
    ).rejects.toThrow(RangeError);
    await db.close();
  });
});

describe("embedded PostgreSQL", () => {
  test("a server that outlived its killed parent is adopted, with all that was committed", async () => {
    const data = mkdtempSync(join(tmpdir(), "kabao-kill-"));
    const script = `
      import { startEmbeddedPostgres, openPostgres } from ${JSON.stringify(join(import.meta.dirname, "postgres/index.ts"))};
      const log = { info() {}, warn() {}, error() {}, with() { return log; } };
      const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(data)}, log });
      const db = openPostgres(server.url, "public");
      await db.query({ text: "create table if not exists n (i int primary key)" });
      for (let i = 0; ; i++) { await db.query({ text: "insert into n values ($1)" }, [i]); console.log(i); }
    `;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let acknowledged = -1;
    await new Promise<void>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => {
        acknowledged = Number(chunk.toString().trim().split("\n").at(-1));
        if (acknowledged >= 50) child.kill("SIGKILL");
      });
      child.on("close", () => resolve());
    });
    const adopted = await startEmbeddedPostgres({ dataDir: data, log: silentLog });
    const db = openPostgres(adopted.url, "public");
    const rows = await db.query<{ n: bigint }>({ text: "select count(*)::bigint as n from n" });
    expect(Number(rows[0]!.n)).toBeGreaterThanOrEqual(acknowledged + 1);
    await db.close();
    await adopted.stop();
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(data);
    rmSync(data, { recursive: true, force: true });
  });

  test("only one's own password opens it", async () => {
    const db = openPostgres(server.url.replace(/:[^:@]+@/, ":wrong@"), "public");
    await expect(db.query({ text: "select 1 as one" })).rejects.toThrow(/password/);
    await db.close();
  });
});
