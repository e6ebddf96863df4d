import { createServer } from "node:net";
import { systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { readServeConfig } from "../config.ts";
import { openStage } from "../faces/stage.ts";
import { startSystem } from "../system.ts";
import { createWireHub, type WireHub } from "../wire/hub.ts";

/** A system of the demo's own, on a free port, that leaves nothing behind. */
export interface OwnSystem {
  readonly url: string;
  readonly hub: WireHub;
  stop(): Promise<void>;
}

export async function startOwnSystem(): Promise<OwnSystem> {
  const port = await freePort();
  const config = readServeConfig({ port: `${port}`, ephemeral: true });
  if (!config.ok) throw new Error(config.error.join("; "));
  const log = createLog("warn");
  const hub = createWireHub();
  const url = `http://localhost:${port}`;
  const ports = { clock: systemClock, random: systemRandom, log, tap: hub, origin: url };
  const system = await startSystem(config.value, ports);
  try {
    const stage = await openStage({ host: "127.0.0.1", port, system, hub, log, demo: true });
    return {
      url,
      hub,
      async stop() {
        await stage.close();
        await system.stop();
      },
    };
  } catch (error) {
    await system.stop();
    throw error;
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
