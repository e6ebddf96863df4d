import type { Calls } from "#contracts/operation";
import type { Clock, Db, Log, Random } from "#contracts/ports";
import type { TspWalletApi } from "#contracts/tsp-api";

/** What the wallet provider needs of the world. */
export interface WalletServerPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tsp: Calls<TspWalletApi>;
  /** SHA-256: access tokens are kept as their hash only. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly webAuthn: {
    /** Host name that passkeys are bound to. */
    readonly rpId: string;
    /** Origins of the pages that may use them. */
    readonly origins: readonly string[];
  };
}

/** Policy as data; each number is a product decision, not a law of nature. */
export interface WalletPolicy {
  /** Cards a device may hold. Source: spec card-product §7. */
  readonly cardRoom: Readonly<Record<"phone" | "watch" | "tablet" | "computer", number>>;
  /** Binding attempts of one device in a day. */
  readonly attemptsADay: number;
  readonly dayMs: number;
  readonly sessionMs: number;
  readonly ceremonyMs: number;
  readonly noticesShown: number;
}

export const POLICY: WalletPolicy = {
  cardRoom: { phone: 12, watch: 12, tablet: 12, computer: 8 },
  attemptsADay: 10,
  dayMs: 24 * 3_600_000,
  sessionMs: 30 * 24 * 3_600_000,
  ceremonyMs: 5 * 60_000,
  noticesShown: 50,
};
