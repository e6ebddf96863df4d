import type { Clock, Db, GroupCommit, Link, Log, Random, Timers } from "#contracts/ports";
import type { ApduDirection } from "../terminal/index.ts";

export interface AcquirerPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly groupCommit: GroupCommit;
  readonly network: Link;
  readonly config: AcquirerConfig;
  /** Sees each APDU of a tap, for the wire view. */
  readonly onApdu?: (terminalId: string, direction: ApduDirection, bytes: Uint8Array) => void;
}

export interface AcquirerConfig {
  /** F32 and header source. */
  readonly institution: string;
  readonly network: string;
  /** How long the network may take. UNVERIFIED: 25 to 60 s are in use. */
  readonly answerMs: number;
  readonly reversalRepeatMs: number;
  readonly lanes: number;
}

export const DEFAULT_ACQUIRER: AcquirerConfig = {
  institution: "99900010",
  network: "00010000",
  answerMs: 25_000,
  reversalRepeatMs: 30_000,
  lanes: 1,
};
