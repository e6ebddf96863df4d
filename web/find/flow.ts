import type { Calls } from "#contracts/operation";
import type { Random, Timers } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { DeviceView, PassView, WalletDeviceApi, WalletSignInApi } from "#contracts/wallet-api";
import type { Result } from "#protocol/bytes";
import type { Passkey, SessionRecord } from "../phone/ports.ts";
import { createStore, type Store } from "../store.ts";
import { type Fault, passkeyFault, problemFault } from "../text/fault.ts";

/** A device of the account, with the cards on it. */
export interface FoundDevice {
  readonly device: DeviceView;
  readonly passes: readonly PassView[];
}

export type FindState =
  | { readonly kind: "welcome"; readonly busy: boolean; readonly fault?: Fault }
  | {
      readonly kind: "devices";
      readonly name: string;
      /** Signed in by a recovery code: it locks and wipes, and ends no lost mode. */
      readonly byCode: boolean;
      readonly devices: readonly FoundDevice[];
      /** The device that something is being done to. */
      readonly busy?: string;
      readonly fault?: Fault;
    };

export interface Find {
  readonly state: Store<FindState>;
  signIn(): Promise<void>;
  signInByCode(accountName: string, recoveryCode: string): Promise<void>;
  lock(deviceId: string): Promise<void>;
  wipe(deviceId: string): Promise<void>;
  /** Ends lost mode. It wants the passkey once more: the session may lie open at somebody else's machine. */
  found(deviceId: string): Promise<void>;
  leave(): Promise<void>;
}

export interface FindPorts {
  readonly signIn: Calls<WalletSignInApi>;
  readonly passkey: Pick<Passkey, "signIn">;
  readonly random: Random;
  readonly timers: Timers;
  deviceCalls(accessToken: string, onSignedOut: () => void): Calls<WalletDeviceApi>;
}

/** What is done on other devices shows after this time at most. */
const READ_AGAIN_MS = 4_000;

/** Find: in anybody's browser, so nothing is kept here; with the page everything is gone. */
export function createFind({ signIn, passkey, random, timers, deviceCalls }: FindPorts): Find {
  const state = createStore<FindState>({ kind: "welcome", busy: false });
  let calls: Calls<WalletDeviceApi> | undefined;
  let stop = () => {};

  const context = () => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });
  const welcome = (fault?: Fault) =>
    state.set({ kind: "welcome", busy: false, ...(fault === undefined ? {} : { fault }) });

  function forget(fault?: Fault): void {
    stop();
    calls = undefined;
    welcome(fault);
  }

  function callsOf({ accessToken }: SessionRecord): Calls<WalletDeviceApi> {
    const own: Calls<WalletDeviceApi> = deviceCalls(accessToken, () => {
      if (calls === own) forget(problemFault({ code: "notSignedIn" }));
    });
    return own;
  }

  async function open(session: SessionRecord, byCode: boolean): Promise<void> {
    calls = callsOf(session);
    const read = await devicesBy(calls);
    if (!read.ok) return forget(problemFault(read.error));
    state.set({ kind: "devices", name: session.name, byCode, devices: read.value });
    readAgainLater();
  }

  function readAgainLater(): void {
    stop();
    stop = timers.after(READ_AGAIN_MS, () => void read().then(readAgainLater));
  }

  async function devicesBy(own: Calls<WalletDeviceApi>): Promise<Result<readonly FoundDevice[], Problem>> {
    const me = await own.me({}, context());
    if (!me.ok) return me;
    const devices: FoundDevice[] = [];
    for (const device of me.value.devices) {
      const read = await own.passes({ deviceId: device.deviceId }, context());
      // Taken off the account between the two questions.
      if (read.ok) devices.push({ device, passes: read.value.passes });
      else if (read.error.code !== "notFound") return read;
    }
    return { ok: true, value: devices };
  }

  async function read(): Promise<void> {
    if (calls === undefined) return;
    const own = calls;
    const now = await devicesBy(own);
    if (now.ok && calls === own)
      state.update((shown) => (shown.kind === "devices" ? { ...shown, devices: now.value } : shown));
  }

  async function change(
    deviceId: string,
    work: (own: Calls<WalletDeviceApi>) => Promise<Fault | undefined>,
  ): Promise<void> {
    const now = state.get();
    if (now.kind !== "devices" || now.busy !== undefined || calls === undefined) return;
    const { fault: _, ...clean } = now;
    state.set({ ...clean, busy: deviceId });
    const fault = await work(calls);
    await read();
    state.update((shown) => {
      if (shown.kind !== "devices") return shown;
      const { busy: __, ...rest } = shown;
      return fault === undefined ? rest : { ...rest, fault };
    });
  }

  const faultOf = (done: Result<unknown, Problem>) => (done.ok ? undefined : problemFault(done.error));

  async function byPasskey(): Promise<Result<SessionRecord, Fault>> {
    const begun = await signIn.signInOptions({}, context());
    if (!begun.ok) return { ok: false, error: problemFault(begun.error) };
    const { ceremonyId, options } = begun.value;
    const proof = await passkey.signIn(options);
    if (!proof.ok) return { ok: false, error: passkeyFault(proof.error) };
    proof.value.prf?.fill(0);
    const signedIn = await signIn.signIn({ ceremonyId, response: proof.value.response }, context());
    return signedIn.ok ? signedIn : { ok: false, error: problemFault(signedIn.error) };
  }

  return {
    state,
    async signIn() {
      state.set({ kind: "welcome", busy: true });
      const session = await byPasskey();
      await (session.ok ? open(session.value, false) : welcome(session.error));
    },
    async signInByCode(accountName, recoveryCode) {
      state.set({ kind: "welcome", busy: true });
      const session = await signIn.findSignIn({ accountName, recoveryCode }, context());
      await (session.ok ? open(session.value, true) : welcome(problemFault(session.error)));
    },
    lock: (deviceId) =>
      change(deviceId, async (own) => faultOf(await own.setLost({ deviceId, lost: true }, context()))),
    wipe: (deviceId) => change(deviceId, async (own) => faultOf(await own.wipeDevice({ deviceId }, context()))),
    found: (deviceId) =>
      change(deviceId, async (before) => {
        const session = await byPasskey();
        if (!session.ok) return session.error;
        const own = callsOf(session.value);
        const done = await own.setLost({ deviceId, lost: false }, context());
        if (!done.ok) return problemFault(done.error);
        void before.endSession({}, context());
        calls = own;
        state.update((shown) =>
          shown.kind === "devices" ? { ...shown, name: session.value.name, byCode: false } : shown,
        );
        return undefined;
      }),
    async leave() {
      const own = calls;
      forget();
      await own?.endSession({}, context());
    },
  };
}
