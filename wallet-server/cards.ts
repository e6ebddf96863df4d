import type { TokenView } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { WalletDeviceApi } from "#contracts/wallet-api";
import type { Passkeys } from "#party";
import { err, ok, type Result } from "#protocol/bytes";
import { about, type Desk } from "./desk.ts";
import { deviceOf, tellDevices } from "./devices.ts";
import { note } from "./notes.ts";
import { journeyOf, noticesOf, type Pass, passById, passesOf, passView, setDefault, updateToken } from "./passes.ts";
import { paymentKeys } from "./payment-keys.ts";
import { dropPushes } from "./pushes/outbox.ts";
import type { Session } from "./session.ts";

type Cards = Pick<
  Calls<WalletDeviceApi>,
  | "passes"
  | "collectPackage"
  | "confirmProvisioned"
  | "replenish"
  | "beginPayment"
  | "keyForPayment"
  | "setDefault"
  | "changePass"
  | "setLost"
  | "wipeDevice"
  | "notices"
>;

/** The cards of an account's devices, from their first package to their end. */
export function cardCalls(desk: Desk, { passkeys }: { readonly passkeys: Passkeys }, session: Session): Cards {
  const { db, clock, tsp, policy, publish, facts } = desk;
  const { accountId } = session;
  const step = <T>(
    operation: string,
    request: object,
    context: CallContext,
    work: (hopKey: string) => Promise<Result<T, Problem>>,
  ) => desk.remembered({ accountId, operation, context }, request, work);

  async function own(id: string): Promise<Result<Pass, Problem>> {
    const found = await passById(db, id);
    if (found?.accountId !== accountId) return err(problem("notFound", { at: "passId" }));
    const device = await deviceOf(db, accountId, found.deviceId, "passId");
    return device.ok ? ok(found) : device;
  }

  /** On its way to the device: not while the device is lost, nor before a held card was verified anew. */
  async function usable(id: string): Promise<Result<Pass, Problem>> {
    const found = await own(id);
    if (!found.ok) return found;
    const device = await deviceOf(db, accountId, found.value.deviceId, "passId");
    if (device.ok && device.value.lost) {
      await facts.state(note(journeyOf(found.value), "issue", "deviceInLostMode", "failed"));
      return err(problem("wrongState", { at: "passId", cause: "deviceInLostMode" }));
    }
    return found.value.held ? err(heldUntilVerified()) : found;
  }

  /** Keys that lie on the device until they are used: not on one that can seal nothing under its passkey. */
  async function keeping(id: string): Promise<Result<Pass, Problem>> {
    const found = await usable(id);
    if (!found.ok) return found;
    const device = await deviceOf(db, accountId, found.value.deviceId, "passId");
    if (!device.ok) return device;
    return device.value.keepsKeys
      ? found
      : err(problem("wrongState", { at: "passId", detail: "this device keeps no keys: it gets one for each payment" }));
  }

  async function applyTokens(tx: Queries, tokens: readonly TokenView[]): Promise<void> {
    for (const token of tokens) {
      const pass = await updateToken(tx, token);
      if (pass !== undefined)
        await facts.note(tx, note(journeyOf(pass), "issue", "tokenState", "noted", { status: token.status }));
    }
  }

  async function changeAll(deviceId: string, change: "suspend" | "resume" | "delete", hopKey: string) {
    return tsp.changeDevice({ deviceId, change, by: "wallet" }, about(deviceId, hopKey));
  }

  /** Every journey on a device hears that it is lost, or found. */
  async function tellJourneys(tx: Queries, deviceId: string, lost: boolean): Promise<void> {
    const open = await tx.query<{ id: string }>(
      {
        text: "select id from binding where device_id = $1 and stage not in ('abandoned', 'refused', 'preflightFailed')",
      },
      [deviceId],
    );
    await facts.note(
      tx,
      ...open.map(({ id }) => note(id, "issue", lost ? "lostModeOn" : "lostModeOff", "noted")),
      ...(lost ? open.map(({ id }) => note(id, "issue", "deviceInLostMode", "failed")) : []),
    );
  }

  return {
    ...paymentKeys(desk, { passkeys, usable }, session),

    async passes({ deviceId }) {
      const owner = await deviceOf(db, accountId, deviceId);
      return owner.ok ? ok({ passes: (await passesOf(db, deviceId)).map(passView) }) : owner;
    },

    // The TSP answers the same package again: keys are kept in one place less.
    async collectPackage({ passId }, context) {
      const found = await keeping(passId);
      if (!found.ok) return found;
      const { token, deviceId } = found.value;
      const key = desk.hopKey(accountId, "collectPackage", context);
      return tsp.personalise({ tokenRef: token.tokenRef, deviceId }, about(journeyOf(found.value), key));
    },

    confirmProvisioned: (request, context) =>
      step("confirmProvisioned", request, context, async () => {
        const found = await own(request.passId);
        if (!found.ok) return found;
        const { passId, deviceId } = found.value;
        await db.transaction(async (tx) => {
          await tx.query({ text: "update pass set provisioned = true where id = $1" }, [passId]);
          const stored = {
            ...note(journeyOf(found.value), "issue", "packageStored", "noted"),
            party: "device" as const,
          };
          await facts.note(tx, stored, note(journeyOf(found.value), "issue", "cardShown", "noted"));
        });
        publish(deviceId, { type: "passes", deviceId });
        return ok(passView({ ...found.value, provisioned: true }));
      }),

    // As the package: the TSP remembers the first answer under this key.
    async replenish({ passId, count }, context) {
      const found = await keeping(passId);
      if (!found.ok) return found;
      const { token, deviceId } = found.value;
      const key = desk.hopKey(accountId, "replenish", context);
      return tsp.replenishKeys({ tokenRef: token.tokenRef, deviceId, count }, about(journeyOf(found.value), key));
    },

    setDefault: (request, context) =>
      step("setDefault", request, context, async () => {
        const found = await own(request.passId);
        if (!found.ok) return found;
        const { deviceId, token } = found.value;
        if (token.status === "deleted") return err(problem("wrongState", { at: "passId" }));
        const passes = await db.transaction(async (tx) => {
          await setDefault(tx, found.value);
          return (await passesOf(tx, deviceId)).map(passView);
        });
        publish(deviceId, { type: "passes", deviceId });
        return ok({ passes });
      }),

    changePass: (request, context) =>
      step("changePass", request, context, async (hopKey) => {
        const { passId, change } = request;
        const found = await own(passId);
        if (!found.ok) return found;
        const { token, deviceId, held } = found.value;
        if (held && change === "resume") return err(heldUntilVerified());
        const { tokenRef } = token;
        const journeyId = journeyOf(found.value);
        const changed = await tsp.changeToken({ tokenRef, change, by: "holder" }, about(journeyId, hopKey));
        if (!changed.ok) return changed;
        await db.transaction((tx) => applyTokens(tx, [changed.value]));
        publish(deviceId, { type: "passes", deviceId });
        return ok(passView({ ...found.value, token: changed.value }));
      }),

    setLost: (request, context) =>
      step("setLost", request, context, async (hopKey) => {
        const { deviceId, lost } = request;
        const owner = await deviceOf(db, accountId, deviceId);
        if (!owner.ok) return owner;
        // The tokens first: if the TSP cannot be reached, the device must not look safe.
        const changed = await changeAll(deviceId, lost ? "suspend" : "resume", hopKey);
        if (!changed.ok) return changed;
        const now = clock.now();
        const passes = await db.transaction(async (tx) => {
          await applyTokens(tx, changed.value.tokens);
          await tx.query(
            {
              text: lost
                ? "update device set lost = true, lost_since = case when lost then lost_since else $2 end, lost_until = null where id = $1"
                : "update device set lost = false, wiped_at = null, lost_until = case when lost then $2 else lost_until end where id = $1",
            },
            [deviceId, now],
          );
          if (lost !== owner.value.lost) await tellJourneys(tx, deviceId, lost);
          return (await passesOf(tx, deviceId)).map(passView);
        });
        publish(deviceId, { type: "passes", deviceId });
        await tellDevices(desk, accountId);
        return ok({ deviceId, lost, passes });
      }),

    wipeDevice: (request, context) =>
      step("wipeDevice", request, context, async (hopKey) => {
        const { deviceId } = request;
        const owner = await deviceOf(db, accountId, deviceId);
        if (!owner.ok) return owner;
        const wiped = await changeAll(deviceId, "delete", hopKey);
        if (!wiped.ok) return wiped;
        await db.transaction(async (tx) => {
          await applyTokens(tx, wiped.value.tokens);
          await dropPushes(tx, deviceId);
          await tx.query(
            {
              text: "update device set lost = true, lost_since = coalesce(lost_since, $2), wiped_at = $2 where id = $1",
            },
            [deviceId, clock.now()],
          );
          if (!owner.value.lost) await tellJourneys(tx, deviceId, true);
        });
        publish(deviceId, { type: "passes", deviceId });
        await tellDevices(desk, accountId);
        return ok({});
      }),

    async notices({ deviceId }) {
      const owner = await deviceOf(db, accountId, deviceId);
      return owner.ok ? ok({ notices: [...(await noticesOf(db, deviceId, policy.noticesShown))] }) : owner;
    },
  };
}

function heldUntilVerified(): Problem {
  return problem("wrongState", {
    at: "passId",
    detail: "the account was recovered: remove the card and add it again, so that the bank verifies its holder",
  });
}
