import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChipData } from "#acquirer/terminal";
import type { Faces } from "../../app/demo/play.ts";
import type { Processes } from "./processes.ts";

/** All parties, running somehow. A scenario sees their faces and nothing behind them. */
export interface World {
  readonly faces: Faces;
  /** Moves the parties' clock on; absent where they run on the machine's. */
  readonly advance?: (ms: number) => void;
  /** The parties as processes, to kill and start again; absent where they share one. */
  readonly processes?: Processes;
  /** The key of a member of the bank's staff, as the bank's data folder has it. */
  deskKey(staffId: string): string;
  /** Carries a tap that a terminal has finished to the network, as an acquirer does, and gives F39. */
  present(tap: FinishedTap): Promise<string>;
  close(): Promise<void>;
}

/** As the bank's people read it. */
export function deskKeyIn(dataDir: string, staffId: string): string {
  const staff = JSON.parse(readFileSync(join(dataDir, "staff.json"), "utf8")) as { staffId: string; key: string }[];
  return staff.find((one) => one.staffId === staffId)!.key;
}

export interface FinishedTap {
  readonly chip: ChipData;
  readonly minor: bigint;
  readonly terminalId: string;
}
