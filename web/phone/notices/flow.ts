import type { Language } from "#contracts/common";
import type { Problem } from "#contracts/problem";
import type { NoticeChoice, PushTarget } from "#contracts/push";
import type { NoticeSettings } from "#contracts/wallet-api";
import type { Result } from "#protocol/bytes";
import { createStore, type Store } from "../../store.ts";
import { type Fault, problemFault } from "../../text/fault.ts";
import type { Phone } from "../phone.ts";
import { PUSH_FAULTS } from "./words.ts";

/** The browser's side of Web Push. */
export interface Pushes {
  /** `refused`: its holder said no, and only the browser's own settings change that. */
  ability(): "able" | "refused" | "none";
  /** Where this browser takes pushes now. */
  current(): Promise<PushTarget | undefined>;
  /** Asks the holder, then the browser's push service. Only on a touch. */
  subscribe(pushKey: string): Promise<PushTarget | "refused" | "failed">;
  unsubscribe(): Promise<void>;
}

export interface NoticesState {
  readonly choice: NoticeChoice;
  /** Whether a closed wallet is told: here and at the server. `unknown`: not asked yet. */
  readonly closed: "unknown" | "on" | "off" | "refused" | "none";
  readonly busy: boolean;
  readonly fault?: Fault;
}

export interface Notices {
  readonly state: Store<NoticesState>;
  choose(change: Partial<Pick<NoticeChoice, "which" | "amounts">>): Promise<void>;
  switchOn(): Promise<void>;
  switchOff(): Promise<void>;
}

const FIRST: NoticesState = {
  choice: { which: "all", amounts: "shown", language: "zh" },
  closed: "unknown",
  busy: false,
};

/** What the holder wants to be told of: kept at the server, which tells a closed wallet through the browser's push service. */
export function createNotices(phone: Phone, pushes: Pushes, language: Store<Language>): Notices {
  const state = createStore<NoticesState>(FIRST);
  let pushKey: string | undefined;
  let read: object | undefined;

  const patch = (change: Partial<NoticesState>) => state.update((now) => ({ ...now, ...change }));
  const fail = (fault: Fault) => patch({ busy: false, fault });

  function closedOf(endpoint: string | undefined, here: PushTarget | undefined): NoticesState["closed"] {
    const ability = pushKey === undefined ? "none" : pushes.ability();
    if (ability !== "able") return ability;
    return endpoint !== undefined && here?.endpoint === endpoint ? "on" : "off";
  }

  async function show({ choice, pushKey: key, endpoint }: NoticeSettings): Promise<void> {
    pushKey = key;
    const here = pushes.ability() === "none" ? undefined : await pushes.current().catch(() => undefined);
    state.set({ choice, closed: closedOf(endpoint, here), busy: false });
  }

  /** One call about this device; what the server says then is what is shown. */
  async function ask(
    call: (desk: NonNullable<Phone["desk"]>) => Promise<Result<NoticeSettings, Problem>>,
  ): Promise<boolean> {
    const { desk } = phone;
    if (desk === undefined) return false;
    const answer = await call(desk);
    if (!answer.ok) {
      fail(problemFault(answer.error));
      return false;
    }
    await show(answer.value);
    return true;
  }

  function setChoice(choice: NoticeChoice): Promise<boolean> {
    patch({ choice, busy: true });
    return ask(({ calls, record }) => calls.setNoticeChoice({ deviceId: record.deviceId, choice }, phone.context()));
  }

  phone.state.subscribe(() => {
    const { desk } = phone;
    const now = phone.state.get();
    if (now.kind !== "ready" || !now.connected || desk === read) return;
    read = desk;
    void ask(({ calls, record }) => calls.noticeSettings({ deviceId: record.deviceId }, phone.context())).then((ok) => {
      if (!ok) read = undefined;
    });
  });
  // A notice is written in the language that was spoken here last.
  language.subscribe(() => {
    const { choice, closed } = state.get();
    if (closed === "on" && choice.language !== language.get()) void setChoice({ ...choice, language: language.get() });
  });

  return {
    state,
    async choose(change) {
      const before = state.get().choice;
      if (!(await setChoice({ ...before, ...change, language: language.get() }))) patch({ choice: before });
    },
    async switchOn() {
      if (pushKey === undefined) return;
      patch({ busy: true });
      const target = await pushes.subscribe(pushKey);
      if (target === "refused") return patch({ busy: false, closed: closedOf(undefined, undefined) });
      if (target === "failed") return fail(PUSH_FAULTS.failed);
      const subscribed = await ask(({ calls, record }) =>
        calls.subscribePush({ deviceId: record.deviceId, target }, phone.context()),
      );
      if (subscribed && state.get().choice.language !== language.get())
        await setChoice({ ...state.get().choice, language: language.get() });
    },
    async switchOff() {
      patch({ busy: true });
      await ask(({ calls, record }) => calls.unsubscribePush({ deviceId: record.deviceId }, phone.context()));
      await pushes.unsubscribe().catch(() => {});
    },
  };
}
