import type { Language } from "#contracts/common";
import type { FindingView } from "#contracts/facts";
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
  type Sealer,
  type Timers,
} from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { TspIssuerApi } from "#contracts/tsp-api";
import type { PasskeyPorts } from "#party";
import type { Result } from "#protocol/bytes";
import type { Staff } from "./desk/staff.ts";
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
  readonly sealer: Sealer;
  /** SHA-256: access tokens are kept as their hash only, and a statement's hash is what a key signs. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  /** Takes codes to phones. */
  readonly sender: MessageSender;
  /** Takes notices, proofs and changes to the TSP. */
  readonly tsp: Calls<TspIssuerApi>;
  /** Where the pages of the bank's app come from: its customers' keys are bound to it. */
  readonly webAuthn: PasskeyPorts["webAuthn"];
  /** Whose key this is at the desk; undefined: nobody's. */
  readonly staffOf: (bearer: string) => Staff | undefined;
  /** A bank of the demo: its invented staff may come in. */
  readonly admitSimulatedStaff?: boolean;
  readonly evidence: CaseBook;
  readonly push: PushSealer;
  /** Batches in flight at once; requests of one account always share a lane. 1 when absent. */
  readonly lanes?: number;
  readonly policy?: IssuerPolicy;
}

/** Collects what every party holds of a journey, as the bank's people may read it. */
export interface CaseBook {
  caseOf(caseCode: string, language: Language): Promise<Result<FindingView, Problem>>;
}

/** Seals a card to the wallet that asked for it. Source: spec payment-tokens §2.1. */
export interface PushSealer {
  /**
   * @param certificates leaf first, DER in base64.
   * @param plain wiped by the caller.
   * @returns base64, or undefined when the certificates are not a wallet's that this bank trusts.
   */
  seal(
    certificates: readonly string[],
    plain: Uint8Array,
  ): Promise<{ readonly encryptedPassData: string; readonly ephemeralPublicKey: string } | undefined>;
}

/** The bank's keys by handle: one use each. */
export const KEYS: Readonly<Record<"panSeal" | "lookUp" | "code" | "outbox" | "vouch" | "cardData", KeyName>> = {
  panSeal: keyName("issuer.pan-seal"),
  /** Keyed hashes by which a number is found or compared: PAN and CVN2. */
  lookUp: keyName("issuer.look-up"),
  code: keyName("issuer.activation-code"),
  outbox: keyName("issuer.outbox-seal"),
  /** The bank's own statements about cards that its app adds. */
  vouch: keyName("issuer.vouch"),
  cardData: keyName("issuer.card-data"),
};

export function ensureKeys(keys: KeyStore): void {
  keys.ensure(KEYS.panSeal, "aead");
  keys.ensure(KEYS.lookUp, "hmac");
  keys.ensure(KEYS.code, "hmac");
  keys.ensure(KEYS.outbox, "aead");
  keys.ensure(KEYS.vouch, "hmac");
  keys.ensure(KEYS.cardData, "jwe");
}
