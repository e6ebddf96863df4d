import type { Clock, Db, Log, Random, Timers } from "#contracts/ports";
import { problem } from "#contracts/problem";
import { type FactLog, forgetAnswered } from "#party";
import { err, ok } from "#protocol/bytes";
import { type ExpiryYymm, instant, toYymmdd } from "#protocol/time";
import { announce, type Relay } from "./outbox.ts";
import type { TspPolicy } from "./policy.ts";
import { expiryIn } from "./provision/request.ts";
import { tokenByRef, tokensDue } from "./store.sql.ts";
import type { Token } from "./token.ts";
import { changedNote, expiredNote, type Tokens } from "./tokens.ts";

const SWEEP_MS = 60_000;
const BATCH = 100;

export interface Sweeper {
  start(): void;
  stop(): Promise<void>;
}

/** What time alone brings: verification that took too long, tokens to renew, notices that nobody acknowledged, answers nobody asks for any more. */
export function createSweeper(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly random: Random;
  readonly policy: TspPolicy;
  readonly tokens: Tokens;
  readonly facts: FactLog;
  readonly relay: Pick<Relay, "nudge">;
}): Sweeper {
  const { db, clock, timers, log, random, policy, tokens, facts, relay } = ports;
  let running = false;
  let cancel = () => {};
  let working: Promise<void> = Promise.resolve();

  async function endLate(): Promise<void> {
    const due = await tokensDue(db, { verifyBy: clock.now() - 1 }, BATCH);
    for (const token of due) {
      const ended = await tokens.change(token.tokenRef, { kind: "delete" }, "tsp", {
        endedBy: "verificationExpired",
        facts: () => [expiredNote(token)],
      });
      if (!ended.ok) log.warn("tsp.lateTokenKept", { tokenRef: token.tokenRef, code: ended.error.code });
    }
  }

  /** New expiry, same number and keys: the device fetches its package anew, and pays by the old one until then. */
  async function renewExpiring(): Promise<void> {
    const horizon = toYymmdd(instant(clock.now() + policy.renewAheadMs)).slice(0, 4);
    const due = await tokensDue(db, { expiryUpTo: horizon }, BATCH);
    for (const { tokenRef } of due) {
      const renewed = await tokens.edit(
        tokenRef,
        (token) =>
          token.state.kind === "deleted"
            ? err(problem("wrongState", { at: "tokenRef" }))
            : ok(renewedToken(token, expiryIn(policy.tokenYears, clock.now()))),
        async (tx, next) => {
          await announce(tx, next, random, next.changedAt);
          await facts.note(tx, changedNote(next, "tsp"));
        },
      );
      if (!renewed.ok) log.warn("tsp.notRenewed", { tokenRef, code: renewed.error.code });
    }
  }

  function renewedToken(token: Token, tokenExpiry: ExpiryYymm): Token {
    return { ...token, tokenExpiry, previousExpiry: token.tokenExpiry, changedAt: clock.now() };
  }

  /** A party that never acknowledged a change holds another state than we do: it is told again, and it is on record. */
  async function bringTogether(): Promise<void> {
    const now = clock.now();
    const open = await db.query<{ b: number; token_ref: string; peer: "wallet" | "issuer" }>(
      {
        text: `select b, token_ref, peer from told t where acknowledged < version and at <= $1
          and not exists (select 1 from outbox o where o.token_ref = t.token_ref) order by at limit ${BATCH}`,
      },
      [now - policy.reconcileMs],
    );
    for (const { b, token_ref, peer } of open) {
      const token = await tokenByRef(db, b, token_ref);
      if (token === undefined) continue;
      await db.transaction(async (tx) => {
        await announce(tx, token, random, now, [peer], true);
        await facts.note(tx, {
          journeyId: token.bindingId,
          stage: "issue",
          code: "statesDiffer",
          outcome: "failed",
          data: { peer, status: token.state.kind },
        });
      });
    }
    if (open.length > 0) relay.nudge();
  }

  function sweep(): void {
    if (!running) return;
    working = endLate()
      .then(renewExpiring)
      .then(bringTogether)
      .then(() => forgetAnswered(db, clock.now()))
      .catch((error: unknown) => log.error("tsp.sweepFailed", { error }))
      .then(() => {
        if (running) cancel = timers.after(SWEEP_MS, sweep);
      });
  }

  return {
    start() {
      running = true;
      sweep();
    },
    async stop() {
      running = false;
      cancel();
      await working;
    },
  };
}
