import type { FindingView } from "#contracts/facts";
import { createStore, type Store } from "../store.ts";
import { type Fault, problemFault } from "../text/fault.ts";
import type { Board } from "./board.ts";
import { type CableName, cableOfLink } from "./cables.ts";
import type { Change, Counter, Holder } from "./counter.ts";

/** What can be done about a case from here. */
export type Repair =
  | { readonly kind: "phone" | "lost" | "frozen" | "activate" | "record" }
  | { readonly kind: "mend"; readonly cable: CableName };

export interface AgentState {
  readonly busy: boolean;
  readonly caseCode?: string;
  readonly finding?: FindingView;
  readonly repaired: boolean;
  readonly badCode: boolean;
  readonly fault?: Fault;
}

/** The bank's agent: opens a case by its code, and has done what the finding says. */
export interface Agent {
  readonly state: Store<AgentState>;
  open(typed: string): Promise<void>;
  /** @param holder whose record it is, where one is to be changed */
  repair(repair: Repair, holder: Holder | undefined): Promise<void>;
}

const CASE_CODE = /^[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}$/;
const REPAIRS: Readonly<Record<string, Repair["kind"]>> = {
  reservedPhoneMismatch: "phone",
  noUsableMethod: "phone",
  cardReportedLost: "lost",
  cardFrozenByBank: "frozen",
  cardNotActivated: "activate",
  customerRecordStale: "record",
  remoteUseSuspended: "record",
};

export function createAgent({ counter, board }: { readonly counter: Counter; readonly board: Board }): Agent {
  const state = createStore<AgentState>({ busy: false, repaired: false, badCode: false });
  return {
    state,
    async open(typed) {
      const caseCode = typed.trim().toUpperCase();
      if (!CASE_CODE.test(caseCode)) return state.set({ busy: false, repaired: false, badCode: true });
      state.set({ busy: true, caseCode, repaired: false, badCode: false });
      const opened = await counter.openCase(caseCode);
      state.set({
        busy: false,
        caseCode,
        repaired: false,
        badCode: false,
        ...(opened.ok ? { finding: opened.value.finding } : { fault: problemFault(opened.error) }),
      });
    },
    async repair(repair, holder) {
      state.update((now) => ({ ...now, busy: true }));
      const done =
        repair.kind === "mend" ? await board.mend(repair.cable).then(() => true) : await changed(repair.kind, holder);
      state.update((now) => ({ ...now, busy: false, repaired: done }));
    },
  };

  async function changed(kind: Exclude<Repair["kind"], "mend">, holder: Holder | undefined): Promise<boolean> {
    const change: Change =
      kind === "phone"
        ? { kind: "phone", to: holder?.paper?.mobile ?? "" }
        : { kind: ({ lost: "liftLost", frozen: "unfreeze", activate: "activate", record: "record" } as const)[kind] };
    return counter.change(change);
  }
}

/** The repair that a finding asks for, where the bank's desk or a hand on a cable can do it. */
export function repairOf({ cause, stoppedBy }: FindingView): Repair | undefined {
  const kind = cause === undefined ? undefined : REPAIRS[cause];
  if (kind !== undefined && kind !== "mend") return { kind };
  const cable = cableOfLink(stoppedBy);
  return cable === undefined ? undefined : { kind: "mend", cable };
}
