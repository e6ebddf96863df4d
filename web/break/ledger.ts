import type { AcquirerTillApi, SaleView } from "#contracts/acquirer-api";
import type { BankViewApi, IssuerDeskApi } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Clock, Random, Timers } from "#contracts/ports";
import type { Page } from "../page.ts";
import { createStore, type Store } from "../store.ts";
import { doneSince, livingTokens, type Proof, prove, type Standing } from "./proof.ts";

/** What the books say of the card in front, then and now. */
export interface Ledger {
  readonly proof: Store<Proof | undefined>;
  /** Counts from now on. */
  anew(): Promise<void>;
  /** Something may have moved. */
  nudge(): void;
}

const SOON_MS = 400;

export function createLedger(
  page: Pick<Page, "phone" | "till" | "feed">,
  ports: {
    readonly bank: Calls<BankViewApi>;
    readonly till: Calls<AcquirerTillApi>;
    readonly desk: Calls<IssuerDeskApi>;
    readonly clock: Clock;
    readonly timers: Timers;
    readonly random: Random;
  },
): Ledger {
  const { bank, till, desk, clock, timers, random } = ports;
  const proof = createStore<Proof | undefined>(undefined);
  let before: { readonly suffix: string; readonly standing: Standing } | undefined;
  let planned = false;
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });

  function front(): string | undefined {
    const now = page.phone.state.get();
    if (now.kind !== "ready") return undefined;
    return (now.passes.find(({ isDefault }) => isDefault) ?? now.passes[0])?.token.panSuffix;
  }

  async function read(suffix: string): Promise<Standing | undefined> {
    const [accounts, audit, found] = await Promise.all([
      bank.accounts({}, context()),
      bank.audit({}, context()),
      desk.findCustomers({ text: suffix }, context()),
    ]);
    if (!accounts.ok || !audit.ok || !found.ok) return undefined;
    const account = accounts.value.accounts.find(({ panSuffix }) => panSuffix === suffix);
    if (account === undefined) return undefined;
    const statement = await bank.statement({ cardId: account.cardId }, context());
    return {
      at: clock.now(),
      postedMinor: BigInt(account.postedMinor),
      heldMinor: BigInt(account.heldMinor),
      entriesSumMinor: BigInt(audit.value.entriesSumMinor),
      accountsAgree: audit.value.accountsAgree,
      openHolds: audit.value.openHolds,
      texts: page.feed.sms.get().length,
      tokens: livingTokens(found.value.customers, account),
      lines: statement.ok ? statement.value.lines.length : 0,
    };
  }

  function tokenSuffixes(): ReadonlySet<string> {
    const now = page.phone.state.get();
    return new Set(now.kind === "ready" ? now.passes.map(({ token }) => token.tokenSuffix) : []);
  }

  /** Of every terminal: the visitor may have chosen another one meanwhile. */
  async function salesOfAll(): Promise<readonly SaleView[] | undefined> {
    const days = await Promise.all(
      page.till.state.get().terminals.map(({ terminalId }) => till.history({ terminalId }, context())),
    );
    return days.some(({ ok }) => !ok) ? undefined : days.flatMap((day) => (day.ok ? day.value.sales : []));
  }

  async function look(): Promise<void> {
    planned = false;
    const suffix = front();
    if (suffix === undefined) return;
    const now = await read(suffix);
    if (now === undefined) return;
    // Counted from when the card is there: what came before was its binding.
    if (now.tokens === 0 && before?.suffix !== suffix) return;
    if (before?.suffix !== suffix) before = { suffix, standing: now };
    const sales = await salesOfAll();
    if (sales === undefined) return;
    const done = doneSince(sales, before.standing.at, tokenSuffixes());
    proof.set(prove(before.standing, now, done));
  }

  return {
    proof,
    async anew() {
      before = undefined;
      await look();
    },
    nudge() {
      if (planned) return;
      planned = true;
      timers.after(SOON_MS, () => void look());
    },
  };
}
