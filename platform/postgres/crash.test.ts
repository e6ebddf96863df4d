import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { silentLog } from "../log/index.ts";
import { type EmbeddedPostgres, openPostgres, type PostgresDb, startEmbeddedPostgres } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "kabao-crash-"));
chmodSync(folder, 0o700);
const cluster = join(folder, "postgres");
let server: EmbeddedPostgres;
let db: PostgresDb;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDir: folder, log: silentLog });
  db = openPostgres(server.url, "public");
  await db.query({ text: "create table n (i int primary key)" });
});
afterAll(async () => {
  await db.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const postmaster = () => Number(readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n")[0]);
const again = (work: () => Promise<unknown>) => vi.waitFor(work, { timeout: 20_000, interval: 20 });
const count = async () => (await db.query<{ n: bigint }>({ text: "select count(*)::bigint as n from n" }))[0]!.n;

test("a backend killed in the middle of a transaction: the transaction fails, the process lives, the next one works", async () => {
  for (const between of ["statements", "nothing"] as const) {
    const failing = db.transaction(async (tx) => {
      const [{ pid }] = (await tx.query<{ pid: number }>({ text: "select pg_backend_pid() as pid" })) as [
        { pid: number },
      ];
      await tx.query({ text: "insert into n values (-1)" });
      process.kill(pid, "SIGKILL");
      // The server's end arrives while nobody waits for an answer: an event, not a rejected promise.
      if (between === "statements") await new Promise((next) => setTimeout(next, 200));
      await tx.query({ text: "insert into n values (-2)" });
    });
    await expect(failing).rejects.toThrow();
    await again(async () => expect(await count()).toBe(0n));
  }
});

test("a killed server is started again where it was, with all that it had acknowledged", async () => {
  for (let round = 1; round <= 3; round++) {
    const before = postmaster();
    let acknowledged = 0;
    const writing = (async () => {
      for (let i = 0; ; i++) {
        await db.query({ name: "write", text: "insert into n values ($1)" }, [round * 100_000 + i]);
        acknowledged = i + 1;
      }
    })();
    await again(async () => expect(acknowledged).toBeGreaterThan(20));
    process.kill(before, "SIGKILL");
    await expect(writing).rejects.toThrow();
    await again(async () => {
      const rows = await db.query<{ n: bigint }>({
        text: `select count(*)::bigint as n from n where i >= ${round * 100_000}`,
      });
      expect(Number(rows[0]!.n)).toBeGreaterThanOrEqual(acknowledged);
    });
    expect(postmaster()).not.toBe(before);
  }
});

test("no server starts over files that a process of the killed one still holds", async () => {
  const busy = await db.transaction(async (tx) => {
    const [{ pid }] = (await tx.query<{ pid: number }>({ text: "select pg_backend_pid() as pid" })) as [
      { pid: number },
    ];
    return pid;
  });
  const before = postmaster();
  // Stopped, it cannot notice that its server is gone: as one that hangs in a write.
  process.kill(busy, "SIGSTOP");
  process.kill(before, "SIGKILL");
  let sawBoth = false;
  await again(async () => {
    const now = postmaster();
    const newOne = now !== before;
    let held = true;
    try {
      process.kill(busy, 0);
      held = !/\) Z /.test(readFileSync(`/proc/${busy}/stat`, "utf8"));
    } catch {
      held = false;
    }
    if (newOne && held) sawBoth = true;
    expect(newOne).toBe(true);
  });
  expect(sawBoth).toBe(false);
  await again(count);
});
