import type { IssuerDeskApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Random, Timers } from "#contracts/ports";
import { createStore, type Store } from "../store.ts";
import { type Fault, problemFault } from "../text/fault.ts";

type Answer<Name extends keyof IssuerDeskApi> = Extract<
  Awaited<ReturnType<Calls<IssuerDeskApi>[Name]>>,
  { ok: true }
>["value"];
export type BankAccount = Answer<"accounts">["accounts"][number];
export type StatementLine = Answer<"statement">["lines"][number];

export interface BankState {
  readonly accounts: readonly BankAccount[];
  readonly chosen?: string;
  readonly lines: readonly StatementLine[];
  readonly fault?: Fault;
}

/** A look into the bank's own books. */
export interface Bank {
  readonly state: Store<BankState>;
  choose(cardId: string): void;
  /** Shows the account of the card with these last four digits. */
  chooseSuffix(panSuffix: string): void;
  /** Something may have moved: read again, soon and once. */
  nudge(): void;
}

const SOON_MS = 250;

export function createBank(ports: {
  readonly calls: Calls<IssuerDeskApi>;
  readonly timers: Timers;
  readonly random: Random;
}): Bank {
  const { calls, timers, random } = ports;
  const state = createStore<BankState>({ accounts: [], lines: [] });
  let planned = false;
  /** Asked for before the accounts were known. */
  let wanted: string | undefined;
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });

  async function read(): Promise<void> {
    planned = false;
    const accounts = await calls.accounts({}, context());
    if (!accounts.ok) return state.update((now) => ({ ...now, fault: problemFault(accounts.error) }));
    const asked = accounts.value.accounts.find((account) => account.panSuffix === wanted);
    wanted = undefined;
    const chosen = asked?.cardId ?? state.get().chosen ?? accounts.value.accounts[0]?.cardId;
    const statement = chosen === undefined ? undefined : await calls.statement({ cardId: chosen }, context());
    const lines = statement?.ok === true ? statement.value.lines : [];
    // Another card was chosen meanwhile: its own reading is on the way.
    const { chosen: now } = state.get();
    if (asked === undefined && now !== undefined && now !== chosen) return;
    state.set({ accounts: accounts.value.accounts, lines, ...(chosen === undefined ? {} : { chosen }) });
  }

  function choose(cardId: string): void {
    if (state.get().chosen === cardId) return;
    state.update((now) => ({ ...now, chosen: cardId, lines: [] }));
    void read();
  }

  return {
    state,
    choose,
    chooseSuffix(panSuffix) {
      const found = state.get().accounts.find((account) => account.panSuffix === panSuffix);
      wanted = found === undefined ? panSuffix : undefined;
      if (found !== undefined) choose(found.cardId);
    },
    nudge() {
      if (planned) return;
      planned = true;
      timers.after(SOON_MS, () => void read());
    },
  };
}
