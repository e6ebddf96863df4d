import { CardData, type VerificationMethod } from "#contracts/common";
import type { IssuerApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { equalBytes, err, ok, type Result } from "#protocol/bytes";
import { CAUSES, type Cause } from "#protocol/diagnosis";
import { Pan } from "#protocol/pan";
import type { Instant } from "#protocol/time";
import { panHmac } from "../cards/directory.ts";
import { isSuperseded, productOf, termsAt } from "../cards/products.ts";
import { findCard, type HeldCard, holdCard } from "../cards/store.ts";
import { refused } from "../hops.ts";
import { KEYS } from "../ports.ts";
import { decideBinding, type Verdict } from "./decide.ts";
import { cardFacts } from "./facts-of-card.ts";
import { holdDevice, insertDecision, readDecision, readHistory } from "./history.ts";
import { readMethods } from "./method-facts.ts";
import { type BindingParts, openJson, stopped, targetOf } from "./parts.ts";
import type { RequestFacts } from "./rules.ts";
import { type BindingRow, readBinding, saveBinding, verificationOf } from "./store.ts";
import { stepVerification } from "./verification.ts";
import { vouches } from "./vouching.ts";

/** What a card that is not known has for a sequence number. */
const NO_PSN = "00";
/** A fact's text is short. */
const FACT_TEXT_MAX = 128;

type Request = Parameters<Calls<IssuerApi>["decideBinding"]>[0];
type Answer = Awaited<ReturnType<Calls<IssuerApi>["decideBinding"]>>;

/** Eligibility by range, and the bank's decision. */
export function deciding(
  parts: BindingParts,
): Pick<Calls<IssuerApi>, "publicKey" | "checkEligibility" | "decideBinding"> {
  const { db, clock, keys, policy, facts, hops } = parts;

  async function openCard(cardJwe: string): Promise<Result<{ card: CardData; pan: Pan }, Problem>> {
    const card = await openJson(keys, cardJwe, CardData);
    if (card === undefined) return err(problem("badCiphertext", { at: "cardJwe", cause: "sealedCardUnreadable" }));
    const pan = Pan.parse(card.pan);
    return pan.ok ? ok({ card, pan: pan.value }) : err(problem("badCard", { at: "cardJwe", cause: "panMistyped" }));
  }

  return {
    async publicKey() {
      return ok({ ...keys.publicJwk(KEYS.cardData) });
    },

    async checkEligibility({ cardJwe }, context) {
      const opened = await openCard(cardJwe);
      if (!opened.ok) return opened;
      // By range alone: whether the number exists is told only after the holder has proved to be its holder.
      const product = productOf(opened.value.pan.expose());
      const cause: Cause | undefined =
        product === undefined
          ? "rangeMisrouted"
          : policy.binding.products[product.id]?.admitted === false
            ? "productExcluded"
            : undefined;
      if (product === undefined || cause !== undefined) {
        await facts.state(stopped(context.journeyId, cause ?? "rangeMisrouted"));
        return err(problem("cardNotSupported", { at: "cardJwe", cause }));
      }
      return ok({
        product: { ...product, hotline: policy.hotline.phone },
        terms: termsAt(clock.now()),
        panSuffix: opened.value.pan.suffix,
      });
    },

    async decideBinding(request, context) {
      const now = clock.now();
      if (request.terms.version !== termsAt(now).version) {
        const cause = isSuperseded(request.terms.version, now) ? "termsSuperseded" : undefined;
        if (cause !== undefined) await facts.state(stopped(context.journeyId, cause));
        return err(problem("unknownTerms", { at: "terms.version", cause }));
      }
      const opened = await openCard(request.cardJwe);
      if (!opened.ok) return opened;
      const { card: typed, pan } = opened.value;
      const product = productOf(pan.expose());
      if (product === undefined) return err(refused("cardNotSupported", ["rangeMisrouted"], { at: "cardJwe" }));
      const hmac = panHmac(keys, pan);
      const vouched = vouches(keys, request.activationData, hmac, now);

      return db.transaction(async (tx): Promise<Answer> => {
        await holdDevice(tx, request.device.deviceId);
        const target = await findCard(tx, hmac);
        const held = target === undefined ? undefined : await holdCard(tx, target);
        const before = await readBinding(tx, request.bindingId, true);
        const first = before === undefined ? undefined : await decidedBefore(tx, before, request, hmac, context);
        if (first !== undefined) return first;

        const history = await readHistory(
          tx,
          {
            cardId: held?.cardId ?? null,
            customerId: held?.customer.customerId ?? null,
            deviceId: request.device.deviceId,
            walletAccount: request.walletAccount,
          },
          now,
        );
        const asked: RequestFacts = {
          source: request.source,
          wallet: request.wallet,
          tspScore: request.tspScore,
          bankVouches: vouched,
          riskMark: held?.customer.riskMark ?? null,
          liveOnSameAccount: history.liveOnSameAccount,
          walletAccountsTried: history.walletAccountsTried,
        };
        const known = held === undefined ? undefined : cardFacts(keys, held, typed);
        const verdict = decideBinding(typed, product.id, known, history, asked, now, policy);
        const row = newRow(request, context, verdict, hmac, held, before, now);
        // The same binding on two devices at once: the caller asks again and gets the first decision.
        if (!(await saveBinding(tx, row, before !== undefined))) return err(problem("stale"));
        await insertDecision(tx, {
          bindingId: row.id,
          key: context.idempotencyKey,
          cardId: row.cardId,
          deviceId: row.deviceId,
          walletAccount: row.walletAccount,
          verdict,
          advice: { source: asked.source, wallet: asked.wallet, tspScore: asked.tspScore, bankVouches: vouched },
          at: now,
        });
        const { mismatchesPerCardPerDay: allowed } = policy.binding;
        const triesLeft = Math.max(0, allowed - history.cardMismatchesToday - 1);
        await noteDecision(tx, row, verdict, asked, triesLeft, context);
        return ok(await answerOf(tx, row, held, verdict.told, verdict.retryAt ?? null, now));
      });
    },
  };

  /** What this binding, or this very request, has been answered. Undefined: it is to be decided, or decided anew. */
  async function decidedBefore(
    tx: Queries,
    before: BindingRow,
    request: Request,
    hmac: Uint8Array,
    context: CallContext,
  ): Promise<Answer | undefined> {
    const same = before.walletAccount === request.walletAccount && before.deviceId === request.device.deviceId;
    if (!same) return err(problem("idempotencyMismatch", { at: "bindingId" }));
    const own = await readDecision(tx, before.id, context.idempotencyKey);
    // A refusal answers its own request alone: the holder may correct what was typed, or something was cured.
    const anew = stepVerification(verificationOf(before), { kind: "decided", colour: "yellow" });
    if (own === undefined && anew.ok) return undefined;
    if (!equalBytes(before.panHmac, hmac)) return err(problem("idempotencyMismatch", { at: "bindingId" }));
    const kept = own ?? (await readDecision(tx, before.id, before.askedKey));
    await hops.decided(tx, "decideBinding", context, kept?.told ?? []);
    const target = await targetOf(tx, before);
    const held = target === undefined ? undefined : await holdCard(tx, target);
    const stands = own !== undefined && own.colour === "red" ? "red" : before.decision;
    const retryAt = kept?.retryAt ?? null;
    return ok(await answerOf(tx, { ...before, decision: stands }, held, kept?.told ?? [], retryAt, clock.now()));
  }

  async function answerOf(
    tx: Queries,
    row: BindingRow,
    held: HeldCard | undefined,
    causes: readonly Cause[],
    retryAt: Instant | null,
    now: Instant,
  ) {
    const methods: readonly VerificationMethod[] =
      held === undefined || row.decision === "red" ? [] : await readMethods(parts, tx, row, held, now);
    return {
      decision: row.decision,
      causes: row.decision === "red" ? [...causes] : [],
      ...(retryAt === null ? {} : { retryAt }),
      methods: [...methods],
      psn: row.psn,
    };
  }

  async function noteDecision(
    tx: Queries,
    row: BindingRow,
    verdict: Verdict,
    asked: RequestFacts,
    triesLeft: number,
    context: CallContext,
  ): Promise<void> {
    const { journeyId } = row;
    const { colour, causes, rules, retryAt, mismatch } = verdict;
    const until = retryAt === undefined ? {} : { retryAt };
    const tries = mismatch && row.cardId !== null ? { triesLeft } : {};
    await facts.note(
      tx,
      ...causes.map((cause) => ({
        ...stopped(journeyId, cause, cause === "addLimitReached" || cause === "issuerMaintenance" ? until : tries),
        // The bank's own limit is met when it decides, whatever the stage of the wallet's.
        stage: CAUSES[cause].stage === "preflight" ? ("decision" as const) : CAUSES[cause].stage,
      })),
      {
        journeyId,
        stage: "decision",
        code: "bankDecided",
        outcome: "noted",
        data: {
          colour,
          source: asked.source,
          rules: rules.join(",").slice(0, FACT_TEXT_MAX),
          walletColour: asked.wallet.colour,
          tspScore: asked.tspScore,
          ...until,
        },
      },
    );
    await hops.decided(tx, "decideBinding", context, causes);
  }
}

function newRow(
  request: Request,
  context: CallContext,
  verdict: Verdict,
  panHmac: Uint8Array,
  held: HeldCard | undefined,
  before: BindingRow | undefined,
  now: Instant,
): BindingRow {
  return {
    id: request.bindingId,
    journeyId: context.journeyId,
    panHmac,
    cardId: held?.cardId ?? null,
    accountId: held?.accountId ?? null,
    walletAccount: request.walletAccount,
    deviceId: request.device.deviceId,
    deviceName: request.device.name,
    trid: request.trid,
    terms: request.terms,
    decision: verdict.colour,
    psn: held?.psn ?? NO_PSN,
    decidedAt: now,
    askedKey: context.idempotencyKey,
    verifiedAt: null,
    verifiedBy: null,
    endedAt: null,
    endedBecause: null,
    appState: "idle",
    appAskedAt: null,
    facesFailed: 0,
    callState: "none",
    disowned: false,
    codesBefore: before?.codesBefore ?? 0,
    caseCode: before?.caseCode ?? null,
    token: null,
    suspendedFor: [],
  };
}
