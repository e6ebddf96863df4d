import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "#platform/random";
import { type Crashes, openCrashes, VICTIMS } from "./proof/crashes.ts";
import { killDevice } from "./proof/device-kills.ts";

/*
 * A few of the kills of `npm run proof`, which CI runs twenty of in its fixed part.
 */

const SEED = 1;
const PORT = 18650;
/** A machine that does much else may take this long; a quiet one takes seconds. */
const SLOW_MS = 180_000;
let crashes: Crashes;

beforeAll(async () => {
  crashes = await openCrashes(PORT, seededRandom(SEED));
}, SLOW_MS);
afterAll(() => crashes.stop());

test.each(VICTIMS)(
  "kill -9 under load, %s: no approval lost, no money made or gone, no ATC twice",
  async (victim) => {
    const { findings } = await crashes.round(victim);
    expect(findings.faults, crashes.said().slice(-2000)).toEqual([]);
    expect(findings.approved).toBeGreaterThan(0);
  },
  SLOW_MS,
);

test(
  "kill -9 of a device between reservation and answer: no ATC comes twice",
  async () => {
    const { answered, repeated } = await killDevice(15, seededRandom(SEED));
    expect(repeated).toEqual([]);
    expect(answered).toBeGreaterThan(0);
  },
  SLOW_MS,
);
