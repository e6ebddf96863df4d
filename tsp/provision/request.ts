import type * as v from "valibot";
import type { CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { TspWalletApi } from "#contracts/tsp-api";
import type { FactNote } from "#party";
import { err, fromUtf8, ok, type Result, SHARDS, shardOf, toBase64url } from "#protocol/bytes";
import { CAUSES, type Cause } from "#protocol/diagnosis";
import { normaliseHolderName } from "#protocol/holder";
import { DEMO_TRID, EMPTY_WINDOW, makeTokenPan, type TokenState } from "#protocol/paytoken";
import { type ExpiryYymm, type Instant, instant, toYymmdd } from "#protocol/time";
import { announce } from "../outbox.ts";
import { KEYS } from "../ports.ts";
import { insertTokens, takeNumbers, tokenByRef, tokensOfCard } from "../store.sql.ts";
import { type Token, viewOf } from "../token.ts";
import { activatedNotes, deviceKeyHeld, holdersOf } from "../tokens.ts";
import { keepCards, type VaultCard } from "../vault.ts";
import { misrouted, type OpenedCard } from "./cards.ts";
import { colourOfScore, combined } from "./colours.ts";
import type { Desk } from "./desk.ts";
import { pushFault } from "./push.ts";
import { type Attempt, keepAttempt, limitedUntil, scoreOf } from "./risk.ts";

type Request = v.InferOutput<TspWalletApi["requestToken"]["request"]>;
type Answer = v.InferOutput<TspWalletApi["requestToken"]["answer"]>;
/** As it is kept: the token is read again when the answer is. */
type Kept = Omit<Answer, "token"> & { readonly tokenRef?: string };

/** Another writer made a token of this card on this device at the same moment. */
class AlreadyHere extends Error {}
/** The range has given out all its numbers. */
class RangeEmpty extends Error {}

const RETRY_MS = 60_000;

/**
 * `requestToken`: three colours to one. The bank is asked only when neither wallet nor TSP has refused, and is asked the
 * same thing again whenever an answer was lost.
 */
export function requesting(desk: Desk): Calls<TspWalletApi>["requestToken"] {
  const { db, clock, random, keys, issuer, facts, policy, relay, cards, tokens } = desk;

  return async (request, context) => {
    const opened = await cards.open(request.cardJwe);
    if (!opened.ok) return opened;
    const card = await cards.find(opened.value.pan);
    const before = await decidedBefore(request, card, context);
    if (before !== undefined) return before;

    const now = clock.now();
    const { score, refused } = await ownView(request, opened.value, card, context, now);
    if (refused !== undefined) return keepRed(request, card, context, now, refused);
    if (await rangeIsEmpty(db, opened.value)) return err(rangeEmpty());

    const sealed = await cards.sealToIssuer(opened.value.data, context);
    if (!sealed.ok) return sealed;
    const eligible = await issuer.checkEligibility({ cardJwe: sealed.value }, context);
    if (!eligible.ok) return err(misrouted(eligible.error));
    const { deviceId, name, kind } = request.device;
    const bank = await issuer.decideBinding(
      {
        bindingId: request.bindingId,
        cardJwe: sealed.value,
        trid: DEMO_TRID,
        walletAccount: request.walletAccount,
        device: { deviceId, name, kind },
        terms: request.terms,
        source: request.source,
        wallet: request.wallet,
        tspScore: score,
        ...(request.activationData === undefined ? {} : { activationData: request.activationData }),
      },
      context,
    );
    if (!bank.ok) return err(misrouted(bank.error));
    const said = { wallet: request.wallet.colour, tsp: colourOfScore(score, policy), bank: bank.value.decision };
    // The bank checks its own statement: only a bank that goes by it answers green.
    const decision = combined(said, request.source === "bankApp" && request.activationData !== undefined);
    const { causes, retryAt, psn } = bank.value;
    if (decision === "red")
      return keepRed(request, card, context, now, { causes, ...(retryAt === undefined ? {} : { retryAt }) }, false);
    const methods = decision === "green" ? [] : bank.value.methods;
    const verifyBy = decision === "green" ? undefined : instant(now + policy.verifyMs);
    const answer: Kept = { decision, causes, methods, ...(verifyBy === undefined ? {} : { verifyBy }) };
    return keepToken(request, opened.value, card, context, now, answer, psn, eligible.value.product.kind);
  };

  /** What the TSP itself has to say, before the bank. */
  async function ownView(
    request: Request,
    { data }: OpenedCard,
    card: VaultCard,
    { idempotencyKey: key }: CallContext,
    at: Instant,
  ): Promise<{ score: number; refused?: Pick<Kept, "causes" | "retryAt"> }> {
    const { bindingId, walletAccount, wallet } = request;
    const { deviceId } = request.device;
    const name = normaliseHolderName(data.holderName);
    const nameHash = toBase64url(
      keys.hmac(KEYS.panRef, fromUtf8(`name/${name.ok ? name.value : data.holderName}`)).subarray(0, 12),
    );
    const attempt: Attempt = { bindingId, key, panRef: card.panRef, deviceId, walletAccount, nameHash, at };
    const attempts = await keepAttempt(db, attempt);
    const score = scoreOf(attempts, attempt, policy);
    const retryAt = limitedUntil(attempts, attempt, policy);
    const here = (await tokensOfCard(db, card.b, card.panRef)).some(
      (token) => token.deviceId === deviceId && token.state.kind !== "inactive",
    );
    const keyHeld = await deviceKeyHeld(db, deviceId, request.device.publicKey);
    const push = await pushFault(db, request, at);
    const causes: Cause[] = [
      ...(push === undefined ? [] : [push]),
      ...(keyHeld ? [] : (["deviceKeyChanged"] as const)),
      ...(here ? (["alreadyOnThisDevice"] as const) : []),
      ...(wallet.colour === "red" ? (["walletAdvisesNo"] as const) : []),
      ...(colourOfScore(score, policy) === "red" ? (["tspRefusesRisk"] as const) : []),
      ...(retryAt === undefined ? [] : (["addLimitReached"] as const)),
    ];
    return causes.length === 0
      ? { score }
      : { score, refused: { causes, ...(retryAt === undefined ? {} : { retryAt }) } };
  }

  async function keepRed(
    request: Request,
    card: VaultCard,
    context: CallContext,
    now: Instant,
    { causes, retryAt }: Pick<Kept, "causes" | "retryAt">,
    own = true,
  ): Promise<Result<Answer, Problem>> {
    const answer: Kept = { decision: "red", causes, methods: [], ...(retryAt === undefined ? {} : { retryAt }) };
    await db.transaction(async (tx) => {
      await keepAnswer(tx, request, card, context, answer, now);
      if (own) await facts.note(tx, ...causes.map((cause) => ownCause(request.bindingId, cause, retryAt)));
      await decidedNow(tx, context, answer);
    });
    return (await decidedBefore(request, card, context))!;
  }

  async function keepToken(
    request: Request,
    { pan }: OpenedCard,
    card: VaultCard,
    context: CallContext,
    now: Instant,
    answer: Kept,
    psn: string,
    cardKind: "debit" | "credit",
  ): Promise<Result<Answer, Problem>> {
    const { bindingId, walletAccount } = request;
    const { deviceId, name, keySource, publicKey } = request.device;
    const tokenPan = inShard(card.b, () => makeTokenPan(cardKind, (limit) => random.below(limit)));
    const tokenRef = inShard(card.b, () => random.uuid());
    try {
      await db.transaction(async (tx) => {
        const heldBy = await holdersOf(tx, deviceId);
        if (!(await keepAnswer(tx, request, card, context, { ...answer, tokenRef }, now))) return;
        await keepCards(tx, keys, [{ pan, card }], now);
        if ((await takeNumbers(tx, cardKind, 1)) > policy.numbersMax[cardKind]) throw new RangeEmpty();
        // A binding of the same card and device that nobody finished gives way; one that came to life stays.
        for (const other of await tokensOfCard(tx, card.b, card.panRef)) {
          if (other.deviceId !== deviceId) continue;
          if (other.state.kind !== "inactive" || !(await tokens.remove(tx, other, now))) throw new AlreadyHere();
        }
        const alive: TokenState = heldBy.length === 0 ? { kind: "active" } : { kind: "suspended", by: heldBy };
        const token: Token = {
          b: card.b,
          tokenPan,
          tokenRef,
          panRef: card.panRef,
          panSuffix: card.panSuffix,
          bindingId,
          deviceId,
          deviceName: name,
          deviceKey: publicKey,
          walletAccount,
          keySource,
          state: answer.decision === "green" ? alive : { kind: "inactive" },
          tokenExpiry: expiryIn(policy.tokenYears, now),
          psn,
          cardKind,
          keyRanges: [],
          nextAtc: 1,
          window: EMPTY_WINDOW,
          cryptogramFailures: 0,
          version: 0n,
          changedAt: now,
          verifyBy: answer.verifyBy === undefined ? null : instant(answer.verifyBy),
          previousExpiry: null,
        };
        await insertTokens(tx, [token], answer);
        await facts.note(tx, issuedNote(token), ...(answer.decision === "green" ? activatedNotes(token) : []));
        await decidedNow(tx, context, answer);
        if (answer.decision === "green") await announce(tx, token, random, now);
      });
    } catch (error) {
      if (error instanceof AlreadyHere)
        return keepRed(request, card, context, now, { causes: ["alreadyOnThisDevice"] });
      if (error instanceof RangeEmpty) return err(rangeEmpty());
      throw error;
    }
    relay.nudge();
    // A doubled request that came second answers with what the first one stored.
    return (await decidedBefore(request, card, context))!;
  }

  /** False: another call of this binding was first. A red answer gives way to a later one. */
  async function keepAnswer(
    tx: Queries,
    { bindingId, walletAccount, device }: Request,
    card: VaultCard,
    { idempotencyKey }: CallContext,
    answer: Kept,
    now: Instant,
  ): Promise<boolean> {
    const first = await tx.query(
      {
        text: `insert into binding (binding_id, b, pan_ref, wallet_account, device_id, answer, created_at, asked_key)
          values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8) on conflict (binding_id) do update
          set b = excluded.b, pan_ref = excluded.pan_ref, answer = excluded.answer, asked_key = excluded.asked_key, ended_cause = null
          where binding.answer ->> 'decision' = 'red' and binding.asked_key is distinct from excluded.asked_key
          returning b`,
      },
      [bindingId, card.b, card.panRef, walletAccount, device.deviceId, JSON.stringify(answer), now, idempotencyKey],
    );
    return first.length > 0;
  }

  function decidedNow(tx: Queries, context: CallContext, { causes }: Kept): Promise<void> {
    return desk.decided(tx, "requestToken", context, causes);
  }

  /** The answer that a binding has had. Another card, account or device under its id is a mistake of the caller. */
  async function decidedBefore(
    request: Request,
    card: VaultCard,
    { idempotencyKey }: CallContext,
  ): Promise<Result<Answer, Problem> | undefined> {
    const rows = await db.query<{
      pan_ref: string;
      wallet_account: string;
      device_id: string;
      answer: Kept;
      asked_key: string | null;
    }>({ text: "select pan_ref, wallet_account, device_id, answer, asked_key from binding where binding_id = $1" }, [
      request.bindingId,
    ]);
    const row = rows[0];
    if (row === undefined) return undefined;
    if (row.wallet_account !== request.walletAccount || row.device_id !== request.device.deviceId)
      return err(problem("idempotencyMismatch", { at: "bindingId" }));
    const red = row.answer.decision === "red";
    // After a refusal the holder may correct the card, and ask anew.
    if (red && row.asked_key !== idempotencyKey) return undefined;
    if (row.pan_ref !== card.panRef) return err(problem("idempotencyMismatch", { at: "bindingId" }));
    const { tokenRef, ...answer } = row.answer;
    const token = tokenRef === undefined ? undefined : await tokenByRef(db, shardOf(tokenRef), tokenRef);
    return ok({ ...answer, ...(token === undefined ? {} : { token: viewOf(token) }) });
  }

  async function rangeIsEmpty(on: Queries, { pan }: OpenedCard): Promise<boolean> {
    // The kind of a card is its bank's to say; before that, a full range of either kind is looked at by the number's length.
    const kind = pan.expose().length === 16 ? "credit" : "debit";
    const rows = await on.query<{ issued: bigint }>({ text: "select issued from token_range where card_kind = $1" }, [
      kind,
    ]);
    return Number(rows[0]?.issued ?? 0n) >= policy.numbersMax[kind];
  }

  /** Token reference and token PAN are drawn until they fall into the card's shard, so that each of them leads to it alone. */
  function inShard(b: number, make: () => string): string {
    for (let tries = 0; tries < SHARDS * 100; tries++) {
      const candidate = make();
      if (shardOf(candidate) === b) return candidate;
    }
    throw new Error("provisioning: no candidate falls into the shard");
  }
}

/** Nobody's fault and nothing kept: it is asked again when the range has been extended. */
function rangeEmpty(): Problem {
  return problem("tooMany", { cause: "tokenRangeEmpty", retryAfterMs: RETRY_MS });
}

function ownCause(journeyId: string, cause: Cause, retryAt: number | undefined): FactNote {
  const data = cause === "addLimitReached" && retryAt !== undefined ? { data: { retryAt } } : {};
  const stage = CAUSES[cause].stage === "preflight" ? "decision" : CAUSES[cause].stage;
  return { journeyId, stage, code: cause, outcome: "failed", ...data };
}

function issuedNote(token: Token): FactNote {
  return {
    journeyId: token.bindingId,
    stage: "issue",
    code: "tokenIssued",
    outcome: "noted",
    data: { status: token.state.kind, token: token.tokenPan.slice(-4) },
  };
}

export function expiryIn(years: number, at: Instant): ExpiryYymm {
  const yymmdd = toYymmdd(at);
  return `${String((Number(yymmdd.slice(0, 2)) + years) % 100).padStart(2, "0")}${yymmdd.slice(2, 4)}` as ExpiryYymm;
}
