import type { Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { CardRequestView, WalletDeviceApi } from "#contracts/wallet-api";
import { err, ok, type Result } from "#protocol/bytes";
import type { Desk } from "../desk.ts";
import { type Device, deviceOf, devicesOf } from "../devices.ts";
import { passById } from "../passes.ts";
import type { Session } from "../session.ts";

interface Row {
  readonly id: string;
  readonly device_id: string;
  readonly from_device_id: string;
  readonly pass_ids: readonly string[];
  readonly expires_at: bigint;
}

type CardRequests = Pick<Calls<WalletDeviceApi>, "askForCards" | "cardRequests" | "answerCardRequest">;

/**
 * A device asks for cards of another one of its account. Asking gives nothing: the device that has them confirms, and then it
 * goes on as if it had handed them over itself.
 */
export function cardRequests(
  desk: Desk,
  { addCardsFrom }: Pick<Calls<WalletDeviceApi>, "addCardsFrom">,
  session: Session,
): CardRequests {
  const { db, clock, policy, publish } = desk;
  const { accountId } = session;

  async function load(id: string): Promise<Result<Row, Problem>> {
    const rows = await db.query<Row>(
      { text: "select * from card_request where id = $1 and account_id = $2 and expires_at > $3" },
      [id, accountId, clock.now()],
    );
    return rows[0] === undefined ? err(problem("notFound", { at: "requestId" })) : ok(rows[0]);
  }

  return {
    askForCards: (request, context) =>
      desk.remembered({ accountId, operation: "askForCards", context }, request, async (hopKey) => {
        const { deviceId, fromDeviceId, passIds } = request;
        const asking = await deviceOf(db, accountId, deviceId);
        if (!asking.ok) return asking;
        const from = await deviceOf(db, accountId, fromDeviceId, "fromDeviceId");
        if (!from.ok) return from;
        if (deviceId === fromDeviceId)
          return err(problem("badRequest", { at: "fromDeviceId", detail: "wants another device" }));
        const lost = asking.value.lost ? "deviceId" : from.value.lost ? "fromDeviceId" : undefined;
        if (lost !== undefined) return err(problem("wrongState", { at: lost, cause: "deviceInLostMode" }));
        const passes = await Promise.all(passIds.map((id) => passById(db, id)));
        const strange = passes.findIndex((pass) => pass?.accountId !== accountId || pass.deviceId !== fromDeviceId);
        if (strange >= 0) return err(problem("notFound", { at: `passIds.${strange}` }));
        const requestId = desk.idOf(hopKey);
        const expiresAt = clock.now() + policy.cardRequestMs;
        await db.query(
          {
            text: `insert into card_request (id, account_id, device_id, from_device_id, pass_ids, expires_at)
              values ($1, $2, $3, $4, $5::jsonb, $6)
              on conflict (device_id, from_device_id) do update
                set id = excluded.id, pass_ids = excluded.pass_ids, expires_at = excluded.expires_at`,
          },
          [requestId, accountId, deviceId, fromDeviceId, JSON.stringify(passIds), expiresAt],
        );
        publish(fromDeviceId, { type: "cardRequest", deviceId: fromDeviceId });
        const { name: deviceName, kind: deviceKind } = asking.value;
        return ok({ requestId, deviceId, deviceName, deviceKind, passIds, expiresAt });
      }),

    async cardRequests({ deviceId }) {
      const owner = await deviceOf(db, accountId, deviceId);
      if (!owner.ok) return owner;
      const rows = await db.query<Row>(
        {
          text: `select * from card_request where (from_device_id = $1 or device_id = $1) and expires_at > $2
            order by expires_at, id`,
        },
        [deviceId, clock.now()],
      );
      const devices = await devicesOf(db, accountId);
      const views = (mine: (row: Row) => boolean) => rows.filter(mine).flatMap((row) => viewOf(row, devices) ?? []);
      return ok({
        requests: views((row) => row.from_device_id === deviceId),
        asked: views((row) => row.device_id === deviceId),
      });
    },

    answerCardRequest: ({ requestId, confirmed }, context) =>
      desk.remembered(
        { accountId, operation: "answerCardRequest", context },
        { requestId, confirmed },
        async (hopKey) => {
          const found = await load(requestId);
          if (!found.ok) return found;
          const { device_id: deviceId, from_device_id: fromDeviceId, pass_ids } = found.value;
          const handed = confirmed
            ? await addCardsFrom(
                { deviceId, fromDeviceId, passIds: [...pass_ids] },
                { ...context, idempotencyKey: hopKey },
              )
            : ok({ bindings: [] });
          if (!handed.ok) return handed;
          await db.query({ text: "delete from card_request where id = $1" }, [requestId]);
          publish(fromDeviceId, { type: "cardRequest", deviceId: fromDeviceId });
          publish(deviceId, { type: "cardRequest", deviceId });
          return handed;
        },
      ),
  };
}

/** Nobody is to serve a lost device. */
function viewOf(row: Row, devices: readonly Device[]): CardRequestView | undefined {
  const asking = devices.find(({ id, lost }) => id === row.device_id && !lost);
  if (asking === undefined) return undefined;
  const { id: deviceId, name: deviceName, kind: deviceKind } = asking;
  const { id: requestId, pass_ids: passIds, expires_at } = row;
  return { requestId, deviceId, deviceName, deviceKind, passIds: [...passIds], expiresAt: Number(expires_at) };
}
