import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "#contracts/ports";
import { instant } from "#protocol/time";
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
