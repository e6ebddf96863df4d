import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import type { WalletDeviceApi, WalletEvent, WalletSignInApi, WalletTspApi } from "#contracts/wallet-api";
import { err, ok } from "#protocol/bytes";
import { deviceApi } from "./device-api.ts";
import { addNotice, noticeView, passByToken, updateToken } from "./passes.ts";
import type { WalletServerPorts } from "./ports.ts";
import { createSignIn, type Session } from "./sign-in/passkeys.ts";

export { migrations } from "./migrations.ts";
export type { WalletServerPorts } from "./ports.ts";
export type { Session } from "./sign-in/passkeys.ts";

/** WALLET PROVIDER and token requestor: accounts, devices, passes, the binding journey, notices. */
export interface WalletServer {
  readonly signIn: Calls<WalletSignInApi>;
  readonly tspApi: Calls<WalletTspApi>;
  session(accessToken: string): Promise<Session | undefined>;
  deviceApi(session: Session): Calls<WalletDeviceApi>;
  /** What happens to a device of the session's account, as it happens. */
  subscribe(
    session: Session,
    deviceId: string,
    listener: (event: WalletEvent) => void,
  ): Promise<(() => void) | undefined>;
}

export function createWalletServer(ports: WalletServerPorts): WalletServer {
  const { db } = ports;
  const listeners = new Map<string, Set<(event: WalletEvent) => void>>();
  const publish = (deviceId: string, event: WalletEvent) => {
    for (const listener of listeners.get(deviceId) ?? []) listener(event);
  };
  const { session, ...signIn } = createSignIn(ports);
  return {
    signIn,
    session,
    deviceApi: (who) => deviceApi(ports, who, publish),
    tspApi: {
      async notifyToken({ token }) {
        // A token whose pass is not here yet (the answer to the code is still on its way) will arrive with that answer.
        const pass = await db.transaction((tx) => updateToken(tx, token));
        if (pass !== undefined) publish(pass.deviceId, { type: "passes", deviceId: pass.deviceId });
        return ok({});
      },
      async notifyPayment({ tokenRef, notice }) {
        const pass = await passByToken(db, tokenRef);
        if (pass === undefined) return err(problem("notFound", { at: "tokenRef" }));
        if (await addNotice(db, pass, notice))
          publish(pass.deviceId, { type: "notice", notice: noticeView(pass, notice) });
        return ok({});
      },
    },
    async subscribe(who, deviceId, listener) {
      const rows = await db.query({ text: "select id from device where id = $1 and account_id = $2" }, [
        deviceId,
        who.accountId,
      ]);
      if (rows.length === 0) return undefined;
      const all = listeners.get(deviceId) ?? new Set();
      listeners.set(deviceId, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(deviceId);
      };
    },
  };
}
