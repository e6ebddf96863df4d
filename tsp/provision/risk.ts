import type { Queries } from "#contracts/ports";
import { type Instant, instant } from "#protocol/time";
import type { Counted, TspPolicy } from "../policy.ts";

/** One request for a token, as the score sees it. */
export interface Attempt {
  readonly bindingId: string;
  readonly key: string;
  readonly panRef: string;
  readonly deviceId: string;
  readonly walletAccount: string;
  readonly nameHash: string;
  readonly at: Instant;
}

const DAY_MS = 86_400_000;

/** Pure. 1: nothing speaks against it; 99: the most. `attempts`: all known of the card or the device, this one among them. */
export function scoreOf(attempts: readonly Attempt[], now: Attempt, policy: TspPolicy): number {
  let score = 1;
  for (const { counted, windowMs, free, points } of policy.rules) {
    const seen = COUNT[counted](
      attempts.filter((one) => one.at > now.at - windowMs),
      now,
    );
    score += Math.max(0, seen - free) * points;
  }
  return Math.min(99, score);
}

const COUNT: Readonly<Record<Counted, (attempts: readonly Attempt[], now: Attempt) => number>> = {
  cardAttempts: (attempts, now) => attempts.filter((one) => one.panRef === now.panRef).length,
  deviceAttempts: (attempts, now) => attempts.filter((one) => one.deviceId === now.deviceId).length,
  cardsOnDevice: (attempts, now) => distinct(attempts, "deviceId", now, "panRef"),
  namesOnDevice: (attempts, now) => distinct(attempts, "deviceId", now, "nameHash"),
  accountsOfCard: (attempts, now) => distinct(attempts, "panRef", now, "walletAccount"),
};

function distinct(attempts: readonly Attempt[], same: keyof Attempt, now: Attempt, what: keyof Attempt): number {
  return new Set(attempts.filter((one) => one[same] === now[same]).map((one) => one[what])).size;
}

/** When the next attempt is free again, or undefined when this one still was. */
export function limitedUntil(attempts: readonly Attempt[], now: Attempt, policy: TspPolicy): Instant | undefined {
  const { card, device } = policy.attemptsMax;
  const until = (same: "panRef" | "deviceId", max: number) => {
    const today = attempts
      .filter((one) => one[same] === now[same] && one.at > now.at - DAY_MS)
      .map((one) => one.at)
      .sort((a, b) => a - b);
    return today.length > max ? today[today.length - max]! + DAY_MS : 0;
  };
  const latest = Math.max(until("panRef", card), until("deviceId", device));
  return latest === 0 ? undefined : instant(latest);
}

interface AttemptRow {
  readonly binding_id: string;
  readonly key: string;
  readonly pan_ref: string;
  readonly device_id: string;
  readonly wallet_account: string;
  readonly name_hash: string;
  readonly at: bigint;
}

const HISTORY_MS = 30 * DAY_MS;

/** Keeps an attempt once, however often its call comes, and gives all of its card and its device. */
export async function keepAttempt(db: Queries, attempt: Attempt): Promise<readonly Attempt[]> {
  const { bindingId, key, panRef, deviceId, walletAccount, nameHash, at } = attempt;
  await db.query(
    {
      text: `insert into attempt (binding_id, key, pan_ref, device_id, wallet_account, name_hash, at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    },
    [bindingId, key, panRef, deviceId, walletAccount, nameHash, at],
  );
  const rows = await db.query<AttemptRow>(
    {
      text: `select binding_id, key, pan_ref, device_id, wallet_account, name_hash, at from attempt
        where (pan_ref = $1 or device_id = $2) and at > $3 order by at`,
    },
    [panRef, deviceId, at - HISTORY_MS],
  );
  return rows.map((row) => ({
    bindingId: row.binding_id,
    key: row.key,
    panRef: row.pan_ref,
    deviceId: row.device_id,
    walletAccount: row.wallet_account,
    nameHash: row.name_hash,
    at: instant(Number(row.at)),
  }));
}
