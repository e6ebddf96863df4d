import type { Queries, Statement } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import { type Token, type TokenRow, tokenOf } from "./token.ts";

const COLUMNS = `t.b, t.token_pan, t.token_ref, t.pan_ref, c.pan_suffix, t.binding_id, t.device_id, t.device_name, t.device_key,
  t.wallet_account, t.key_source, t.status, t.suspended_by, t.token_expiry, t.psn, t.card_kind, t.key_ranges, t.next_atc, u.atc_high,
  u.atc_seen, u.cryptogram_failures, u.version, t.changed_at, t.verify_by, t.previous_expiry`;
const FROM = `from token t join token_use u on u.b = t.b and u.token_pan = t.token_pan
  join card c on c.b = t.b and c.pan_ref = t.pan_ref`;

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

const BY_BINDING: Statement = {
  name: "tsp.token-by-binding",
  text: `select ${COLUMNS} ${FROM} where t.binding_id = $1`,
};
const OF_CARD: Statement = {
  name: "tsp.tokens-of-card",
  text: `select ${COLUMNS} ${FROM} where t.b = $1 and t.pan_ref = $2 and t.status <> 'deleted'`,
};

const SPENT_ON: Statement = {
  name: "tsp.spent-on",
  text: "select journey_id from spent where b = $1 and token_pan = $2 and atc = $3",
};

export async function tokenOfBinding(db: Queries, bindingId: string): Promise<Token | undefined> {
  return (await db.query<TokenRow>(BY_BINDING, [bindingId])).map(tokenOf)[0];
}

/** All that live of one card, whatever the device. */
export async function tokensOfCard(db: Queries, b: number, panRef: string): Promise<readonly Token[]> {
  return (await db.query<TokenRow>(OF_CARD, [b, panRef])).map(tokenOf);
}

/** Renewals and time-outs that are due: at most `limit`, the longest due first. */
export async function tokensDue(
  db: Queries,
  due: { readonly verifyBy: number } | { readonly expiryUpTo: string },
  limit: number,
): Promise<readonly Token[]> {
  const [where, value] =
    "verifyBy" in due
      ? ["t.status = 'inactive' and t.verify_by <= $1 order by t.verify_by", due.verifyBy]
      : ["t.status in ('active', 'suspended') and t.token_expiry <= $1 order by t.token_expiry", due.expiryUpTo];
  return (await db.query<TokenRow>({ text: `select ${COLUMNS} ${FROM} where ${where} limit $2` }, [value, limit])).map(
    tokenOf,
  );
}

export async function tokenByRef(db: Queries, b: number, tokenRef: string): Promise<Token | undefined> {
  return (await db.query<TokenRow>(BY_REF, [b, tokenRef])).map(tokenOf)[0];
}

export async function tokenByPan(db: Queries, b: number, tokenPan: string): Promise<Token | undefined> {
  return (await db.query<TokenRow>(BY_PAN, [b, tokenPan])).map(tokenOf)[0];
}

/** The payment that a counter was spent on. */
export async function journeyOfCounter(db: Queries, { tokenPan }: Token, atc: number): Promise<string | undefined> {
  const rows = await db.query<{ journey_id: string }>(SPENT_ON, [shardOf(tokenPan), tokenPan, atc]);
  return rows[0]?.journey_id;
}

export async function tokensOfDevice(db: Queries, deviceId: string): Promise<readonly Token[]> {
  return (await db.query<TokenRow>(BY_DEVICE, [deviceId])).map(tokenOf);
}

/** New tokens, never used. `decision` is the bank's, for all of them. */
export async function insertTokens(db: Queries, tokens: readonly Token[], decision: unknown): Promise<void> {
  await db.query(
    {
      text: `with used as (
          insert into token_use (b, token_pan, atc_high, atc_seen, cryptogram_failures, version)
          select b, token_pan, 0, 0, 0, 0 from unnest($1::smallint[], $2::text[]) as i(b, token_pan))
        insert into token (b, token_pan, token_ref, pan_ref, binding_id, device_id, device_name, device_key, wallet_account, key_source,
          status, suspended_by, token_expiry, psn, card_kind, decision, key_ranges, next_atc, changed_at, verify_by)
        select b, token_pan, token_ref, pan_ref, binding_id, device_id, device_name, device_key::jsonb, wallet_account, key_source, status,
          suspended_by::text[], token_expiry, psn, card_kind, $15::jsonb, '[]', 1, changed_at, verify_by
        from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
          $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $16::bigint[], $17::text[], $18::bigint[])
          as i(b, token_pan, token_ref, pan_ref, binding_id, device_id, device_name, device_key, wallet_account, key_source, status,
            token_expiry, psn, card_kind, changed_at, suspended_by, verify_by)`,
    },
    [
      tokens.map((token) => token.b),
      tokens.map((token) => token.tokenPan),
      tokens.map((token) => token.tokenRef),
      tokens.map((token) => token.panRef),
      tokens.map((token) => token.bindingId),
      tokens.map((token) => token.deviceId),
      tokens.map((token) => token.deviceName),
      tokens.map((token) => JSON.stringify(token.deviceKey)),
      tokens.map((token) => token.walletAccount),
      tokens.map((token) => token.keySource),
      tokens.map((token) => token.state.kind),
      tokens.map((token) => token.tokenExpiry),
      tokens.map((token) => token.psn),
      tokens.map((token) => token.cardKind),
      JSON.stringify(decision),
      tokens.map((token) => token.changedAt),
      // An array of arrays must not be ragged: each list of suspenders goes as one array literal.
      tokens.map((token) => (token.state.kind === "suspended" ? `{${token.state.by.join(",")}}` : "{}")),
      tokens.map((token) => token.verifyBy),
    ],
  );
}

/** Writes what the slow paths may change: state, keys, counters of issue, expiry. False: another writer was first, read again. */
export async function saveToken(db: Queries, token: Token): Promise<boolean> {
  const rows = await db.query(
    {
      name: "tsp.save-token",
      text: `with fenced as (
          update token_use set version = version + 1 where b = $1 and token_pan = $2 and version = $3 returning b, token_pan)
        update token t set status = $4, suspended_by = $5::text[], key_ranges = $6::jsonb, next_atc = $7, changed_at = $8,
          token_expiry = $9, previous_expiry = $10
        from fenced f where t.b = f.b and t.token_pan = f.token_pan returning t.b`,
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
      token.tokenExpiry,
      token.previousExpiry,
    ],
  );
  return rows.length === 1;
}

/** Counts numbers taken out of a range; gives how many have been, ever. */
export async function takeNumbers(tx: Queries, kind: "debit" | "credit", count: number): Promise<number> {
  const rows = await tx.query<{ issued: bigint }>(
    {
      text: `insert into token_range (card_kind, issued) values ($1, $2)
        on conflict (card_kind) do update set issued = token_range.issued + excluded.issued returning issued`,
    },
    [kind, count],
  );
  return Number(rows[0]!.issued);
}
