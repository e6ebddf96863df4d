import * as v from "valibot";
import type { CardData, Language } from "#contracts/common";
import { DeviceData, type SealedKeyBatch } from "#contracts/device-package";
import type { CallContext, Calls } from "#contracts/operation";
import type { Clock, PublicJwk, Random, Sealer } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { BindingView, PassView, WalletDeviceApi } from "#contracts/wallet-api";
import { err, fromUtf8, ok, type Result, toUtf8 } from "#protocol/bytes";
import type { CardCipher } from "#protocol/crypto";
import type { DeviceKeys, DeviceStorage } from "../ports.ts";
import { type Applet, cardKeySource, createApplet, singleUseKeySource } from "../secure-element/index.ts";

export interface WalletPorts {
  readonly calls: Calls<WalletDeviceApi>;
  readonly storage: DeviceStorage;
  readonly keys: DeviceKeys;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly random: Random;
  readonly cipher: CardCipher;
}

/** The wallet on one device: binds cards, keeps their sealed data and keys, and arms one for a payment. */
export interface Wallet {
  readonly applet: Applet;
  startBinding(deviceId: string, language: Language): ReturnType<Calls<WalletDeviceApi>["startBinding"]>;
  /** Seals what the holder typed to the TSP: nobody on the way can read it. */
  submitCard(bindingId: string, cardKey: PublicJwk, card: CardData): Promise<Result<BindingView, Problem>>;
  submitCode(bindingId: string, cardKey: PublicJwk, code: string): ReturnType<Calls<WalletDeviceApi>["submitCode"]>;
  /** Fetches what the token needs on this device. Safe to repeat: used and known keys are left out. */
  provision(pass: PassView): Promise<Result<PassView, Problem>>;
  /**
   * Opens a card for one payment, after the holder proved himself: `unlock` is what only the passkey gives.
   * `wrongState`: not on this device, not active, or out of keys.
   */
  arm(pass: PassView, unlock: Uint8Array): Promise<Result<"armed", Problem>>;
  disarm(): void;
  /** Fetches keys when few are left. */
  refill(pass: PassView): Promise<Result<"refilled" | "enough", Problem>>;
  /** Follows the wallet server: a card that was removed there loses its keys here at once. */
  follow(passes: readonly PassView[]): Promise<void>;
}

const KEYS_LOW = 4;
const KEYS_A_BATCH = 10;

export function createWallet(ports: WalletPorts): Wallet {
  const { calls, storage, keys, sealer, clock, random, cipher } = ports;
  const applet = createApplet(cipher);
  /** Cards that make their own keys, as opening them has shown. */
  const selfKeyed = new Set<string>();
  const context = (journeyId: string): CallContext => ({ journeyId, idempotencyKey: random.uuid() });
  const sealJson = (to: PublicJwk, value: unknown) => sealer.sealTo(to, fromUtf8(JSON.stringify(value)));

  async function keep(tokenRef: string, batch: SealedKeyBatch): Promise<void> {
    await storage.addKeys(
      tokenRef,
      batch.keys.map(({ atc, keyJwe }) => ({ keyClass: batch.keyClass, atc, keyJwe, expiresAt: batch.expiresAt })),
    );
  }

  return {
    applet,
    startBinding: (deviceId, language) =>
      calls.startBinding(
        { deviceId, facts: { passcodeOn: true, biometricOn: true, online: true, osVersion: "kabao" }, language },
        context(deviceId),
      ),
    async submitCard(bindingId, cardKey, card) {
      return calls.submitCard({ bindingId, cardJwe: await sealJson(cardKey, card) }, context(bindingId));
    },
    async submitCode(bindingId, cardKey, code) {
      return calls.submitCode({ bindingId, codeJwe: await sealJson(cardKey, { code }) }, context(bindingId));
    },
    async provision(pass) {
      const { passId } = pass;
      const { tokenRef } = pass.token;
      const fetched = await calls.collectPackage({ passId }, context(passId));
      if (!fetched.ok) return fetched;
      await storage.saveCard({ tokenRef, passId, dataJwe: fetched.value.dataJwe });
      if (fetched.value.batch !== undefined) await keep(tokenRef, fetched.value.batch);
      return calls.confirmProvisioned({ passId }, context(passId));
    },
    async arm(pass, unlock) {
      const { tokenRef, status } = pass.token;
      const stored = (await storage.cards()).find((card) => card.tokenRef === tokenRef);
      if (stored === undefined || status !== "active") return err(problem("wrongState", { at: "passId" }));
      const plain = await keys.openJwe(stored.dataJwe, unlock);
      const text = plain === undefined ? undefined : toUtf8(plain);
      const data = text === undefined ? undefined : v.safeParse(DeviceData, JSON.parse(text));
      if (data?.success !== true)
        return err(problem("forbidden", { detail: "the card does not open with this passkey" }));
      const { udkHex } = data.output;
      if (udkHex !== undefined) selfKeyed.add(tokenRef);
      if (udkHex === undefined && (await storage.keysLeft(tokenRef, clock.now())) === 0)
        return err(problem("wrongState", { detail: "no keys left: connect to fetch more" }));
      const source =
        udkHex === undefined
          ? singleUseKeySource(storage, tokenRef, "user", clock.now(), keys, unlock)
          : cardKeySource(storage, tokenRef, udkHex, cipher);
      applet.arm({
        data: data.output,
        keyClass: udkHex === undefined ? "user" : "secureElement",
        keys: source,
        holderVerified: true,
      });
      return ok("armed");
    },
    disarm: () => applet.disarm(),
    async refill(pass) {
      const { tokenRef } = pass.token;
      const stored = (await storage.cards()).find((card) => card.tokenRef === tokenRef);
      if (
        stored === undefined ||
        selfKeyed.has(tokenRef) ||
        (await storage.keysLeft(tokenRef, clock.now())) >= KEYS_LOW
      )
        return ok("enough");
      const more = await calls.replenish({ passId: pass.passId, count: KEYS_A_BATCH }, context(pass.passId));
      if (!more.ok) return more;
      await keep(tokenRef, more.value.batch);
      return ok("refilled");
    },
    async follow(passes) {
      const live = new Set(passes.filter((pass) => pass.token.status !== "deleted").map((pass) => pass.token.tokenRef));
      for (const card of await storage.cards()) if (!live.has(card.tokenRef)) await storage.removeCard(card.tokenRef);
    },
  };
}
