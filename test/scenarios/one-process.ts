import type { Cancel } from "#contracts/ports";
import { systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { money } from "#protocol/money";
import { instant } from "#protocol/time";
import { readServeConfig } from "../../app/config.ts";
import { openStage } from "../../app/faces/stage.ts";
import { startSystem } from "../../app/system.ts";
import { createWireHub } from "../../app/wire/hub.ts";
import type { World } from "./world.ts";

/** All parties in this process, on the embedded database, with a clock that can be moved on. */
export async function openOneProcess(port: number): Promise<World> {
  const config = readServeConfig({ port: `${port}`, ephemeral: true });
  if (!config.ok) throw new Error(config.error.join("; "));
  let ahead = 0;
  const clock = {
    now: () => instant(systemClock.now() + ahead),
    after: (delayMs: number, work: () => void): Cancel => systemClock.after(delayMs, work),
  };
  const log = createLog("error");
  const hub = createWireHub();
  const origin = `http://localhost:${port}`;
  const system = await startSystem(config.value, { clock, random: systemRandom, log, tap: hub, origin });
  const face = await openStage({ host: "127.0.0.1", port, system, hub, log, demo: true });
  return {
    faces: { origin, wallet: origin, acquirer: origin, issuer: origin },
    advance(ms) {
      ahead += ms;
    },
    deskKey: (staffId) => system.staff!.keyOf(staffId)!,
    async present({ chip, minor, terminalId }) {
      const sale = await system.acquirer!.purchase(terminalId, money(minor), chip);
      return sale.responseCode ?? sale.state;
    },
    async close() {
      await face.close();
      await system.stop();
    },
  };
}
