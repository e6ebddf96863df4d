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
  /** Carries a tap that a terminal has finished to the network, as an acquirer does, and gives F39. */
  present(tap: FinishedTap): Promise<string>;
  close(): Promise<void>;
}

export interface FinishedTap {
  readonly chip: ChipData;
  readonly minor: bigint;
  readonly terminalId: string;
}
