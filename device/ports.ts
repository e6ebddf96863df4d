import type { KeyClass } from "#contracts/device-package";
import type { PublicJwk } from "#contracts/ports";
import type { Fact } from "#protocol/diagnosis";

/** A card as it lies on the device: everything secret is still sealed to the device's key. */
export interface StoredCard {
  readonly tokenRef: string;
  readonly passId: string;
  /** DeviceData as JWE. */
  readonly dataJwe: string;
}

/** One single-use key, sealed. */
export interface StoredKey {
  readonly keyClass: Exclude<KeyClass, "secureElement">;
  readonly atc: number;
  readonly keyJwe: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * What survives a crash. Each change is durable when its promise resolves, and whole: a crash leaves it done or not done.
 * `takeCounter` and `takeKey` are the promise that no ATC is used twice: they are awaited before anything is computed,
 * so a crash wastes an ATC and never repeats one.
 */
export interface DeviceStorage {
  cards(): Promise<readonly StoredCard[]>;
  /** Adds or replaces by tokenRef. */
  saveCard(card: StoredCard): Promise<void>;
  /** Removes the card and its keys. Its counter stays: a card that comes back goes on where it stopped. */
  removeCard(tokenRef: string): Promise<void>;
  /** Adds keys; an ATC that is there or was ever taken is left out. */
  addKeys(tokenRef: string, keys: readonly StoredKey[]): Promise<void>;
  /** Keys that have not expired: only they can pay. */
  keysLeft(tokenRef: string, now: number): Promise<number>;
  /** Takes the unexpired key with the lowest ATC out, in one durable step. */
  takeKey(tokenRef: string, keyClass: StoredKey["keyClass"], now: number): Promise<StoredKey | undefined>;
  /** The next ATC of a secure-element card, from 1; reserved durably. */
  takeCounter(tokenRef: string): Promise<number>;
}

/**
 * The key pair that packages are sealed to. In a browser the private half is wrapped under the passkey's PRF output and
 * `unlock` carries that output; a headless device keeps it in a file and needs none.
 */
export interface DeviceKeys {
  readonly publicKey: PublicJwk;
  /** Plain bytes, or undefined when the JWE does not open with this unlock. */
  openJwe(compact: string, unlock: Uint8Array): Promise<Uint8Array | undefined>;
}

/** What the device saw and could not tell yet. Each change is durable when its promise resolves. */
export interface DeviceJournal {
  add(fact: Fact): Promise<void>;
  /** Oldest first. */
  pending(): Promise<readonly Fact[]>;
  /** The oldest so many have been told. */
  drop(count: number): Promise<void>;
}
