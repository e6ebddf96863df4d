import type { Problem } from "#contracts/problem";
import type { BindingView, CardRequestView, DeviceView, PassView } from "#contracts/wallet-api";
import type { Result } from "#protocol/bytes";
import { createStore, type Store } from "../../store.ts";
import { FAULTS, type Fault, passkeyFault, problemFault } from "../../text/fault.ts";
import type { Desk, Phone } from "../phone.ts";
import type { PhonePorts } from "../ports.ts";

/** Another device of the account, with the cards on it. */
export interface Elsewhere {
  readonly device: DeviceView;
  readonly passes: readonly PassView[];
}

/** What the sheet about devices shows. */
export type DevicesView =
  | { readonly kind: "list" }
  | { readonly kind: "removing"; readonly device: DeviceView }
  /** A new device types this; it shows up here when it has joined. */
  | { readonly kind: "joinCode"; readonly code: string; readonly expiresAt: number }
  /** Cards of this device to another one. `joined`: it has just come to the account. */
  | {
      readonly kind: "handOver";
      readonly passIds: readonly string[];
      readonly device?: DeviceView;
      readonly joined: boolean;
    }
  /** Another device asks for cards of this one. */
  | { readonly kind: "request"; readonly request: CardRequestView }
  | { readonly kind: "handedOver"; readonly device: DeviceView; readonly bindings: readonly BindingView[] };

/** A request of this device, and the bindings that it had before. */
export interface Asked extends CardRequestView {
  readonly from: DeviceView;
  readonly before: readonly string[];
}

export interface DevicesState {
  /** Of the account, this one among them. */
  readonly all: readonly DeviceView[];
  /** The others, but for lost ones, with their cards. */
  readonly elsewhere: readonly Elsewhere[];
  readonly view?: DevicesView;
  /** Cards that this device asked for and that are still to be confirmed. */
  readonly asked?: Asked;
  readonly busy: boolean;
  readonly fault?: Fault;
}

export interface Devices {
  readonly state: Store<DevicesState>;
  open(view: DevicesView): void;
  close(): void;
  /** Shows the code that admits one more device, to its holder alone. */
  showJoinCode(): Promise<void>;
  remove(device: DeviceView): Promise<void>;
  /** To the device that the sheet shows, with the finger. */
  handOver(device: DeviceView, passIds: readonly string[]): Promise<void>;
  answer(request: CardRequestView, confirmed: boolean): Promise<void>;
  /** Asks another device for cards; it must confirm. */
  ask(from: DeviceView, passIds: readonly string[]): Promise<void>;
  /** The holder waits no longer. */
  stopAsking(): void;
}

const NOTHING: DevicesState = { all: [], elsewhere: [], busy: false };

export interface DevicesPorts extends Pick<PhonePorts, "passkey"> {
  /** A card that was asked for has come: its binding can go on. */
  onCard(binding: BindingView): void;
}

/** The devices of an account, as one of them sees them. */
export function createDevices(phone: Phone, ports: DevicesPorts): Devices {
  const state = createStore<DevicesState>(NOTHING);
  const patch = (change: Partial<DevicesState>) => state.update((now) => ({ ...now, ...change }));
  const show = (view: DevicesView | undefined) =>
    state.update(({ view: _, fault: __, ...now }) => ({
      ...now,
      busy: false,
      ...(view === undefined ? {} : { view }),
    }));
  const failed = (fault: Fault) => patch({ busy: false, fault });

  async function read(): Promise<void> {
    const { desk } = phone;
    if (desk === undefined) return state.set(NOTHING);
    const { deviceId } = desk.record;
    const me = await desk.calls.me({}, phone.context());
    if (!me.ok || phone.desk !== desk) return;
    const { devices } = me.value;
    const elsewhere: Elsewhere[] = [];
    for (const device of devices) {
      if (device.deviceId === deviceId || device.lost) continue;
      const passes = await desk.calls.passes({ deviceId: device.deviceId }, phone.context());
      if (passes.ok) elsewhere.push({ device, passes: passes.value.passes });
    }
    const asked = await desk.calls.cardRequests({ deviceId }, phone.context());
    if (phone.desk !== desk) return;
    const before = state.get();
    patch({ all: devices, elsewhere });
    welcome(before, devices);
    if (!asked.ok) return;
    follow(asked.value.requests);
    if (!asked.value.asked.some(({ requestId }) => requestId === state.get().asked?.requestId)) await answered();
  }

  /** What this device asked for was answered, or nobody did in time. */
  async function answered(): Promise<void> {
    const { asked } = state.get();
    if (asked === undefined) return;
    await phone.readBindings();
    const now = phone.state.get();
    const come = now.kind !== "ready" ? [] : now.bindings.filter(({ bindingId }) => !asked.before.includes(bindingId));
    const { asked: _, ...rest } = state.get();
    state.set(come.length > 0 ? rest : { ...rest, fault: FAULTS.notConfirmed });
    const [first] = come;
    if (first !== undefined) ports.onCard(first);
  }

  /** A device that joined by the code on the screen: the next step is its cards. */
  function welcome({ view, all }: DevicesState, now: readonly DeviceView[]): void {
    if (view?.kind !== "joinCode") return;
    const device = now.find(({ deviceId }) => !all.some((known) => known.deviceId === deviceId));
    if (device !== undefined) show({ kind: "handOver", device, joined: true, passIds: ownPasses() });
  }

  /** What others ask comes up by itself, unless the holder is at something else. */
  function follow(requests: readonly CardRequestView[] | undefined): void {
    if (requests === undefined) return;
    const { view } = state.get();
    const [first] = requests;
    if (view?.kind === "request" && !requests.some(({ requestId }) => requestId === view.request.requestId)) {
      show(undefined);
      return;
    }
    const free = view === undefined || view.kind === "list" || view.kind === "joinCode";
    if (first !== undefined && free) show({ kind: "request", request: first });
  }

  function ownPasses(): readonly string[] {
    const now = phone.state.get();
    return now.kind === "ready"
      ? now.passes.filter(({ token }) => token.status === "active").map(({ passId }) => passId)
      : [];
  }

  /** With the finger, then the call. Undefined: it failed, and the screen says how. */
  async function confirmed<T>(
    call: (desk: Desk) => Promise<Result<T, Problem>>,
  ): Promise<{ readonly value: T } | undefined> {
    const { desk } = phone;
    if (desk === undefined || state.get().busy) return undefined;
    state.update(({ fault: _, ...now }) => ({ ...now, busy: true }));
    const proof = await ports.passkey.prove(desk.record.credentialId, desk.record.prfInput);
    if (!proof.ok) {
      failed(passkeyFault(proof.error));
      return undefined;
    }
    proof.value.prf?.fill(0);
    const done = await call(desk);
    if (!done.ok) {
      failed(problemFault(done.error));
      return undefined;
    }
    return { value: done.value };
  }

  phone.accountNews.subscribe(() => void read());

  return {
    state,
    open: show,
    close: () => show(undefined),
    stopAsking: () => state.update(({ asked: _, ...now }) => now),

    async showJoinCode() {
      const made = await confirmed(({ calls }) => calls.makeJoinCode({}, phone.context()));
      if (made !== undefined) show({ kind: "joinCode", code: made.value.joinCode, expiresAt: made.value.expiresAt });
    },

    async remove({ deviceId }) {
      const gone = await confirmed(({ calls }) => calls.removeDevice({ deviceId }, phone.context()));
      if (gone === undefined) return;
      show({ kind: "list" });
      await read();
    },

    async handOver(device, passIds) {
      const { deviceId } = device;
      const handed = await confirmed(({ calls, record }) =>
        calls.addCardsFrom({ deviceId, fromDeviceId: record.deviceId, passIds: [...passIds] }, phone.context()),
      );
      if (handed !== undefined) show({ kind: "handedOver", device, bindings: handed.value.bindings });
    },

    async answer(request, yes) {
      const { requestId, deviceId } = request;
      const reply = (calls: Desk["calls"]) => calls.answerCardRequest({ requestId, confirmed: yes }, phone.context());
      if (!yes) {
        show(undefined);
        const { desk } = phone;
        if (desk !== undefined) await reply(desk.calls);
        return;
      }
      const answered = await confirmed(({ calls }) => reply(calls));
      const device = state.get().all.find((one) => one.deviceId === deviceId);
      if (answered !== undefined)
        show(device === undefined ? undefined : { kind: "handedOver", device, bindings: answered.value.bindings });
    },

    async ask(from, passIds) {
      const { desk } = phone;
      if (desk === undefined) return;
      const asked = await desk.calls.askForCards(
        { deviceId: desk.record.deviceId, fromDeviceId: from.deviceId, passIds: [...passIds] },
        phone.context(),
      );
      if (!asked.ok) return patch({ fault: problemFault(asked.error) });
      const now = phone.state.get();
      const before = now.kind === "ready" ? now.bindings.map(({ bindingId }) => bindingId) : [];
      state.update(({ fault: _, ...rest }) => ({ ...rest, asked: { ...asked.value, from, before } }));
    },
  };
}
