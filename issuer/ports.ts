import type { Calls } from "#contracts/operation";
import {
  type Clock,
  type Db,
  type GroupCommit,
  type KeyName,
  type KeyStore,
  keyName,
  type Log,
  type MessageSender,
  type Random,
  type Timers,
} from "#contracts/ports";
import type { TspIssuerApi } from "#contracts/tsp-api";
import type { IssuerPolicy } from "./policy.ts";

/** What the bank needs of the world. */
export interface IssuerPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly log: Log;
  readonly keys: KeyStore;
  readonly groupCommit: GroupCommit;
  /** Takes activation codes to phones. */
  readonly sender: MessageSender;
  /** Takes payment notices to the TSP. */
  readonly tsp: Calls<TspIssuerApi>;
  /** Batches in flight at once; requests of one account always share a lane. 1 when absent. */
  readonly lanes?: number;
  readonly policy?: IssuerPolicy;
}

/** The bank's keys by handle: one use each. */
export const KEYS: Readonly<Record<"panSeal" | "lookUp" | "code" | "outbox" | "cardData", KeyName>> = {
  panSeal: keyName("issuer.pan-seal"),
  /** Keyed hashes by which a number is found or compared: PAN and CVN2. */
  lookUp: keyName("issuer.look-up"),
  code: keyName("issuer.activation-code"),
  outbox: keyName("issuer.outbox-seal"),
  cardData: keyName("issuer.card-data"),
};

export function ensureKeys(keys: KeyStore): void {
  keys.ensure(KEYS.panSeal, "aead");
  keys.ensure(KEYS.lookUp, "hmac");
  keys.ensure(KEYS.code, "hmac");
  keys.ensure(KEYS.outbox, "aead");
  keys.ensure(KEYS.cardData, "jwe");
}
