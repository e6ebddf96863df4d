import type { Clock, Db, Log, Statement, Timers } from "#contracts/ports";
import type { HostAnswer, HostRequest } from "./core.ts";

const DUE: Statement = {
  name: "issuer-holds-due",
  text: "select b, id from account where next_hold_expiry <= $1 order by next_hold_expiry limit 500",
};

export interface HoldSweep {
  start(): void;
  /** One round now: gives back what expired holds keep, through the accounts' own lanes. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

export function createHoldSweep(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly host: (request: HostRequest) => Promise<HostAnswer>;
  readonly everyMs: number;
  /** What else is due from time to time. */
  readonly also: () => Promise<void>;
}): HoldSweep {
  const { db, clock, timers, log, host, everyMs, also } = ports;
  let cancel: () => void = () => {};
  let running = false;
  let working: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    for (;;) {
      const due = await db.query<{ b: number; id: string }>(DUE, [clock.now()]);
      if (due.length === 0) return;
      await Promise.all(due.map(({ b, id }) => host({ kind: "sweep", b, accountId: id })));
    }
  }

  function wait(): void {
    cancel = timers.after(everyMs, () => {
      working = run()
        .then(also)
        .catch((error: unknown) =>
          log.error("issuer.sweepFailed", { error: error instanceof Error ? error.name : "unknown" }),
        )
        .then(() => {
          if (running) wait();
        });
    });
  }

  return {
    start() {
      running = true;
      wait();
    },
    run,
    async stop() {
      running = false;
      cancel();
      await working;
    },
  };
}
