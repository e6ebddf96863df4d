import type { Queries } from "#contracts/ports";
import type { Cause } from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import { cure } from "../binding/curing.ts";
import type { BindingParts } from "../binding/parts.ts";
import type { Target } from "../host/core.ts";

/** Money that came in pays what is overdue first, and may be what a refused binding waited for. */
export async function payOff(
  parts: Pick<BindingParts, "outbox" | "facts" | "policy" | "clock">,
  tx: Queries,
  to: Target,
  amount: bigint,
): Promise<void> {
  const rows = await tx.query<{
    arrears_minor: bigint;
    posted_minor: bigint;
    held_minor: bigint;
    customer_id: string;
  }>(
    {
      text: `update account set arrears_minor = greatest(arrears_minor - $3, 0) where b = $1 and id = $2
        returning arrears_minor, posted_minor, held_minor, customer_id`,
    },
    [to.b, to.accountId, amount],
  );
  const row = rows[0]!;
  const cured: readonly Cause[] = [
    ...(row.arrears_minor === 0n ? (["creditInArrears"] as const) : []),
    ...(row.posted_minor - row.held_minor >= 0n ? (["balanceNegative"] as const) : []),
  ];
  if (cured.length > 0) await cure(parts, tx, row.customer_id, cured, "balance", instant(parts.clock.now()));
}
