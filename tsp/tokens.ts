import type { PublicJwk, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { FactLog, FactNote } from "#party";
import { err, ok, type Result, shardOf } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { type Suspender, stepToken, type TokenEvent } from "#protocol/paytoken";
import type { Instant } from "#protocol/time";
import { announce, type Relay, tellBinding } from "./outbox.ts";
import type { TspPorts } from "./ports.ts";
import { saveToken, tokenByRef, tokenOfBinding } from "./store.sql.ts";
import type { Token } from "./token.ts";

/** Another writer was first this often in a row: something is wrong. */
const TRIES_MAX = 8;

/** What else is written with a change, in its transaction. */
export interface WithChange {
  /** Facts besides those of the change itself. */
  readonly facts?: (next: Token) => readonly FactNote[];
  /** Why a binding ends that was not yet active: its wallet is told. */
  readonly endedBy?: Cause;
  readonly also?: (tx: Queries, next: Token) => Promise<void>;
}

/** Loads, steps and saves tokens: the one place where a token's state changes on the slow paths. */
export interface Tokens {
  load(tokenRef: string): Promise<Result<Token, Problem>>;
  ofBinding(bindingId: string): Promise<Result<Token, Problem>>;
  change(
    tokenRef: string,
    event: TokenEvent,
    by: Suspender | "nobody",
    more?: WithChange,
  ): Promise<Result<Token, Problem>>;
  /** The holder was verified. Late: the binding ends. On a device that is held, the token comes out suspended. */
  activate(token: Token, more?: WithChange): Promise<Result<Token, Problem>>;
  /** Saves whatever `edit` makes of the token as it stands; `edit` may refuse. */
  edit(
    tokenRef: string,
    edit: (token: Token) => Result<Token, Problem>,
    also: (tx: Queries, next: Token) => Promise<void>,
  ): Promise<Result<Token, Problem>>;
  /** Writes that a token is gone. In a transaction of the caller's; false: another writer was first. */
  remove(tx: Queries, token: Token, now: Instant): Promise<boolean>;
  /** Tells wallet and bank of a token that looks otherwise than before: its card was renewed. */
  retell(tx: Queries, token: Token, now: Instant): Promise<void>;
  /** Why a binding ended, where it did. */
  endOf(bindingId: string): Promise<Cause | undefined>;
}

/** The device as it was first seen, and as it stays: its key never changes under the same id. */
export async function deviceKeyHeld(tx: Queries, deviceId: string, key: PublicJwk): Promise<boolean> {
  const rows = await tx.query<{ device_key: PublicJwk }>(
    {
      text: `insert into device (device_id, held_by, device_key) values ($1, '{}', $2::jsonb)
        on conflict (device_id) do update set device_key = coalesce(device.device_key, excluded.device_key)
        returning device_key`,
    },
    [deviceId, JSON.stringify(key)],
  );
  const { x, y } = rows[0]!.device_key;
  return x === key.x && y === key.y;
}

/** Who holds a device, and nobody changes that before this transaction ends. */
export async function holdersOf(tx: Queries, deviceId: string): Promise<readonly Suspender[]> {
  await tx.query({ text: "insert into device (device_id, held_by) values ($1, '{}') on conflict do nothing" }, [
    deviceId,
  ]);
  const rows = await tx.query<{ held_by: Suspender[] }>(
    { text: "select held_by from device where device_id = $1 for update" },
    [deviceId],
  );
  return rows[0]!.held_by;
}

export function createTokens(ports: TspPorts, facts: FactLog, relay: Pick<Relay, "nudge">): Tokens {
  const { db, clock, random } = ports;

  async function load(tokenRef: string): Promise<Result<Token, Problem>> {
    const token = await tokenByRef(db, shardOf(tokenRef), tokenRef);
    return token === undefined ? err(problem("notFound", { at: "tokenRef" })) : ok(token);
  }

  async function edit(
    tokenRef: string,
    make: (token: Token) => Result<Token, Problem>,
    also: (tx: Queries, next: Token) => Promise<void>,
  ): Promise<Result<Token, Problem>> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const loaded = await load(tokenRef);
      if (!loaded.ok) return loaded;
      const made = make(loaded.value);
      if (!made.ok) return made;
      const next = made.value;
      const saved = await db.transaction(async (tx) => {
        if (next !== loaded.value && !(await saveToken(tx, next))) return false;
        await also(tx, next);
        return true;
      });
      if (saved) {
        relay.nudge();
        return ok(next === loaded.value ? next : { ...next, version: next.version + 1n });
      }
    }
    return err(problem("stale"));
  }

  function stepped(token: Token, event: TokenEvent): Result<Token, Problem> {
    const step = stepToken(token.state, event);
    if (!step.ok) return err(problem(step.error === "notYours" ? "forbidden" : "wrongState", { at: "tokenRef" }));
    if (step.value === token.state) return ok(token);
    // A deleted token's keys are worth nothing; a suspended one keeps them, since every check stops at the state first.
    const keyRanges = step.value.kind === "deleted" ? [] : token.keyRanges;
    return ok({ ...token, state: step.value, keyRanges, changedAt: clock.now() });
  }

  async function written(tx: Queries, before: Token, next: Token, by: string, more: WithChange): Promise<void> {
    if (next !== before) {
      await announce(tx, next, random, next.changedAt);
      await facts.note(tx, changedNote(next, by));
      if (before.state.kind === "inactive" && next.state.kind === "deleted")
        await endBinding(tx, before.bindingId, more.endedBy, next.changedAt);
    }
    await facts.note(tx, ...(more.facts?.(next) ?? []));
    await more.also?.(tx, next);
  }

  async function endBinding(tx: Queries, bindingId: string, cause: Cause | undefined, at: Instant): Promise<void> {
    await tx.query({ text: "update binding set ended_cause = $2 where binding_id = $1" }, [bindingId, cause ?? null]);
    await tellBinding(
      tx,
      { bindingId, ended: true, cured: false, ...(cause === undefined ? {} : { cause }) },
      random,
      at,
    );
  }

  async function change(
    tokenRef: string,
    event: TokenEvent,
    by: Suspender | "nobody",
    more: WithChange = {},
  ): Promise<Result<Token, Problem>> {
    let before: Token;
    return edit(
      tokenRef,
      (token) => {
        before = token;
        return stepped(token, event);
      },
      (tx, next) => written(tx, before, next, by, more),
    );
  }

  return {
    load,
    edit,
    change,
    async ofBinding(bindingId) {
      const token = await tokenOfBinding(db, bindingId);
      return token === undefined ? err(problem("notFound", { at: "bindingId" })) : ok(token);
    },

    async activate(token, more = {}) {
      const now = clock.now();
      const { tokenRef } = token;
      if (token.state.kind === "inactive" && token.verifyBy !== null && now > token.verifyBy) {
        const ended = await change(tokenRef, { kind: "delete" }, "tsp", {
          endedBy: "verificationExpired",
          facts: () => [expiredNote(token)],
        });
        if (!ended.ok) return ended;
        return err(problem("wrongState", { at: "tokenRef", cause: "verificationExpired" }));
      }
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const loaded = await load(tokenRef);
        if (!loaded.ok) return loaded;
        const result = await db.transaction(async (tx): Promise<Result<Token, Problem> | undefined> => {
          // The device first: a lost mode that comes at the same moment waits, and then finds this token active.
          const heldBy = await holdersOf(tx, loaded.value.deviceId);
          // Verified before and suspended since: saying it again changes nothing and lifts nothing.
          const next =
            loaded.value.state.kind === "suspended"
              ? ok(loaded.value)
              : stepped(loaded.value, { kind: "idvPassed", heldBy });
          if (!next.ok) {
            const cause = await endOf(tx, token.bindingId);
            return cause === undefined ? next : err({ ...next.error, cause });
          }
          if (next.value !== loaded.value && !(await saveToken(tx, next.value))) return undefined;
          if (next.value !== loaded.value) await facts.note(tx, ...activatedNotes(next.value));
          await written(tx, loaded.value, next.value, "nobody", more);
          return ok(next.value === loaded.value ? next.value : { ...next.value, version: next.value.version + 1n });
        });
        if (result !== undefined) {
          relay.nudge();
          return result;
        }
      }
      return err(problem("stale"));
    },

    async remove(tx, token, now) {
      const gone: Token = { ...token, state: { kind: "deleted" }, keyRanges: [], changedAt: now };
      if (!(await saveToken(tx, gone))) return false;
      await written(tx, token, gone, "tsp", {});
      return true;
    },

    async retell(tx, token, now) {
      const next: Token = { ...token, changedAt: now };
      if (!(await saveToken(tx, next))) throw new RangeError("tokens: a token changed while its card was renewed");
      await announce(tx, next, random, now);
      await facts.note(tx, changedNote(next, "issuer"));
    },

    endOf: (bindingId) => endOf(db, bindingId),
  };

  async function endOf(on: Queries, bindingId: string): Promise<Cause | undefined> {
    const rows = await on.query<{ ended_cause: Cause | null }>(
      { text: "select ended_cause from binding where binding_id = $1" },
      [bindingId],
    );
    return rows[0]?.ended_cause ?? undefined;
  }
}

export function changedNote(token: Token, by: string): FactNote {
  return {
    journeyId: token.bindingId,
    stage: "issue",
    code: "tokenChanged",
    outcome: "noted",
    data: { status: token.state.kind, by, expiry: token.tokenExpiry },
  };
}

/** What becomes active on a lost device is active for nobody: the reason is told with it. */
export function activatedNotes(token: Token): readonly FactNote[] {
  const { bindingId: journeyId, state } = token;
  const activated: FactNote = {
    journeyId,
    stage: "issue",
    code: "tokenActivated",
    outcome: "noted",
    data: { status: state.kind },
  };
  if (state.kind !== "suspended" || !state.by.includes("wallet")) return [activated];
  return [activated, { journeyId, stage: "issue", code: "deviceInLostMode", outcome: "failed" }];
}

export function expiredNote(token: Token): FactNote {
  return {
    journeyId: token.bindingId,
    stage: "verification",
    code: "verificationExpired",
    outcome: "failed",
    data: { until: token.verifyBy ?? 0 },
  };
}
