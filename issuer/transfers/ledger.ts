import type { Queries } from "#contracts/ports";
import type { Instant } from "#protocol/time";
import type { Target } from "../host/core.ts";

/** An account that a transfer moves, held until its transaction ends. */
export interface MovingAccount {
  readonly b: number;
  readonly accountId: string;
  postedMinor: bigint;
  readonly heldMinor: bigint;
  /** Payments that read an older one are decided again. */
  version: bigint;
}

/** Holds the accounts' rows, always in one order. */
export async function holdAccounts(
  tx: Queries,
  targets: readonly Target[],
): Promise<ReadonlyMap<string, MovingAccount>> {
  const sorted = [...targets].sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
  const held = new Map<string, MovingAccount>();
  for (const { b, accountId } of sorted) {
    const rows = await tx.query<{ posted_minor: bigint; held_minor: bigint; version: bigint }>(
      { text: "select posted_minor, held_minor, version from account where b = $1 and id = $2 for update" },
      [b, accountId],
    );
    const row = rows[0]!;
    const { posted_minor: postedMinor, held_minor: heldMinor, version } = row;
    held.set(accountId, { b, accountId, postedMinor, heldMinor, version });
  }
  return held;
}

/** Internal accounts on the other side of an entry. What goes into `transfers` comes out of it again in the same transaction. */
export type Contra = "transfers" | "fees" | "clearing" | "cash";

/** One entry, both of its sides in one row; the account moves with it. */
export async function post(
  tx: Queries,
  account: MovingAccount,
  minor: bigint,
  contra: Contra,
  kind: "transfer" | "fee" | "deposit",
  reference: string,
  words: string,
  at: Instant,
): Promise<void> {
  account.version += 1n;
  account.postedMinor += minor;
  await tx.query({ text: "update account set posted_minor = $3, version = $4 where b = $1 and id = $2" }, [
    account.b,
    account.accountId,
    account.postedMinor,
    account.version,
  ]);
  await tx.query(
    {
      text: `insert into posting (b, account_id, entry, contra, minor, balance_minor, kind, journey_id, words, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    },
    [account.b, account.accountId, account.version, contra, minor, account.postedMinor, kind, reference, words, at],
  );
}
