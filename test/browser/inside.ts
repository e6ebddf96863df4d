import { systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { readServeConfig } from "../../app/config.ts";
import { builtPages } from "../../app/faces/pages.ts";
import { openStage } from "../../app/faces/stage.ts";
import { createFaultBoard, type FaultBoard } from "../../app/sandbox/faults.ts";
import { type System, startSystem } from "../../app/system.ts";
import { createWireHub } from "../../app/wire/hub.ts";

/** A system inside the test's own process, so that it can break lines and speak for the bank's staff. */
export interface InsideSystem {
  readonly origin: string;
  readonly system: System;
  readonly faults: FaultBoard;
  context(): { readonly journeyId: string; readonly idempotencyKey: string };
  /** The bank's desk as one of its staff sees it. */
  desk(staffId: string): ReturnType<NonNullable<System["issuer"]>["desk"]> & object;
  stop(): Promise<void>;
}

export async function startInside(port: number): Promise<InsideSystem> {
  const config = readServeConfig({ port: `${port}`, ephemeral: true });
  if (!config.ok) throw new Error(config.error.join("; "));
  const faults = createFaultBoard(systemClock);
  const hub = createWireHub();
  const log = createLog("error");
  const origin = `http://localhost:${port}`;
  const system = await startSystem(config.value, {
    clock: systemClock,
    random: systemRandom,
    log,
    tap: hub,
    origin,
    faults,
  });
  const pages = await builtPages(() => {});
  const face = await openStage({ host: "127.0.0.1", port, system, hub, log, demo: true, pages });
  return {
    origin,
    system,
    faults,
    context: () => ({ journeyId: systemRandom.uuid(), idempotencyKey: systemRandom.uuid() }),
    desk: (staffId) => system.issuer!.desk(system.staff!.keyOf(staffId)!)!,
    async stop() {
      await face.close();
      await system.stop();
    },
  };
}
