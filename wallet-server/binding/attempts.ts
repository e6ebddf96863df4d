import type { Queries } from "#contracts/ports";
import { DAY_MS, type WalletPolicy } from "../policy.ts";

export interface Attempt {
  readonly panRef: string;
  readonly at: number;
}

export async function keepAttempt(
  tx: Queries,
  attempt: { readonly bindingId: string; readonly accountId: string; readonly deviceId: string } & Attempt,
): Promise<void> {
  await tx.query(
    { text: "insert into attempt (binding_id, account_id, device_id, pan_ref, at) values ($1, $2, $3, $4, $5)" },
    [attempt.bindingId, attempt.accountId, attempt.deviceId, attempt.panRef, attempt.at],
  );
}

/** Of a device, oldest first. */
export async function attemptsOf(db: Queries, deviceId: string, since: number): Promise<readonly Attempt[]> {
  const rows = await db.query<{ pan_ref: string; at: bigint }>(
    { text: "select pan_ref, at from attempt where device_id = $1 and at > $2 order by at" },
    [deviceId, since],
  );
  return rows.map((row) => ({ panRef: row.pan_ref, at: Number(row.at) }));
}

/** When this card was first seen on the account. */
export async function pairSince(db: Queries, accountId: string, panRef: string, now: number): Promise<number> {
  const rows = await db.query<{ at: bigint | null }>(
    { text: "select min(at) as at from attempt where account_id = $1 and pan_ref = $2" },
    [accountId, panRef],
  );
  return Number(rows[0]?.at ?? now);
}

/** When a device that has used up its attempts may try again. */
export function limitedUntil(attempts: readonly Attempt[], now: number, policy: WalletPolicy): number | undefined {
  const today = attempts.filter(({ at }) => at > now - DAY_MS);
  const oldest = today[today.length - policy.attemptsADay];
  return oldest === undefined ? undefined : oldest.at + DAY_MS;
}
