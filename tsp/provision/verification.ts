import type * as v from "valibot";
import { CodeData, type CodeOutcome } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import { err, ok, type Result } from "#protocol/bytes";
import { tellBinding } from "../outbox.ts";
import { type Token, viewOf } from "../token.ts";
import type { Desk } from "./desk.ts";
import { ownCodes } from "./own-codes.ts";

type OfWallet = "methods" | "chooseMethod" | "notMyNumber" | "sendCode" | "submitCode";
type OfIssuer = "activate" | "refuse" | "methodsChanged" | "recordChanged";

/** What the holder does to prove to be the holder, on its way to the bank. */
export function verifying(desk: Desk): Pick<Calls<TspWalletApi>, OfWallet> {
  const { issuer, tokens, cards } = desk;
  const codes = desk.policy.codeOwner === "tsp" ? ownCodes(desk) : undefined;

  async function byBank(
    bindingId: string,
    code: v.InferOutput<typeof CodeData>,
    context: CallContext,
  ): Promise<Result<CodeOutcome, Problem>> {
    const sealed = await cards.sealToIssuer(code, context);
    return sealed.ok ? issuer.checkCode({ bindingId, codeJwe: sealed.value }, context) : sealed;
  }

  /** A token whose holder may still prove it, or why not. */
  async function open(tokenRef: string): Promise<Result<Token, Problem>> {
    const token = await tokens.load(tokenRef);
    if (!token.ok || token.value.state.kind === "inactive") return token;
    const cause = await tokens.endOf(token.value.bindingId);
    return err(problem("wrongState", { at: "tokenRef", ...(cause === undefined ? {} : { cause }) }));
  }

  return {
    async methods({ tokenRef }, context) {
      const token = await tokens.load(tokenRef);
      if (!token.ok) return token;
      const view = viewOf(token.value);
      if (token.value.state.kind !== "inactive") return ok({ methods: [], token: view });
      const answer = await issuer.methods({ bindingId: token.value.bindingId }, context);
      return answer.ok ? ok({ methods: answer.value.methods, token: view }) : answer;
    },

    async chooseMethod({ tokenRef, methodId, caseCode }, context) {
      const token = await open(tokenRef);
      if (!token.ok) return token;
      const { bindingId } = token.value;
      return issuer.chooseMethod({ bindingId, methodId, ...(caseCode === undefined ? {} : { caseCode }) }, context);
    },

    async notMyNumber({ tokenRef }, context) {
      const token = await open(tokenRef);
      return token.ok ? issuer.notMyNumber({ bindingId: token.value.bindingId }, context) : token;
    },

    async sendCode({ tokenRef, methodId, language }, context) {
      const token = await open(tokenRef);
      if (!token.ok) return token;
      if (codes !== undefined) return codes.send(token.value, methodId, language, context);
      return issuer.sendCode({ bindingId: token.value.bindingId, methodId, language }, context);
    },

    async submitCode({ tokenRef, codeJwe }, context) {
      const loaded = await tokens.load(tokenRef);
      if (!loaded.ok) return loaded;
      const { state, bindingId } = loaded.value;
      // A repeat of the right code, or one that comes late, changes nothing.
      if (state.kind === "active" || state.kind === "suspended")
        return ok({ result: { outcome: "passed" as const }, token: viewOf(loaded.value) });
      const token = await open(tokenRef);
      if (!token.ok) return token;
      const code = await cards.openJson(codeJwe, CodeData);
      if (code === undefined) return err(problem("badCiphertext", { at: "codeJwe" }));
      const checked =
        codes === undefined
          ? await byBank(bindingId, code, context)
          : await codes.check(token.value, code.code, context);
      if (!checked.ok) return checked;
      if (checked.value.outcome !== "passed") return ok({ result: checked.value, token: viewOf(token.value) });
      const active = await tokens.activate(token.value, {
        also: (tx) => desk.decided(tx, "submitCode", context),
      });
      return active.ok ? ok({ result: checked.value, token: viewOf(active.value) }) : active;
    },
  };
}

/** What the bank says of a binding by itself. Each may come twice, late, or after the holder gave up. */
export function verifiedByBank(desk: Desk): Pick<Calls<TspIssuerApi>, OfIssuer> {
  const { db, clock, random, facts, relay, tokens } = desk;

  return {
    async activate({ bindingId, method, deviceId, panSuffix }, context) {
      const loaded = await tokens.ofBinding(bindingId);
      if (!loaded.ok) return loaded;
      const token = loaded.value;
      if (token.deviceId !== deviceId || token.panSuffix !== panSuffix) {
        await facts.state({
          journeyId: bindingId,
          stage: "verification",
          code: "proofForOtherJourney",
          outcome: "failed",
          data: { method, differs: token.deviceId !== deviceId ? "device" : "card" },
        });
        return err(problem("forbidden", { at: "bindingId", cause: "proofForOtherJourney" }));
      }
      const active = await tokens.activate(token, { also: (tx) => desk.decided(tx, "activate", context) });
      return active.ok ? ok(viewOf(active.value)) : active;
    },

    async refuse({ bindingId, cause }, context) {
      const loaded = await tokens.ofBinding(bindingId);
      if (!loaded.ok) return loaded;
      const { state, tokenRef } = loaded.value;
      if (state.kind === "deleted") return ok({});
      if (state.kind !== "inactive") return err(problem("wrongState", { at: "bindingId" }));
      const ended = await tokens.change(tokenRef, { kind: "delete" }, "issuer", {
        endedBy: cause,
        also: (tx) => desk.decided(tx, "refuse", context),
      });
      return ended.ok ? ok({}) : ended;
    },

    async methodsChanged({ bindingId, cause }, context) {
      const known = await knownBinding(bindingId);
      if (!known) return err(problem("notFound", { at: "bindingId" }));
      await db.transaction(async (tx) => {
        const notice = { bindingId, ended: false, cured: false, ...(cause === undefined ? {} : { cause }) };
        await tellBinding(tx, notice, random, clock.now());
        await desk.decided(tx, "methodsChanged", context);
      });
      relay.nudge();
      return ok({});
    },

    async recordChanged({ bindingId, what }, context) {
      // Its answer to our question may still be on the way: the bank tells again.
      if (!(await knownBinding(bindingId))) return err(problem("stale", { at: "bindingId" }));
      await db.transaction(async (tx) => {
        // A refusal stands no longer: the same binding, asked again, is decided anew.
        await tx.query(
          { text: "update binding set asked_key = null where binding_id = $1 and answer ->> 'decision' = 'red'" },
          [bindingId],
        );
        await facts.note(tx, {
          journeyId: bindingId,
          stage: "decision",
          code: "recordChanged",
          outcome: "noted",
          data: { what },
        });
        await tellBinding(tx, { bindingId, ended: false, cured: true }, random, clock.now());
        await desk.decided(tx, "recordChanged", context);
      });
      relay.nudge();
      return ok({});
    },
  };

  async function knownBinding(bindingId: string): Promise<boolean> {
    const rows = await db.query({ text: "select 1 as one from binding where binding_id = $1" }, [bindingId]);
    return rows.length > 0;
  }
}
