import type { WalletAdvice } from "#contracts/common";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { BindingView } from "#contracts/wallet-api";
import type { FactNote } from "#party";
import { err, ok, type Result } from "#protocol/bytes";
import { deviceModel } from "#protocol/devices";
import { accountOf } from "../account/account.ts";
import type { Desk } from "../desk.ts";
import { deviceOf } from "../devices.ts";
import { note } from "../notes.ts";
import { passesOf } from "../passes.ts";
import { adviseOn } from "./advice.ts";
import { attemptsOf, pairSince } from "./attempts.ts";
import type { Decisions } from "./decision.ts";
import type { Asked, Binding, BindingStore } from "./store.sql.ts";

/** Other writers were first this often in a row: something is wrong. */
const TRIES_MAX = 8;

export interface Asking {
  /** Asks the bank, for the first time or anew. */
  decide(binding: Binding, terms: Asked["terms"], before: readonly FactNote[]): Promise<Result<BindingView, Problem>>;
  /**
   * The bank cured what it had refused: it is to be asked anew, which the worker does. Costs the holder no attempt.
   *
   * @param also in the transaction in which the journey goes on.
   */
  cured(bindingId: string, also: (tx: Queries) => Promise<void>): Promise<Result<void, Problem>>;
}

export function createAsking(
  desk: Desk,
  parts: { readonly store: BindingStore; readonly decisions: Decisions },
): Asking {
  const { db, clock, policy } = desk;
  const { store, decisions } = parts;

  async function advice({ view, accountId, panRef, sameAccount }: Binding): Promise<WalletAdvice> {
    const now = clock.now();
    const [account, owner, passes] = await Promise.all([
      accountOf(db, accountId),
      deviceOf(db, accountId, view.deviceId),
      passesOf(db, view.deviceId),
    ]);
    const device = owner.ok ? owner.value : undefined;
    const { windowMs } = policy.advice.attempts;
    const attempts = await attemptsOf(db, view.deviceId, now - Math.max(windowMs, policy.advice.cards.windowMs));
    return adviseOn(
      {
        now,
        accountCreatedAt: account!.createdAt,
        settingsChangedAt: account!.settingsChangedAt,
        lastUsedAt: account!.lastUsedAt,
        deviceKnown: deviceModel(device?.model ?? "") !== undefined,
        suspendedOnDevice: passes.filter((pass) => pass.token.status === "suspended").length,
        lostSince: device?.lostSince == null ? null : Number(device.lostSince),
        lostUntil: device?.lostUntil == null ? null : Number(device.lostUntil),
        pairSince: await pairSince(db, accountId, panRef!, now),
        // The one under way does not count against itself.
        attempts: attempts.slice(0, -1),
        panRef: panRef!,
        anotherDevice: sameAccount,
      },
      policy.advice,
    );
  }

  async function putBefore(
    binding: Binding,
    terms: Asked["terms"],
    nextTryAt: number,
    change: { readonly notes: readonly FactNote[]; readonly also?: (tx: Queries) => Promise<void> },
  ): Promise<Result<BindingView, Problem>> {
    const { bindingId } = binding.view;
    const wallet = await advice(binding);
    const recommended = note(bindingId, "decision", "recommended", "noted", {
      colour: wallet.colour,
      reasons: wallet.reasons.join(),
      deviceScore: wallet.deviceScore,
      accountScore: wallet.accountScore,
    });
    return store.advance(
      bindingId,
      { kind: "asked", at: clock.now(), nextTryAt },
      {
        ...change,
        asked: { terms, wallet },
        attempt: binding.attempt + 1,
        tries: 0,
        notes: [
          ...change.notes,
          recommended,
          ...(wallet.colour === "red" ? [note(bindingId, "decision", "walletAdvisesNo", "failed")] : []),
        ],
      },
    );
  }

  return {
    async decide(binding, terms, notes) {
      const asked = await putBefore(binding, terms, clock.now() + policy.retry.firstMs, { notes });
      // Another call of this step was first: what it asked is what this one asks.
      return asked.ok || asked.error.code === "wrongState" ? decisions.ask(binding.view.bindingId) : asked;
    },

    async cured(bindingId, also) {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const loaded = await store.load(bindingId);
        if (!loaded.ok) return loaded;
        const { view, asked, cardJwe, held, attempt } = loaded.value;
        const now = clock.now();
        const askable = view.stage === "refused" && view.decision === "red" && held === undefined;
        const stepped =
          askable && asked !== null && cardJwe !== null
            ? await putBefore(loaded.value, asked.terms, now, {
                notes: [note(bindingId, "decision", "resumed", "noted")],
                also,
              })
            : await store.advance(
                bindingId,
                { kind: "cured", at: now },
                // A new question, with a key of its own: the answer under way may be older than the cure.
                view.stage === "awaitingBank" ? { attempt: attempt + 1, tries: 0, also } : { also },
              );
        if (stepped.ok) return ok(undefined);
        if (stepped.error.code !== "wrongState") return stepped;
        // Its holder took it up at the same moment, or it is over.
        const after = await store.load(bindingId);
        if (after.ok && after.value.version === loaded.value.version) return ok(undefined);
      }
      return err(problem("stale"));
    },
  };
}
