import * as v from "valibot";
import { CardData, CodeData, type VerificationMethod } from "#contracts/common";
import type { IssuerApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import type { Clock, Db, KeyStore, Queries, Random } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { equalBytes, err, fromAscii, ok, type Result, toUtf8 } from "#protocol/bytes";
import { type Mobile, maskMobile } from "#protocol/holder";
import { Pan } from "#protocol/pan";
import { instant } from "#protocol/time";
import { panHmac } from "../cards/directory.ts";
import { cvn2Hmac } from "../cards/issue.ts";
import { productById, productOf, TERMS } from "../cards/products.ts";
import { startOfDay } from "../china-day.ts";
import { sealText } from "../outbox/row.ts";
import type { IssuerPolicy } from "../policy.ts";
import { KEYS } from "../ports.ts";
import { codeText } from "./code-text.ts";
import { type CardFacts, decideBinding, decideCheck, decideSend } from "./core.ts";
import {
  type BindingRow,
  countCodesOfCard,
  findCard,
  type HeldCard,
  holdCard,
  holdDevice,
  insertAnswer,
  insertBinding,
  insertCode,
  insertText,
  markVerified,
  readAnswer,
  readBinding,
  readHistory,
  readNewestCode,
  updateCode,
  writeToken,
} from "./store.ts";

/** The one method this bank offers so far: a code by SMS to the reserved phone. */
const SMS_METHOD = "sms";
/** What a card that is not known has for a sequence number. */
const NO_PSN = "00";

export interface BindingPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: KeyStore;
  readonly policy: IssuerPolicy;
  /** Called after something was left in the outbox. */
  readonly nudge: () => void;
}

/** What the bank offers the TSP. */
export function createBindingService(ports: BindingPorts): Calls<IssuerApi> {
  const { db, clock, random, keys, policy, nudge } = ports;

  async function openCard(cardJwe: string): Promise<Result<{ card: CardData; pan: Pan }, Problem>> {
    const card = await openJson(keys, cardJwe, CardData);
    if (card === undefined) return err(problem("badCiphertext"));
    const pan = Pan.parse(card.pan);
    return pan.ok ? ok({ card, pan: pan.value }) : err(problem("badCard"));
  }

  return {
    async publicKey() {
      return ok({ ...keys.publicJwk(KEYS.cardData) });
    },

    async checkEligibility({ cardJwe }) {
      const opened = await openCard(cardJwe);
      if (!opened.ok) return opened;
      // By range alone: whether the number exists is told only after the holder has proved to be its holder.
      const product = productOf(opened.value.pan.expose());
      if (product === undefined) return err(problem("cardNotSupported"));
      return ok({ product, terms: TERMS, panSuffix: opened.value.pan.suffix });
    },

    async decideBinding(request) {
      if (request.terms.version !== TERMS.version) return err(problem("unknownTerms"));
      const opened = await openCard(request.cardJwe);
      if (!opened.ok) return opened;
      const { card: typed, pan } = opened.value;
      const hmac = panHmac(keys, pan);
      return db.transaction(async (tx) => {
        await holdDevice(tx, request.device.deviceId);
        const target = await findCard(tx, hmac);
        const held = target === undefined ? undefined : await holdCard(tx, target);
        const first = await readBinding(tx, request.bindingId, true);
        if (first !== undefined) {
          const same = equalBytes(first.panHmac, hmac) && first.walletAccount === request.walletAccount;
          return same ? ok(decisionAnswer(first)) : err(problem("idempotencyMismatch"));
        }
        const now = clock.now();
        const history =
          held === undefined
            ? NO_HISTORY
            : await readHistory(tx, {
                cardId: held.cardId,
                deviceId: request.device.deviceId,
                walletAccount: request.walletAccount,
                since: startOfDay(now),
              });
        const facts = held === undefined ? undefined : factsOf(held, typed);
        const verdict = decideBinding(typed, facts, history, now, policy.binding);
        const row: BindingRow = {
          id: request.bindingId,
          panHmac: hmac,
          cardId: held?.cardId ?? null,
          accountId: target?.accountId ?? null,
          walletAccount: request.walletAccount,
          deviceId: request.device.deviceId,
          deviceName: request.device.name,
          trid: request.trid,
          terms: request.terms,
          decision: verdict.decision,
          reason: verdict.reason,
          psn: held?.psn ?? NO_PSN,
          sentTo: verdict.decision === "yellow" && held?.mobile ? maskMobile(held.mobile as Mobile) : null,
          decidedAt: now,
          verifiedAt: null,
          tokenStatus: null,
          tokenChangedAt: null,
        };
        // The same binding on two devices at once: the caller asks again and gets the first decision.
        if (!(await insertBinding(tx, row))) return err(problem("stale"));
        return ok(decisionAnswer(row));
      });
    },

    async sendCode({ bindingId, methodId, language }, context) {
      const answer = await withBinding(bindingId, async (tx, binding, card) => {
        if (methodId !== SMS_METHOD) return err(problem("unknownMethod"));
        const asked = keys.hmac(KEYS.code, fromAscii(`send ${methodId} ${language}`));
        const first = await readAnswer(tx, bindingId, "sendCode", context.idempotencyKey);
        if (first !== undefined) {
          return equalBytes(first.request, asked) ? ok(first.answer) : err(problem("idempotencyMismatch"));
        }
        if (!isOpen(binding, card)) return err(problem("wrongState"));
        const now = clock.now();
        const newest = await readNewestCode(tx, bindingId);
        const verdict = decideSend(newest, await countCodesOfCard(tx, card.cardId, startOfDay(now)), now, policy.code);
        if (!verdict.send) {
          return err(
            problem("tooMany", verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs }),
          );
        }
        const mobile = card.mobile as Mobile;
        const code = random.below(1_000_000).toString().padStart(6, "0");
        const expiresAt = instant(now + policy.code.lifeMs);
        await insertCode(tx, bindingId, card.cardId, {
          number: verdict.number,
          hash: codeHash(keys, bindingId, verdict.number, code),
          sentAt: now,
          expiresAt,
          wrongTries: 0,
          used: false,
        });
        const facts = {
          bank: policy.bank,
          code,
          panSuffix: card.panSuffix,
          minutes: Math.floor(policy.code.lifeMs / 60_000),
        };
        const id = `code-${bindingId}-${verdict.number}`;
        await insertText(tx, bindingId, {
          id,
          sealed: sealText(keys, id, { toMobile: mobile, text: codeText(language, facts, policy.codeDomain), at: now }),
          at: now,
          uselessAfter: expiresAt,
        });
        const sent = {
          sentTo: maskMobile(mobile),
          expiresAt,
          resendAt: now + policy.code.coolDownMs,
          codesLeft: policy.code.codesPerBinding - verdict.number,
        };
        await insertAnswer(tx, bindingId, "sendCode", context.idempotencyKey, asked, sent);
        return ok(sent);
      });
      if (answer.ok) nudge();
      return answer;
    },

    async checkCode({ bindingId, codeJwe }, context) {
      const typed = await openJson(keys, codeJwe, CodeData);
      if (typed === undefined) return err(problem("badCiphertext"));
      return withBinding(bindingId, async (tx, binding, card) => {
        const asked = keys.hmac(KEYS.code, fromAscii(`check ${bindingId} ${typed.code}`));
        const first = await readAnswer(tx, bindingId, "checkCode", context.idempotencyKey);
        if (first !== undefined) {
          return equalBytes(first.request, asked) ? ok(first.answer) : err(problem("idempotencyMismatch"));
        }
        if (!isOpen(binding, card)) return err(problem("wrongState"));
        const now = clock.now();
        const newest = await readNewestCode(tx, bindingId);
        const matches =
          newest !== undefined && equalBytes(newest.hash, codeHash(keys, bindingId, newest.number, typed.code));
        const { outcome, next } = decideCheck(newest, matches, now, policy.code);
        if (next !== undefined) await updateCode(tx, bindingId, next);
        if (outcome.outcome === "passed") {
          const history = await readHistory(tx, {
            cardId: card.cardId,
            deviceId: binding.deviceId,
            walletAccount: binding.walletAccount,
            since: startOfDay(now),
          });
          // Another wallet account was verified for this card while the code was on its way: the first one has it.
          if (history.boundElsewhere) return err(problem("wrongState"));
          await markVerified(tx, bindingId, now);
        }
        await insertAnswer(tx, bindingId, "checkCode", context.idempotencyKey, asked, outcome);
        return ok(outcome);
      });
    },

    async notifyToken({ bindingId, tokenRef, status, tokenSuffix, at }) {
      return db.transaction(async (tx) => {
        const binding = await readBinding(tx, bindingId, true);
        if (binding === undefined) return err(problem("notFound"));
        if (binding.decision === "red") return err(problem("wrongState"));
        // Notices come late, twice and out of order: the newest counts, and deleted is for good.
        const older = binding.tokenChangedAt !== null && at < binding.tokenChangedAt;
        if (binding.tokenStatus === "deleted" || (older && status !== "deleted")) return ok({});
        await writeToken(tx, bindingId, { ref: tokenRef, suffix: tokenSuffix, status, at: instant(at) });
        return ok({});
      });
    },
  };

  /** Runs `work` on a binding that the bank agreed to, with its card and then itself held. */
  async function withBinding<T>(
    bindingId: string,
    work: (tx: Queries, binding: BindingRow, card: HeldCard) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> {
    return db.transaction(async (tx) => {
      const found = await readBinding(tx, bindingId, false);
      if (found === undefined) return err(problem("notFound"));
      const target = found.decision === "yellow" ? await findCard(tx, found.panHmac) : undefined;
      if (target === undefined) return err(problem("wrongState"));
      const card = await holdCard(tx, target);
      const binding = await readBinding(tx, bindingId, true);
      return work(tx, binding!, card);
    });
  }

  function factsOf(held: HeldCard, typed: CardData): CardFacts {
    return {
      kind: productById(held.productId).kind,
      status: held.status,
      expiry: held.expiry,
      holderName: held.holderName,
      mobile: held.mobile,
      cvn2Matches:
        held.cvn2Hmac !== null &&
        typed.cvn2 !== undefined &&
        equalBytes(held.cvn2Hmac, cvn2Hmac(keys, held.cardId, typed.cvn2)),
      documentExpires: held.documentExpires,
      postedMinor: held.postedMinor,
    };
  }
}

const NO_HISTORY = { mismatchesToday: 0, addsToday: 0, otherDevices: 0, otherCards: 0, boundElsewhere: false };

/** Codes are for bindings whose token does not live yet, of cards that still do. A passed code may be asked for anew: the TSP may have missed the answer. */
function isOpen(binding: BindingRow, card: HeldCard): boolean {
  const waiting = binding.tokenStatus === null || binding.tokenStatus === "inactive";
  return binding.decision === "yellow" && waiting && card.status === "active" && card.mobile !== null;
}

function decisionAnswer(row: BindingRow): {
  decision: BindingRow["decision"];
  reason: BindingRow["reason"];
  methods: VerificationMethod[];
  psn: string;
} {
  const methods: VerificationMethod[] =
    row.sentTo === null ? [] : [{ methodId: SMS_METHOD, kind: "smsCode", sentTo: row.sentTo }];
  return { decision: row.decision, reason: row.reason, methods, psn: row.psn };
}

function codeHash(keys: KeyStore, bindingId: string, number: number, code: string): Uint8Array {
  return keys.hmac(KEYS.code, fromAscii(`code ${bindingId} ${number} ${code}`));
}

/** JSON sealed to the bank; undefined when it does not open or is something else. */
async function openJson<T>(keys: KeyStore, jwe: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  const bytes = await keys.openJwe(KEYS.cardData, jwe);
  const text = bytes === undefined ? undefined : toUtf8(bytes);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, json);
  return parsed.success ? parsed.output : undefined;
}
