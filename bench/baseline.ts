import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { seededRandom } from "#platform/random";
import { closedLoad } from "./load.ts";
import { cpuOfEnded, cpuOfFamily } from "./meters.ts";
import type { World } from "./world.ts";

export interface BaselineFigures {
  readonly perSecond: number;
  /** CPU µs a transaction: its client, and the server. */
  readonly cpuMicros: { readonly client?: number; readonly postgres?: number };
}

/** One durable transaction at a time on each of 16 connections, on the same server in the same run: what the parties are measured against. */
export interface Baseline {
  readonly name: string;
  run(forMs: number): Promise<BaselineFigures>;
  close(): Promise<void>;
}

const CLIENTS = 16;
const SCALE = 10;
const ROWS = SCALE * 100_000;
const DATABASE = "baseline";

/** Debian's pgbench when it is there, else a baseline of the same shape through the driver. */
export async function openBaseline(world: World): Promise<Baseline> {
  const admin = new pg.Client({ connectionString: world.url });
  await admin.connect();
  await admin.query(`create database ${DATABASE}`);
  await admin.end();
  const program = findPgbench();
  return program === undefined ? ownBaseline(world) : pgbench(world, program);
}

/** Debian keeps it off the path. */
function findPgbench(): string | undefined {
  if (spawnSync("pgbench", ["--version"]).status === 0) return "pgbench";
  const versions = "/usr/lib/postgresql";
  if (!existsSync(versions)) return undefined;
  return readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, "bin", "pgbench"))
    .find((path) => existsSync(path));
}

async function pgbench(world: World, program: string): Promise<Baseline> {
  const url = new URL(world.url);
  const env = { ...process.env, PGPASSWORD: url.password };
  const where = ["-h", url.hostname, "-p", url.port, "-U", url.username, DATABASE];
  const run = (args: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn(program, [...args, ...where], { env, stdio: ["ignore", "pipe", "pipe"] });
      let out = "";
      let errors = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
      });
      child.stderr.on("data", (chunk) => {
        errors += chunk;
      });
      child.on("error", reject);
      child.on("exit", (code) =>
        code === 0 ? resolve(out) : reject(new Error(`baseline: pgbench ended with ${code}: ${errors.slice(-300)}`)),
      );
    });
  await run(["-i", "-q", "-s", String(SCALE)]);
  return {
    name: `pgbench -i -s ${SCALE}; pgbench -N -c ${CLIENTS} -j 2 -M simple`,
    async run(forMs) {
      const before = { client: cpuOfEnded(), postgres: cpuOfFamily(world.serverPid) };
      // pgbench counts in whole seconds.
      const seconds = Math.max(1, Math.round(forMs / 1000));
      const out = await run(["-N", "-c", String(CLIENTS), "-j", "2", "-M", "simple", "-T", String(seconds)]);
      const perSecond = Number(/tps = ([\d.]+) \(without initial/.exec(out)?.[1]);
      const transactions = Number(/transactions actually processed: (\d+)/.exec(out)?.[1]);
      if (!(perSecond > 0) || !(transactions > 0)) throw new Error("baseline: pgbench printed no rate");
      return { perSecond, cpuMicros: split(before, world, transactions) };
    },
    async close() {},
  };
}

/** The same tables, the same statements, one at a time and unprepared: what `pgbench -N -M simple` does. */
async function ownBaseline(world: World): Promise<Baseline> {
  const url = new URL(world.url);
  url.pathname = `/${DATABASE}`;
  const pool = new pg.Pool({ connectionString: url.href, max: CLIENTS });
  for (const sql of [
    "create table pgbench_accounts (aid int not null, bid int, abalance int, filler char(84)) with (fillfactor = 100)",
    `insert into pgbench_accounts select i, (i - 1) / 100000 + 1, 0, '' from generate_series(1, ${ROWS}) as i`,
    "alter table pgbench_accounts add primary key (aid)",
    "create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))",
    "vacuum analyze pgbench_accounts",
  ])
    await pool.query(sql);
  const random = seededRandom(5);
  const transaction = async () => {
    const aid = random.below(ROWS) + 1;
    const delta = random.below(10_001) - 5000;
    const client = await pool.connect();
    try {
      await client.query("begin");
      await client.query(`update pgbench_accounts set abalance = abalance + ${delta} where aid = ${aid}`);
      await client.query(`select abalance from pgbench_accounts where aid = ${aid}`);
      await client.query(
        `insert into pgbench_history (tid, bid, aid, delta, mtime) values (${random.below(10 * SCALE) + 1}, ${random.below(SCALE) + 1}, ${aid}, ${delta}, '2026-11-24')`,
      );
      await client.query("end");
    } finally {
      client.release();
    }
  };
  return {
    name: `own baseline in the shape of pgbench -N -c ${CLIENTS} -M simple at scale ${SCALE} (pgbench is not installed)`,
    async run(forMs) {
      const before = { client: cpuOfEnded(), postgres: cpuOfFamily(world.serverPid) };
      const load = await closedLoad(() => transaction, { inFlight: CLIENTS, warmUpMs: 200, forMs });
      return { perSecond: load.perSecond, cpuMicros: split(before, world, load.count) };
    },
    close: () => pool.end(),
  };
}

function split(
  before: { readonly client: number | undefined; readonly postgres: number | undefined },
  world: World,
  transactions: number,
): BaselineFigures["cpuMicros"] {
  const client = cpuOfEnded();
  const postgres = cpuOfFamily(world.serverPid);
  return {
    ...(client === undefined || before.client === undefined ? {} : { client: (client - before.client) / transactions }),
    ...(postgres === undefined || before.postgres === undefined
      ? {}
      : { postgres: (postgres - before.postgres) / transactions }),
  };
}
