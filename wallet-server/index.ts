import type { Calls } from "#contracts/operation";
import type { WalletDeviceApi, WalletEvent, WalletSignInApi, WalletTspApi } from "#contracts/wallet-api";
import type { WalletOpsApi } from "#contracts/wallet-ops-api";
import { cardRequests } from "./account/card-requests.ts";
import { forOwnDevice } from "./account/own-device.ts";
import { withinReach } from "./account/reach.ts";
import { accountSettings } from "./account/settings.ts";
import { createSignIn } from "./account/sign-in.ts";
import { createAsking } from "./binding/asking.ts";
import { decisions } from "./binding/decision.ts";
import { bindingSteps } from "./binding/steps.ts";
import { bindingStore } from "./binding/store.sql.ts";
import { cardCalls } from "./cards.ts";
import { createDesk } from "./desk.ts";
import { deviceOf } from "./devices.ts";
import { createErrands } from "./errands.ts";
import { deviceFacts } from "./evidence/device-facts.ts";
import { createEvidence } from "./evidence/explain.ts";
import { tspCalls } from "./from-tsp.ts";
import { opsCalls } from "./ops.ts";
import type { WalletServerPorts } from "./ports.ts";
import { pushCalls } from "./pushes/calls.ts";
import { createPushRelay } from "./pushes/relay.ts";
import type { Session } from "./session.ts";
import { createWorker } from "./worker.ts";

export { migrations } from "./migrations.ts";
export { DEFAULT_POLICY, type WalletPolicy } from "./policy.ts";
export type { PushSender, WalletServerPorts } from "./ports.ts";
export type { Session } from "./session.ts";

/** WALLET PROVIDER and token requestor: accounts, devices, passes, the binding journey, notices. */
export interface WalletServer {
  readonly signIn: Calls<WalletSignInApi>;
  readonly tspApi: Calls<WalletTspApi>;
  readonly ops: Calls<WalletOpsApi>;
  session(accessToken: string): Promise<Session | undefined>;
  deviceApi(session: Session): Calls<WalletDeviceApi>;
  /** What happens to a device of the session's account, as it happens. */
  subscribe(
    session: Session,
    deviceId: string,
    listener: (event: WalletEvent) => void,
  ): Promise<(() => void) | undefined>;
  /** Goes on by itself with whatever waits for another party. */
  start(): void;
  stop(): Promise<void>;
}

export function createWalletServer(ports: WalletServerPorts): WalletServer {
  const listeners = new Map<string, Set<(event: WalletEvent) => void>>();
  const publish = (deviceId: string, event: WalletEvent) => {
    for (const listener of listeners.get(deviceId) ?? []) listener(event);
  };
  const desk = createDesk(ports, publish);
  const errands = createErrands(desk);
  const store = bindingStore(desk);
  const deciding = decisions(desk, store);
  const asking = createAsking(desk, { store, decisions: deciding });
  const evidence = createEvidence(desk);
  const worker = createWorker(desk, { decisions: deciding, errands });
  const pushes = createPushRelay(desk);
  const { calls: signIn, passkeys, session } = createSignIn(desk, errands);
  return {
    signIn,
    session,
    deviceApi(who) {
      const steps = bindingSteps(desk, { store, decisions: deciding, asking, errands }, who);
      const calls = {
        ...accountSettings(desk, { passkeys, errands }, who),
        ...steps,
        ...cardRequests(desk, steps, who),
        ...cardCalls(desk, { passkeys }, who),
        ...deviceFacts(desk, who),
        ...pushCalls(desk, who),
        ...evidence.forHolder(who),
      };
      return withinReach(forOwnDevice(ports.db, calls, who), who);
    },
    tspApi: tspCalls(desk, { store, decisions: deciding, asking, evidence, worker, pushes }),
    ops: opsCalls(desk, { evidence, worker }),
    async subscribe(who, deviceId, listener) {
      const owner = await deviceOf(ports.db, who.accountId, deviceId);
      if (!owner.ok) return undefined;
      const all = listeners.get(deviceId) ?? new Set();
      listeners.set(deviceId, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(deviceId);
      };
    },
    start() {
      worker.start();
      pushes.start();
    },
    async stop() {
      await worker.stop();
      await pushes.stop();
    },
  };
}
