import * as v from "valibot";
import { SingleUseKey } from "#contracts/device-package";
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
      const plain = await keys.openJwe(taken.keyJwe, held);
      const text = plain === undefined ? undefined : toUtf8(plain);
      const key = text === undefined ? undefined : v.safeParse(SingleUseKey, JSON.parse(text));
      if (key?.success !== true || key.output.tokenRef !== tokenRef || key.output.atc !== taken.atc) return undefined;
      return { atc: taken.atc, sessionKey: hexBytes(key.output.keyHex) };
    },
    wipe: () => wipe(held),
  };
}
