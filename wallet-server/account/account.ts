import type { Queries } from "#contracts/ports";
import type { AccountView } from "#contracts/wallet-api";

export interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly userHandle: Uint8Array;
  readonly region: string;
  readonly birthYear: number | null;
  readonly locked: boolean;
  readonly lockReason: string | null;
  readonly createdAt: number;
  readonly settingsChangedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly recoveryCodesLeft: number;
  /** A passkey and recovery codes kept elsewhere, or a second trusted device. */
  readonly secondFactorOn: boolean;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly user_handle: Uint8Array;
  readonly region: string;
  readonly birth_year: number | null;
  readonly locked: boolean;
  readonly lock_reason: string | null;
  readonly created_at: bigint;
  readonly settings_changed_at: bigint | null;
  readonly last_used_at: bigint | null;
  readonly codes: bigint;
  readonly keys: bigint;
}

async function find(db: Queries, where: string, value: string): Promise<readonly Account[]> {
  const rows = await db.query<Row>(
    {
      text: `select a.*, (select count(*)::bigint from recovery_code c where c.account_id = a.id) as codes,
          (select count(*)::bigint from webauthn_key k where k.owner_id = a.id) as keys
        from account a where ${where} order by a.created_at, a.id`,
    },
    [value],
  );
  return rows.map((row) => ({
    accountId: row.id,
    name: row.name,
    userHandle: row.user_handle,
    region: row.region,
    birthYear: row.birth_year,
    locked: row.locked,
    lockReason: row.lock_reason,
    createdAt: Number(row.created_at),
    settingsChangedAt: row.settings_changed_at === null ? null : Number(row.settings_changed_at),
    lastUsedAt: row.last_used_at === null ? null : Number(row.last_used_at),
    recoveryCodesLeft: Number(row.codes),
    secondFactorOn: row.codes > 0n || row.keys > 1n,
  }));
}

export async function accountOf(db: Queries, accountId: string): Promise<Account | undefined> {
  return (await find(db, "a.id = $1", accountId))[0];
}

/** Names are no keys: several accounts may have one. */
export function accountsNamed(db: Queries, name: string): Promise<readonly Account[]> {
  return find(db, "a.name = $1", name);
}

export function accountView(account: Account): AccountView {
  const { accountId, name, region, secondFactorOn, locked, recoveryCodesLeft } = account;
  return { accountId, name, region, secondFactorOn, locked, recoveryCodesLeft };
}
