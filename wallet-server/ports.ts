import type { Calls } from "#contracts/operation";
import type { Clock, Db, Log, Random, Timers } from "#contracts/ports";
import type { TspWalletApi } from "#contracts/tsp-api";
import type { WalletPolicy } from "./policy.ts";

/** What the wallet provider needs of the world. */
export interface WalletServerPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly tsp: Calls<TspWalletApi>;
  /** SHA-256: access tokens and codes are kept as their hash only. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly webAuthn: {
    /** Host name that passkeys are bound to. */
    readonly rpId: string;
    /** Origins of the pages that may use them. */
    readonly origins: readonly string[];
  };
  /** What differs from the defaults. */
  readonly policy?: Partial<WalletPolicy>;
}
