import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compactDecrypt, importJWK } from "jose";
import type { Calls } from "#contracts/operation";
import type { Clock, PublicJwk } from "#contracts/ports";
import { problem } from "#contracts/problem";
import {
  type DeviceFacts,
  type WalletDeviceApi,
  type WalletSignInApi,
  walletDeviceApi,
  walletSignInApi,
} from "#contracts/wallet-api";
import type { DeviceKeys } from "#device/secure-element";
import { createWallet, type Wallet } from "#device/wallet";
import { httpCalls } from "#platform/calls";
import { systemClock } from "#platform/clock";
import { type FileDeviceStorage, openDeviceStorage } from "#platform/device-storage";
import { nodeCipher, sealer } from "#platform/keystore";
import { systemRandom } from "#platform/random";
import { err, type Result } from "#protocol/bytes";
import { type DeviceModel, deviceModel } from "#protocol/devices";
import { openFactJournal } from "./fact-journal.ts";
import { holdToField } from "./field-client.ts";
import { createSoftwarePasskey, type SoftwarePasskey } from "./software-passkey.ts";

/** A phone without a screen: signs in by a software passkey, keeps its keys in a folder, pays over the field's WebSocket. */
export interface HeadlessPhone {
  readonly deviceId: string;
  /** Where it keeps its key and its cards. */
  readonly folder: string;
  readonly calls: Calls<WalletDeviceApi>;
  readonly wallet: Wallet;
  readonly storage: FileDeviceStorage;
  /** Signs another device in to the same account. */
  readonly passkey: SoftwarePasskey;
  readonly accountId: string;
  /** Of an account that was made here: what its holder would write down. */
  readonly recoveryCodes: readonly string[];
  /** What it says of itself; a scenario changes it. Without `online` nothing leaves it. */
  readonly facts: { -readonly [Field in Exclude<keyof DeviceFacts, "use">]: DeviceFacts[Field] };
  /** The journey of the last thing that happened on this device alone. */
  lastOwnJourney(): string | undefined;
  /** Nothing more can be kept, until there is room again. */
  setStorageFull(full: boolean): void;
  /** The holder's finger or face is not recognised, until it is again: sealed cards do not open. */
  setHolderKnown(known: boolean): void;
  /** Ends its session; it may sign in again. */
  signOut(): Promise<void>;
  signIn(): Promise<void>;
  /** Holds the armed card to a terminal. `hand` stands between the two: what happens to an answer, and when it is taken away. */
  tap(acquirerUrl: string, terminalId: string, pairingCode: string, hand?: Hand): Promise<number>;
  close(): void;
}

/** What becomes of one command to the card; a rejection takes the phone out of the field. */
export type Hand = (command: Uint8Array, answer: (command: Uint8Array) => Promise<Uint8Array>) => Promise<Uint8Array>;

export interface PhoneOptions {
  /** Where the wallet's pages come from: passkeys are bound to it. */
  readonly origin: string;
  /** Where the wallet server's API is. */
  readonly walletUrl: string;
  readonly folder: string;
  readonly name: string;
  readonly keySource: "hce" | "secureElement";
  /** Of an account that is there; absent: a new account with a new passkey. */
  readonly passkey?: SoftwarePasskey;
  /** A code that another device of an account shows: this one joins it with a passkey of its own. */
  readonly join?: { readonly joinCode: string; readonly accountName: string };
  /** A model of the catalogue. */
  readonly model?: string;
  /** What differs from a phone in good order. */
  readonly facts?: Partial<Omit<DeviceFacts, "use">>;
  readonly birthYear?: number;
  /** Of a sandbox; the machine's when absent. */
  readonly clock?: Clock;
  /** Of a sandbox: what goes wrong on the way to the wallet server. */
  readonly through?: (calls: Calls<WalletDeviceApi>) => Calls<WalletDeviceApi>;
  /** An account without them has no second factor. */
  readonly withoutRecoveryCodes?: boolean;
}

const MODEL = "phone-10";

export async function openHeadlessPhone(options: PhoneOptions): Promise<HeadlessPhone> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const keys = deviceKeys(join(options.folder, "device.key"));
  const storage = openDeviceStorage(join(options.folder, "cards.journal"));
  const signIn: Calls<WalletSignInApi> = httpCalls(walletSignInApi, { baseUrl: `${options.walletUrl}/wallet` });
  const passkey = options.passkey ?? createSoftwarePasskey(options.origin);
  const context = () => ({ journeyId: systemRandom.uuid(), idempotencyKey: systemRandom.uuid() });

  const journal = openFactJournal(join(options.folder, "facts.journal"));
  const model = options.model ?? MODEL;
  const known = deviceModel(model);
  const facts = { ...inGoodOrder(model, known), ...options.facts };

  async function signInAgain() {
    const { ceremonyId, options: asked } = must(await signIn.signInOptions({}, context()));
    return must(await signIn.signIn({ ceremonyId, response: passkey.signIn(asked) }, context()));
  }

  async function openSession() {
    if (options.passkey !== undefined) return signInAgain();
    if (options.join !== undefined) {
      const { ceremonyId, options: asked } = must(await signIn.joinOptions(options.join, context()));
      return must(await signIn.join({ ceremonyId, response: passkey.register(asked) }, context()));
    }
    const { name, birthYear } = options;
    const asked = { name, ...(birthYear === undefined ? {} : { birthYear }) };
    const begun = must(await signIn.registerOptions(asked, context()));
    const response = passkey.register(begun.options);
    return must(await signIn.register({ ceremonyId: begun.ceremonyId, response }, context()));
  }

  const { through = (calls) => calls } = options;
  const callsWith = (bearer: string) =>
    through(httpCalls(walletDeviceApi, { baseUrl: `${options.walletUrl}/wallet`, bearer }));
  const { accessToken, accountId } = await openSession();
  let signedIn = callsWith(accessToken);
  const calls = whileOnline(facts, () => signedIn);
  const isNew = options.passkey === undefined && options.join === undefined && options.withoutRecoveryCodes !== true;
  const recoveryCodes = isNew ? must(await calls.makeRecoveryCodes({}, context())).codes : [];
  const { deviceId } = must(
    await calls.enrolDevice(
      {
        name: options.name,
        kind: known?.kind ?? "phone",
        model,
        keySource: options.keySource,
        publicKey: keys.publicKey,
      },
      context(),
    ),
  );
  let full = false;
  let holderKnown = true;
  const wallet = createWallet({
    calls,
    storage: {
      ...storage,
      async saveCard(card) {
        if (full) throw new Error("no space left on device");
        await storage.saveCard(card);
      },
    },
    keys: { ...keys, openJwe: async (...sealed) => (holderKnown ? keys.openJwe(...sealed) : undefined) },
    sealer,
    clock: options.clock ?? systemClock,
    random: systemRandom,
    cipher: nodeCipher,
    about: () => ({ ...facts }),
    journal,
  });
  return {
    deviceId,
    accountId,
    recoveryCodes,
    facts,
    folder: options.folder,
    calls,
    wallet,
    storage,
    passkey,
    setStorageFull(is) {
      full = is;
    },
    setHolderKnown(known) {
      holderKnown = known;
    },
    async signOut() {
      must(await calls.signOut({}, context()));
    },
    async signIn() {
      signedIn = callsWith((await signInAgain()).accessToken);
    },
    lastOwnJourney: () => journal.last()?.journeyId,
    tap(acquirerUrl, terminalId, pairingCode, hand = (command, answer) => answer(command)) {
      const url = `${acquirerUrl.replace(/^http/, "ws")}/field/${terminalId}?code=${pairingCode}`;
      return holdToField(url, (apdu) => hand(apdu, (command) => wallet.applet.process(command)));
    },
    close: () => storage.close(),
  };
}

function inGoodOrder(model: string, known: DeviceModel | undefined): Omit<DeviceFacts, "use"> {
  const osVersion = known?.advisedOs ?? "1";
  return { model, osVersion, passcodeOn: true, biometricOn: true, integrity: true, online: true };
}

/** A device without a connection hears nothing, and nothing leaves it. */
function whileOnline(facts: { readonly online: boolean }, calls: () => Calls<WalletDeviceApi>): Calls<WalletDeviceApi> {
  const cut = Object.keys(walletDeviceApi).map((name) => [
    name,
    async (...asked: never[]) =>
      facts.online
        ? (calls()[name as keyof WalletDeviceApi] as (...asked: never[]) => Promise<unknown>)(...asked)
        : err(problem("peerUnavailable", { detail: "the device is offline" })),
  ]);
  return Object.fromEntries(cut) as Calls<WalletDeviceApi>;
}

/** The device's key pair, in a file of its owner's. A headless device has no finger to wrap it under. */
function deviceKeys(file: string): DeviceKeys {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(file, JSON.stringify(privateKey.export({ format: "jwk" })), { mode: 0o600 });
  }
  const jwk = JSON.parse(readFileSync(file, "utf8")) as Pick<PublicJwk, "kty" | "crv" | "x" | "y"> & { d: string };
  const key = importJWK(jwk, "ECDH-ES+A256KW");
  return {
    publicKey: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y },
    async openJwe(compact) {
      try {
        return (await compactDecrypt(compact, await key)).plaintext;
      } catch {
        return undefined;
      }
    },
  };
}

/** For a scenario that cannot go on: the refusal's code is the message. */
export function must<T>(result: Result<T, { readonly code: string; readonly at?: string | undefined }>): T {
  if (!result.ok)
    throw new Error(`refused: ${result.error.code}${result.error.at === undefined ? "" : ` at ${result.error.at}`}`);
  return result.value;
}
