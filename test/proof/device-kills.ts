import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Random } from "#contracts/ports";

const here = dirname(fileURLToPath(import.meta.url));
/** From its first answer on; a tap takes well under a millisecond of that. */
const LIFE_MAX_US = 12_000;

export interface DeviceKills {
  readonly kills: number;
  /** Cryptograms that terminals got, over all lives. */
  readonly answered: number;
  /** ATCs that came twice, or lower than one before. */
  readonly repeated: readonly number[];
}

/** Kills a paying device at random moments, again and again on one journal. */
export async function killDevice(kills: number, random: Random): Promise<DeviceKills> {
  const folder = mkdtempSync(join(tmpdir(), "kabao-device-"));
  try {
    const program = join(folder, "device.mjs");
    // One file, so that a life begins in milliseconds.
    await build({
      entryPoints: [join(here, "device-process.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
    let highest = 0;
    let answered = 0;
    const repeated: number[] = [];
    for (let life = 0; life < kills; life++) {
      for (const atc of await oneLife(program, join(folder, "cards.journal"), random.below(LIFE_MAX_US))) {
        answered += 1;
        if (atc <= highest) repeated.push(atc);
        highest = Math.max(highest, atc);
      }
    }
    return { kills, answered, repeated };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The ATCs a life answered with: whole lines only, the last may have been cut. */
function oneLife(program: string, journal: string, lifeUs: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, [program, journal], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let complained = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (said === "") {
      const begun = process.hrtime.bigint();
      // Busy, since a timer is too coarse for the gap between a reservation and its answer.
      while (process.hrtime.bigint() - begun < BigInt(lifeUs) * 1000n);
      child.kill("SIGKILL");
    }
    said += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complained += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      if (signal === "SIGKILL") resolve(said.split("\n").slice(0, -1).map(Number));
      else reject(new Error(`the device ended by itself: ${complained}`));
    });
  });
}
