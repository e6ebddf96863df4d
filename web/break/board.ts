import type { CallContext, Calls } from "#contracts/operation";
import type { Random } from "#contracts/ports";
import type { SandboxApi } from "#contracts/sandbox-api";
import type { DemoFeed } from "../live/demo.ts";
import { createStore, type Store } from "../store.ts";
import { type Fault, problemFault } from "../text/fault.ts";
import { CABLES, type CableName, HARMS, type Harm } from "./cables.ts";

export interface BoardState {
  /** How far the system's clock is ahead of the machine's. */
  readonly aheadMs: number;
  readonly fault?: Fault;
}

/** What the visitor does to the lines and to the time. */
export interface Board {
  readonly state: Store<BoardState>;
  harm(cable: CableName, harm: Harm): Promise<void>;
  mend(cable: CableName): Promise<void>;
  advance(ms: number): Promise<void>;
  /** The machine's time again; lines stay as they are. */
  comeBack(): Promise<void>;
  /** Every line whole, the clock the machine's. */
  allWell(): Promise<void>;
  boot(): Promise<void>;
}

export function createBoard(ports: {
  readonly calls: Calls<SandboxApi>;
  readonly feed: DemoFeed;
  readonly random: Random;
}): Board {
  const { calls, feed, random } = ports;
  const state = createStore<BoardState>({ aheadMs: 0 });
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });

  async function readClock(): Promise<void> {
    const clock = await calls.clock({}, context());
    state.set(clock.ok ? { aheadMs: clock.value.aheadMs } : { ...state.get(), fault: problemFault(clock.error) });
  }

  async function lift(cable: CableName): Promise<void> {
    const { edges } = CABLES[cable];
    for (const { faultId, fault } of feed.faults.get())
      if (edges.includes(fault.edge)) await calls.liftFault({ faultId }, context());
  }

  return {
    state,
    boot: readClock,
    async harm(cable, harm) {
      await lift(cable);
      for (const edge of CABLES[cable].edges) {
        const added = await calls.addFault({ edge, does: HARMS[harm] }, context());
        if (!added.ok) state.update((now) => ({ ...now, fault: problemFault(added.error) }));
      }
    },
    mend: lift,
    async advance(ms) {
      await calls.advanceClock({ ms }, context());
      await readClock();
    },
    async comeBack() {
      await calls.comeBack({}, context());
      await readClock();
    },
    async allWell() {
      await calls.allWell({}, context());
      await readClock();
    },
  };
}
