import type { DeliveryReceipt, MessageSender } from "#contracts/ports";
import type { CarrierHabit } from "#protocol/pan";

export interface InboxMessage {
  readonly id: string;
  readonly toMobile: string;
  readonly text: string;
  readonly at: number;
}

/** The demo's phones: texts are shown on the page instead of being sent. Never part of a production profile. */
export interface Inbox extends MessageSender {
  /** Newest first. */
  list(): readonly InboxMessage[];
  subscribe(listener: (message: InboxMessage) => void): () => void;
  receipts(listener: (receipt: DeliveryReceipt) => void): () => void;
  /** How the carrier treats texts to a phone from now on. */
  setHabit(mobile: string, habit: CarrierHabit): void;
  habitOf(mobile: string): CarrierHabit;
}

const KEPT = 100;
/** Ids by which a repeat is known. */
const TAKEN_KEPT = 10_000;

/** @param habitOf how the carrier treats texts to a phone until it is set otherwise: well, when absent. */
export function createInbox(habitOf: (mobile: string) => CarrierHabit = () => "delivers"): Inbox {
  let messages: readonly InboxMessage[] = [];
  const taken = new Set<string>();
  const habits = new Map<string, CarrierHabit>();
  const listeners = new Set<(message: InboxMessage) => void>();
  const receiptListeners = new Set<(receipt: DeliveryReceipt) => void>();
  /** A receipt never overtakes the answer to its text. */
  const tell = (receipt: DeliveryReceipt) =>
    void setImmediate(() => {
      for (const listener of receiptListeners) listener(receipt);
    });
  const habitNow = (mobile: string) => habits.get(mobile) ?? habitOf(mobile);
  return {
    async send(message) {
      if (taken.has(message.id)) return;
      const habit = habitNow(message.toMobile);
      if (habit === "refuses") throw new Error("carrier: refused the text");
      taken.add(message.id);
      if (taken.size > TAKEN_KEPT) taken.delete(taken.values().next().value!);
      if (habit === "saysNothing") return;
      if (habit === "cannotDeliver") return tell({ id: message.id, delivered: false, reason: "UNDELIV" });
      messages = [message, ...messages].slice(0, KEPT);
      for (const listener of listeners) listener(message);
      tell({ id: message.id, delivered: true });
    },
    list: () => messages,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    receipts(listener) {
      receiptListeners.add(listener);
      return () => receiptListeners.delete(listener);
    },
    setHabit: (mobile, habit) => void habits.set(mobile, habit),
    habitOf: habitNow,
  };
}
