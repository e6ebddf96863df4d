import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MovableClock, movableClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { DEFAULT_POLICY } from "#tsp";
import { readServeConfig } from "../config.ts";
import { freePort } from "../demo/own-system.ts";
import { openStage } from "../faces/stage.ts";
import { type System, startSystem } from "../system.ts";
import { createWireHub } from "../wire/hub.ts";
import { createFaultBoard, type FaultBoard } from "./faults.ts";
import { createTroubles, type Troubles } from "./troubles.ts";

/** A whole system in which things can be made to go wrong, and whose time can be moved. */
export interface SandboxWorld {
  readonly url: string;
  readonly system: System;
  readonly clock: MovableClock;
  readonly faults: FaultBoard;
  readonly troubles: Troubles;
  /** For the phones of its scenarios. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Stands in the TSP's table as the demo bank's, and is not: a range that moved and was not taken out. */
const STRAY_RANGE = { prefix: "622995", length: 19 } as const;

export interface SandboxOptions {
  readonly port?: number;
  readonly pages?: string;
  /** What its clock says to begin with; absent: what the machine's says. */
  readonly startsAt?: number;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<SandboxWorld> {
  const port = options.port ?? (await freePort());
  const config = readServeConfig({ port: `${port}`, ephemeral: true });
  if (!config.ok) throw new Error(config.error.join("; "));
  const clock = movableClock();
  if (options.startsAt !== undefined) clock.advance(options.startsAt - clock.now());
  const faults = createFaultBoard(clock);
  const troubles = createTroubles(clock);
  const hub = createWireHub();
  const log = createLog("error");
  const url = `http://localhost:${port}`;
  const system = await startSystem(config.value, {
    clock,
    random: systemRandom,
    log,
    tap: hub,
    origin: url,
    faults,
    tspPolicy: { enrolled: [...DEFAULT_POLICY.enrolled, STRAY_RANGE], numbersMax: troubles.numbersMax },
    routes: troubles.routes,
    keysOf: troubles.keysOf,
    clockOf: troubles.clockOf,
  });
  const folder = mkdtempSync(join(tmpdir(), "kabao-sandbox-"));
  try {
    const { pages } = options;
    const stage = await openStage({
      host: "127.0.0.1",
      port,
      system,
      hub,
      log,
      demo: true,
      sandbox: { faults, clock },
      ...(pages === undefined ? {} : { pages }),
    });
    return {
      url,
      system,
      clock,
      faults,
      troubles,
      folder,
      async stop() {
        await stage.close();
        await system.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await system.stop();
    throw error;
  }
}
