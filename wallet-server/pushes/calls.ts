import type { Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { NoticeChoice } from "#contracts/push";
import type { NoticeSettings, WalletDeviceApi } from "#contracts/wallet-api";
import { err, ok, type Result } from "#protocol/bytes";
import type { Desk } from "../desk.ts";
import { deviceOf } from "../devices.ts";
import type { Session } from "../session.ts";
import { dropPushes, FIRST_CHOICE } from "./outbox.ts";

type Pushes = Pick<Calls<WalletDeviceApi>, "noticeSettings" | "setNoticeChoice" | "subscribePush" | "unsubscribePush">;

/** What a holder wants to be told of while the wallet is closed, and where his browser takes it. */
export function pushCalls(desk: Desk, session: Session): Pushes {
  const { db, clock, push } = desk;
  const { accountId } = session;

  async function view(deviceId: string): Promise<Result<NoticeSettings, Problem>> {
    const choices = await db.query<NoticeChoice>(
      { text: "select which, amounts, language from notice_choice where device_id = $1" },
      [deviceId],
    );
    const targets = await db.query<{ endpoint: string }>(
      { text: "select endpoint from push_target where device_id = $1" },
      [deviceId],
    );
    return ok({
      choice: choices[0] ?? FIRST_CHOICE,
      ...(push === undefined ? {} : { pushKey: push.publicKey }),
      ...(targets[0] === undefined ? {} : { endpoint: targets[0].endpoint }),
    });
  }

  /** A change to a device of this account, and how it stands after it. */
  async function change(
    deviceId: string,
    work: (tx: Queries) => Promise<Problem | undefined>,
  ): Promise<Result<NoticeSettings, Problem>> {
    const device = await deviceOf(db, accountId, deviceId);
    if (!device.ok) return device;
    const refused = await db.transaction(work);
    return refused === undefined ? view(deviceId) : err(refused);
  }

  return {
    async noticeSettings({ deviceId }) {
      const device = await deviceOf(db, accountId, deviceId);
      return device.ok ? view(deviceId) : device;
    },

    // Each says how it shall be, whatever it was: a repeat changes nothing.
    setNoticeChoice: ({ deviceId, choice }) =>
      change(deviceId, async (tx) => {
        const { which, amounts, language } = choice;
        await tx.query(
          {
            text: `insert into notice_choice (device_id, which, amounts, language) values ($1, $2, $3, $4)
              on conflict (device_id) do update set which = $2, amounts = $3, language = $4`,
          },
          [deviceId, which, amounts, language],
        );
        // What was to be said before is no longer wanted in those words.
        await tx.query({ text: "delete from push where device_id = $1" }, [deviceId]);
        return undefined;
      }),

    subscribePush: ({ deviceId, target }) =>
      change(deviceId, async (tx) => {
        if (push === undefined) return problem("wrongState", { detail: "this wallet sends no pushes" });
        if (!push.accepts(target.endpoint))
          return problem("badRequest", {
            at: "target.endpoint",
            detail: "wants a push service on the internet, by https",
          });
        // One browser is one device: it may have been another one before.
        await tx.query({ text: "delete from push_target where endpoint = $1 and device_id <> $2" }, [
          target.endpoint,
          deviceId,
        ]);
        await tx.query(
          {
            text: `insert into push_target (device_id, endpoint, p256dh, auth, since) values ($1, $2, $3, $4, $5)
              on conflict (device_id) do update set endpoint = $2, p256dh = $3, auth = $4, since = $5`,
          },
          [deviceId, target.endpoint, target.p256dh, target.auth, clock.now()],
        );
        return undefined;
      }),

    unsubscribePush: ({ deviceId }) =>
      change(deviceId, async (tx) => {
        await dropPushes(tx, deviceId);
        return undefined;
      }),
  };
}
