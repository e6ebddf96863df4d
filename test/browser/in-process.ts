import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#platform/clock";
import type { Listening } from "#platform/http";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { readServeConfig } from "../../app/config.ts";
import { builtPages } from "../../app/faces/pages.ts";
import { openStage } from "../../app/faces/stage.ts";
import { createFaultBoard, type FaultBoard } from "../../app/sandbox/faults.ts";
import { type System, type SystemPorts, startSystem } from "../../app/system.ts";
import { createWireHub } from "../../app/wire/hub.ts";

/**
 * The whole system inside the test's own process: it can break lines and speak for the bank's staff, its face can be closed and
 * opened again, and its pages are its own copy.
 */
export interface InProcess {
  readonly origin: string;
  readonly system: System;
  readonly faults: FaultBoard;
  /** Folder of the pages that are served: a test may change them, as a new version does. */
  readonly pages: string;
  context(): { readonly journeyId: string; readonly idempotencyKey: string };
  /** The bank's desk as one of its staff sees it. */
  desk(staffId: string): ReturnType<NonNullable<System["issuer"]>["desk"]> & object;
  closeFace(): Promise<void>;
  openFace(): Promise<void>;
  stop(): Promise<void>;
}

export async function startInProcess(port: number, ports: Partial<SystemPorts> = {}): Promise<InProcess> {
  const config = readServeConfig({ port: `${port}`, ephemeral: true });
  if (!config.ok) throw new Error(config.error.join("; "));
  const faults = createFaultBoard(systemClock);
  const hub = createWireHub();
  const log = createLog("error");
  const origin = `http://localhost:${port}`;
  const shared = { clock: systemClock, random: systemRandom, log, tap: hub, origin, faults };
  const system = await startSystem(config.value, { ...shared, ...ports });
  const pages = mkdtempSync(join(tmpdir(), "kabao-pages-"));
  cpSync(await builtPages(() => {}), pages, { recursive: true });
  let face: Listening | undefined;
  const running: InProcess = {
    origin,
    system,
    faults,
    pages,
    context: () => ({ journeyId: systemRandom.uuid(), idempotencyKey: systemRandom.uuid() }),
    desk: (staffId) => system.issuer!.desk(system.staff!.keyOf(staffId)!)!,
    async closeFace() {
      await face?.close();
      face = undefined;
    },
    async openFace() {
      face = await openStage({ host: "127.0.0.1", port, system, hub, log, demo: true, pages });
    },
    async stop() {
      await running.closeFace();
      await system.stop();
      rmSync(pages, { recursive: true, force: true });
    },
  };
  await running.openFace();
  return running;
}
