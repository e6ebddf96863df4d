import type { MessageSender } from "#contracts/ports";

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
}

const KEPT = 100;

export function createInbox(): Inbox {
  let messages: readonly InboxMessage[] = [];
  const listeners = new Set<(message: InboxMessage) => void>();
  return {
    async send(message) {
      if (messages.some((known) => known.id === message.id)) return;
      messages = [message, ...messages].slice(0, KEPT);
      for (const listener of listeners) listener(message);
    },
    list: () => messages,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
