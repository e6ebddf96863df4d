import type { Decision, WalletAdvice } from "#contracts/common";
import type { Queries } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { type Instant, instant } from "#protocol/time";
import { startOfDay } from "../china-day.ts";
import type { BindingHistory, Verdict } from "./decide.ts";

const WEEK_MS = 7 * 24 * 3_600_000;

/** A token lives from the moment its holder is verified until it is deleted or the bank ends its binding. */
const LIVES = `(verified_at is not null or token_status in ('active', 'suspended'))
  and token_status is distinct from 'deleted' and ended_at is null`;

export interface History extends BindingHistory {
  readonly liveOnSameAccount: boolean;
  readonly walletAccountsTried: number;
}

/** Holds the device's row until the transaction ends. */
export async function holdDevice(tx: Queries, deviceId: string): Promise<void> {
  await tx.query(
    {
      text: `
        insert into wallet_device as d (b, id, decisions) values ($1, $2, 1)
        on conflict (b, id) do update set decisions = d.decisions + 1`,
    },
    [shardOf(deviceId), deviceId],
  );
}

/** @param who.cardId none: nobody's number; then only the device has a history. */
export async function readHistory(
  tx: Queries,
  who: {
    readonly cardId: string | null;
    readonly customerId: string | null;
    readonly deviceId: string;
    readonly walletAccount: string;
  },
  now: Instant,
): Promise<History> {
  const { cardId, customerId, deviceId, walletAccount } = who;
  const today = startOfDay(now);
  const tried = await tx.query<{ card: bigint; device: bigint; accounts: bigint }>(
    {
      text: `
        select
          count(*) filter (where card_id = $1 and mismatch and decided_at >= $3) as card,
          count(*) filter (where device_id = $2 and mismatch and decided_at >= $3) as device,
          count(distinct wallet_account) filter (where card_id = $1 and wallet_account <> $5) as accounts
        from decision where (card_id = $1 or device_id = $2) and decided_at >= $4`,
    },
    [cardId, deviceId, today, now - WEEK_MS, walletAccount],
  );
  const ofCard = await tx.query<{ adds: bigint; devices: bigint; elsewhere: boolean | null; same: boolean | null }>(
    {
      text: `
        select
          count(*) filter (where decided_at >= $4 and decision <> 'red' and token_status is distinct from 'deleted'
            and ended_at is null) as adds,
          count(distinct device_id) filter (where device_id <> $2 and ${LIVES}) as devices,
          bool_or(wallet_account <> $3 and ${LIVES}) as elsewhere,
          bool_or(wallet_account = $3 and device_id <> $2 and ${LIVES}) as same
        from binding where card_id = $1`,
    },
    [cardId, deviceId, walletAccount, today],
  );
  const others = await tx.query<{ cards: bigint }>(
    {
      text: `select count(distinct card_id) as cards from binding where device_id = $1 and card_id <> $2 and ${LIVES}`,
    },
    [deviceId, cardId],
  );
  const tokens = await tx.query<{ tokens: bigint }>(
    {
      text: `select count(distinct (b.card_id, b.device_id)) as tokens from binding b join card c on c.id = b.card_id
        where c.customer_id = $1 and not (b.card_id = $2 and b.device_id = $3) and ${LIVES}`,
    },
    [customerId, cardId, deviceId],
  );
  const attempt = tried[0]!;
  const card = ofCard[0]!;
  return {
    cardMismatchesToday: Number(attempt.card),
    deviceMismatchesToday: Number(attempt.device),
    walletAccountsTried: Number(attempt.accounts) + 1,
    addsToday: Number(card.adds),
    otherDevices: Number(card.devices),
    boundElsewhere: card.elsewhere === true,
    liveOnSameAccount: card.same === true,
    otherCards: Number(others[0]!.cards),
    otherTokens: Number(tokens[0]!.tokens),
  };
}

export interface KeptDecision {
  readonly bindingId: string;
  readonly key: string;
  readonly cardId: string | null;
  readonly deviceId: string;
  readonly walletAccount: string;
  readonly verdict: Verdict;
  readonly advice: {
    readonly source: string;
    readonly wallet: WalletAdvice;
    readonly tspScore: number;
    readonly bankVouches: boolean;
  };
  readonly at: Instant;
}

/** Every decision stays, with its reasons. */
export async function insertDecision(tx: Queries, kept: KeptDecision): Promise<void> {
  const { verdict } = kept;
  await tx.query(
    {
      text: `
        insert into decision (b, binding_id, key, card_id, device_id, wallet_account, colour, causes, told, mismatch,
          rules, advice, retry_at, decided_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14)`,
    },
    [
      shardOf(kept.bindingId),
      kept.bindingId,
      kept.key,
      kept.cardId,
      kept.deviceId,
      kept.walletAccount,
      verdict.colour,
      [...verdict.causes],
      [...verdict.told],
      verdict.mismatch,
      [...verdict.rules],
      JSON.stringify(kept.advice),
      verdict.retryAt ?? null,
      kept.at,
    ],
  );
}

export interface ReadDecision {
  readonly colour: Decision;
  readonly told: readonly Cause[];
  readonly retryAt: Instant | null;
}

export async function readDecision(tx: Queries, bindingId: string, key: string): Promise<ReadDecision | undefined> {
  const rows = await tx.query<{ colour: Decision; told: readonly Cause[]; retry_at: bigint | null }>(
    { text: "select colour, told, retry_at from decision where b = $1 and binding_id = $2 and key = $3" },
    [shardOf(bindingId), bindingId, key],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    colour: row.colour,
    told: row.told,
    retryAt: row.retry_at === null ? null : instant(Number(row.retry_at)),
  };
}

/** Of a card that nobody has asked about. */
export const NO_HISTORY: History = {
  cardMismatchesToday: 0,
  deviceMismatchesToday: 0,
  addsToday: 0,
  otherDevices: 0,
  otherCards: 0,
  otherTokens: 0,
  boundElsewhere: false,
  liveOnSameAccount: false,
  walletAccountsTried: 0,
};
