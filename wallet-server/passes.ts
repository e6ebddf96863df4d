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
}
export interface Pass extends PassView {
  readonly accountId: string;
}

const COLUMNS = "id, account_id, device_id, token, product, is_default, provisioned";
const passOf = (row: PassRow): Pass => ({
  passId: row.id,
  accountId: row.account_id,
  deviceId: row.device_id,
  token: row.token,
  product: row.product,
  isDefault: row.is_default,
  provisioned: row.provisioned,
});
export const passView = ({ accountId: _, ...view }: Pass): PassView => view;

export async function passById(db: Queries, id: string): Promise<Pass | undefined> {
  return (await db.query<PassRow>({ text: `select ${COLUMNS} from pass where id = $1` }, [id])).map(passOf)[0];
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
      text: `select ${COLUMNS} from pass where device_id = $1 and token->>'status' <> 'deleted' order by is_default desc, created_at, id`,
    },
    [deviceId],
  );
  return rows.map(passOf);
}

/** Adds a pass once a token; the first live one of a device becomes its default. */
export async function addPass(
  db: Queries,
  pass: { id: string; accountId: string; deviceId: string; token: TokenView; product: Product; at: number },
): Promise<string> {
  const first = (await passesOf(db, pass.deviceId)).length === 0;
  await db.query(
    {
      text: `insert into pass (id, account_id, device_id, token_ref, token, token_changed_at, product, is_default, provisioned, created_at)
        values ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb, $8, false, $9) on conflict (token_ref) do nothing`,
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
    ],
  );
  const kept = await passByToken(db, pass.token.tokenRef);
  return kept!.passId;
}

/** Takes a token's news unless newer ones are known: notices may come late, doubled and out of order. */
export async function updateToken(db: Queries, token: TokenView): Promise<Pass | undefined> {
  const rows = await db.query<PassRow>(
    {
      text: `update pass set token = $2::jsonb, token_changed_at = $3 where token_ref = $1 and token_changed_at <= $3
        and token->>'status' <> 'deleted' returning ${COLUMNS}`,
    },
    [token.tokenRef, JSON.stringify(token), token.changedAt],
  );
  const pass = rows.map(passOf)[0];
  if (pass?.token.status === "deleted" && pass.isDefault) await promoteEarliest(db, pass);
  return pass;
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

export const noticeView = (pass: Pass, notice: PaymentNotice): NoticeView => ({
  passId: pass.passId,
  panSuffix: pass.token.panSuffix,
  productName: pass.product.name,
  notice,
});

export async function noticesOf(db: Queries, deviceId: string, limit: number): Promise<readonly NoticeView[]> {
  const rows = await db.query<PassRow & { body: PaymentNotice }>(
    {
      text: `select n.body, p.id, p.account_id, p.device_id, p.token, p.product, p.is_default, p.provisioned
        from notice n join pass p on p.id = n.pass_id where n.device_id = $1 order by n.at desc, n.id desc limit $2`,
    },
    [deviceId, limit],
  );
  return rows.map((row) => noticeView(passOf(row), row.body));
}
