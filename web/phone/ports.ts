import type { Calls } from "#contracts/operation";
import type { Clock, Random, Sealer, Timers } from "#contracts/ports";
import type {
  DeviceFacts,
  NoticeView,
  PassView,
  WalletDeviceApi,
  WalletEvent,
  WalletSignInApi,
} from "#contracts/wallet-api";
import type { DeviceJournal, DeviceKeys, DeviceStorage } from "#device/secure-element";
import type { Result } from "#protocol/bytes";
import type { DeviceModel } from "#protocol/devices";
import type { NewKeys, WrappedKey } from "../adapters/device-keys.ts";
import type { DeviceRecords } from "../adapters/device-record.ts";

/** What a passkey ceremony gave. `prf` is this page's secret and is wiped by whoever uses it. */
export interface Proof {
  readonly credentialId: string;
  /** For the wallet server; holds no extension results. */
  readonly response: Record<string, unknown>;
  readonly prf?: Uint8Array;
}

/** `refused`: the holder said no, was not verified, or took too long. */
export type PasskeyFault = "refused" | "unsupported" | "wrongAddress" | "failed";

export interface Passkey {
  create(options: Record<string, unknown>): Promise<Result<Proof, PasskeyFault>>;
  signIn(options: Record<string, unknown>): Promise<Result<Proof, PasskeyFault>>;
  /** Verifies the holder here and now, for one payment, without asking any server. */
  prove(credentialId: string, prfInput: string): Promise<Result<Proof, PasskeyFault>>;
}

/** How a hold to a terminal ended. */
export type FieldEnd = "released" | "notWaiting" | "unreachable";

export interface Field {
  /** Holds the device to a terminal: answers its APDUs until it lets go. */
  hold(terminalId: string, pairingCode: string, answer: (apdu: Uint8Array) => Promise<Uint8Array>): Promise<FieldEnd>;
}

export interface SessionRecord {
  readonly accountId: string;
  readonly name: string;
  readonly accessToken: string;
}

/** The signed-in account of this browser. Only lets read and manage cards: paying takes the passkey. */
export interface Sessions {
  read(): Promise<SessionRecord | undefined>;
  write(session: SessionRecord): Promise<void>;
  clear(): Promise<void>;
}

/** What the phone last knew, to show without a network. No secret is among it: whoever sees the screen sees as much. */
export interface KnownCards {
  readonly accountId: string;
  readonly deviceId: string;
  /** It was told that it is lost: it stays locked without a network, too. */
  readonly lost: boolean;
  readonly passes: readonly PassView[];
  readonly notices: readonly NoticeView[];
  /** When it was true. */
  readonly at: number;
}

export interface Memory {
  read(): Promise<KnownCards | undefined>;
  write(known: KnownCards): Promise<void>;
  clear(): Promise<void>;
}

/** The TSP's public key of an open binding: needed again when a reload resumes it. Not a secret. */
export interface Notebook {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
}

export interface LiveHandlers {
  onEvent(event: WalletEvent): void;
  /** The stream is up, for the first time or again: what was missed must be read. */
  onUp(): void;
  onDown(): void;
  /** The session has ended. */
  onRefused(): void;
}

export interface PhonePorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly sealer: Sealer;
  readonly passkey: Passkey;
  readonly sessions: Sessions;
  readonly memory: Memory;
  readonly notebook: Notebook;
  readonly storage: DeviceStorage;
  readonly records: DeviceRecords;
  readonly field: Field;
  readonly signIn: Calls<WalletSignInApi>;
  deviceCalls(accessToken: string, onSignedOut: () => void): Calls<WalletDeviceApi>;
  makeKeys(prf: Uint8Array | undefined): Promise<NewKeys>;
  /** For one payment on a device that keeps no keys. */
  makePaymentKeys(): Promise<DeviceKeys>;
  wrappedKeys(publicKey: NewKeys["publicKey"], wrapped: WrappedKey): DeviceKeys;
  /** Follows a device's events until stopped. */
  follow(accessToken: string, deviceId: string, handlers: LiveHandlers): () => void;
  /** Runs `work` while no other tab runs work of the same name. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  prfInputOf(options: Readonly<Record<string, unknown>>): string;
  /** What this device is in the catalogue, and what it says of itself now. */
  readonly model: DeviceModel;
  readonly about: () => Omit<DeviceFacts, "use">;
  readonly journal: DeviceJournal;
}
