import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { eventually } from "../../app/demo/play.ts";
import { kabao, type Serving, serve, serveByLauncher } from "./processes.ts";

// `kabao serve` from outside: what it prints, how it ends, what it leaves.

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "kabao-serve-"));
  undo.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function serving(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Serving> {
  const started = await serve(args, environment);
  undo.push(async () => {
    started.child.kill("SIGTERM");
    await started.ended;
  });
  return started;
}

async function endedBy(signal: NodeJS.Signals, started: Serving): Promise<number | string> {
  started.child.kill(signal);
  return started.ended;
}

/** What a command said that never became ready. */
async function refusal(args: readonly string[]): Promise<{ readonly code: string; readonly lines: readonly string[] }> {
  const error = await serve(args).then(
    () => new Error("it started"),
    (reason: Error) => reason,
  );
  const [, code = "", said = ""] = /^ended with (\S+): ([\s\S]*)$/.exec(error.message) ?? [];
  return { code, lines: said.trim().split("\n") };
}

const postmaster = (data: string) =>
  Number(readFileSync(join(data, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
/** Ended, or only waiting for whoever should hear of its end. */
const hasEnded = (pid: number) =>
  eventually(async () => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8") === "" ? true : undefined;
    } catch {
      return true;
    }
  });
const isAlive = (pid: number) => process.kill(pid, 0);
/** Temporary folders of the processes here, so that what they leave can be seen. */
const temporary = mkdtempSync(join(tmpdir(), "kabao-serve-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
const begun = () => readdirSync(temporary).find((name) => name.startsWith("kabao-"));
const API = ["--no-pages", "--port", "18460"];

describe("kabao serve", () => {
  test("prints one ready line with its address, and leaves nothing of an ephemeral run", async () => {
    const started = await serving([...API, "--ephemeral"], { TMPDIR: temporary });
    expect(started.printed()).toBe("ready http://localhost:18460\n");
    expect(await (await fetch("http://localhost:18460/demo/v1/cards")).json()).toHaveProperty("cards");
    const database = postmaster(join(temporary, begun()!));
    expect(isAlive(database)).toBe(true);
    expect(await endedBy("SIGINT", started)).toBe(0);
    expect(await hasEnded(database)).toBe(true);
    expect(begun()).toBeUndefined();
  });

  test("leaves nothing of an ephemeral run after kill -9 either", async () => {
    const started = await serving([...API, "--ephemeral"], { TMPDIR: temporary });
    const database = postmaster(join(temporary, begun()!));
    expect(await endedBy("SIGKILL", started)).toBe("SIGKILL");
    expect(await hasEnded(database)).toBe(true);
    expect(await eventually(async () => begun() === undefined || undefined)).toBe(true);
  });

  test("starts again on its data after kill -9, with the database that outlived it", async () => {
    const data = folder();
    const options = ["--party", "acquirer", "--port", "18460", "--data", data];
    const home = join(data, "acquirer");
    const first = await serving(options);
    const database = postmaster(home);
    expect(await endedBy("SIGKILL", first)).toBe("SIGKILL");
    expect(isAlive(database)).toBe(true);
    const second = await serving(options);
    expect(postmaster(home)).toBe(database);
    expect(await endedBy("SIGHUP", second)).toBe(0);
    expect(await hasEnded(database)).toBe(true);
    expect(readdirSync(data).filter((name) => name.startsWith("lock"))).toEqual([]);
  });

  test.each([["SIGTERM", 0] as const, ["SIGKILL", "SIGKILL"] as const])(
    "ends with its launcher, whatever ended that: %s",
    async (signal, end) => {
      const data = folder();
      const options = ["--party", "acquirer", "--port", "18460", "--data", data];
      const launched = await serveByLauncher(options);
      const itself = Number(readFileSync(join(data, "lock-acquirer"), "utf8"));
      const database = postmaster(join(data, "acquirer"));
      expect(itself).not.toBe(launched.child.pid);
      expect(await endedBy(signal, launched)).toBe(end);
      expect(await hasEnded(itself)).toBe(true);
      expect(await hasEnded(database)).toBe(true);
      expect(readdirSync(data)).not.toContain("lock-acquirer");
    },
  );

  test("one line for data that is in use, one for a port that is taken; no database is left behind", async () => {
    const data = folder();
    const started = await serving(["--party", "tsp,wallet", "--port", "18460", "--data", data]);
    const onData = await refusal(["--party", "tsp", "--port", "18490", "--data", data]);
    expect(onData).toMatchObject({
      code: "1",
      lines: [expect.stringContaining(`tsp already runs on this data (process ${started.child.pid})`)],
    });
    const others = folder();
    const onPort = await refusal(["--party", "tsp", "--port", "18460", "--data", others]);
    expect(onPort).toMatchObject({ code: "1", lines: [expect.stringContaining("port 18472 is in use")] });
    expect(readdirSync(join(others, "tsp", "postgres"))).not.toContain("postmaster.pid");

    // The one that was there goes on, and its doors let in who knows their names and keys.
    const ask = async (url: string, headers: Record<string, string>) => {
      const asked = { "content-type": "application/json", "idempotency-key": "k", ...headers };
      return (await fetch(url, { method: "POST", headers: asked, body: "{}" })).status;
    };
    const door = "http://127.0.0.1:18474/tsp/issuer/v1/changeToken";
    expect(await ask(door, {})).toBe(401);
    expect(await ask(door, { origin: "http://localhost:18460" })).toBe(403);
    expect(await ask("http://127.0.0.1:18461/wallet/v1/passes", {})).toBe(401);
    expect(await ask("http://127.0.0.1:18461/wallet/v1/passes", { origin: "http://evil.example" })).toBe(403);
  });

  test.each([
    [["--prot", "18460"], [/--port/]],
    [
      ["--profile", "production", "--ephemeral", "--host", "0.0.0.0"],
      [/--host/, /--database/, /--smpp/, /--ephemeral/],
    ],
  ] as const)("%j ends with code 2, and says all that is wrong", async (args, patterns) => {
    const { code, lines } = await refusal(args);
    expect(code).toBe("2");
    for (const pattern of patterns) expect(lines.join("\n")).toMatch(pattern);
  });

  test("a signal during the start ends it as well, and nothing is left", async () => {
    const child = kabao(["serve", ...API, "--ephemeral"], { TMPDIR: temporary });
    const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
    await eventually(async () => begun());
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(begun()).toBeUndefined();
  });
});
