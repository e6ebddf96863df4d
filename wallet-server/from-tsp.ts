import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import type { WalletTspApi } from "#contracts/wallet-api";
import { decided, once, TSP_TO_WALLET, witnessOffer } from "#party";
import { err, ok } from "#protocol/bytes";
import type { Asking } from "./binding/asking.ts";
import { type Decisions, isAlive } from "./binding/decision.ts";
import type { BindingStore } from "./binding/store.sql.ts";
import { caseOf } from "./cases.ts";
import { about, type Desk } from "./desk.ts";
import type { Evidence } from "./evidence/explain.ts";
import { note } from "./notes.ts";
import { addNotice, journeyOf, noticeView, passByToken, updateToken } from "./passes.ts";
import { addPush } from "./pushes/outbox.ts";
import type { PushRelay } from "./pushes/relay.ts";
import type { Worker } from "./worker.ts";

/** What the TSP tells the wallet provider. Each may come twice, late and out of order. */
export function tspCalls(
  desk: Desk,
  parts: {
    readonly store: BindingStore;
    readonly decisions: Decisions;
    readonly asking: Asking;
    readonly evidence: Evidence;
    readonly worker: Pick<Worker, "nudge">;
    readonly pushes: Pick<PushRelay, "nudge">;
  },
): Calls<WalletTspApi> {
  const { db, clock, random, tsp, facts, publish } = desk;
  const { store, decisions, asking, evidence, worker, pushes } = parts;
  const offered: Calls<WalletTspApi> = {
    ...evidence.offer("tsp"),

    async notifyBinding({ bindingId, cause, ended, cured }, context) {
      const loaded = await store.load(bindingId);
      if (!loaded.ok) return loaded;
      const { view, tokenRef } = loaded.value;
      const hop = { stage: "verification", peer: "tsp", operation: "notifyBinding", context } as const;
      const done = () => decided(facts, db, { ...hop, answer: { answer: "ok" } });
      const causes = cause === undefined ? [] : [cause];
      if (ended) await store.advance(bindingId, { kind: "ended", causes });
      else if (cured) {
        const name = { caller: "tsp", operation: "cured", key: context.idempotencyKey };
        // Each cure once: a late repeat must not ask the bank again.
        const resumed = await once(db, name, { bindingId }, clock.now(), async (remember) => {
          const done = await asking.cured(bindingId, (tx) => remember(tx, {}));
          return done.ok ? ok({}) : done;
        });
        if (!resumed.ok) return resumed;
        worker.nudge();
      }
      if (!ended && view.stage === "awaitingVerification" && tokenRef !== null) {
        const now = await tsp.methods({ tokenRef }, about(bindingId, context.idempotencyKey));
        if (!now.ok) return now;
        if (isAlive(now.value.token)) await decisions.activate(bindingId, now.value.token);
        else await store.advance(bindingId, { kind: "methods", methods: now.value.methods });
        if (causes.length > 0) await store.advance(bindingId, { kind: "stepFailed", causes });
      }
      await done();
      return ok({});
    },

    async notifyToken({ token }, context) {
      // The bank's app or hotline let it live, or the answer to a code got lost: the card appears by this.
      const waiting = isAlive(token) ? await store.byToken(token.tokenRef) : undefined;
      if (waiting?.view.stage === "awaitingVerification" && waiting.held !== "removed")
        await decisions.activate(waiting.view.bindingId, token);
      const hop = { stage: "issue", peer: "tsp", operation: "notifyToken", context } as const;
      const pass = await db.transaction(async (tx) => {
        const updated = await updateToken(tx, token);
        if (updated !== undefined)
          await facts.note(tx, note(journeyOf(updated), "issue", "tokenState", "noted", { status: token.status }));
        await decided(facts, tx, { ...hop, answer: { answer: "ok" } });
        return updated;
      });
      if (pass !== undefined) publish(pass.deviceId, { type: "passes", deviceId: pass.deviceId });
      return ok({});
    },

    async notifyPayment({ tokenRef, notice }) {
      const pass = await passByToken(db, tokenRef);
      if (pass === undefined) return err(problem("notFound", { at: "tokenRef" }));
      const { accountId, deviceId } = pass;
      const told = await db.transaction(async (tx) => {
        if (!(await addNotice(tx, pass, notice))) return undefined;
        await addPush(tx, pass, notice, clock.now());
        const { journeyId } = notice;
        const caseCode =
          notice.kind === "declined" ? await caseOf(tx, random, { journeyId, accountId, deviceId }, clock.now()) : null;
        return noticeView(pass, notice, caseCode);
      });
      if (told !== undefined) publish(deviceId, { type: "notice", notice: told });
      pushes.nudge();
      return ok({});
    },
  };
  return witnessOffer(offered, TSP_TO_WALLET, "tsp", facts);
}
