import type { NoticeView } from "#contracts/wallet-api";
import { createStore, type Store } from "../../store.ts";
import { FAULTS } from "../../text/fault.ts";
import type { Phone } from "../phone.ts";
import { diagnosed, type Trouble } from "../trouble.ts";

/** Why a payment was declined. `trouble` is absent while it is being found out. */
export interface Explaining {
  readonly notice: NoticeView;
  readonly trouble?: Trouble;
}

export interface ExplainFlow {
  readonly state: Store<Explaining | undefined>;
  open(notice: NoticeView): Promise<void>;
  close(): void;
}

export function createExplainFlow(phone: Phone): ExplainFlow {
  const state = createStore<Explaining | undefined>(undefined);
  return {
    state,
    async open(notice) {
      state.set({ notice });
      const trouble = await diagnosed(phone, notice.notice.journeyId, FAULTS.declined, notice.caseCode);
      if (state.get()?.notice === notice) state.set({ notice, trouble });
    },
    close: () => state.set(undefined),
  };
}
