import * as v from "valibot";
import { CardData, type Language } from "#contracts/common";
import { DeviceData, type OneTimePackage, type SealedKeyBatch } from "#contracts/device-package";
import type { CallContext, Calls } from "#contracts/operation";
import type { Clock, PublicJwk, Random, Sealer } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { BindingView, DeviceFacts, PassView, WalletDeviceApi } from "#contracts/wallet-api";
import { err, fromUtf8, ok, type Result, toUtf8 } from "#protocol/bytes";
import type { CardCipher } from "#protocol/crypto";
import type { Cause, Fact, Stage, Step } from "#protocol/diagnosis";
import { Pan } from "#protocol/pan";
import type { DeviceJournal, DeviceKeys, DeviceStorage } from "../ports.ts";
import {
  type Applet,
  cardKeySource,
  createApplet,
  fetchedKeySource,
  singleUseKeySource,
} from "../secure-element/index.ts";

export interface WalletPorts {
  readonly calls: Calls<WalletDeviceApi>;
  readonly storage: DeviceStorage;
  readonly keys: DeviceKeys;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly random: Random;
  readonly cipher: CardCipher;
  /** What the device says of itself at this moment. */
  readonly about: () => Omit<DeviceFacts, "use">;
  /** False: nothing here is sealed under the holder's finger, so no payment key is kept; `armWith` opens what was fetched. */
  readonly keepsKeys?: boolean;
  /** Where facts wait until they can be told; in memory when absent. */
  readonly journal?: DeviceJournal;
}

/** The wallet on one device: binds cards, keeps their sealed data and keys, and arms one for a payment. */
export interface Wallet {
  readonly applet: Applet;
  startBinding(
    deviceId: string,
    language: Language,
    use?: DeviceFacts["use"],
  ): ReturnType<Calls<WalletDeviceApi>["startBinding"]>;
  /**
   * Seals what the holder typed, or the camera read, to the TSP: nobody on the way can read it. What cannot be right
   * stays here: `badCard` at `pan`, `badRequest` at any other field.
   */
  submitCard(
    bindingId: string,
    cardKey: PublicJwk,
    card: CardData,
    source?: "typed" | "camera",
  ): Promise<Result<BindingView, Problem>>;
  submitCode(bindingId: string, cardKey: PublicJwk, code: string): ReturnType<Calls<WalletDeviceApi>["submitCode"]>;
  /** Fetches what the token needs on this device. Safe to repeat: used and known keys are left out. */
  provision(pass: PassView): Promise<Result<PassView, Problem>>;
  /**
   * Opens a card for one payment, after the holder proved himself: `unlock` is what only the passkey gives.
   * `wrongState`: not on this device, not active, or out of keys.
   */
  arm(pass: PassView, unlock: Uint8Array): Promise<Result<"armed", Problem>>;
  /**
   * The same with what was fetched for this one payment, after the wallet server checked the holder's passkey. `keys` is the
   * pair that it was sealed to and lives no longer than the payment.
   */
  armWith(pass: PassView, fetched: OneTimePackage, keys: DeviceKeys): Promise<Result<"armed", Problem>>;
  disarm(): void;
  /** Fetches keys when few are left. */
  refill(pass: PassView): Promise<Result<"refilled" | "enough", Problem>>;
  /** Follows the wallet server: a card that was removed there loses its keys here at once, one that was stopped is disarmed. */
  follow(passes: readonly PassView[]): Promise<void>;
  /**
   * First contact after a time without, and any later one: tells what happened here, learns what happened there, and fetches
   * what is missing of active cards.
   */
  sync(deviceId: string): Promise<Result<readonly PassView[], Problem>>;
  /** Keeps what happened on the device for the next contact. */
  saw(what: DeviceSaw): Promise<void>;
}

export interface DeviceSaw {
  readonly journeyId: string;
  readonly stage: Stage;
  readonly code: Cause | Step;
  readonly outcome: Fact["outcome"];
  readonly data?: Fact["data"];
}

/** What keeps the wallet server from opening a journey at all. */
const NOT_EVEN_BEGUN: Readonly<Partial<Record<Problem["code"], Cause>>> = {
  peerUnavailable: "walletServiceDown",
  notSignedIn: "notSignedIn",
};
/** So long a confirmation holds. */
const CONFIRMED_MS = 60_000;
const KEYS_LOW = 4;
const KEYS_A_BATCH = 10;
const FACTS_A_REPORT = 64;
/** What unlocks a key pair that lies open in memory. */
const NOTHING = new Uint8Array();

export function createWallet(ports: WalletPorts): Wallet {
  const { calls, storage, keys, sealer, clock, random, cipher } = ports;
  const journal = ports.journal ?? memoryJournal();
  const applet = createApplet(cipher);
  /** The card within reach of a reader. */
  let armed: string | undefined;
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

  async function saw({ data = {}, ...what }: DeviceSaw): Promise<void> {
    await journal.add({ ...what, at: clock.now(), party: "device", data });
  }

  /** It failed here, before anything left the device. */
  async function failed(journeyId: string, stage: Stage, cause: Cause, said: Problem): Promise<Result<never, Problem>> {
    await saw({ journeyId, stage, code: cause, outcome: "failed" });
    return err({ ...said, cause });
  }

  function disarm(): void {
    armed = undefined;
    applet.disarm();
  }

  async function provision(pass: PassView): Promise<Result<PassView, Problem>> {
    const { passId } = pass;
    if (ports.keepsKeys === false) return calls.confirmProvisioned({ passId }, context(passId));
    const { tokenRef } = pass.token;
    const fetched = await calls.collectPackage({ passId }, context(passId));
    if (!fetched.ok) return fetched;
    try {
      await storage.saveCard({ tokenRef, passId, dataJwe: fetched.value.dataJwe });
      if (fetched.value.batch !== undefined) await keep(tokenRef, fetched.value.batch);
    } catch {
      return failed(
        passId,
        "issue",
        "deviceStorageFailed",
        problem("internal", { detail: "the device could not keep it" }),
      );
    }
    return calls.confirmProvisioned({ passId }, context(passId));
  }

  async function openCard(tokenRef: string, unlock: Uint8Array): Promise<DeviceData | undefined> {
    const stored = (await storage.cards()).find((card) => card.tokenRef === tokenRef);
    return dataOf(stored === undefined ? undefined : await keys.openJwe(stored.dataJwe, unlock));
  }

  async function follow(passes: readonly PassView[]): Promise<void> {
    const live = new Set(passes.filter((pass) => pass.token.status !== "deleted").map((pass) => pass.token.tokenRef));
    const active = new Set(passes.filter((pass) => pass.token.status === "active").map((pass) => pass.token.tokenRef));
    if (armed !== undefined && !active.has(armed)) disarm();
    for (const card of await storage.cards()) if (!live.has(card.tokenRef)) await storage.removeCard(card.tokenRef);
  }

  /** In batches; where one of a batch is refused, one by one, so that it takes no others with it. */
  async function report(deviceId: string): Promise<Result<unknown, Problem>> {
    for (let batch = FACTS_A_REPORT; ; ) {
      const facts = (await journal.pending()).slice(0, batch);
      if (facts.length === 0) return ok("told");
      const told = await calls.reportFacts({ deviceId, facts }, context(deviceId));
      const never = !told.ok && (told.error.code === "badRequest" || told.error.code === "notFound");
      if (!told.ok && !never) return told;
      if (never && facts.length > 1) batch = 1;
      else await journal.drop(facts.length);
    }
  }

  return {
    applet,
    saw,
    async startBinding(deviceId, language, use = "store") {
      const facts = { ...ports.about(), use };
      // A journey that nobody but this device knows of, until it can tell.
      const journeyId = random.uuid();
      if (!facts.online) return failed(journeyId, "preflight", "deviceOffline", problem("peerUnavailable"));
      const begun = await calls.startBinding({ deviceId, facts, language }, context(deviceId));
      const cause = begun.ok ? undefined : NOT_EVEN_BEGUN[begun.error.code];
      return begun.ok || cause === undefined ? begun : failed(journeyId, "preflight", cause, begun.error);
    },
    async submitCard(bindingId, cardKey, card, source = "typed") {
      const shaped = v.safeParse(CardData, card);
      const at = shaped.success ? undefined : (v.getDotPath(shaped.issues[0]) ?? "card");
      if (at === "pan" || (at === undefined && !Pan.parse(card.pan).ok))
        return failed(bindingId, "card", "panMistyped", problem("badCard", { at: "pan" }));
      if (at !== undefined) return err(problem("badRequest", { at }));
      const cardJwe = await sealJson(cardKey, card);
      return calls.submitCard({ bindingId, cardJwe, source }, context(bindingId));
    },
    async submitCode(bindingId, cardKey, code) {
      return calls.submitCode({ bindingId, codeJwe: await sealJson(cardKey, { code }) }, context(bindingId));
    },
    provision,
    async arm(pass, unlock) {
      const { tokenRef, status, expiry } = pass.token;
      const tap = `tap-${random.uuid()}`;
      const stored = (await storage.cards()).some((card) => card.tokenRef === tokenRef);
      if (!stored || status !== "active") return err(problem("wrongState", { at: "passId" }));
      let data = await openCard(tokenRef, unlock);
      if (data === undefined)
        return failed(
          tap,
          "tap",
          "userNotVerified",
          problem("forbidden", { detail: "the card does not open with this passkey" }),
        );
      // The token was renewed: what lies here is of its former life.
      if (expiry !== undefined && data.tokenExpiry !== expiry) {
        const renewed = await provision(pass);
        if (!renewed.ok) return renewed;
        data = (await openCard(tokenRef, unlock)) ?? data;
      }
      const { udkHex } = data;
      if (udkHex !== undefined) selfKeyed.add(tokenRef);
      if (udkHex === undefined && (await storage.keysLeft(tokenRef, clock.now())) === 0) {
        const expired = (await storage.keysLeft(tokenRef, 0)) > 0;
        return failed(
          tap,
          "tap",
          expired ? "payKeysExpired" : "payKeysUsedUp",
          problem("wrongState", { detail: "no keys left: connect to fetch more" }),
        );
      }
      const until = clock.now() + CONFIRMED_MS;
      const source =
        udkHex === undefined
          ? singleUseKeySource(storage, tokenRef, "user", clock.now(), keys, unlock)
          : cardKeySource(storage, tokenRef, udkHex, cipher);
      applet.arm({
        data,
        keyClass: udkHex === undefined ? "user" : "secureElement",
        keys: source,
        holderVerified: true,
        stillConfirmed: () => clock.now() <= until,
        onTooLate: () => saw({ journeyId: tap, stage: "tap", code: "confirmationStale", outcome: "failed" }),
      });
      armed = tokenRef;
      return ok("armed");
    },
    async armWith(pass, fetched, pair) {
      const { tokenRef, status } = pass.token;
      if (status !== "active") return err(problem("wrongState", { at: "passId" }));
      const data = dataOf(await pair.openJwe(fetched.dataJwe, NOTHING));
      const source = await fetchedKeySource(tokenRef, fetched, pair, clock);
      if (data?.tokenRef !== tokenRef || source === undefined)
        return err(problem("badCiphertext", { detail: "the key that came is not for this payment" }));
      applet.arm({ data, keyClass: "user", keys: source, holderVerified: true });
      armed = tokenRef;
      return ok("armed");
    },
    disarm,
    async refill(pass) {
      if (ports.keepsKeys === false) return ok("enough");
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
    follow,
    async sync(deviceId) {
      const told = await report(deviceId);
      if (!told.ok) return told;
      const answer = await calls.passes({ deviceId }, context(deviceId));
      if (!answer.ok) return answer;
      const { passes } = answer.value;
      await follow(passes);
      const now: PassView[] = [];
      for (const pass of passes) {
        const missing = pass.token.status === "active" && !pass.provisioned;
        const stored = missing ? await provision(pass) : ok(pass);
        now.push(stored.ok ? stored.value : pass);
      }
      return ok(now);
    },
  };
}

function dataOf(plain: Uint8Array | undefined): DeviceData | undefined {
  const text = plain === undefined ? undefined : toUtf8(plain);
  const data = text === undefined ? undefined : v.safeParse(DeviceData, JSON.parse(text));
  return data?.success === true ? data.output : undefined;
}

function memoryJournal(): DeviceJournal {
  let facts: readonly Fact[] = [];
  return {
    async add(fact) {
      facts = [...facts, fact];
    },
    pending: async () => facts,
    async drop(count) {
      facts = facts.slice(count);
    },
  };
}
