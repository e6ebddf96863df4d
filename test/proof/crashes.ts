import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SaleView } from "#contracts/acquirer-api";
import type { Random } from "#contracts/ports";
import { seededRandom } from "#platform/random";
import { DEMO_CARDS } from "#protocol/pan";
import { openPlayer } from "../../app/demo/play.ts";
import { type Serving, serve } from "../scenarios/processes.ts";
import { auditBooks, type Books, type Findings, openBooks, underWay } from "./books.ts";
import { shop } from "./shopper.ts";

/*
 * A whole system under load, killed at random moments. Phones pay at tills through the doors anybody uses: two in this
 * process with single-use keys, one in a process of its own with a card key, which is killed in every round as well.
 */

export const VICTIMS = ["process", "database", "both", "connection"] as const;
/** What is killed: the system's process, its database server, both, or one of the database's own processes. */
export type Victim = (typeof VICTIMS)[number];

export interface CrashRound {
  readonly victim: Victim;
  /** Struck while a sale was on its way, not just at a random moment. */
  readonly aimed: boolean;
  readonly afterMs: number;
  readonly recoveredMs: number;
  readonly findings: Findings;
}

export interface Crashes {
  round(victim: Victim): Promise<CrashRound>;
  /** What the system has said, for somebody who wonders why. */
  said(): string;
  stop(): Promise<void>;
}

const TERMINALS = ["T0000001", "T0000002", "T0000003"] as const;
/** Short, so that a lost answer is given up soon: what follows is what is looked at. */
const TIMING = ["--network-answer-ms", "1500", "--issuer-answer-ms", "800", "--reversal-repeat-ms", "200"];
const APPROVALS_BEFORE = 8;
const LOAD_MAX_MS = 600;
const MIDWAY_MAX_MS = 2000;
const RECOVERED_WITHIN_MS = 60_000;
const LOOK_MS = 30;
const PHONE_PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "phone-process.ts");

export async function openCrashes(port: number, random: Random): Promise<Crashes> {
  const folder = mkdtempSync(join(tmpdir(), "kabao-crash-"));
  const dataDir = join(folder, "data");
  const origin = `http://localhost:${port}`;
  const faces = { origin, wallet: origin, acquirer: origin, issuer: origin };
  const start = () => serve(["--port", `${port}`, "--data", dataDir, "--no-pages", ...TIMING]);
  const phoneFolder = (name: string) => join(folder, "phones", name);
  const journals = ["zhang", "aili", "li"].map((name) => join(phoneFolder(name), "cards.journal"));

  const seen = new Map<string, SaleView["state"]>();
  let approvals = 0;
  const saw = ({ saleId, state }: SaleView) => {
    seen.set(saleId, state);
    if (state === "approved") approvals += 1;
  };
  let said = "";
  let system: Serving = await start();
  let opened: (forMore: boolean) => void = () => {};
  let open: Promise<boolean> = Promise.resolve(true);
  let idle = 0;
  const shoppers: Promise<void>[] = [];

  async function bind(cardId: string, keySource: "hce" | "secureElement") {
    const card = DEMO_CARDS.find(({ id }) => id === cardId)!;
    const player = await openPlayer(faces, { folder: phoneFolder(cardId), name: `手机 ${cardId}`, keySource });
    return { player, pass: await player.bind(card) };
  }
  const gate = async () => {
    idle += 1;
    const forMore = await open;
    idle -= 1;
    return forMore;
  };
  for (const [i, cardId] of (["zhang", "aili"] as const).entries()) {
    const own = seededRandom(random.below(2 ** 31));
    shoppers.push(
      shop({
        ...(await bind(cardId, "hce")),
        terminalId: TERMINALS[i]!,
        random: own,
        givesBack: true,
        open: gate,
        saw,
      }),
    );
  }
  const third = await bind("li", "secureElement");
  third.player.phone.close();
  const passFile = join(folder, "li.json");
  writeFileSync(passFile, JSON.stringify(third.pass));
  let phone: ChildProcess | undefined;

  /** The third phone, in a process that dies when it is told to, whatever it is doing. */
  function startPhone(): void {
    const args = [origin, phoneFolder("li"), passFile, TERMINALS[2], `${random.below(2 ** 31)}`];
    const child = spawn(process.execPath, ["--import", "tsx", PHONE_PROGRAM, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let rest = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop()!;
      for (const line of lines) saw(JSON.parse(line) as SaleView);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said += `phone: ${chunk.toString()}`;
    });
    phone = child;
  }
  async function killPhone(): Promise<void> {
    const child = phone;
    phone = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  const postmaster = () => Number(readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
  async function killSystem(): Promise<void> {
    system.child.kill("SIGKILL");
    await system.ended;
    said += system.said();
  }

  async function strike(victim: Victim): Promise<void> {
    switch (victim) {
      case "process":
        return killSystem();
      case "database":
        process.kill(postmaster(), "SIGKILL");
        return;
      case "both": {
        const server = postmaster();
        // Either order, and nothing between the two.
        if (random.below(2) === 0) process.kill(server, "SIGKILL");
        const gone = killSystem();
        if (isAlive(server)) process.kill(server, "SIGKILL");
        return gone;
      }
      case "connection": {
        const books = openBooks(dataDir);
        const others = await books.issuer.query<{ pid: number }>({
          text: "select pid from pg_stat_activity where application_name like 'kabao-%' and state = 'active' and pid <> pg_backend_pid()",
        });
        const pids = others.length > 0 ? others : await anyBackend(books);
        await books.close();
        const pid = pids[random.below(pids.length)]!.pid;
        if (isAlive(pid)) process.kill(pid, "SIGKILL");
        return;
      }
    }
  }

  /** Until a sale is on its way: at any other moment little can be lost. */
  async function untilMidway(): Promise<void> {
    const books = openBooks(dataDir);
    const end = Date.now() + MIDWAY_MAX_MS;
    const midway = async () => (await books.acquirer.query({ text: "select 1 from sale where state = 'sent'" })).length;
    while (Date.now() < end && (await midway()) === 0);
    await books.close();
  }

  /** Waits until nothing is under way in any party's tables; gives the books, open. */
  async function recovered(): Promise<Books> {
    const until = Date.now() + RECOVERED_WITHIN_MS;
    for (;;) {
      if (system.child.exitCode !== null || system.child.signalCode !== null)
        throw new Error("the system ended by itself");
      let books: Books | undefined;
      try {
        books = openBooks(dataDir);
        while (Date.now() < until) {
          if ((await underWay(books)) === 0) return books;
          await pause(LOOK_MS);
        }
      } catch (error) {
        // The server may be on its way up.
        if (Date.now() > until) throw error;
      }
      await books?.close();
      if (Date.now() > until) throw new Error("something stays under way for ever");
      await pause(LOOK_MS);
    }
  }

  return {
    async round(victim) {
      opened(true);
      const before = approvals;
      if (phone === undefined) startPhone();
      while (approvals < before + APPROVALS_BEFORE) await pause(LOOK_MS);
      const afterMs = random.below(LOAD_MAX_MS);
      await pause(afterMs);
      const aimed = random.below(3) > 0;
      if (aimed) await untilMidway();
      await strike(victim);
      const struck = Date.now();
      if (victim === "process" || victim === "both") system = await start();
      // Those who are under way come to their end, and the shop closes for a look into the books.
      open = new Promise((resolve) => {
        opened = resolve;
      });
      while (idle < shoppers.length) await pause(LOOK_MS);
      await killPhone();
      const books = await recovered();
      const recoveredMs = Date.now() - struck;
      const findings = await auditBooks(books, seen, journals);
      await books.close();
      return { victim, aimed, afterMs, recoveredMs, findings };
    },
    said: () => said + system.said(),
    async stop() {
      open = Promise.resolve(false);
      opened(false);
      await Promise.all(shoppers);
      await killPhone();
      system.child.kill("SIGTERM");
      await system.ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const pause = (ms: number) => new Promise<void>((next) => setTimeout(next, ms));

function anyBackend(books: Books): Promise<readonly { readonly pid: number }[]> {
  return books.issuer.query({
    text: "select pid from pg_stat_activity where application_name like 'kabao-%' and pid <> pg_backend_pid()",
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
