import type { Queries, Statement } from "#contracts/ports";
import { type Token, type TokenRow, tokenOf } from "./token.ts";

const COLUMNS = `t.b, t.token_pan, t.token_ref, t.pan_ref, c.pan_suffix, t.binding_id, t.device_id, t.device_name, t.device_key,
  t.wallet_account, t.key_source, t.status, t.suspended_by, t.token_expiry, t.psn, t.card_kind, t.key_ranges, t.next_atc, t.atc_high,
  t.atc_seen, t.cryptogram_failures, t.version, t.changed_at`;
const FROM = "from token t join card c on c.b = t.b and c.pan_ref = t.pan_ref";

const BY_REF: Statement = {
  name: "tsp.token-by-ref",
  text: `select ${COLUMNS} ${FROM} where t.b = $1 and t.token_ref = $2`,
};
const BY_PAN: Statement = {
  name: "tsp.token-by-pan",
  text: `select ${COLUMNS} ${FROM} where t.b = $1 and t.token_pan = $2`,
};
const BY_DEVICE: Statement = {
  name: "tsp.tokens-of-device",
  text: `select ${COLUMNS} ${FROM} where t.device_id = $1 and t.status <> 'deleted'`,
};

export async function tokenByRef(db: Queries, b: number, tokenRef: string): Promise<Token | undefined> {
  return (await db.query<TokenRow>(BY_REF, [b, tokenRef])).map(tokenOf)[0];
}

export async function tokenByPan(db: Queries, b: number, tokenPan: string): Promise<Token | undefined> {
  return (await db.query<TokenRow>(BY_PAN, [b, tokenPan])).map(tokenOf)[0];
}

export async function tokensOfDevice(db: Queries, deviceId: string): Promise<readonly Token[]> {
  return (await db.query<TokenRow>(BY_DEVICE, [deviceId])).map(tokenOf);
}

export async function insertToken(db: Queries, token: Token, decision: unknown): Promise<void> {
  await db.query(
    {
      text: `insert into token (b, token_pan, token_ref, pan_ref, binding_id, device_id, device_name, device_key, wallet_account, key_source,
      status, suspended_by, token_expiry, psn, card_kind, decision, key_ranges, next_atc, atc_high, atc_seen, cryptogram_failures, version, changed_at)
      values ($1,$2,$3,$4,$5,$6,$7,$8::jsonb,$9,$10,$11,$12::text[],$13,$14,$15,$16::jsonb,$17::jsonb,$18,$19,$20,$21,$22,$23)`,
    },
    [
      token.b,
      token.tokenPan,
      token.tokenRef,
      token.panRef,
      token.bindingId,
      token.deviceId,
      token.deviceName,
      JSON.stringify(token.deviceKey),
      token.walletAccount,
      token.keySource,
      token.state.kind,
      [],
      token.tokenExpiry,
      token.psn,
      token.cardKind,
      JSON.stringify(decision),
      JSON.stringify(token.keyRanges),
      token.nextAtc,
      token.window.high,
      token.window.seen,
      token.cryptogramFailures,
      token.version,
      token.changedAt,
    ],
  );
}

/** Writes what the slow paths may change: state, keys, counters of issue. False: another writer was first, read again. */
export async function saveToken(db: Queries, token: Token): Promise<boolean> {
  const rows = await db.query(
    {
      name: "tsp.save-token",
      text: `update token set status = $4, suspended_by = $5::text[], key_ranges = $6::jsonb, next_atc = $7, changed_at = $8, version = version + 1
      where b = $1 and token_pan = $2 and version = $3 returning b`,
    },
    [
      token.b,
      token.tokenPan,
      token.version,
      token.state.kind,
      token.state.kind === "suspended" ? [...token.state.by] : [],
      JSON.stringify(token.keyRanges),
      token.nextAtc,
      token.changedAt,
    ],
  );
  return rows.length === 1;
}
