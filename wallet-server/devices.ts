import type { PublicJwk, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { DeviceView } from "#contracts/wallet-api";
import { err, ok, type Result } from "#protocol/bytes";
import type { Desk } from "./desk.ts";

export interface Device {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly kind: "phone" | "watch" | "tablet" | "computer";
  readonly model: string;
  readonly keySource: "hce" | "secureElement";
  readonly publicKey: PublicJwk;
  readonly keyId: string | null;
  /** False: it gets no keys to keep, one for each payment instead. */
  readonly keepsKeys: boolean;
  readonly lost: boolean;
  readonly lostSince: bigint | null;
  readonly lostUntil: bigint | null;
  readonly wipedAt: bigint | null;
}

const COLUMNS = `id, account_id as "accountId", name, kind, model, key_source as "keySource", public_key as "publicKey",
  key_id as "keyId", keeps_keys as "keepsKeys", lost, lost_since as "lostSince", lost_until as "lostUntil", wiped_at as "wipedAt"`;

/** The devices of an account that were not taken off it, in the order they came. */
export function devicesOf(db: Queries, accountId: string): Promise<readonly Device[]> {
  return db.query<Device>(
    { text: `select ${COLUMNS} from device where account_id = $1 and removed_at is null order by created_at, id` },
    [accountId],
  );
}

/** Whatever belongs to another account does not exist. */
export async function deviceOf(
  db: Queries,
  accountId: string,
  id: string,
  at = "deviceId",
): Promise<Result<Device, Problem>> {
  const rows = await db.query<Device>(
    { text: `select ${COLUMNS} from device where id = $1 and account_id = $2 and removed_at is null` },
    [id, accountId],
  );
  return rows[0] === undefined ? err(problem("notFound", { at })) : ok(rows[0]);
}

export function deviceView({ id, name, kind, model, lost, wipedAt }: Device): DeviceView {
  return { deviceId: id, name, kind, model, lost, ...(wipedAt === null ? {} : { wipedAt: Number(wipedAt) }) };
}

/** Every device of the account hears that the list of them has changed. */
export async function tellDevices({ db, publish }: Pick<Desk, "db" | "publish">, accountId: string): Promise<void> {
  for (const { id: deviceId } of await devicesOf(db, accountId)) publish(deviceId, { type: "devices", deviceId });
}
