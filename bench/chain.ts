import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Acquirer } from "#acquirer";
import { closedLoad, type LoadFigures, openLoad } from "./load.ts";
import { cpuOf, cpuOfFamily, walBytes } from "./meters.ts";
import type { Taps } from "./taps.ts";
import { type ChainPlace, startParty } from "./wiring.ts";
import { type ChainParty, openPartyDb, type World } from "./world.ts";

/** Processes besides this one, which has the acquirer and makes the load; each party is reached over framed TCP. */
export const PROCESSES: readonly (readonly ChainParty[])[] = [["network"], ["tsp"], ["issuer"]];

export interface ChainFigures extends LoadFigures {
  readonly walBytesPerPayment: number;
  /** CPU µs a payment by process; undefined where the machine does not tell. */
  readonly cpuMicros: Readonly<Record<string, number | undefined>>;
}

export interface Chain {
  /** As much as goes with so many payments in flight. */
  peak(options: {
    readonly inFlight: number;
    readonly warmUpMs: number;
    readonly forMs: number;
  }): Promise<ChainFigures>;
  /** Payments that arrive at a rate, whatever becomes of the earlier ones. */
  open(options: {
    readonly perSecond: number;
    readonly warmUpMs: number;
    readonly forMs: number;
  }): Promise<ChainFigures>;
  /** Payments the terminals saw approved, and those they saw end otherwise. */
  readonly seen: { readonly approved: number; readonly others: number };
  /** Once; again does nothing. */
  stop(): Promise<void>;
}

const TRIES_MAX = 100;
const TRY_EVERY_MS = 100;
const TERMINALS = ["T0000001", "T0000002", "T0000003"] as const;

export async function startChain(world: World, port: number, taps: Taps): Promise<Chain> {
  const place: ChainPlace = { url: world.url, dataDir: world.dataDir, port };
  const children = await Promise.all(PROCESSES.map((parties) => startProcess(parties, place)));
  const own = await startParty("acquirer", place);
  const acquirer = own.acquirer!;
  const seen = { approved: 0, others: 0 };
  let turn = 0;
  let stopped = false;
  async function pay(purchase: () => ReturnType<Acquirer["purchase"]>): Promise<void> {
    const sale = await purchase();
    if (sale.state === "approved") seen.approved += 1;
    else seen.others += 1;
  }
  const next = () => {
    const tap = taps.next();
    const terminal = TERMINALS[turn++ % TERMINALS.length]!;
    return tap === undefined ? undefined : () => pay(() => acquirer.purchase(terminal, tap.amount, tap.chip));
  };

  // The links need a moment; nothing counts before a payment has gone through.
  for (let tries = 0; seen.approved === 0; tries++) {
    if (tries === TRIES_MAX) throw new Error("bench: the chain does not come up");
    await next()?.();
    if (seen.approved === 0) await new Promise((resume) => setTimeout(resume, TRY_EVERY_MS));
  }

  const cpu = (): Record<string, number | undefined> => ({
    "acquirer and load": cpuOf(process.pid),
    ...Object.fromEntries(children.map(({ name, child }) => [name, cpuOf(child.pid!)])),
    postgres: cpuOfFamily(world.serverPid),
  });

  /** CPU and log are counted over the whole load, warm-up included, and divided by all its payments. */
  async function metered(load: () => Promise<LoadFigures>): Promise<ChainFigures> {
    const db = openPartyDb(world, "acquirer");
    const before = { cpu: cpu(), wal: await walBytes(db), paid: seen.approved + seen.others };
    const figures = await load();
    const after = { cpu: cpu(), wal: await walBytes(db), paid: seen.approved + seen.others };
    await db.close();
    const paid = after.paid - before.paid;
    const cpuMicros = Object.fromEntries(
      Object.entries(after.cpu).map(([name, value]) => {
        const from = before.cpu[name];
        return [name, value === undefined || from === undefined ? undefined : (value - from) / paid];
      }),
    );
    return { ...figures, walBytesPerPayment: (after.wal - before.wal) / paid, cpuMicros };
  }

  return {
    seen,
    peak: (options) => metered(() => closedLoad(next, options)),
    open: (options) => metered(() => openLoad(next, options)),
    async stop() {
      if (stopped) return;
      stopped = true;
      await own.stop();
      for (const { child } of children) await stopProcess(child);
    },
  };
}

function startProcess(
  parties: readonly ChainParty[],
  place: ChainPlace,
): Promise<{ name: string; child: ChildProcess }> {
  const name = parties.join("+");
  const child = fork(fileURLToPath(new URL("./party.ts", import.meta.url)), [parties.join(","), JSON.stringify(place)]);
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve({ name, child }));
    child.once("exit", (code) => reject(new Error(`bench: the process of ${name} ended with ${code}`)));
  });
}

function stopProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.send("stop");
  });
}
