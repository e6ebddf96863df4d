import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#platform/clock";
import { silentLog } from "#platform/log";
import { FRAMINGS, tcpLink } from "#platform/tcp";
import { EDGES } from "../../app/topology.ts";
import { type OwnAcquirer, openOwnAcquirer } from "./own-acquirer.ts";
import { startProcesses } from "./processes.ts";
import { deskKeyIn, type World } from "./world.ts";

/** Each party in a process of its own, with a database of its own, over TCP and HTTP on loopback. */
export async function openFiveProcesses(port: number): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), "kabao-five-"));
  const processes = await startProcesses(dataDir, port);
  const at = (offset: number) => `http://localhost:${port + offset}`;
  let acquirer: OwnAcquirer | undefined;
  return {
    faces: { origin: at(0), wallet: at(1), acquirer: at(2), issuer: at(3) },
    processes,
    deskKey: (staffId) => deskKeyIn(dataDir, staffId),
    async present(tap) {
      acquirer ??= openOwnAcquirer(
        tcpLink({
          host: "127.0.0.1",
          port: port + EDGES.acquirerToNetwork.portOffset,
          framing: FRAMINGS.cups,
          timers: systemClock,
          log: silentLog,
          secret: new Uint8Array(readFileSync(join(dataDir, "links", "acquirerToNetwork.secret"))),
        }),
      );
      return acquirer.purchase(tap);
    },
    async close() {
      await acquirer?.stop();
      await processes.stopAll();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
