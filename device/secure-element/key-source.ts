import * as v from "valibot";
import { SingleUseKey } from "#contracts/device-package";
import type { Clock } from "#contracts/ports";
import { hexBytes, toUtf8, wipe } from "#protocol/bytes";
import type { CardCipher } from "#protocol/crypto";
import { derivePbocSessionKey } from "#protocol/emv";
import type { DeviceKeys, DeviceStorage, StoredKey } from "../ports.ts";

/** An ATC that is spent from now on, with the session key that belongs to it. The applet wipes the key. */
export interface ReservedKey {
  readonly atc: number;
  readonly sessionKey: Uint8Array;
}

/** Where session keys come from. `reserve` makes the ATC durable before it computes anything. */
export interface KeySource {
  /** Undefined: no key left (ask for more), or the card's counter is at its end. */
  reserve(): Promise<ReservedKey | undefined>;
  /** Forgets what it holds in the clear. */
  wipe(): void;
}

const ATC_MAX = 0xffff;

/** A secure element: the card key lives inside and derives each session key. */
export function cardKeySource(storage: DeviceStorage, tokenRef: string, udkHex: string, cipher: CardCipher): KeySource {
  const cardKey = hexBytes(udkHex);
  return {
    async reserve() {
      const atc = await storage.takeCounter(tokenRef);
      return atc > ATC_MAX ? undefined : { atc, sessionKey: derivePbocSessionKey(cardKey, atc, cipher) };
    },
    wipe: () => wipe(cardKey),
  };
}

/** Host card emulation: one key an ATC, taken out of storage first and only then opened. */
export function singleUseKeySource(
  storage: DeviceStorage,
  tokenRef: string,
  keyClass: StoredKey["keyClass"],
  now: number,
  keys: DeviceKeys,
  unlock: Uint8Array,
): KeySource {
  const held = unlock.slice();
  return {
    async reserve() {
      const taken = await storage.takeKey(tokenRef, keyClass, now);
      if (taken === undefined) return undefined;
      const sessionKey = await openKey(tokenRef, taken, keys, held);
      return sessionKey === undefined ? undefined : { atc: taken.atc, sessionKey };
    },
    wipe: () => wipe(held),
  };
}

/**
 * One key that was fetched for one payment and lies nowhere but here: it goes with this object, so no counter of it can come
 * again. Undefined: it is another token's, or does not open.
 */
export async function fetchedKeySource(
  tokenRef: string,
  fetched: Pick<StoredKey, "atc" | "keyJwe" | "expiresAt">,
  keys: DeviceKeys,
  clock: Clock,
): Promise<KeySource | undefined> {
  const { atc, expiresAt } = fetched;
  let sessionKey = await openKey(tokenRef, fetched, keys, new Uint8Array());
  if (sessionKey === undefined) return undefined;
  const forget = () => {
    if (sessionKey !== undefined) wipe(sessionKey);
    sessionKey = undefined;
  };
  return {
    async reserve() {
      if (sessionKey === undefined || expiresAt <= clock.now()) return undefined;
      const taken = sessionKey;
      // The applet wipes it from here on.
      sessionKey = undefined;
      return { atc, sessionKey: taken };
    },
    wipe: forget,
  };
}

async function openKey(
  tokenRef: string,
  { atc, keyJwe }: Pick<StoredKey, "atc" | "keyJwe">,
  keys: DeviceKeys,
  unlock: Uint8Array,
): Promise<Uint8Array | undefined> {
  const plain = await keys.openJwe(keyJwe, unlock);
  const text = plain === undefined ? undefined : toUtf8(plain);
  const key = text === undefined ? undefined : v.safeParse(SingleUseKey, JSON.parse(text));
  if (key?.success !== true || key.output.tokenRef !== tokenRef || key.output.atc !== atc) return undefined;
  return hexBytes(key.output.keyHex);
}
