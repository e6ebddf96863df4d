import type { IssuerApi, IssuerDeskApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import type { LinkServerHandlers } from "#contracts/ports";
import { createBindingService } from "./binding/service.ts";
import { createPanDirectory } from "./cards/directory.ts";
import { createDesk } from "./desk/service.ts";
import { createIsoDoor } from "./host/iso.ts";
import { createHostLanes } from "./host/lanes.ts";
import { createHostStore } from "./host/store.ts";
import { createHoldSweep } from "./host/sweep.ts";
import { createOutboxRelay } from "./outbox/relay.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { ensureKeys, type IssuerPorts } from "./ports.ts";

export interface Issuer {
  /** For the TSP. */
  readonly api: Calls<IssuerApi>;
  /** For the bank's own people and the demo. */
  readonly desk: Calls<IssuerDeskApi>;
  /** For the network: CUPS frames. */
  readonly iso: LinkServerHandlers;
  /** Begins to send what lies in the outbox and to look for expired holds; requests are served before that, too. */
  start(): void;
  stop(): Promise<void>;
}

/** The issuing bank. Its database must have been migrated. */
export function createIssuer(ports: IssuerPorts): Issuer {
  const { db, clock, random, timers, log, keys, groupCommit } = ports;
  const policy = ports.policy ?? DEFAULT_POLICY;
  ensureKeys(keys);
  const relay = createOutboxRelay(ports);
  const host = createHostLanes({
    store: createHostStore(db),
    clock,
    groupCommit,
    lanes: ports.lanes ?? 1,
    policy: policy.payment,
  });
  const sweep = createHoldSweep({ db, clock, timers, log, host, everyMs: policy.sweepEveryMs });
  const find = createPanDirectory({ db, keys, groupCommit });
  return {
    api: createBindingService({ db, clock, random, keys, policy, nudge: relay.nudge }),
    desk: createDesk({ db }),
    iso: createIsoDoor({ find, host, nudge: relay.nudge, random, log }),
    start() {
      relay.start();
      sweep.start();
    },
    async stop() {
      await Promise.all([relay.stop(), sweep.stop()]);
    },
  };
}
