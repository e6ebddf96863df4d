import type { Queries } from "#contracts/ports";

export interface Journey {
  /** Of a card: the binding that brought it. */
  readonly journeyId: string;
  readonly accountId: string;
  readonly deviceId: string;
  /** It never came further than a device: nobody else is asked about it, for its id is only what the device says. */
  readonly alone: boolean;
}

/** Whose journey it is: a binding, a payment that somebody was told of, or one that never came further than a device. */
export async function journeyOwner(db: Queries, journeyId: string): Promise<Journey | undefined> {
  const rows = await db.query<Journey>(
    {
      text: `select id as "journeyId", account_id as "accountId", device_id as "deviceId", false as alone from binding where id = $1
        union all select $1, account_id, device_id, false from notice where body->>'journeyId' = $1
        union all select journey_id, account_id, device_id, true from device_journey where journey_id = $1
        union all select coalesce(binding_id, id), account_id, device_id, false from pass where id = $1
        limit 1`,
    },
    [journeyId],
  );
  return rows[0];
}
