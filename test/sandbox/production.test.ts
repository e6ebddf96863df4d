import { afterAll, expect, test } from "vitest";
import { manualClock, movableClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { instant } from "#protocol/time";
import { createCaseBook } from "../../app/explain/case-book.ts";
import { openStage } from "../../app/faces/stage.ts";
import { createFaultBoard } from "../../app/sandbox/faults.ts";
import { createWireHub } from "../../app/wire/hub.ts";

// Whatever was wired: a production profile opens no door to break things by.

const PORT = 18_925;
const clock = movableClock(manualClock(instant(1_764_000_000_000)));
const faults = createFaultBoard(clock);
const faces: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const face of faces) await face.close();
});

async function face(port: number, demo: boolean) {
  const system = {
    caseBook: createCaseBook([], clock, systemRandom),
    opsKey: "ops",
    dataDir: "",
    stop: async () => {},
  };
  faces.push(
    await openStage({
      host: "127.0.0.1",
      port,
      system,
      hub: createWireHub(),
      log: createLog("error"),
      demo,
      sandbox: { faults, clock },
      faultyDoors: faults,
    }),
  );
  return async (path: string) => {
    const response = await fetch(`http://localhost:${port}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "k", "kabao-journey": "j" },
      body: JSON.stringify({ edge: "networkToIssuer", does: "cut", ms: 1000, id: "pays" }),
    });
    return response.status;
  };
}

test("controls and demo doors: open in the demo, not there in production", async () => {
  const demo = await face(PORT, true);
  const production = await face(PORT + 1, false);
  for (const path of ["/sandbox/v1/faults", "/sandbox/v1/addFault", "/sandbox/v1/clock", "/demo/v1/papers"]) {
    expect([path, await demo(path)]).toEqual([path, 200]);
    expect([path, await production(path)]).toEqual([path, 404]);
  }
  for (const path of ["/sandbox/v1/advanceClock", "/sandbox/v1/allWell", "/demo/v1/play", "/demo/desk/teller/v1/me"])
    expect([path, await production(path)]).toEqual([path, 404]);
  expect(faults.list()).toHaveLength(1);
  expect([await demo("/sandbox/v1/advanceClock"), clock.aheadMs]).toEqual([200, 1000]);
  expect([await demo("/sandbox/v1/allWell"), clock.aheadMs, faults.list()]).toEqual([200, 0, []]);
});
