import type { DemoApi } from "#contracts/demo-api";
import type { Customer, DeskAccount, IssuerDeskApi, StaffRole } from "#contracts/desk-api";
import type { FindingView } from "#contracts/facts";
import type { CallContext, Calls } from "#contracts/operation";
import type { Random } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { Result } from "#protocol/bytes";
import { createStore, type Store } from "../store.ts";
import { type Fault, problemFault } from "../text/fault.ts";

/** A card at the bank with whose it is, and what that person lays on the counter. */
export interface Holder {
  readonly customer: Customer;
  readonly account: DeskAccount;
  readonly paper: Paper | undefined;
}
type Paper = Extract<Awaited<ReturnType<Calls<DemoApi>["papers"]>>, { ok: true }>["value"]["papers"][number];

/** What can be changed at the bank's desk for one card. */
export type Change =
  | { readonly kind: "phone"; readonly to: string }
  | { readonly kind: "reportLost" | "liftLost" | "freeze" | "unfreeze" | "activate" | "record" };

export interface CounterState {
  readonly holder?: Holder;
  readonly busy: boolean;
  readonly done: boolean;
  readonly fault?: Fault;
}

/** The bank's desk, worked by its invented people: each change is one of the bank's own operations. */
export interface Counter {
  readonly state: Store<CounterState>;
  look(panSuffix: string): Promise<Holder | undefined>;
  change(change: Change): Promise<boolean>;
  openCase(caseCode: string): Promise<Result<{ readonly finding: FindingView }, Problem>>;
}

export function createCounter(ports: {
  readonly desk: Readonly<Record<StaffRole, Calls<IssuerDeskApi>>>;
  readonly demo: Calls<DemoApi>;
  readonly random: Random;
}): Counter {
  const { desk, demo, random } = ports;
  const state = createStore<CounterState>({ busy: false, done: false });
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });

  async function find(panSuffix: string): Promise<Result<Holder | undefined, Problem>> {
    const [found, laid] = await Promise.all([
      desk.agent.findCustomers({ text: panSuffix }, context()),
      demo.papers({}, context()),
    ]);
    if (!found.ok) return found;
    for (const customer of found.value.customers)
      for (const account of customer.cards) {
        if (account.panSuffix !== panSuffix) continue;
        const paper = laid.ok ? laid.value.papers.find(({ cardId }) => cardId === account.cardId) : undefined;
        return { ok: true, value: { customer, account, paper } };
      }
    return { ok: true, value: undefined };
  }

  function ask(
    { account: { cardId }, customer: { customerId }, paper }: Holder,
    change: Change,
  ): Promise<Result<unknown, Problem>> {
    const document = paper?.document ?? { kind: "residentId" as const, number: "000000000000000000" };
    const reason = "demo";
    switch (change.kind) {
      case "phone":
        return desk.teller.changeReservedPhone({ customerId, document, newPhone: change.to }, context());
      case "record":
        return desk.teller.renewRecord({ customerId, document, documentExpires: "20451231" }, context());
      case "reportLost":
        return desk.teller.reportLost({ cardId }, context());
      case "liftLost":
        return desk.teller.liftLost({ cardId }, context());
      case "freeze":
        return desk.agent.freeze({ cardId, reason }, context());
      case "unfreeze":
        return desk.agent.unfreeze({ cardId, reason }, context());
      case "activate":
        return desk.teller.activateCard({ cardId }, context());
    }
  }

  const counter: Counter = {
    state,
    async look(panSuffix) {
      const found = await find(panSuffix);
      if (!found.ok) {
        state.set({ busy: false, done: false, fault: problemFault(found.error) });
        return undefined;
      }
      state.set({ busy: false, done: false, ...(found.value === undefined ? {} : { holder: found.value }) });
      return found.value;
    },
    async change(change) {
      const { holder } = state.get();
      if (holder === undefined) return false;
      state.set({ holder, busy: true, done: false });
      const changed = await ask(holder, change);
      const now = await find(holder.account.panSuffix);
      const shown = now.ok && now.value !== undefined ? now.value : holder;
      state.set({
        holder: shown,
        busy: false,
        done: changed.ok,
        ...(changed.ok ? {} : { fault: problemFault(changed.error) }),
      });
      return changed.ok;
    },
    openCase: (caseCode) => desk.agent.openCase({ caseCode: caseCode as never, language: "zh" }, context()),
  };
  return counter;
}
