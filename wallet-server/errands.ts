import type { TokenView } from "#contracts/common";
import type { CallContext } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import type { Desk } from "./desk.ts";
import { updateToken } from "./passes.ts";

type Change = "suspend" | "delete";
/** What the TSP must do as soon as it can be reached, told to it at least once. */
export type Errand =
  | { readonly kind: "changeDevice"; readonly body: { readonly deviceId: string; readonly change: Change } }
  | {
      readonly kind: "changeToken";
      readonly body: { readonly tokenRef: string; readonly change: Change; readonly by: "holder" | "wallet" };
    }
  /** The bank was asked and nobody waits for the answer any more: whatever it made goes. */
  | { readonly kind: "takeBack"; readonly body: { readonly request: object; readonly key: string } };

interface Row {
  readonly id: string;
  readonly kind: Errand["kind"];
  readonly body: unknown;
  readonly journey_id: string;
  readonly device_id: string;
  readonly tries: number;
}

const BATCH = 64;

export interface Errands {
  /** In the transaction of what makes it necessary. */
  add(tx: Queries, errand: Errand, about: { readonly journeyId: string; readonly deviceId: string }): Promise<void>;
  /** Runs what is due. */
  run(now: number): Promise<number>;
}

export function createErrands(desk: Desk): Errands {
  const { db, clock, random, tsp, policy, log, publish, facts } = desk;

  async function hand({ kind, body }: Row, context: CallContext): Promise<Result<readonly TokenView[], Problem>> {
    const errand = { kind, body } as Errand;
    switch (errand.kind) {
      case "changeDevice": {
        const changed = await tsp.changeDevice({ ...errand.body, by: "wallet" }, context);
        return changed.ok ? ok(changed.value.tokens) : changed;
      }
      case "changeToken": {
        const changed = await tsp.changeToken(errand.body, context);
        return changed.ok ? ok([changed.value]) : changed;
      }
      case "takeBack": {
        const { request, key } = errand.body;
        const made = await tsp.requestToken(request as never, { ...context, idempotencyKey: key });
        if (!made.ok) return made;
        const { token } = made.value;
        if (token === undefined) return ok([]);
        const gone = await tsp.changeToken({ tokenRef: token.tokenRef, change: "delete", by: "holder" }, context);
        return gone.ok ? ok([gone.value]) : gone;
      }
    }
  }

  async function one(row: Row): Promise<void> {
    const done = await hand(row, { journeyId: row.journey_id, idempotencyKey: row.id }).catch((error: unknown) => {
      log.error("wallet.errandFailed", { kind: row.kind, error });
      return err(problem("internal"));
    });
    const later = !done.ok && ["peerUnavailable", "internal", "tooMany", "stale"].includes(done.error.code);
    if (later) {
      const wait = Math.min(policy.retry.longestMs, policy.retry.firstMs * 2 ** Math.min(row.tries, 20));
      await db.query({ text: "update errand set tries = tries + 1, next_at = $2 where id = $1" }, [
        row.id,
        clock.now() + wait,
      ]);
      return;
    }
    // Refused for good: the token is gone already, or never was.
    if (!done.ok) log.warn("wallet.errandRefused", { kind: row.kind, code: done.error.code });
    await db.transaction(async (tx) => {
      for (const token of done.ok ? done.value : []) {
        const pass = await updateToken(tx, token);
        if (pass?.bindingId != null)
          await facts.note(tx, {
            journeyId: pass.bindingId,
            stage: "issue",
            code: "tokenState",
            outcome: "noted",
            data: { status: token.status },
          });
      }
      await tx.query({ text: "delete from errand where id = $1" }, [row.id]);
    });
    publish(row.device_id, { type: "passes", deviceId: row.device_id });
  }

  return {
    async add(tx, { kind, body }, { journeyId, deviceId }) {
      await tx.query(
        {
          text: "insert into errand (id, kind, body, journey_id, device_id, tries, next_at) values ($1, $2, $3::jsonb, $4, $5, 0, $6)",
        },
        [random.uuid(), kind, JSON.stringify(body), journeyId, deviceId, clock.now()],
      );
    },
    async run(now) {
      const rows = await db.query<Row>(
        {
          text: `select id, kind, body, journey_id, device_id, tries from errand where next_at <= $1 order by next_at, id limit ${BATCH}`,
        },
        [now],
      );
      for (const row of rows) await one(row);
      return rows.length;
    },
  };
}
