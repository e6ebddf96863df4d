import type { DeviceData, SealedKeyBatch, SingleUseKey } from "#contracts/device-package";
import type { Calls } from "#contracts/operation";
import type { PublicJwk, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { TspWalletApi } from "#contracts/tsp-api";
import { once } from "#party";
import { err, fromUtf8, ok, type Result, toHex, wipe } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { DEMO_TRID } from "#protocol/paytoken";
import { MASTER_KEYS } from "../ports.ts";
import type { KeyRange, Token } from "../token.ts";
import type { Desk } from "./desk.ts";

const KEYS_A_BATCH = 10;
const KEY_LIFE_MS = 30 * 86_400_000;
/** From the holder's finger to the terminal: a key that was fetched and not used is worth nothing soon. */
const PAYMENT_MS = 3 * 60_000;
/** Live keys that a device may hold unused: a thief of the device's storage gets no more than these. */
const KEYS_UNUSED_MAX = 100;
const AIDS = { debit: "a000000333010101", credit: "a000000333010102" } as const;

/** Notes the answer in the transaction of the change. */
type Remember<T> = (tx: Queries, answer: T) => Promise<void>;

/** What a device gets for an active token: its data and its keys, sealed to it. */
export function personalising(
  desk: Desk,
): Pick<Calls<TspWalletApi>, "personalise" | "replenishKeys" | "keyForPayment"> {
  const { db, clock, keys, sealer, facts, tokens } = desk;

  /** Issues `count` more single-use keys: from now on their ATCs are the device's. */
  async function issueKeys(
    tokenRef: string,
    deviceId: string,
    count: number,
    remember: Remember<KeyRange> = async () => {},
    lifeMs: number = KEY_LIFE_MS,
  ): Promise<Result<KeyRange, Problem>> {
    let issued: KeyRange | undefined;
    const saved = await tokens.edit(
      tokenRef,
      (token) => {
        const refused = mayHaveKeys(token, deviceId);
        if (refused !== undefined) return err(refused);
        const from = token.nextAtc;
        const to = from + count - 1;
        if (to > 0xffff) return err(problem("wrongState", { detail: "the token's counter is at its end" }));
        const now = clock.now();
        const alive = token.keyRanges.filter((range) => range.expiresAt > now);
        const unused = alive.reduce(
          (sum, range) => sum + Math.max(0, range.to - Math.max(range.from - 1, token.window.high)),
          0,
        );
        if (unused + count > KEYS_UNUSED_MAX)
          return err(problem("tooMany", { at: "count", detail: "the device has enough keys that it has not used" }));
        issued = { from, to, keyClass: "user", expiresAt: now + lifeMs };
        return ok({ ...token, nextAtc: to + 1, keyRanges: [...alive, issued] });
      },
      // Recorded as issued before it leaves: a key that nobody received is only a number that is never used.
      (tx) => remember(tx, issued!),
    );
    return saved.ok ? ok(issued!) : saved;
  }

  function mayHaveKeys(token: Token, deviceId: string): Problem | undefined {
    if (token.deviceId !== deviceId) return problem("notFound", { at: "deviceId" });
    if (token.state.kind !== "active")
      return problem("wrongState", { at: "tokenRef", detail: "the token is not active", ...causeOf(token) });
    return undefined;
  }

  function causeOf({ state }: Token): { cause?: Cause } {
    if (state.kind === "deleted") return { cause: "tokenDeleted" };
    if (state.kind !== "suspended") return {};
    if (state.by.includes("issuer")) return { cause: "tokenSuspendedByIssuer" };
    return { cause: state.by.includes("wallet") ? "deviceInLostMode" : "tokenSuspendedByWallet" };
  }

  async function sealKeys(
    token: Token,
    range: KeyRange,
    recipient: PublicJwk = token.deviceKey,
  ): Promise<SealedKeyBatch> {
    const { from, to, keyClass, expiresAt } = range;
    const atcs = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const sessionKeys = keys.deriveSessionKeys(MASTER_KEYS[keyClass], { pan: token.tokenPan, psn: token.psn }, atcs);
    const sealed = await Promise.all(
      atcs.map(async (atc, i) => {
        const plain: SingleUseKey = { tokenRef: token.tokenRef, atc, keyHex: toHex(sessionKeys[i]!) };
        return { atc, keyJwe: await sealJson(recipient, plain) };
      }),
    );
    wipe(...sessionKeys);
    return { keyClass, expiresAt, keys: sealed };
  }

  function sealJson(recipient: PublicJwk, value: unknown): Promise<string> {
    return sealer.sealTo(recipient, fromUtf8(JSON.stringify(value)));
  }

  async function dataOf(token: Token): Promise<DeviceData> {
    const rows = await db.query<{ par: string }>({ text: "select par from card where b = $1 and pan_ref = $2" }, [
      token.b,
      token.panRef,
    ]);
    return {
      tokenRef: token.tokenRef,
      tokenPan: token.tokenPan,
      tokenExpiry: token.tokenExpiry,
      psn: token.psn,
      par: rows[0]!.par,
      panSuffix: token.panSuffix,
      trid: DEMO_TRID,
      aid: AIDS[token.cardKind],
      label: token.cardKind === "debit" ? "UNIONPAY DEBIT" : "UNIONPAY CREDIT",
    };
  }

  return {
    async personalise({ tokenRef, deviceId }) {
      const loaded = await tokens.load(tokenRef);
      if (!loaded.ok) return loaded;
      const token = loaded.value;
      const refused = mayHaveKeys(token, deviceId);
      if (refused !== undefined) return err(refused);
      const udk =
        token.keySource === "secureElement"
          ? keys.deriveCardKey(MASTER_KEYS.secureElement, { pan: token.tokenPan, psn: token.psn })
          : undefined;
      const data = { ...(await dataOf(token)), ...(udk === undefined ? {} : { udkHex: toHex(udk) }) };
      const dataJwe = await sealJson(token.deviceKey, data);
      const made = { journeyId: token.bindingId, stage: "issue", code: "packageMade", outcome: "noted" } as const;
      if (udk !== undefined) {
        wipe(udk);
        await facts.state(made);
        return ok({ dataJwe });
      }
      // Asked again: the oldest batch that lives, again. The device leaves out what it has and what it has used.
      const kept = token.keyRanges.find((range) => range.expiresAt > clock.now());
      const range = kept === undefined ? await issueKeys(tokenRef, deviceId, KEYS_A_BATCH) : ok(kept);
      if (!range.ok) return range;
      const batch = await sealKeys(token, range.value);
      await facts.state(made);
      return ok({ dataJwe, batch });
    },

    async replenishKeys({ tokenRef, deviceId, count }, { idempotencyKey }) {
      const loaded = await tokens.load(tokenRef);
      if (!loaded.ok) return loaded;
      if (loaded.value.keySource !== "hce")
        return err(problem("wrongState", { detail: "a secure element makes its own keys" }));
      const refused = mayHaveKeys(loaded.value, deviceId);
      if (refused !== undefined) return err(refused);
      const name = { caller: "wallet", operation: "replenishKeys", key: idempotencyKey } as const;
      const range = await once<KeyRange>(db, name, { tokenRef, deviceId, count }, clock.now(), (remember) =>
        issueKeys(tokenRef, deviceId, count, remember),
      );
      return range.ok ? ok({ batch: await sealKeys(loaded.value, range.value) }) : range;
    },

    async keyForPayment({ tokenRef, deviceId, sealTo }, { idempotencyKey }) {
      const loaded = await tokens.load(tokenRef);
      if (!loaded.ok) return loaded;
      const token = loaded.value;
      if (token.keySource !== "hce")
        return err(problem("wrongState", { detail: "a secure element makes its own keys" }));
      const refused = mayHaveKeys(token, deviceId);
      if (refused !== undefined) return err(refused);
      const name = { caller: "wallet", operation: "keyForPayment", key: idempotencyKey } as const;
      // One key a call, and to one key pair: a repeat with another one is refused.
      const range = await once<KeyRange>(db, name, { tokenRef, deviceId, x: sealTo.x }, clock.now(), (remember) =>
        issueKeys(tokenRef, deviceId, 1, remember, PAYMENT_MS),
      );
      if (!range.ok) return range;
      const { expiresAt, keys: sealed } = await sealKeys(token, range.value, sealTo);
      const { atc, keyJwe } = sealed[0]!;
      return ok({ dataJwe: await sealJson(sealTo, await dataOf(token)), atc, keyJwe, expiresAt });
    },
  };
}
