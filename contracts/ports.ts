import type { Brand } from "#protocol/bytes";
import type { Explanation } from "#protocol/emv";
import type { Instant } from "#protocol/time";

/*
 * The ports several parties need. A party's own ports.ts names the few it uses; adapters in platform/ fit by shape.
 */

export interface Clock {
  now(): Instant;
}

/** Cryptographic randomness in production, a seeded source in simulation. */
export interface Random {
  bytes(length: number): Uint8Array;
  /** RFC 9562 version 4. */
  uuid(): string;
  /** A whole number in 0..below-1, without bias. */
  below(limit: number): number;
}

export type Cancel = () => void;

export interface Timers {
  /** Runs `work` once after `delayMs`; the returned function takes it back. */
  after(delayMs: number, work: () => void): Cancel;
}

/** Structured log. `fields` never carry a PAN, key or code: adapters redact as a second net, not as the first. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
  /** The same log with fields that every line of it carries. */
  with(fields: Readonly<Record<string, unknown>>): Log;
}

/**
 * A party's own database. Columns of time are bigint epoch milliseconds; int8 comes back as `bigint`, bytea as
 * Uint8Array, jsonb parsed. Parameters may be string, number, bigint, boolean, Uint8Array, null, or arrays of these.
 */
export interface Db extends Queries {
  /** Commits when `work` resolves, rolls back when it throws. Durable once the promise resolves. */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
}

export interface Queries {
  /** `name` set: a prepared statement, planned once a connection. Use it on every hot path. */
  query<Row extends object>(statement: Statement, parameters?: readonly SqlValue[]): Promise<readonly Row[]>;
}

export interface Statement {
  readonly text: string;
  readonly name?: string;
}

export type SqlScalar = string | number | bigint | boolean | Uint8Array | null;
export type SqlValue = SqlScalar | readonly SqlScalar[];

/** Forward-only, numbered from 1 without gaps. `sql` may hold several statements. The party's schema is the search path. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Group commit. Items that arrive while a lane's batch is in flight wait and go together in the next one, in arrival
 * order; a lane has one batch in flight and none lingers. `commit` answers each item by position and resolves only
 * once the batch is durable; when it throws, every item of the batch fails with that error.
 */
export interface GroupCommit {
  create<Item, Answer>(options: GroupCommitOptions<Item, Answer>): (item: Item) => Promise<Answer>;
}

export interface GroupCommitOptions<Item, Answer> {
  readonly lanes: number;
  readonly maxBatch: number;
  /** Items with one shard always take the same lane. */
  readonly shardOf: (item: Item) => number;
  readonly commit: (items: readonly Item[]) => Promise<readonly Answer[]>;
}

/** One peer, however often the wire under it is cut and made again. */
export interface Link {
  start(handlers: LinkHandlers): void;
  /** False when the wire is down: the frame was not sent. */
  send(frame: Uint8Array): boolean;
  /** Tells `onDown` when the wire was up, and nothing after that. */
  stop(): Promise<void>;
}

export interface LinkHandlers {
  onFrame(frame: Uint8Array): void;
  onUp(): void;
  onDown(): void;
}

/** The listening side of links: whole frames in, whole frames out. A handler never throws; if it does, that peer is cut. */
export interface LinkServer {
  start(handlers: LinkServerHandlers): Promise<void>;
  stop(): Promise<void>;
}

export interface Peer {
  readonly id: string;
  send(frame: Uint8Array): boolean;
  close(): void;
}

export interface LinkServerHandlers {
  onOpen(peer: Peer): void;
  onFrame(peer: Peer, frame: Uint8Array): void;
  onClose(peer: Peer): void;
}

/** A key is a handle with a use; its bytes stay in the store except where a method says so. */
export type KeyName = Brand<string, "KeyName">;
export function keyName(text: string): KeyName {
  return text as KeyName;
}

export type KeyUse =
  | "aead" // AES-256-GCM, 32 bytes
  | "hmac" // HMAC-SHA-256, 32 bytes
  | "imkAc" // issuer master key for application cryptograms, two-key 3DES, 16 bytes
  | "jwe" // P-256 key agreement, ECDH-ES+A256KW with A256GCM
  | "pass" // P-256 key agreement, push provisioning
  | "sign"; // P-256, ECDSA with SHA-256
/** Uses whose keys are pairs, and have a point to show. */
export type PairUse = Extract<KeyUse, "jwe" | "pass" | "sign">;

export interface KeyInfo {
  readonly name: KeyName;
  readonly use: KeyUse;
  readonly version: number;
  /** Key check value, hex; for `jwe` the RFC 7638 thumbprint. */
  readonly checkValue: string;
}

export interface KeyStore {
  list(): readonly KeyInfo[];
  /** Generates the key when it is missing; durable before it returns. */
  ensure(name: KeyName, use: KeyUse): KeyInfo;
  /** Brings in key bytes (test keys, migration). Refuses another key under a taken name. */
  importKey(name: KeyName, use: Exclude<KeyUse, PairUse>, bytes: Uint8Array): KeyInfo;
  /** nonce(12) ‖ ciphertext ‖ tag(16), bound to `context`. */
  seal(name: KeyName, plain: Uint8Array, context: string): Uint8Array;
  /** Undefined when the seal does not hold. */
  open(name: KeyName, sealed: Uint8Array, context: string): Uint8Array | undefined;
  hmac(name: KeyName, data: Uint8Array): Uint8Array;
  /** True when the cryptogram fits; constant-time. PBOC: option A card key, PBOC session key, padding 2, MAC algorithm 3. */
  verifyArqc(name: KeyName, request: ArqcRequest): boolean;
  /**
   * How an ARQC is checked. Present only in a store that was opened for it: whoever may ask what a cryptogram should be can
   * make one.
   */
  explainArqc?(name: KeyName, request: ArqcRequest): ArqcExplanation;
  /** Which computation other than the right one gives an ARQC. Takes its time; present like `explainArqc`. */
  searchArqc?(name: KeyName, request: ArqcRequest & { readonly iad: Uint8Array }): Explanation;
  /** 16-byte PBOC session keys, one an ATC, for a device's single-use keys: leave only inside a JWE to that device; the caller wipes them. */
  deriveSessionKeys(name: KeyName, card: CardKeyId, atcs: readonly number[]): readonly Uint8Array[];
  /** 16-byte card key (UDK) for personalising a secure element: leaves only inside a JWE to that element; the caller wipes it. */
  deriveCardKey(name: KeyName, card: CardKeyId): Uint8Array;
  /** Public half as JWK with `kid`, `use: "enc"` and `alg`. */
  publicJwk(name: KeyName): PublicJwk;
  /** Plain bytes of a compact JWE made to `publicJwk(name)`, or undefined when it does not open. */
  openJwe(name: KeyName, compact: string): Promise<Uint8Array | undefined>;
  /** Of a `pass` or `sign` key: 65 bytes, uncompressed. */
  publicPoint(name: KeyName): Uint8Array;
  /** ECDSA over SHA-256 of `data`, DER. */
  sign(name: KeyName, data: Uint8Array): Uint8Array;
  /** Plain bytes of a push-provisioning pass sealed to `publicPoint(name)`, or undefined when it does not open. */
  openPass(name: KeyName, ephemeralPoint: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** The bank's side of push provisioning: checks the wallet's certificates and seals to the leaf. */
export interface PassSealer {
  /**
   * @param root the DER certificate the bank trusts, got from the TSP itself.
   * @param chain leaf and what signed it, as the wallet gave them. Undefined: it does not lead to the root, is not in time,
   *   or is not meant for passes.
   */
  sealPass(
    root: Uint8Array,
    chain: readonly Uint8Array[],
    plain: Uint8Array,
    now: Instant,
  ): { readonly sealed: Uint8Array; readonly ephemeralPoint: Uint8Array } | undefined;
}

export interface CardKeyId {
  /** Digits of the number the key is derived from: the token PAN. */
  readonly pan: string;
  /** Two digits, tag 5F34. */
  readonly psn: string;
}

export interface ArqcRequest extends CardKeyId {
  readonly atc: number;
  /** The 37 bytes of CVN 01 (spec emv-crypto §4). */
  readonly data: Uint8Array;
  readonly arqc: Uint8Array;
}

export interface ArqcExplanation {
  readonly master: KeyInfo;
  /** Of the keys derived for this check, hex. */
  readonly cardCheckValue: string;
  readonly sessionCheckValue: string;
  /** 8 bytes. */
  readonly expected: Uint8Array;
}

export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid?: string | undefined;
  readonly use?: "enc" | undefined;
  readonly alg?: string | undefined;
}

/** Encrypts to somebody else's public key. Compact JWE, ECDH-ES+A256KW, A256GCM. */
export interface Sealer {
  sealTo(recipient: PublicJwk, plain: Uint8Array): Promise<string>;
}

/** Sends one text to one phone. The bank decides what; the adapter (inbox, SMPP) decides how. */
export interface MessageSender {
  /** `id` makes a repeat harmless. Rejects when the carrier did not take it. */
  send(message: {
    readonly id: string;
    readonly toMobile: string;
    readonly text: string;
    readonly at: Instant;
  }): Promise<void>;
  /** What the carrier says of a text after it took it, where it says anything. The returned function ends the listening. */
  receipts?(listener: (receipt: DeliveryReceipt) => void): Cancel;
}

/** The carrier's word on one text. `id` is the one it was sent with. */
export interface DeliveryReceipt {
  readonly id: string;
  readonly delivered: boolean;
  /** The carrier's own word for why not: "UNDELIV", "EXPIRED", "REJECTD". */
  readonly reason?: string;
}
