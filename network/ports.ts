import type { AcquirerNetworkApi } from "#contracts/evidence-api";
import type { Calls } from "#contracts/operation";
import {
  type Clock,
  type Db,
  type KeyName,
  type KeyStore,
  keyName,
  type Link,
  type Log,
  type Timers,
} from "#contracts/ports";
import type { NetworkConfig } from "./config.ts";

export interface NetworkPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly keys: KeyStore;
  readonly tsp: Link;
  /** Issuers we call, by institution id. */
  readonly issuers: readonly { readonly id: string; readonly link: Link }[];
  readonly config: NetworkConfig;
  /** What the acquirer holds of a payment; absent where it is not ours to ask. */
  readonly acquirer?: Calls<AcquirerNetworkApi>;
}

export const KEYS: Readonly<Record<"panHash" | "safeStore", KeyName>> = {
  panHash: keyName("network.pan-hash"),
  safeStore: keyName("network.safe-store"),
};

export function ensureKeys(keys: KeyStore): void {
  keys.ensure(KEYS.panHash, "hmac");
  keys.ensure(KEYS.safeStore, "aead");
}
