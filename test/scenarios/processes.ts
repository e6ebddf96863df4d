import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "../../app/demo/play.ts";
import { EDGES, type Party } from "../../app/topology.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const TSX = new URL(`file://${join(root, "node_modules", "tsx", "dist", "esm", "index.mjs")}`).href;

/** Starts a command of the command line, without the launcher before it: a signal reaches it itself. */
export function kabao(args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ["--import", TSX, join(root, "app/main.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
}

/** A `kabao serve` as anybody would start it. */
export interface Serving {
  readonly child: ChildProcess;
  /** What follows "ready ". */
  readonly ready: string;
  /** All it has said so far, on both streams. */
  said(): string;
  /** On standard output alone. */
  printed(): string;
  /** Exit code. */
  readonly ended: Promise<number | string>;
}

/** Starts a command and waits for its `ready` line; rejects with what it said when it ends before that. */
export function serve(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Serving> {
  return untilReady(kabao(["serve", ...args], environment));
}

/** The same by the launcher that `npx kabao` and `npm start` run: `child` is the launcher. */
export function serveByLauncher(args: readonly string[]): Promise<Serving> {
  return untilReady(
    spawn(process.execPath, [join(root, "bin/kabao.mjs"), "serve", ...args], { stdio: ["ignore", "pipe", "pipe"] }),
  );
}

async function untilReady(child: ChildProcess): Promise<Serving> {
  let said = "";
  let printed = "";
  const ended = new Promise<number | string>((resolve) => {
    child.on("exit", (code, signal) => resolve(code ?? signal ?? "?"));
  });
  const ready = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const line = /^ready (.*)$/m.exec(said)?.[1];
      if (line !== undefined) resolve(line);
    };
    child.stdout!.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      hear(chunk);
    });
    child.stderr!.on("data", hear);
    void ended.then((code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  return { child, ready, said: () => said, printed: () => printed, ended };
}

/** Five parties in five processes on one data folder. */
export interface Processes {
  start(party: Party): Promise<void>;
  /** SIGTERM; the exit code must be 0. */
  stop(party: Party): Promise<void>;
  /** SIGKILL: the process is gone at once, whatever it was doing. */
  kill(party: Party): Promise<void>;
  /** The process stands still, its sockets stay open. */
  pause(party: Party): void;
  resume(party: Party): void;
  /** Waits until a message lies at the paused issuer's door: the network has asked, and nobody answers. */
  untilIssuerAsked(): Promise<void>;
  readonly parties: readonly Party[];
  /** Starts what a scenario that failed has left lying. */
  startMissing(): Promise<void>;
  stopAll(): Promise<void>;
}

const PARTIES: readonly Party[] = ["issuer", "wallet", "tsp", "network", "acquirer"];
/** Short enough to see what follows a time-out, long enough for a slow machine. */
const NETWORK_ANSWER_MS = 3000;
const REVERSAL_REPEAT_MS = 250;

export async function startProcesses(dataDir: string, port: number): Promise<Processes> {
  const running = new Map<Party, Serving>();
  const processes: Processes = {
    parties: PARTIES,
    async start(party) {
      const options = ["--data", dataDir, "--port", `${port}`, "--network-answer-ms", `${NETWORK_ANSWER_MS}`];
      running.set(party, await serve(["--party", party, ...options, "--reversal-repeat-ms", `${REVERSAL_REPEAT_MS}`]));
    },
    async stop(party) {
      const { child, ended, said } = running.get(party)!;
      running.delete(party);
      child.kill("SIGTERM");
      const code = await ended;
      if (code !== 0) throw new Error(`${party} ended with ${code}: ${said()}`);
    },
    async kill(party) {
      const { child, ended } = running.get(party)!;
      running.delete(party);
      child.kill("SIGKILL");
      await ended;
    },
    pause: (party) => void running.get(party)!.child.kill("SIGSTOP"),
    resume: (party) => void running.get(party)!.child.kill("SIGCONT"),
    async untilIssuerAsked() {
      const arrived = await eventually(async () =>
        unreadAt(port + EDGES.networkToIssuer.portOffset) ? true : undefined,
      );
      if (arrived === undefined) throw new Error("the issuer was never asked");
    },
    async startMissing() {
      for (const { child } of running.values()) child.kill("SIGCONT");
      await Promise.all(PARTIES.filter((party) => !running.has(party)).map((party) => processes.start(party)));
    },
    async stopAll() {
      await Promise.all([...running.keys()].map((party) => processes.stop(party)));
    },
  };
  try {
    await Promise.all(PARTIES.map((party) => processes.start(party)));
  } catch (error) {
    await processes.stopAll();
    throw error;
  }
  return processes;
}

/** Whether a connection to this local port holds bytes that its owner has not read. Source: proc(5), /proc/net/tcp. */
function unreadAt(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .some((columns) => columns[1]?.endsWith(local) === true && columns[4]?.split(":")[1] !== "00000000");
}
