import { CodeData } from "#contracts/common";
import type { IssuerApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import { equalBytes, err, fromAscii, ok } from "#protocol/bytes";
import { type Mobile, maskMobile } from "#protocol/holder";
import { instant } from "#protocol/time";
import { refused } from "../hops.ts";
import { KEYS } from "../ports.ts";
import {
  codeHash,
  codeRowId,
  countMessage,
  insertAnswer,
  insertCode,
  isUnsent,
  messagesToday,
  readAnswer,
  readCodes,
  updateCode,
} from "./code-store.ts";
import { codeText } from "./code-text.ts";
import { decideCheck, decideSend, type Match } from "./codes.ts";
import { proofCauses, readMethods } from "./method-facts.ts";
import { METHOD_IDS } from "./methods.ts";
import { type BindingParts, openJson, step, stopped, withBinding } from "./parts.ts";
import { verificationOf } from "./store.ts";

/** Codes by SMS: made, kept as their hash, sent to the reserved phone, checked. */
export function coding(parts: BindingParts): Pick<Calls<IssuerApi>, "sendCode" | "checkCode"> {
  const { db, clock, random, keys, policy, facts, hops, outbox, nudge } = parts;

  return {
    async sendCode({ bindingId, methodId, language }, context) {
      const answer = await withBinding(db, bindingId, async (tx, binding, card) => {
        const now = clock.now();
        const { journeyId } = binding;
        if (methodId !== METHOD_IDS.smsCode) return err(problem("unknownMethod", { at: "methodId" }));
        const asked = keys.hmac(KEYS.code, fromAscii(`send ${methodId} ${language}`));
        const first = await readAnswer(tx, bindingId, "sendCode", context.idempotencyKey);
        if (first !== undefined) {
          if (!equalBytes(first.request, asked)) return err(problem("idempotencyMismatch"));
          await hops.decided(tx, "sendCode", context);
          return ok(first.answer);
        }
        const state = verificationOf(binding).kind;
        if (state !== "waiting" && state !== "verified") return err(problem("wrongState", { at: "bindingId" }));
        const method = (await readMethods(parts, tx, binding, card, now)).find((one) => one.methodId === methodId);
        if (method === undefined) return err(problem("unknownMethod", { at: "methodId" }));
        const { mobile } = card.customer;
        const limit = method.closedBecause === "methodUsedUp" || method.closedBecause === "smsDailyCap";
        if ((method.closedBecause !== undefined && !limit) || mobile === null) {
          const cause = method.closedBecause ?? "noUsableMethod";
          await facts.note(tx, stopped(journeyId, cause));
          return err(refused("wrongState", [cause], { at: "methodId" }));
        }
        const [newest] = await readCodes(tx, bindingId);
        const toPhone = await messagesToday(tx, keys, mobile, now);
        const verdict = decideSend(newest, binding.codesBefore, toPhone, now, policy.code);
        if (!verdict.send) {
          const { retryAfterMs } = verdict;
          const unsent = verdict.cause === "codeUnclaimed" && (await isUnsent(tx, bindingId, newest!.number));
          const cause = unsent ? "codeNotSent" : verdict.cause;
          const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
          if (cause !== undefined) await facts.note(tx, stopped(journeyId, cause, wait));
          return err(refused("tooMany", cause === undefined ? [] : [cause], wait));
        }
        const code = random.below(1_000_000).toString().padStart(6, "0");
        const expiresAt = instant(now + policy.code.lifeMs);
        await insertCode(tx, bindingId, card.cardId, {
          number: verdict.number,
          hash: codeHash(keys, bindingId, verdict.number, code),
          sentAt: now,
          expiresAt,
          wrongTries: 0,
          used: false,
          voided: false,
          delivered: null,
        });
        await countMessage(tx, keys, mobile, now);
        const minutes = Math.floor(policy.code.lifeMs / 60_000);
        const about = { bank: policy.bank, code, panSuffix: card.panSuffix, minutes };
        await outbox.text(
          tx,
          { id: codeRowId(bindingId, verdict.number), owner: bindingId, uselessAfter: expiresAt },
          { toMobile: mobile, text: codeText(language, about, policy.codeDomain), at: now },
        );
        const sentTo = maskMobile(mobile as Mobile);
        const { number, codesLeft } = verdict;
        await facts.note(tx, {
          journeyId,
          stage: "verification",
          code: "codeMade",
          outcome: "noted",
          data: { number, sentTo, expiresAt, codesLeft },
        });
        const sent = { sentTo, expiresAt, resendAt: now + policy.code.coolDownMs, codesLeft };
        await insertAnswer(tx, bindingId, "sendCode", context.idempotencyKey, asked, sent);
        await hops.decided(tx, "sendCode", context);
        return ok(sent);
      });
      if (answer.ok) nudge();
      return answer;
    },

    async checkCode({ bindingId, codeJwe }, context) {
      const typed = await openJson(keys, codeJwe, CodeData);
      if (typed === undefined) return err(problem("badCiphertext", { at: "codeJwe", cause: "sealedCardUnreadable" }));
      return withBinding(db, bindingId, async (tx, binding, card) => {
        const now = clock.now();
        const { journeyId } = binding;
        const asked = keys.hmac(KEYS.code, fromAscii(`check ${bindingId} ${typed.code}`));
        const first = await readAnswer(tx, bindingId, "checkCode", context.idempotencyKey);
        if (first !== undefined) {
          if (!equalBytes(first.request, asked)) return err(problem("idempotencyMismatch"));
          await hops.decided(tx, "checkCode", context);
          return ok(first.answer);
        }
        const state = verificationOf(binding);
        if (state.kind !== "waiting" && state.kind !== "verified")
          return err(problem("wrongState", { at: "bindingId" }));
        // Orange is verified by people only.
        const codes = binding.decision === "orange" ? [] : await readCodes(tx, bindingId);
        const fits = codes.map(({ number, hash }) => equalBytes(hash, codeHash(keys, bindingId, number, typed.code)));
        const match: Match = fits[0] === true ? "newest" : fits.includes(true) ? "earlier" : "none";
        const { outcome, next, cause } = decideCheck(codes[0], binding.codesBefore, match, now, policy.code);
        if (outcome.outcome === "passed") {
          // Meanwhile another account, another device or the desk may have been faster.
          const causes = await proofCauses(parts, tx, binding, card, now);
          if (causes.length > 0) {
            await facts.note(tx, ...causes.map((one) => stopped(journeyId, one)));
            return err(refused("wrongState", causes, { at: "bindingId" }));
          }
          const passed = await step(parts, tx, binding, card, { kind: "codePassed" }, now);
          if (!passed.ok) return err(problem("wrongState", { at: "bindingId" }));
          await facts.note(tx, { journeyId, stage: "verification", code: "codeRight", outcome: "noted" });
        } else if (cause !== undefined) {
          const triesLeft = "triesLeft" in outcome ? { triesLeft: outcome.triesLeft } : {};
          await facts.note(tx, stopped(journeyId, cause, triesLeft));
        }
        if (next !== undefined) await updateCode(tx, bindingId, next);
        await insertAnswer(tx, bindingId, "checkCode", context.idempotencyKey, asked, outcome);
        await hops.decided(tx, "checkCode", context, cause === undefined ? [] : [cause]);
        return ok(outcome);
      });
    },
  };
}
