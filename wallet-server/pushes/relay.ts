import type { PushMessage, PushTarget } from "#contracts/push";
import type { Desk } from "../desk.ts";
import { dropPushes } from "./outbox.ts";

const POLL_MS = 1000;
const BATCH = 32;

interface Row extends PushTarget {
  readonly id: string;
  readonly device_id: string;
  readonly message: PushMessage;
  readonly tries: number;
  readonly ends_at: bigint;
}

export interface PushRelay {
  start(): void;
  /** There is something to send: not in a second, now. */
  nudge(): void;
  /** Sends what is due. Gives how many were tried. */
  run(): Promise<number>;
  stop(): Promise<void>;
}

/** Sends what waits in the outbox, at least once, until it is taken, too old, or the browser is gone. */
export function createPushRelay({ db, clock, timers, log, policy, push }: Desk): PushRelay {
  let running = false;
  let cancel = () => {};
  let working: Promise<unknown> | undefined;
  let again = false;

  async function one(row: Row): Promise<void> {
    const { id, device_id: deviceId, endpoint, p256dh, auth, message, tries, ends_at: endsAt } = row;
    const now = clock.now();
    const done = () => db.query({ text: "delete from push where id = $1" }, [id]).then(() => {});
    if (Number(endsAt) <= now) return done();
    const ttlSeconds = Math.ceil((Number(endsAt) - now) / 1000);
    // Two copies of one notice are one: also at the push service (RFC 8030 §5.4 allows 32 characters).
    const topic = id.replace(/[^\w-]/g, "").slice(-32);
    const outcome = await push!.send({ endpoint, p256dh, auth }, JSON.stringify(message), { topic, ttlSeconds });
    switch (outcome.kind) {
      case "taken":
        return done();
      case "gone":
        // Unless the browser has subscribed anew in between.
        return db.transaction(async (tx) => {
          const still = await tx.query(
            { text: "select 1 as one from push_target where device_id = $1 and endpoint = $2 for update" },
            [deviceId, endpoint],
          );
          if (still.length > 0) await dropPushes(tx, deviceId);
        });
      case "refused":
        log.warn("wallet.pushRefused", { deviceId });
        return done();
      case "later": {
        const wait = Math.min(policy.retry.longestMs, policy.retry.firstMs * 2 ** Math.min(tries, 20));
        await db.query({ text: "update push set tries = tries + 1, next_at = $2 where id = $1" }, [
          id,
          now + Math.max(wait, Math.min(outcome.afterMs ?? 0, policy.retry.longestMs)),
        ]);
      }
    }
  }

  async function run(): Promise<number> {
    if (push === undefined) return 0;
    const rows = await db.query<Row>(
      {
        name: "wallet.pushDue",
        text: `select p.id, p.device_id, p.message, p.tries, p.ends_at, t.endpoint, t.p256dh, t.auth
          from push p join push_target t on t.device_id = p.device_id
          where p.next_at <= $1 order by p.next_at, p.id limit ${BATCH}`,
      },
      [clock.now()],
    );
    await Promise.all(rows.map((row) => one(row).catch((error: unknown) => log.error("wallet.pushFailed", { error }))));
    return rows.length;
  }

  function wake(): void {
    if (!running) return;
    cancel();
    if (working !== undefined) {
      again = true;
      return;
    }
    working = run()
      .catch((error: unknown) => log.error("wallet.pushRelayFailed", { error }))
      .then((ran) => {
        working = undefined;
        if (!running) return;
        const soon = again || ran === BATCH;
        again = false;
        cancel = timers.after(soon ? 0 : POLL_MS, wake);
      });
  }

  return {
    run,
    nudge: wake,
    start() {
      running = push !== undefined;
      wake();
    },
    async stop() {
      running = false;
      cancel();
      await working;
    },
  };
}
