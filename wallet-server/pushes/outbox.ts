import type { PaymentNotice } from "#contracts/common";
import type { Queries } from "#contracts/ports";
import type { NoticeChoice, PushMessage } from "#contracts/push";
import type { Pass } from "../passes.ts";

/** Until the holder says otherwise. */
export const FIRST_CHOICE: NoticeChoice = { which: "all", amounts: "shown", language: "zh" };
/** Old news is not worth a sound in the night. */
const LIFE_MS = 24 * 3_600_000;
const NAME_MAX = 80;

/** What a closed phone is told of a payment; nothing when its holder does not want to be told of it. */
export function pushOf(
  pass: Pick<Pass, "token">,
  notice: PaymentNotice,
  choice: NoticeChoice,
): PushMessage | undefined {
  const { which, amounts, language } = choice;
  if (which === "none" || (which === "declines" && notice.kind !== "declined")) return undefined;
  const { noticeId, kind, amount, merchantName, at } = notice;
  return {
    noticeId,
    kind,
    ...(amounts === "shown" ? { amount } : {}),
    merchantName: merchantName.slice(0, NAME_MAX),
    panSuffix: pass.token.panSuffix,
    language,
    at,
  };
}

/** In the transaction of the notice: a phone that can be reached when it is closed will hear of it. */
export async function addPush(tx: Queries, pass: Pass, notice: PaymentNotice, now: number): Promise<void> {
  const rows = await tx.query<{ which: NoticeChoice["which"] | null } & Omit<NoticeChoice, "which">>(
    {
      text: `select c.which, c.amounts, c.language from push_target t join device d on d.id = t.device_id
        left join notice_choice c on c.device_id = t.device_id
        where t.device_id = $1 and not d.lost and d.removed_at is null`,
    },
    [pass.deviceId],
  );
  const row = rows[0];
  if (row === undefined) return;
  const { which, amounts, language } = row;
  const message = pushOf(pass, notice, which === null ? FIRST_CHOICE : { which, amounts, language });
  if (message === undefined) return;
  await tx.query(
    {
      text: `insert into push (id, device_id, message, tries, next_at, ends_at) values ($1, $2, $3::jsonb, 0, $4, $5)
        on conflict do nothing`,
    },
    [notice.noticeId, pass.deviceId, JSON.stringify(message), now, now + LIFE_MS],
  );
}

/** The device is told nothing any more: it left, or its holder does not want to. */
export async function dropPushes(tx: Queries, deviceId: string): Promise<void> {
  await tx.query({ text: "delete from push_target where device_id = $1" }, [deviceId]);
  await tx.query({ text: "delete from push where device_id = $1" }, [deviceId]);
}
