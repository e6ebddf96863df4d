import type { PaymentNotice, Product, TokenView } from "#contracts/common";
import type { Queries } from "#contracts/ports";
import type { NoticeView, PassView } from "#contracts/wallet-api";

interface PassRow {
  readonly id: string;
  readonly account_id: string;
  readonly device_id: string;
  readonly token: TokenView;
  readonly product: Product;
  readonly is_default: boolean;
  readonly provisioned: boolean;
  readonly binding_id: string | null;
  readonly held: boolean;
  readonly card_jwe: string | null;
}
export interface Pass extends PassView {
  readonly accountId: string;
  readonly bindingId: string | null;
  /** The account was recovered: only a new verification at the bank brings the card back. */
  readonly held: boolean;
  readonly cardJwe: string | null;
}

const COLUMNS = "id, account_id, device_id, token, product, is_default, provisioned, binding_id, held, card_jwe";
const passOf = (row: PassRow): Pass => ({
  passId: row.id,
  accountId: row.account_id,
  deviceId: row.device_id,
  token: row.token,
  product: row.product,
  isDefault: row.is_default,
  provisioned: row.provisioned,
  bindingId: row.binding_id,
  held: row.held,
  cardJwe: row.card_jwe,
});
export const passView = ({ accountId: _, bindingId: _b, held: _h, cardJwe: _c, ...view }: Pass): PassView => view;
/** The journey that brought the card: whatever is asked about it later is told there. */
export const journeyOf = (pass: Pass): string => pass.bindingId ?? pass.passId;

export async function passById(db: Queries, id: string): Promise<Pass | undefined> {
  return (await db.query<PassRow>({ text: `select ${COLUMNS} from pass where id = $1 and not gone` }, [id])).map(
    passOf,
  )[0];
}

export async function passByToken(db: Queries, tokenRef: string): Promise<Pass | undefined> {
  return (await db.query<PassRow>({ text: `select ${COLUMNS} from pass where token_ref = $1` }, [tokenRef])).map(
    passOf,
  )[0];
}

/** Default first, then in the order they were added; removed ones are gone. */
export async function passesOf(db: Queries, deviceId: string): Promise<readonly Pass[]> {
  const rows = await db.query<PassRow>(
    {
      text: `select ${COLUMNS} from pass where device_id = $1 and not gone and token->>'status' <> 'deleted' order by is_default desc, created_at, id`,
    },
    [deviceId],
  );
  return rows.map(passOf);
}

/** Adds a pass once a token; the first live one of a device becomes its default. */
export async function addPass(
  db: Queries,
  pass: {
    readonly id: string;
    readonly accountId: string;
    readonly deviceId: string;
    readonly bindingId: string;
    readonly token: TokenView;
    readonly product: Product;
    readonly cardJwe: string | null;
    readonly at: number;
  },
): Promise<string> {
  const first = (await passesOf(db, pass.deviceId)).length === 0;
  await db.query(
    {
      text: `insert into pass (id, account_id, device_id, token_ref, token, token_changed_at, product, is_default, provisioned, created_at,
          binding_id, card_jwe)
        values ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb, $8, false, $9, $10, $11) on conflict (token_ref) do nothing`,
    },
    [
      pass.id,
      pass.accountId,
      pass.deviceId,
      pass.token.tokenRef,
      JSON.stringify(pass.token),
      pass.token.changedAt,
      JSON.stringify(pass.product),
      first,
      pass.at,
      pass.bindingId,
      pass.cardJwe,
    ],
  );
  const kept = await passByToken(db, pass.token.tokenRef);
  return kept!.passId;
}

/** Takes a token's news unless newer ones are known: notices may come late, doubled and out of order. */
export async function updateToken(db: Queries, token: TokenView): Promise<Pass | undefined> {
  const rows = await db.query<PassRow>(
    {
      // A renewed token has other data: its device fetches them anew.
      text: `update pass set token = $2::jsonb, token_changed_at = $3,
          provisioned = provisioned and coalesce(token->>'expiry', $2::jsonb->>'expiry') is not distinct from ($2::jsonb->>'expiry')
        where token_ref = $1 and token_changed_at <= $3
        and token->>'status' <> 'deleted' returning ${COLUMNS}`,
    },
    [token.tokenRef, JSON.stringify(token), token.changedAt],
  );
  const pass = rows.map(passOf)[0];
  if (pass?.token.status === "deleted") await forgetCard(db, [pass.passId]);
  if (pass?.token.status === "deleted" && pass.isDefault) await promoteEarliest(db, pass);
  return pass;
}

/** Takes cards out of sight before the TSP has heard of it. */
export async function takeOff(db: Queries, passIds: readonly string[]): Promise<void> {
  await db.query({ text: "update pass set gone = true, is_default = false where id = any($1::text[])" }, [passIds]);
  await forgetCard(db, passIds);
}

async function forgetCard(db: Queries, passIds: readonly string[]): Promise<void> {
  await db.query({ text: "update pass set card_jwe = null where id = any($1::text[])" }, [passIds]);
}

/** The default card went: the earliest that remains takes its place. */
async function promoteEarliest(db: Queries, gone: Pass): Promise<void> {
  await db.query({ text: "update pass set is_default = false where id = $1" }, [gone.passId]);
  const [next] = await passesOf(db, gone.deviceId);
  if (next !== undefined) await db.query({ text: "update pass set is_default = true where id = $1" }, [next.passId]);
}

export async function setDefault(db: Queries, pass: Pass): Promise<void> {
  await db.query({ text: "update pass set is_default = (id = $2) where device_id = $1" }, [pass.deviceId, pass.passId]);
}

/** False: this notice was here before. */
export async function addNotice(db: Queries, pass: Pass, notice: PaymentNotice): Promise<boolean> {
  const rows = await db.query(
    {
      text: "insert into notice (id, account_id, device_id, pass_id, body, at) values ($1, $2, $3, $4, $5::jsonb, $6) on conflict (id) do nothing returning id",
    },
    [notice.noticeId, pass.accountId, pass.deviceId, pass.passId, JSON.stringify(notice), notice.at],
  );
  return rows.length === 1;
}

export const noticeView = (pass: Pass, notice: PaymentNotice, caseCode: string | null): NoticeView => ({
  passId: pass.passId,
  panSuffix: pass.token.panSuffix,
  productName: pass.product.name,
  notice,
  ...(caseCode === null ? {} : { caseCode }),
});

export async function noticesOf(db: Queries, deviceId: string, limit: number): Promise<readonly NoticeView[]> {
  const rows = await db.query<PassRow & { body: PaymentNotice; code: string | null }>(
    {
      text: `select n.body, c.code, ${COLUMNS.split(", ")
        .map((column) => `p.${column}`)
        .join(", ")}
        from notice n join pass p on p.id = n.pass_id left join case_code c on c.journey_id = n.body->>'journeyId'
        where n.device_id = $1 order by n.at desc, n.id desc limit $2`,
    },
    [deviceId, limit],
  );
  return rows.map((row) => noticeView(passOf(row), row.body, row.code));
}
