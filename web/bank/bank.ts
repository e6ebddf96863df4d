import type { BankViewApi } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Random, Timers } from "#contracts/ports";
import { createStore, type Store } from "../store.ts";
import { type Fault, problemFault } from "../text/fault.ts";

type Answer<Name extends keyof BankViewApi> = Extract<
  Awaited<ReturnType<Calls<BankViewApi>[Name]>>,
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
  readonly calls: Calls<BankViewApi>;
  readonly timers: Timers;
  readonly random: Random;
}): Bank {
  const { calls, timers, random } = ports;
  const state = createStore<BankState>({ accounts: [], lines: [] });
  /** Whose account is looked at; it may be named before the accounts are known. */
  let wanted: (account: BankAccount) => boolean = () => false;
  let planned = false;
  let reading = false;
  let again = false;
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });

  /** One reading at a time; what is asked for meanwhile is read after it. */
  async function read(): Promise<void> {
    planned = false;
    again = true;
    if (reading) return;
    reading = true;
    while (again) {
      again = false;
      state.set(await readOnce());
    }
    reading = false;
  }

  async function readOnce(): Promise<BankState> {
    const found = await calls.accounts({}, context());
    // Only a demo lets anybody look in.
    if (!found.ok && found.error.code === "notFound") return { accounts: [], lines: [] };
    if (!found.ok) return { ...state.get(), fault: problemFault(found.error) };
    const { accounts } = found.value;
    const account = accounts.find(wanted) ?? accounts[0];
    if (account === undefined) return { accounts, lines: [] };
    const statement = await calls.statement({ cardId: account.cardId }, context());
    if (!statement.ok) return { ...state.get(), fault: problemFault(statement.error) };
    return { accounts, chosen: account.cardId, lines: statement.value.lines };
  }

  function look(at: (account: BankAccount) => boolean): void {
    wanted = at;
    void read();
  }

  return {
    state,
    choose: (cardId) => look((account) => account.cardId === cardId),
    chooseSuffix: (panSuffix) => look((account) => account.panSuffix === panSuffix),
    nudge() {
      if (planned) return;
      planned = true;
      timers.after(SOON_MS, () => void read());
    },
  };
}
