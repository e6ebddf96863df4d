import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyName } from "#contracts/ports";
import { openKeyStore } from "#platform/keystore";
import { systemRandom } from "#platform/random";
import { kabao } from "../../test/captured-cli.ts";
import { folderCheck, keyChecks, lockChecks, newestFile, postgresChecks } from "./data.ts";
import { judgeClock, judgeDisk, judgeMemory, judgeNode } from "./machine.ts";
import { ownerOf, portChecks, portsOf, tryPort } from "./ports.ts";

const MB = 1024 * 1024;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kabao-doctor-test-"));
  chmodSync(folder, 0o700);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const listening = (host: string) =>
  new Promise<Server>((resolve) => {
    const server = createServer().listen(0, host, () => resolve(server));
  });
const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe("what a number means", () => {
  test.each([
    ["18.20.0", "fail"],
    ["20.18.9", "fail"],
    ["20.19.0", "ok"],
    ["24.1.0", "ok"],
  ])("Node %s: %s", (version, status) => expect(judgeNode(version).status).toBe(status));

  test.each([
    [100, "fail", "fail"],
    [280, "warn", "fail"],
    [500, "warn", "warn"],
    [2000, "ok", "warn"],
    [9000, "ok", "ok"],
  ])("%i MB: memory %s, disk %s", (free, memory, disk) => {
    expect(judgeMemory(free * MB).status).toBe(memory);
    expect(judgeDisk(free * MB).status).toBe(disk);
  });

  test("a clock that is not set, or was set back behind its own files", () => {
    const now = Date.UTC(2026, 10, 24);
    expect(judgeClock(now, undefined).status).toBe("ok");
    expect(judgeClock(0, undefined).status).toBe("fail");
    expect(judgeClock(now, now - 1000).status).toBe("ok");
    expect(judgeClock(now, now + 60 * 60_000).status).toBe("fail");
  });
});

describe("ports", () => {
  test("the page's, and those of parties that run apart", () => {
    expect(portsOf(9000)).toEqual({
      page: 9000,
      apart: [9001, 9002, 9003, 9011, 9012, 9013, 9014, 9015, 9016, 9017, 9018],
    });
  });

  test("a taken port is a failure that names who has it", async () => {
    const server = await listening("127.0.0.1");
    try {
      const port = portOf(server);
      expect(await tryPort(port, "127.0.0.1")).toBe("EADDRINUSE");
      const [page] = await portChecks(port);
      expect(page).toMatchObject({ id: "port", status: "fail", remedy: { en: expect.stringContaining("--port") } });
      if (process.platform === "linux") {
        expect(ownerOf(port)).toMatchObject({ pid: process.pid, isKabao: false });
        expect(page!.en).toContain(`process ${process.pid}`);
      }
    } finally {
      server.close();
    }
  });

  test("only a port for parties apart taken: a warning", async () => {
    const server = await listening("127.0.0.1");
    try {
      // The wallet's face when apart is one above the base.
      const [page, apart] = await portChecks(portOf(server) - 1);
      expect(apart).toMatchObject({
        id: "portsApart",
        status: "warn",
        en: expect.stringContaining(String(portOf(server))),
      });
      expect(page!.id).toBe("port");
    } finally {
      server.close();
    }
  });
});

describe("the data folder", () => {
  test("there, not yet there, open to others, not a folder", () => {
    expect(folderCheck(folder).status).toBe("ok");
    expect(folderCheck(join(folder, "a", "b"))).toMatchObject({
      status: "ok",
      en: expect.stringContaining("first start"),
    });
    chmodSync(folder, 0o755);
    expect(folderCheck(folder)).toMatchObject({ status: "warn", remedy: { en: `chmod 700 ${folder}` } });
    writeFileSync(join(folder, "file"), "");
    expect(folderCheck(join(folder, "file")).status).toBe("fail");
  });

  test("locks: none, left over, and never believed of a number that is another program's", () => {
    expect(lockChecks(folder)).toEqual([]);
    writeFileSync(join(folder, "lock-tsp"), String(process.pid));
    expect(lockChecks(folder)).toMatchObject([{ id: "lock", status: process.platform === "linux" ? "ok" : "warn" }]);
  });

  test("a database: stopped, killed, made by another version", () => {
    expect(postgresChecks(folder)).toMatchObject([{ id: "postgres", status: "ok" }]);
    const version = /PostgreSQL (\d+)/.exec(postgresChecks(folder)[0]!.en)![1]!;
    mkdirSync(join(folder, "postgres"));
    writeFileSync(join(folder, "postgres", "PG_VERSION"), `${version}\n`);
    expect(postgresChecks(folder)[1]).toMatchObject({ status: "ok", en: expect.stringContaining("stopped cleanly") });
    writeFileSync(join(folder, "postgres", "postmaster.pid"), "999999999\n/x\n1\n5432\n");
    expect(postgresChecks(folder)[1]).toMatchObject({ status: "ok", en: expect.stringContaining("was killed") });
    writeFileSync(join(folder, "postgres", "PG_VERSION"), "13\n");
    expect(postgresChecks(folder)[1]).toMatchObject({
      id: "cluster",
      status: "fail",
      en: expect.stringContaining("PostgreSQL 13"),
    });
  });

  test("a database of a party that runs apart is found too", () => {
    mkdirSync(join(folder, "issuer", "postgres"), { recursive: true });
    writeFileSync(join(folder, "issuer", "postgres", "PG_VERSION"), "13\n");
    expect(postgresChecks(folder)[1]).toMatchObject({ status: "fail", en: expect.stringContaining("issuer") });
  });

  test("keys: none, opening, readable by others, spoilt, without their master; nothing of them is shown", () => {
    expect(keyChecks(folder)).toMatchObject([{ status: "ok", en: expect.stringContaining("no keys yet") }]);
    const home = join(folder, "keys", "tsp");
    const file = join(home, "keys.sealed");
    openKeyStore({ file }, systemRandom).ensure(keyName("vault"), "aead");
    expect(keyChecks(folder)).toMatchObject([{ id: "keys", status: "ok" }]);
    expect(newestFile(folder)).toBeGreaterThan(0);
    chmodSync(file, 0o644);
    expect(keyChecks(folder)).toMatchObject([{ status: "warn", en: expect.stringContaining("keys.sealed") }]);
    chmodSync(file, 0o600);
    const master = readFileSync(join(home, "master.key"));
    rmSync(join(home, "master.key"));
    expect(keyChecks(folder)).toMatchObject([{ status: "fail" }]);
    writeFileSync(
      join(home, "master.key"),
      master.map((byte) => byte ^ 1),
      { mode: 0o600 },
    );
    const [spoilt] = keyChecks(folder);
    expect(spoilt).toMatchObject({ status: "fail", remedy: { en: expect.stringContaining("backup") } });
    expect(JSON.stringify(spoilt)).not.toContain(master.toString("hex"));
    writeFileSync(file, "short");
    expect(keyChecks(folder)).toMatchObject([{ status: "fail" }]);
  });
});

test("kabao doctor: every line in both languages, a remedy wherever something is wrong, the exit code by the gravest", async () => {
  const server = await listening("127.0.0.1");
  try {
    const taken = await kabao(["doctor", "--data", join(folder, "new"), "--port", String(portOf(server)), "--json"]);
    expect(taken.code).toBe(1);
    const document = JSON.parse(taken.stdout);
    expect(document).toMatchObject({ ok: false, summary: { fail: 1 } });
    for (const { id, zh, en, status, remedy } of document.checks) {
      expect(zh, id).toMatch(/\p{Script=Han}/u);
      expect(en, id).not.toMatch(/\p{Script=Han}/u);
      expect(remedy !== undefined, id).toBe(status !== "ok");
    }
  } finally {
    server.close();
  }
  const free = await kabao(["doctor", "--data", join(folder, "new"), "--port", "0"]);
  expect(free).toMatchObject({ code: 2, stderr: expect.stringContaining("--port") });
});

test("kabao doctor --start: a database really starts and stops, and nothing is left", async () => {
  const probe = await listening("127.0.0.1");
  const port = portOf(probe);
  await new Promise((closed) => probe.close(closed));
  const { code, stdout } = await kabao(["doctor", "--data", join(folder, "new"), "--port", String(port), "--start"]);
  expect(stdout).toMatch(/a database was started and stopped in \d+ ms/);
  expect(stdout).toMatch(/port \d+ is free/);
  expect(code).toBe(0);
});
