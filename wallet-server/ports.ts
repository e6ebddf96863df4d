import type { Calls } from "#contracts/operation";
import type { Clock, Db, Log, Random, Timers } from "#contracts/ports";
import type { PushTarget } from "#contracts/push";
import type { TspWalletApi } from "#contracts/tsp-api";
import type { WalletPolicy } from "./policy.ts";

/** Reaches a browser whose page is closed. */
export interface PushSender {
  /** The key that browsers subscribe under, base64url. */
  readonly publicKey: string;
  /** False: nothing is sent to such an address. */
  accepts(endpoint: string): boolean;
  /** Encrypts for that browser. `gone`: the subscription is over. `refused`: never, whatever is tried. */
  send(
    target: PushTarget,
    text: string,
    about: { readonly topic: string; readonly ttlSeconds: number },
  ): Promise<{ readonly kind: "taken" | "gone" | "refused" } | { readonly kind: "later"; readonly afterMs?: number }>;
}

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
  /** Absent: a closed phone is told nothing. */
  readonly push?: PushSender | undefined;
  /** What differs from the defaults. */
  readonly policy?: Partial<WalletPolicy>;
}
