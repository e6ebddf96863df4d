import type { IssuerDeskApi } from "#contracts/desk-api";
import type { CallContext } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { Result } from "#protocol/bytes";
import type { BindingParts } from "../binding/parts.ts";
import { changeOnce } from "../change.ts";
import { type AuditEntry, writeAudit } from "./audit-trail.ts";
import type { Staff } from "./staff.ts";

export interface DeskParts extends BindingParts {
  readonly staff: Staff;
}

/** What a change at the desk can write beside its own rows. */
export interface Doing {
  readonly tx: Queries;
  audit(
    entry: Omit<AuditEntry, "at" | "staffId" | "action"> & Partial<Pick<AuditEntry, "action" | "staffId">>,
  ): Promise<void>;
}

/** A change by a member of staff, with who did it written down. */
export function change<T>(
  parts: DeskParts,
  operation: keyof IssuerDeskApi,
  request: object,
  context: CallContext,
  work: (doing: Doing) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const { staffId } = parts.staff;
  return changeOnce(parts, `staff:${staffId}`, operation, request, context, (tx) =>
    work({
      tx,
      audit: (entry) => writeAudit(tx, { at: parts.clock.now(), staffId, action: operation, ...entry }),
    }),
  );
}
