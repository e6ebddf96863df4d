import type { NetworkTspApi } from "#contracts/evidence-api";
import type { IssuerApi, IssuerDeliveryApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import {
  type Clock,
  type Db,
  type GroupCommit,
  type KeyName,
  type KeyStore,
  keyName,
  type Log,
  type Random,
  type Sealer,
  type Timers,
} from "#contracts/ports";
import type { WalletTspApi } from "#contracts/wallet-api";
import type { TspPolicy } from "./policy.ts";

/** What the token service provider needs of the world. */
export interface TspPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly log: Log;
  readonly keys: KeyStore;
  readonly sealer: Sealer;
  readonly groupCommit: GroupCommit;
  readonly issuer: Calls<IssuerApi>;
  readonly wallet: Calls<WalletTspApi>;
  /** Batches in flight at once; requests of one card always share a lane. 1 when absent. */
  readonly lanes?: number;
  /** What it holds of a payment, and the acquirer behind it; absent where the network is not ours to ask. */
  readonly network?: Calls<NetworkTspApi>;
  /** Takes codes to phones, where the policy has the TSP make them. */
  readonly delivery?: Calls<IssuerDeliveryApi>;
  /** What differs from `DEFAULT_POLICY`. */
  readonly policy?: Partial<TspPolicy>;
}

/** The TSP's keys by handle. One issuer master key a key source and class: the derivation index in the IAD chooses. */
export const KEYS: Readonly<Record<"panSeal" | "panRef" | "cardData" | "code", KeyName>> = {
  panSeal: keyName("tsp.pan-seal"),
  panRef: keyName("tsp.pan-ref"),
  cardData: keyName("tsp.card-data"),
  code: keyName("tsp.activation-code"),
};
/** Push provisioning: the TSP's own root, an authority under it, the leaf that passes are sealed to, and what signs nonces. */
export const PUSH_KEYS: Readonly<Record<"root" | "authority" | "leaf" | "nonce", KeyName>> = {
  root: keyName("tsp.push.root"),
  authority: keyName("tsp.push.authority"),
  leaf: keyName("tsp.push.leaf"),
  nonce: keyName("tsp.push.nonce"),
};
export const MASTER_KEYS: Readonly<Record<"secureElement" | "user" | "device", KeyName>> = {
  secureElement: keyName("tsp.imk-ac.secure-element"),
  user: keyName("tsp.imk-ac.user"),
  device: keyName("tsp.imk-ac.device"),
};

export function ensureKeys(keys: KeyStore): void {
  keys.ensure(KEYS.panSeal, "aead");
  keys.ensure(KEYS.panRef, "hmac");
  keys.ensure(KEYS.cardData, "jwe");
  keys.ensure(KEYS.code, "hmac");
  for (const name of [PUSH_KEYS.root, PUSH_KEYS.authority, PUSH_KEYS.nonce]) keys.ensure(name, "sign");
  keys.ensure(PUSH_KEYS.leaf, "pass");
  for (const name of Object.values(MASTER_KEYS)) keys.ensure(name, "imkAc");
}
