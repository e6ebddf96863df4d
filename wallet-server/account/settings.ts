import type { Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import type { WalletDeviceApi } from "#contracts/wallet-api";
import type { Passkeys } from "#party";
import { ok } from "#protocol/bytes";
import type { Desk } from "../desk.ts";
import { type Device, deviceOf, devicesOf, deviceView, tellDevices } from "../devices.ts";
import type { Errands } from "../errands.ts";
import { passesOf, takeOff } from "../passes.ts";
import { dropPushes } from "../pushes/outbox.ts";
import type { Session } from "../session.ts";
import { accountOf, accountView } from "./account.ts";
import { makeJoinCode, makeRecoveryCode } from "./codes.ts";
import { keepOwn } from "./own-device.ts";
import { joinHash, recoveryHash } from "./sign-in.ts";

type Settings = Pick<
  Calls<WalletDeviceApi>,
  | "me"
  | "enrolDevice"
  | "account"
  | "setRegion"
  | "makeRecoveryCodes"
  | "makeJoinCode"
  | "endSession"
  | "signOut"
  | "removeDevice"
>;

/** An account's own settings and devices, for whoever is signed in to it. */
export function accountSettings(
  desk: Desk,
  parts: { readonly passkeys: Passkeys; readonly errands: Errands },
  session: Session,
): Settings {
  const { db, clock, random, policy, publish } = desk;
  const { passkeys, errands } = parts;
  const { accountId, name } = session;
  const changed = (tx: Queries) =>
    tx.query({ text: "update account set settings_changed_at = $2 where id = $1" }, [accountId, clock.now()]);
  const view = async () => ok(accountView((await accountOf(db, accountId))!));

  /**
   * The cards of a device go: at once here, and at the TSP as soon as it can be reached. Until then no payment is refused
   * for it; but without the TSP none is approved either.
   */
  async function takeCards(tx: Queries, device: Device): Promise<void> {
    const passes = await passesOf(tx, device.id);
    const pending = await tx.query<{ id: string }>(
      {
        text: "select id from binding where device_id = $1 and stage in ('awaitingBank', 'awaitingVerification') limit 1",
      },
      [device.id],
    );
    if (passes.length > 0 || pending.length > 0)
      await errands.add(
        tx,
        { kind: "changeDevice", body: { deviceId: device.id, change: "delete" } },
        { journeyId: device.id, deviceId: device.id },
      );
    await takeOff(
      tx,
      passes.map((pass) => pass.passId),
    );
  }

  /** The one that this session's passkey enrolled; where a passkey is shared by several, nobody can tell. */
  async function thisDevice(): Promise<{ readonly ok: true; readonly value: Device } | undefined> {
    const own = (await devicesOf(db, accountId)).filter(({ keyId }) => keyId !== null && keyId === session.keyId);
    return own.length === 1 ? ok(own[0]!) : undefined;
  }

  async function endSessions(tx: Queries, keyId: string): Promise<void> {
    await tx.query({ text: "delete from session where account_id = $1 and key_id = $2" }, [accountId, keyId]);
  }

  return {
    async me() {
      const devices = await devicesOf(db, accountId);
      return ok({ accountId, name, devices: devices.map(deviceView) });
    },

    enrolDevice: (request, context) =>
      desk.remembered({ accountId, operation: "enrolDevice", context }, request, async (hopKey) => {
        const { name, kind, model, keySource, publicKey, keepsKeys = true } = request;
        const deviceId = desk.idOf(hopKey);
        await db.transaction(async (tx) => {
          await tx.query(
            {
              text: `insert into device (id, account_id, name, kind, model, key_source, public_key, lost, created_at, key_id, keeps_keys)
              values ($1, $2, $3, $4, $5, $6, $7::jsonb, false, $8, $9, $10) on conflict do nothing`,
            },
            [
              deviceId,
              accountId,
              name,
              kind,
              model,
              keySource,
              JSON.stringify(publicKey),
              clock.now(),
              session.keyId,
              keepsKeys,
            ],
          );
          await keepOwn(tx, session, deviceId);
        });
        await tellDevices(desk, accountId);
        return ok({ deviceId });
      }),

    account: view,

    setRegion: (request, context) =>
      desk.remembered({ accountId, operation: "setRegion", context }, request, async () => {
        await db.transaction(async (tx) => {
          await tx.query({ text: "update account set region = $2 where id = $1" }, [accountId, request.region]);
          await changed(tx);
        });
        return view();
      }),

    makeRecoveryCodes: (_request, context) =>
      desk.shownOnce({ accountId, operation: "makeRecoveryCodes", context }, async (tx) => {
        const codes = Array.from({ length: policy.recoveryCodes }, () => makeRecoveryCode(random));
        await tx.query({ text: "delete from recovery_code where account_id = $1" }, [accountId]);
        for (const code of codes)
          await tx.query({ text: "insert into recovery_code (code_hash, account_id) values ($1, $2)" }, [
            recoveryHash(desk, accountId, code),
            accountId,
          ]);
        await changed(tx);
        return { codes };
      }),

    makeJoinCode: (_request, context) =>
      desk.shownOnce({ accountId, operation: "makeJoinCode", context }, async (tx) => {
        const joinCode = makeJoinCode(random);
        const expiresAt = clock.now() + policy.joinCode.lifeMs;
        // One at a time: a second one would double the chance of a guess.
        await tx.query({ text: "delete from join_code where account_id = $1" }, [accountId]);
        await tx.query(
          { text: "insert into join_code (id, account_id, code_hash, tries, expires_at) values ($1, $2, $3, 0, $4)" },
          [random.uuid(), accountId, joinHash(desk, accountId, joinCode), expiresAt],
        );
        return { joinCode, expiresAt };
      }),

    endSession: (request, context) =>
      desk.remembered({ accountId, operation: "endSession", context }, request, async () => {
        await db.query({ text: "delete from session where token_hash = $1" }, [session.tokenHash]);
        return ok({});
      }),

    signOut: (request, context) =>
      desk.remembered({ accountId, operation: "signOut", context }, request, async () => {
        const found =
          request.deviceId === undefined ? await thisDevice() : await deviceOf(db, accountId, request.deviceId);
        if (found?.ok === false) return found;
        const device = found?.value;
        await db.transaction(async (tx) => {
          if (device !== undefined) {
            await takeCards(tx, device);
            await dropPushes(tx, device.id);
          }
          if (device !== undefined && device.keyId !== null && device.keyId !== session.keyId)
            await endSessions(tx, device.keyId);
          else await tx.query({ text: "delete from session where token_hash = $1" }, [session.tokenHash]);
        });
        if (device !== undefined) publish(device.id, { type: "passes", deviceId: device.id });
        return ok({});
      }),

    removeDevice: (request, context) =>
      desk.remembered({ accountId, operation: "removeDevice", context }, request, async () => {
        const { deviceId } = request;
        const device = await deviceOf(db, accountId, deviceId);
        if (!device.ok) return device;
        const { keyId } = device.value;
        await db.transaction(async (tx) => {
          await takeCards(tx, device.value);
          await dropPushes(tx, deviceId);
          await tx.query({ text: "update device set removed_at = $2 where id = $1" }, [deviceId, clock.now()]);
          await tx.query(
            {
              text: `update binding set stage = 'abandoned', card_jwe = null, next_try_at = null, version = version + 1,
                  view = (view - 'waitingFor') || '{"stage": "abandoned"}'::jsonb
                where device_id = $1 and stage not in ('active', 'refused', 'abandoned', 'preflightFailed')`,
            },
            [deviceId],
          );
          await changed(tx);
          const left = await devicesOf(tx, accountId);
          const keys = await passkeys.of(tx, accountId);
          // The account's last passkey stays, or nobody could ever sign in; one that other devices use, too.
          if (keyId === null || keys.length < 2 || left.some((other) => other.keyId === keyId)) return;
          await passkeys.remove(tx, accountId, keyId);
          await endSessions(tx, keyId);
        });
        publish(deviceId, { type: "removed", deviceId });
        publish(deviceId, { type: "passes", deviceId });
        await tellDevices(desk, accountId);
        return ok({});
      }),
  };
}
