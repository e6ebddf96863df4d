import { type ChainPlace, type Running, startParty } from "./wiring.ts";
import type { ChainParty } from "./world.ts";

/** A process of the chain: runs the parties it is told to until its parent tells it to stop, or is gone. */
const [names, place] = process.argv.slice(2) as [string, string];
const running: Running[] = [];
for (const party of names.split(",") as ChainParty[])
  running.push(await startParty(party, JSON.parse(place) as ChainPlace));

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const one of running.reverse()) await one.stop();
  process.exit(0);
}
process.on("message", () => void stop());
process.on("disconnect", () => void stop());
process.on("SIGINT", () => {});
process.send!("ready");
