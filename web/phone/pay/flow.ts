import type { NoticeView, PassView } from "#contracts/wallet-api";
import { createStore, type Store } from "../../store.ts";
import { FAULTS, type Fault, fieldFault } from "../../text/fault.ts";
import type { NearField, WaitingTerminal } from "../../till/field.ts";
import type { Phone } from "../phone.ts";
import type { PhonePorts } from "../ports.ts";
import { diagnosed, type Trouble, troubleOfPayment } from "../trouble.ts";
import { unlock } from "./unlock.ts";

/** One payment on the phone, from the holder's finger to the bank's notice. */
export type PayState =
  | { readonly kind: "idle" }
  | { readonly kind: "proving"; readonly pass: PassView }
  /** The holder is verified; the next terminal in whose field the phone comes gets one cryptogram. */
  | { readonly kind: "armed"; readonly pass: PassView }
  | { readonly kind: "near"; readonly pass: PassView; readonly terminal: WaitingTerminal }
  /** The terminal has its cryptogram. What became of it, a card never hears: the bank's notice tells, or whoever stopped it. */
  | {
      readonly kind: "handedOver";
      readonly pass: PassView;
      readonly at: number;
      readonly notice?: NoticeView;
      readonly trouble?: Trouble;
    }
  | { readonly kind: "failed"; readonly pass: PassView; readonly fault: Fault };

export interface PayFlow {
  readonly state: Store<PayState>;
  start(pass: PassView): Promise<void>;
  /** Back to the cards; an armed card is locked again. */
  close(): void;
}

/** A verified card waits this long for a terminal, as the phones do that it is modelled on. */
const ARMED_MS = 60_000;
/** The way of the hand to the reader: long enough to be seen. */
const APPROACH_MS = 300;
const SHOWN_MS = 4_000;
/** No notice for so long: the phone asks what became of its cryptogram, and asks again. */
const QUIET_MS = 2_500;
const ASKS_MAX = 4;

export function createPayFlow(
  phone: Phone,
  near: NearField,
  ports: Pick<PhonePorts, "passkey" | "storage" | "field" | "timers" | "clock" | "makePaymentKeys">,
): PayFlow {
  const state = createStore<PayState>({ kind: "idle" });
  let cancelTimer = () => {};
  /** Counts payments: what an earlier one still has to say must not touch a later one. */
  let run = 0;
  const later = (delayMs: number, work: () => void) => {
    cancelTimer();
    cancelTimer = ports.timers.after(delayMs, work);
  };
  const fail = (pass: PassView, fault: Fault) => {
    phone.desk?.wallet.disarm();
    state.set({ kind: "failed", pass, fault });
  };
  const isNow = (kind: PayState["kind"], pass: PassView) => {
    const now = state.get();
    return now.kind === kind && now.kind !== "idle" && now.pass === pass;
  };

  function approach(): void {
    const now = state.get();
    if (now.kind !== "armed" || near.get() === undefined) return;
    later(APPROACH_MS, () => void tap(now.pass));
  }

  async function tap(pass: PassView): Promise<void> {
    const terminal = near.get();
    const { desk } = phone;
    if (!isNow("armed", pass) || desk === undefined) return;
    if (terminal === undefined) return waitForTerminal(pass);
    state.set({ kind: "near", pass, terminal });
    const { applet } = desk.wallet;
    const mine = run;
    const end = await ports.field.hold(terminal.terminalId, terminal.pairingCode, async (apdu) => {
      const answer = await applet.process(apdu);
      if (applet.lastAtc !== undefined && isNow("near", pass)) handOver(pass, applet.lastAtc);
      return answer;
    });
    // Closed in between, or handed over: the terminal's word changes nothing any more.
    if (isNow("near", pass)) fail(pass, fieldFault(end));
    if (run === mine) desk.wallet.disarm();
    void phone.readCards();
  }

  function handOver(pass: PassView, atc: number): void {
    state.set({ kind: "handedOver", pass, at: ports.clock.now() });
    later(QUIET_MS, () => void ask(pass, atc, 1));
  }

  async function ask(pass: PassView, atc: number, asked: number): Promise<void> {
    const mine = run;
    const trouble = await troubleOfPayment(phone, pass.passId, atc);
    const now = state.get();
    if (run !== mine || now.kind !== "handedOver" || now.notice !== undefined) return;
    const known = trouble !== "onItsWay" && trouble.finding !== undefined;
    if (!known && asked < ASKS_MAX) return later(QUIET_MS, () => void ask(pass, atc, asked + 1));
    if (trouble === "onItsWay") return close();
    state.set({ ...now, trouble });
  }

  /** The bank said no: why stays until the holder puts it away. */
  async function tellWhy(notice: NoticeView): Promise<void> {
    const { journeyId } = notice.notice;
    const trouble = await diagnosed(phone, journeyId, FAULTS.declined, notice.caseCode);
    const now = state.get();
    if (now.kind === "handedOver" && now.notice === notice) state.set({ ...now, trouble });
  }

  function waitForTerminal(pass: PassView): void {
    later(ARMED_MS, () => {
      if (isNow("armed", pass)) fail(pass, FAULTS.tooLate);
    });
  }

  function close(): void {
    cancelTimer();
    const { kind } = state.get();
    if (kind !== "idle" && kind !== "handedOver") phone.desk?.wallet.disarm();
    state.set({ kind: "idle" });
  }

  near.subscribe(approach);
  phone.arrival.subscribe(() => {
    const notice = phone.arrival.get();
    const now = state.get();
    if (notice === undefined || now.kind !== "handedOver" || notice.passId !== now.pass.passId) return;
    const { trouble: _, ...handed } = now;
    state.set({ ...handed, notice });
    if (notice.notice.kind !== "declined") return later(SHOWN_MS, close);
    cancelTimer();
    void tellWhy(notice);
  });

  return {
    state,
    close,
    async start(pass) {
      const { desk } = phone;
      const { kind } = state.get();
      if (desk === undefined || kind === "proving" || kind === "armed" || kind === "near") return;
      cancelTimer();
      run += 1;
      state.set({ kind: "proving", pass });
      const armed = await unlock(phone, desk, ports, pass);
      if (!isNow("proving", pass)) return desk.wallet.disarm();
      if (!armed.ok) return fail(pass, armed.error);
      state.set({ kind: "armed", pass });
      waitForTerminal(pass);
      approach();
    },
  };
}
