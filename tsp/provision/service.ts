import * as v from "valibot";
import {
  type BindingReason,
  CardData,
  CodeData,
  type Suspender,
  type TokenChange,
  type TokenView,
} from "#contracts/common";
import type { DeviceData, SealedKeyBatch, SingleUseKey } from "#contracts/device-package";
import type { Calls } from "#contracts/operation";
import type { PublicJwk, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import { err, fromUtf8, ok, type Result, SHARDS, shardOf, toHex, toUtf8, wipe } from "#protocol/bytes";
import { type BankId, iinRangeOf, Pan } from "#protocol/pan";
import { DEMO_TRID, EMPTY_WINDOW, makeTokenPan, stepToken, type TokenEvent } from "#protocol/paytoken";
import { type ExpiryYymm, toYymmdd } from "#protocol/time";
import { once } from "../answered.ts";
import { announce, type Relay } from "../outbox.ts";
import { KEYS, MASTER_KEYS, type TspPorts } from "../ports.ts";
import { insertTokens, saveToken, tokenByRef, tokensOfDevice } from "../store.sql.ts";
import { type KeyRange, type Token, viewOf } from "../token.ts";
import { cardOf, keepCards, type VaultCard } from "../vault.ts";

/** The bank behind `issuer`; numbers in no known range are asked there too. */
const OUR_BANK: BankId = "demo";
const KEYS_A_BATCH = 10;
const KEY_LIFE_MS = 30 * 86_400_000;
/** Live keys that a device may hold unused: a thief of the device's storage gets no more than these. */
const KEYS_UNUSED_MAX = 100;
const TOKEN_YEARS = 5;
const AIDS = { debit: "a000000333010101", credit: "a000000333010102" } as const;
/** Another writer was first this often in a row: something is wrong. */
const TRIES_MAX = 8;

export interface Provisioning {
  /** What the wallet provider may ask of the TSP. */
  readonly calls: Calls<TspWalletApi>;
  /** The bank's change of a token's state. */
  readonly changeByIssuer: Calls<TspIssuerApi>["changeToken"];
}

/** Notes the answer in the transaction of the change. */
type Remember<T> = (tx: Queries, answer: T) => Promise<void>;

export function provisioning(ports: TspPorts, relay: Pick<Relay, "nudge">): Provisioning {
  const { db, clock, keys, random, sealer, issuer } = ports;

  async function openCard(jwe: string): Promise<Result<{ pan: Pan; data: CardData }, Problem>> {
    const data = await openJson(jwe, CardData);
    if (data === undefined) return err(problem("badCiphertext", { at: "cardJwe" }));
    const pan = Pan.parse(data.pan);
    if (!pan.ok) return err(problem("badCard", { at: "cardJwe" }));
    // Another bank's card is nothing that our bank need see, sealed or not.
    const bank = iinRangeOf(data.pan)?.bank ?? OUR_BANK;
    return bank === OUR_BANK ? ok({ pan: pan.value, data }) : err(problem("cardNotSupported", { at: "cardJwe" }));
  }

  async function openJson<T>(jwe: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
    const plain = await keys.openJwe(KEYS.cardData, jwe);
    const text = plain === undefined ? undefined : toUtf8(plain);
    if (text === undefined) return undefined;
    try {
      const parsed = v.safeParse(schema, JSON.parse(text));
      return parsed.success ? parsed.output : undefined;
    } catch {
      return undefined;
    }
  }

  async function sealToIssuer(value: unknown): Promise<Result<string, Problem>> {
    const key = await issuer.publicKey({}, { journeyId: "keys", idempotencyKey: "keys" });
    return key.ok ? ok(await sealer.sealTo(key.value, fromUtf8(JSON.stringify(value)))) : err(key.error);
  }

  /** Token reference and token PAN are drawn until they fall into the card's shard, so that each of them leads to it alone. */
  function inShard(b: number, make: () => string): string {
    for (let tries = 0; tries < SHARDS * 100; tries++) {
      const candidate = make();
      if (shardOf(candidate) === b) return candidate;
    }
    throw new Error("provisioning: no candidate falls into the shard");
  }

  async function load(tokenRef: string): Promise<Result<Token, Problem>> {
    const token = await tokenByRef(db, shardOf(tokenRef), tokenRef);
    return token === undefined ? err(problem("notFound", { at: "tokenRef" })) : ok(token);
  }

  /** Load, step, save with the version that was read, tell the others in the same transaction. */
  async function change(
    tokenRef: string,
    event: TokenEvent,
    remember: Remember<TokenView> = async () => {},
  ): Promise<Result<Token, Problem>> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const loaded = await load(tokenRef);
      if (!loaded.ok) return loaded;
      const stepped = stepToken(loaded.value.state, event);
      if (!stepped.ok)
        return err(problem(stepped.error === "notYours" ? "forbidden" : "wrongState", { at: "tokenRef" }));
      if (stepped.value === loaded.value.state) {
        await remember(db, viewOf(loaded.value));
        return loaded;
      }
      const now = clock.now();
      // A deleted token's keys are worth nothing; a suspended one keeps them, since every check stops at the state first.
      const next: Token = {
        ...loaded.value,
        state: stepped.value,
        keyRanges: stepped.value.kind === "deleted" ? [] : loaded.value.keyRanges,
        changedAt: now,
      };
      const saved = await db.transaction(async (tx) => {
        if (!(await saveToken(tx, next))) return false;
        await announce(tx, next, random, now);
        await remember(tx, viewOf(next));
        return true;
      });
      if (saved) {
        relay.nudge();
        return ok({ ...next, version: next.version + 1n });
      }
    }
    return err(problem("stale"));
  }

  /** Issues `count` more single-use keys: from now on their ATCs are the device's. */
  async function issueKeys(
    tokenRef: string,
    deviceId: string,
    count: number,
    remember: Remember<KeyRange> = async () => {},
  ): Promise<Result<KeyRange, Problem>> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const loaded = await load(tokenRef);
      if (!loaded.ok) return loaded;
      const token = loaded.value;
      const refused = mayHaveKeys(token, deviceId);
      if (refused !== undefined) return err(refused);
      const from = token.nextAtc;
      const to = from + count - 1;
      if (to > 0xffff) return err(problem("wrongState", { detail: "the token's counter is at its end" }));
      const now = clock.now();
      const expiresAt = now + KEY_LIFE_MS;
      const alive = token.keyRanges.filter((range) => range.expiresAt > now);
      const unused = alive.reduce(
        (sum, range) => sum + Math.max(0, range.to - Math.max(range.from - 1, token.window.high)),
        0,
      );
      if (unused + count > KEYS_UNUSED_MAX)
        return err(problem("tooMany", { at: "count", detail: "the device has enough keys that it has not used" }));
      const issued: KeyRange = { from, to, keyClass: "user", expiresAt };
      const next: Token = { ...token, nextAtc: to + 1, keyRanges: [...alive, issued] };
      // Recorded as issued before it leaves: a key that nobody received is only a number that is never used.
      const saved = await db.transaction(async (tx) => {
        if (!(await saveToken(tx, next))) return false;
        await remember(tx, issued);
        return true;
      });
      if (saved) return ok(issued);
    }
    return err(problem("stale"));
  }

  function mayHaveKeys(token: Token, deviceId: string): Problem | undefined {
    if (token.deviceId !== deviceId) return problem("notFound", { at: "deviceId" });
    if (token.state.kind !== "active")
      return problem("wrongState", { at: "tokenRef", detail: "the token is not active" });
    return undefined;
  }

  async function sealKeys(token: Token, range: KeyRange): Promise<SealedKeyBatch> {
    const { from, to, keyClass, expiresAt } = range;
    const atcs = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const sessionKeys = keys.deriveSessionKeys(MASTER_KEYS[keyClass], { pan: token.tokenPan, psn: token.psn }, atcs);
    const sealed = await Promise.all(
      atcs.map(async (atc, i) => {
        const plain: SingleUseKey = { tokenRef: token.tokenRef, atc, keyHex: toHex(sessionKeys[i]!) };
        return { atc, keyJwe: await sealJson(token.deviceKey, plain) };
      }),
    );
    wipe(...sessionKeys);
    return { keyClass, expiresAt, keys: sealed };
  }

  function sealJson(recipient: PublicJwk, value: unknown): Promise<string> {
    return sealer.sealTo(recipient, fromUtf8(JSON.stringify(value)));
  }

  const calls: Calls<TspWalletApi> = {
    publicKey: async () => ok(keys.publicJwk(KEYS.cardData)),

    async checkEligibility({ cardJwe }, context) {
      const card = await openCard(cardJwe);
      if (!card.ok) return card;
      const sealed = await sealToIssuer(card.value.data);
      if (!sealed.ok) return sealed;
      const eligible = await issuer.checkEligibility({ cardJwe: sealed.value }, context);
      if (!eligible.ok) return eligible;
      return ok({ panRef: cardOf(keys, card.value.pan).panRef, ...eligible.value });
    },

    async requestToken(request, context) {
      const opened = await openCard(request.cardJwe);
      if (!opened.ok) return opened;
      const { pan, data } = opened.value;
      const card = cardOf(keys, pan);
      const repeated = await decidedBefore(request, card);
      if (repeated !== undefined) return repeated;
      const sealed = await sealToIssuer(data);
      if (!sealed.ok) return sealed;
      const eligible = await issuer.checkEligibility({ cardJwe: sealed.value }, context);
      if (!eligible.ok) return eligible;
      const { deviceId, name, kind } = request.device;
      const decided = await issuer.decideBinding(
        {
          bindingId: request.bindingId,
          cardJwe: sealed.value,
          trid: DEMO_TRID,
          walletAccount: request.walletAccount,
          device: { deviceId, name, kind },
          terms: request.terms,
        },
        context,
      );
      if (!decided.ok) return decided;
      const { decision, reason, methods, psn } = decided.value;
      const now = clock.now();
      const cardKind = eligible.value.product.kind;
      const answer: RequestAnswer = { decision, ...(reason === undefined ? {} : { reason }), methods };
      const token: Token | undefined =
        decision === "red"
          ? undefined
          : {
              b: card.b,
              tokenPan: inShard(card.b, () => makeTokenPan(cardKind, (limit) => random.below(limit))),
              tokenRef: inShard(card.b, () => random.uuid()),
              panRef: card.panRef,
              panSuffix: card.panSuffix,
              bindingId: request.bindingId,
              deviceId,
              deviceName: name,
              deviceKey: request.device.publicKey,
              walletAccount: request.walletAccount,
              keySource: request.device.keySource,
              state: decision === "green" ? { kind: "active" } : { kind: "inactive" },
              tokenExpiry: expiryIn(TOKEN_YEARS, toYymmdd(now)),
              psn,
              cardKind,
              keyRanges: [],
              nextAtc: 1,
              window: EMPTY_WINDOW,
              cryptogramFailures: 0,
              version: 0n,
              changedAt: now,
            };
      const stored = { ...answer, ...(token === undefined ? {} : { tokenRef: token.tokenRef }) };
      await db.transaction(async (tx) => {
        const first = await tx.query(
          {
            text: `insert into binding (binding_id, b, pan_ref, wallet_account, device_id, answer, created_at)
              values ($1, $2, $3, $4, $5, $6::jsonb, $7) on conflict do nothing returning b`,
          },
          [request.bindingId, card.b, card.panRef, request.walletAccount, deviceId, JSON.stringify(stored), now],
        );
        if (first.length === 0 || token === undefined) return;
        await keepCards(tx, keys, [{ pan, card }], now);
        // One live token for a card on a device: an earlier one gives way to the one just asked for.
        const older = await tx.query<{ token_ref: string }>(
          {
            text: "select token_ref from token where b = $1 and pan_ref = $2 and device_id = $3 and status <> 'deleted' for update",
          },
          [card.b, card.panRef, deviceId],
        );
        for (const { token_ref } of older) {
          const previous = (await tokenByRef(tx, card.b, token_ref))!;
          const gone: Token = { ...previous, state: { kind: "deleted" }, keyRanges: [], changedAt: now };
          await saveToken(tx, gone);
          await announce(tx, gone, random, now);
        }
        await insertTokens(tx, [token], answer);
        if (token.state.kind === "active") await announce(tx, token, random, now);
      });
      relay.nudge();
      // A doubled request that came second answers with what the first one stored.
      return (await decidedBefore(request, card))!;
    },

    async sendCode({ tokenRef, methodId, language }, context) {
      const token = await load(tokenRef);
      if (!token.ok) return token;
      if (token.value.state.kind !== "inactive") return err(problem("wrongState", { at: "tokenRef" }));
      return issuer.sendCode({ bindingId: token.value.bindingId, methodId, language }, context);
    },

    async submitCode({ tokenRef, codeJwe }, context) {
      const token = await load(tokenRef);
      if (!token.ok) return token;
      // A repeat of the right code, or one that comes late, changes nothing.
      if (token.value.state.kind === "active")
        return ok({ result: { outcome: "passed" as const }, token: viewOf(token.value) });
      if (token.value.state.kind !== "inactive") return err(problem("wrongState", { at: "tokenRef" }));
      const code = await openJson(codeJwe, CodeData);
      if (code === undefined) return err(problem("badCiphertext", { at: "codeJwe" }));
      const sealed = await sealToIssuer(code);
      if (!sealed.ok) return sealed;
      const checked = await issuer.checkCode({ bindingId: token.value.bindingId, codeJwe: sealed.value }, context);
      if (!checked.ok) return checked;
      if (checked.value.outcome !== "passed") return ok({ result: checked.value, token: viewOf(token.value) });
      const active = await change(tokenRef, { kind: "idvPassed" });
      return active.ok ? ok({ result: checked.value, token: viewOf(active.value) }) : active;
    },

    async personalise({ tokenRef, deviceId }) {
      const loaded = await load(tokenRef);
      if (!loaded.ok) return loaded;
      const token = loaded.value;
      const refused = mayHaveKeys(token, deviceId);
      if (refused !== undefined) return err(refused);
      const rows = await db.query<{ par: string }>({ text: "select par from card where b = $1 and pan_ref = $2" }, [
        token.b,
        token.panRef,
      ]);
      const udk =
        token.keySource === "secureElement"
          ? keys.deriveCardKey(MASTER_KEYS.secureElement, { pan: token.tokenPan, psn: token.psn })
          : undefined;
      const data: DeviceData = {
        tokenRef,
        tokenPan: token.tokenPan,
        tokenExpiry: token.tokenExpiry,
        psn: token.psn,
        par: rows[0]!.par,
        panSuffix: token.panSuffix,
        trid: DEMO_TRID,
        aid: AIDS[token.cardKind],
        label: token.cardKind === "debit" ? "UNIONPAY DEBIT" : "UNIONPAY CREDIT",
        ...(udk === undefined ? {} : { udkHex: toHex(udk) }),
      };
      const dataJwe = await sealJson(token.deviceKey, data);
      if (udk !== undefined) {
        wipe(udk);
        return ok({ dataJwe });
      }
      // Asked again: the oldest batch that lives, again. The device leaves out what it has and what it has used.
      const kept = token.keyRanges.find((range) => range.expiresAt > clock.now());
      const range = kept === undefined ? await issueKeys(tokenRef, deviceId, KEYS_A_BATCH) : ok(kept);
      return range.ok ? ok({ dataJwe, batch: await sealKeys(token, range.value) }) : range;
    },

    async replenishKeys({ tokenRef, deviceId, count }, { idempotencyKey }) {
      const loaded = await load(tokenRef);
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

    changeToken: (request, { idempotencyKey }) => changeOnce("wallet", request.by, request, idempotencyKey),

    changeDevice: (request, { idempotencyKey }) => {
      const name = { caller: "wallet", operation: "changeDevice", key: idempotencyKey } as const;
      return once(db, name, request, clock.now(), async (remember) => {
        const tokens = await changeTokens(request);
        await remember(db, { tokens });
        return ok({ tokens });
      });
    },

    async token({ tokenRef }) {
      const token = await load(tokenRef);
      return token.ok ? ok(viewOf(token.value)) : token;
    },
  };
  return {
    calls,
    changeByIssuer: (request, { idempotencyKey }) => changeOnce("issuer", "issuer", request, idempotencyKey),
  };

  function changeOnce(
    caller: "wallet" | "issuer",
    by: Suspender,
    request: { readonly tokenRef: string; readonly change: TokenChange },
    key: string,
  ): Promise<Result<TokenView, Problem>> {
    const { tokenRef, change: kind } = request;
    return once(db, { caller, operation: "changeToken", key }, request, clock.now(), async (remember) => {
      const changed = await change(tokenRef, kind === "delete" ? { kind } : { kind, by }, remember);
      return changed.ok ? ok(viewOf(changed.value)) : changed;
    });
  }

  async function changeTokens(request: {
    readonly deviceId: string;
    readonly change: TokenChange;
    readonly by: Suspender;
  }): Promise<TokenView[]> {
    const { deviceId, change: kind, by } = request;
    const views: TokenView[] = [];
    for (const token of await tokensOfDevice(db, deviceId)) {
      const changed = await change(token.tokenRef, kind === "delete" ? { kind } : { kind, by });
      // What cannot be suspended (not yet active) or resumed (another's block) stays as it is, and is shown so.
      views.push(viewOf(changed.ok ? changed.value : token));
    }
    return views;
  }
  /** The answer that a binding has had. Another card, account or device under its id is a mistake of the caller. */
  async function decidedBefore(
    request: {
      readonly bindingId: string;
      readonly walletAccount: string;
      readonly device: { readonly deviceId: string };
    },
    card: VaultCard,
  ) {
    const rows = await db.query<{ pan_ref: string; wallet_account: string; device_id: string; answer: RequestAnswer }>(
      { text: "select pan_ref, wallet_account, device_id, answer from binding where binding_id = $1" },
      [request.bindingId],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    const same =
      row.pan_ref === card.panRef &&
      row.wallet_account === request.walletAccount &&
      row.device_id === request.device.deviceId;
    return same ? ok(await withToken(row.answer)) : err(problem("idempotencyMismatch", { at: "bindingId" }));
  }

  async function withToken({ tokenRef, ...answer }: RequestAnswer) {
    const token = tokenRef === undefined ? undefined : await tokenByRef(db, shardOf(tokenRef), tokenRef);
    return { ...answer, ...(token === undefined ? {} : { token: viewOf(token) }) };
  }
}

interface RequestAnswer {
  readonly decision: "green" | "yellow" | "orange" | "red";
  readonly reason?: v.InferOutput<typeof BindingReason>;
  readonly methods: { methodId: string; kind: "smsCode" | "bankApp" | "callCentre"; sentTo?: string | undefined }[];
  readonly tokenRef?: string;
}

function expiryIn(years: number, yymmdd: string): ExpiryYymm {
  return `${String((Number(yymmdd.slice(0, 2)) + years) % 100).padStart(2, "0")}${yymmdd.slice(2, 4)}` as ExpiryYymm;
}
