import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import type { SandboxApi } from "#contracts/sandbox-api";
import type { MovableClock } from "#platform/clock";
import { err, ok } from "#protocol/bytes";
import type { FaultBoard } from "./faults.ts";

/** What can be broken in a system, and moved. */
export interface Controls {
  readonly faults: FaultBoard;
  readonly clock: MovableClock;
}

/** The controls over HTTP. */
export function sandboxCalls({ faults, clock }: Controls): Calls<SandboxApi> {
  return {
    addFault: async (fault) => ok({ faultId: faults.add(fault) }),
    async liftFault({ faultId }) {
      if (faultId !== undefined && !faults.list().some((one) => one.faultId === faultId))
        return err(problem("notFound", { at: "faultId" }));
      faults.lift(faultId);
      return ok({});
    },
    faults: async () => ok({ faults: faults.list().map((one) => ({ ...one })) }),
    async advanceClock({ ms }) {
      clock.advance(ms);
      return ok({ now: clock.now() });
    },
    clock: async () => ok({ now: clock.now(), aheadMs: clock.aheadMs }),
    async comeBack() {
      clock.comeBack();
      return ok({ now: clock.now() });
    },
    async allWell() {
      faults.lift();
      clock.comeBack();
      return ok({ now: clock.now() });
    },
  };
}
