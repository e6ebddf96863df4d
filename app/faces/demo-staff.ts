import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import type { BankOpsApi, DemoStaffApi } from "#contracts/staff-api";
import type { Staff } from "#issuer";
import { err, ok } from "#protocol/bytes";

/** Anybody may be one of the demo's invented staff: with an invitation as operations would hand it out. */
export function demoStaffCalls(staff: readonly Staff[], ops: Calls<BankOpsApi>): Calls<DemoStaffApi> {
  return {
    async staff() {
      return ok({ staff: staff.map((one) => ({ ...one })) });
    },
    async invite({ staffId }, context) {
      const one = staff.find((known) => known.staffId === staffId);
      if (one === undefined) return err(problem("notFound", { at: "staffId" }));
      const invited = await ops.inviteStaff({ name: one.name, role: one.role }, context);
      return invited.ok ? ok({ invitation: invited.value.invitation }) : invited;
    },
  };
}
