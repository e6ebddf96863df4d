import type * as v from "valibot";
import type { AcquirerTillApi, SaleView } from "#contracts/acquirer-api";
import type { Words } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import type { Clock, Random, Timers } from "#contracts/ports";
import { parseAmount } from "#protocol/money";
import { createStore, type Store } from "../store.ts";
import { type Fault, problemFault } from "../text/fault.ts";
import type { NearField } from "./field.ts";

export interface TillTerminal {
  readonly terminalId: string;
  readonly merchantName: string;
}

/** What the till's screen shows. */
export type TillScreen =
  | { readonly kind: "amount"; readonly busy: boolean; readonly typedFault?: Words; readonly fault?: Fault }
  /** The field is on. `fault`: the acquirer does not answer just now; it is asked again. */
  | { readonly kind: "waiting"; readonly sale: SaleView; readonly fault?: Fault }
  | { readonly kind: "result"; readonly sale: SaleView };

export interface TillState {
  readonly terminals: readonly TillTerminal[];
  readonly terminalId: string;
  readonly typed: string;
  readonly screen: TillScreen;
  readonly history: readonly SaleView[];
  readonly totals?: Totals;
}
type Totals = v.InferOutput<AcquirerTillApi["totals"]["answer"]>;

export interface Till {
  readonly state: Store<TillState>;
  boot(): Promise<void>;
  choose(terminalId: string): Promise<void>;
  type(text: string): void;
  press(key: string): void;
  charge(): Promise<void>;
  cancel(): Promise<void>;
  /** Back to a new amount. */
  next(): void;
  /** Undoes a whole sale of today, or gives this much of it back to the card. */
  giveBack(sale: SaleView, how: "void" | { readonly refundMinor: string }): Promise<void>;
}

export interface TillPorts {
  readonly calls: Calls<AcquirerTillApi>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

const CURRENCY = "156";
const ASK_AGAIN_MS = 200;
const ASK_FAULT_MS = 1_500;
const TYPED_MAX = 10;
/** States that may still change by themselves. */
const OPEN: ReadonlySet<SaleView["state"]> = new Set(["waitingForCard", "sent", "reversing"]);

export function createTill(near: NearField, { calls, timers, random }: TillPorts): Till {
  const state = createStore<TillState>({
    terminals: [],
    terminalId: "",
    typed: "",
    screen: { kind: "amount", busy: false },
    history: [],
  });
  let cancelTimer = () => {};
  /** The sale on the screen: answers about another one come too late. */
  let current: string | undefined;

  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });
  const show = (screen: TillScreen) => state.update((now) => ({ ...now, screen }));
  const patch = (change: Partial<TillState>) => state.update((now) => ({ ...now, ...change }));
  const later = (ms: number, work: () => void) => {
    cancelTimer();
    cancelTimer = timers.after(ms, work);
  };

  async function readDay(): Promise<void> {
    const { terminalId } = state.get();
    const [history, totals] = await Promise.all([
      calls.history({ terminalId }, context()),
      calls.totals({ terminalId }, context()),
    ]);
    if (terminalId !== state.get().terminalId) return;
    if (history.ok) patch({ history: history.value.sales });
    if (totals.ok) patch({ totals: totals.value });
  }

  async function ask(saleId: string): Promise<void> {
    const asked = await calls.sale({ saleId }, context());
    const { screen } = state.get();
    if (current !== saleId || screen.kind === "amount") return;
    if (!asked.ok) {
      // The acquirer was started anew and has forgotten a sale that never was one: no card had come.
      if (asked.error.code === "notFound") return leave(problemFault(asked.error));
      show({ ...screen, ...(screen.kind === "waiting" ? { fault: problemFault(asked.error) } : {}) });
      return later(ASK_FAULT_MS, () => void ask(saleId));
    }
    const sale = asked.value;
    if (sale.state === "waitingForCard" || sale.state === "sent") {
      show({ kind: "waiting", sale });
    } else {
      near.set(undefined);
      const first = screen.kind !== "result" || screen.sale.state !== sale.state;
      show({ kind: "result", sale });
      if (first) void readDay();
    }
    if (OPEN.has(sale.state)) later(ASK_AGAIN_MS, () => void ask(saleId));
  }

  function leave(fault?: Fault): void {
    cancelTimer();
    current = undefined;
    near.set(undefined);
    show({ kind: "amount", busy: false, ...(fault === undefined ? {} : { fault }) });
  }

  return {
    state,
    async boot() {
      const found = await calls.terminals({}, context());
      if (!found.ok) {
        show({ kind: "amount", busy: false, fault: problemFault(found.error) });
        return later(ASK_FAULT_MS, () => void this.boot());
      }
      const { terminals } = found.value;
      patch({ terminals, terminalId: terminals[0]?.terminalId ?? "", screen: { kind: "amount", busy: false } });
      await readDay();
    },

    async choose(terminalId) {
      if (state.get().screen.kind === "waiting") return;
      leave();
      state.update(({ totals: _, ...now }) => ({ ...now, terminalId, history: [] }));
      await readDay();
    },

    type(text) {
      const typed = text
        .normalize("NFKC")
        .replace("。", ".")
        .slice(0, TYPED_MAX + 1);
      patch({ typed, screen: { kind: "amount", busy: false } });
    },

    press(key) {
      const { typed } = state.get();
      if (key === "back") return this.type(typed.slice(0, -1));
      const [, fraction] = typed.split(".");
      if (key === "." && fraction !== undefined) return;
      if ((fraction?.length ?? 0) >= 2 || typed.length >= TYPED_MAX) return;
      this.type(typed === "0" && key !== "." ? key : typed === "" && key === "." ? "0." : typed + key);
    },

    async charge() {
      const { typed, terminalId, screen } = state.get();
      if (screen.kind === "waiting" || (screen.kind === "amount" && screen.busy)) return;
      const amount = parseAmount(typed, CURRENCY);
      if (!amount.ok || amount.value.minor <= 0n) {
        return show({ kind: "amount", busy: false, typedFault: typed.trim() === "" ? NO_AMOUNT : BAD_AMOUNT });
      }
      show({ kind: "amount", busy: true });
      const minor = amount.value.minor.toString();
      const started = await calls.startSale({ terminalId, amount: { minor, currency: CURRENCY } }, context());
      if (!started.ok) return show({ kind: "amount", busy: false, fault: problemFault(started.error) });
      const { sale, pairingCode } = started.value;
      current = sale.saleId;
      patch({ typed: "" });
      show({ kind: "waiting", sale });
      const merchantName = state.get().terminals.find((one) => one.terminalId === terminalId)?.merchantName ?? "";
      near.set({ saleId: sale.saleId, terminalId, merchantName, amount: sale.amount, pairingCode });
      later(ASK_AGAIN_MS, () => void ask(sale.saleId));
    },

    async cancel() {
      const { screen } = state.get();
      if (screen.kind !== "waiting") return;
      const cancelled = await calls.cancelSale({ saleId: screen.sale.saleId }, context());
      // A card is being read: its result comes.
      if (!cancelled.ok && cancelled.error.code === "wrongState") return;
      leave();
    },

    next: () => leave(),

    async giveBack(sale, how) {
      const done =
        how === "void"
          ? await calls.voidSale({ saleId: sale.saleId }, context())
          : await calls.refund(
              { saleId: sale.saleId, amount: { minor: how.refundMinor, currency: sale.amount.currency } },
              context(),
            );
      if (!done.ok) return leave(problemFault(done.error));
      current = done.value.saleId;
      show({ kind: "result", sale: done.value });
      await readDay();
      if (OPEN.has(done.value.state)) later(ASK_AGAIN_MS, () => void ask(done.value.saleId));
    },
  };
}

const NO_AMOUNT: Words = { zh: "请输入金额", en: "Enter an amount" };
const BAD_AMOUNT: Words = { zh: "金额应大于 0，最多两位小数", en: "More than zero, at most two decimals" };
