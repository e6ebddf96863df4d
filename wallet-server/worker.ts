import { forgetAnswered } from "#party";
import type { Decisions } from "./binding/decision.ts";
import type { Desk } from "./desk.ts";
import type { Errands } from "./errands.ts";

const POLL_MS = 1000;
const BATCH = 64;

export interface Worker {
  start(): void;
  /** Something has become due. */
  nudge(): void;
  /** Does everything now that waits for another party, due or not. Gives how many. */
  askAgain(): Promise<number>;
  stop(): Promise<void>;
}

/** Goes on with what waits for another party, by itself and after a restart: journeys without an answer, and errands. */
export function createWorker(desk: Desk, parts: { readonly decisions: Decisions; readonly errands: Errands }): Worker {
  const { db, clock, timers, log, policy } = desk;
  const { decisions, errands } = parts;
  let running = false;
  let busy = false;
  let again = false;
  let cancel = () => {};
  let working: Promise<void> = Promise.resolve();

  async function round(due: number): Promise<number> {
    const waiting = await db.query<{ id: string }>(
      { text: `select id from binding where next_try_at <= $1 order by next_try_at, id limit ${BATCH}` },
      [due],
    );
    for (const { id } of waiting)
      await decisions.ask(id).catch((error: unknown) => log.error("wallet.askFailed", { bindingId: id, error }));
    const ran = await errands.run(due);
    // What a cure would need is not kept for ever.
    await db.query(
      {
        text: "update binding set card_jwe = null where stage = 'refused' and card_jwe is not null and started_at < $1",
      },
      [clock.now() - policy.refusedCardMs],
    );
    await forgetAnswered(db, clock.now());
    return waiting.length + ran;
  }

  function wake(): void {
    if (!running) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    cancel();
    working = round(clock.now())
      .catch((error: unknown) => log.error("wallet.workerFailed", { error }))
      .then(() => {
        busy = false;
        if (again) wake();
        else if (running) cancel = timers.after(POLL_MS, wake);
      });
  }

  return {
    start() {
      running = true;
      wake();
    },
    nudge: wake,
    askAgain: () => round(Number.MAX_SAFE_INTEGER),
    async stop() {
      running = false;
      cancel();
      await working;
    },
  };
}
