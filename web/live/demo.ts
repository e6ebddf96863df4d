import type { StandingFault } from "#contracts/sandbox-api";
import type { WireRow } from "#contracts/wire";
import type { DemoHandlers, Sms } from "../adapters/demo-events.ts";
import { createStore, type Store } from "../store.ts";

/** The demo's own stream: text messages to all phones, and what passes between the parties. */
export interface DemoFeed {
  readonly sms: Store<readonly Sms[]>;
  readonly rows: Store<readonly WireRow[]>;
  readonly faults: Store<readonly StandingFault[]>;
  readonly connected: Store<boolean>;
  /** Called when messages between parties passed. */
  onTraffic(listener: (rows: readonly WireRow[]) => void): void;
}

const ROWS_KEPT = 1_000;
const SMS_KEPT = 100;

export function createDemoFeed(follow: (handlers: DemoHandlers) => void): DemoFeed {
  const sms = createStore<readonly Sms[]>([]);
  const rows = createStore<readonly WireRow[]>([]);
  const faults = createStore<readonly StandingFault[]>([]);
  const connected = createStore(false);
  const listeners: ((rows: readonly WireRow[]) => void)[] = [];
  /** After a connection is made the server tells all it has: the first of it takes the place of what was known. */
  let fresh = { sms: true, rows: true };
  follow({
    onUp() {
      fresh = { sms: true, rows: true };
      connected.set(true);
    },
    onDown: () => connected.set(false),
    onSms(messages) {
      const known = fresh.sms ? [] : sms.get();
      fresh.sms = false;
      sms.set([...messages.toReversed(), ...known].slice(0, SMS_KEPT));
    },
    onFaults: (now) => faults.set(now),
    onWire(more) {
      const known = fresh.rows ? [] : rows.get();
      fresh.rows = false;
      rows.set([...known, ...more].slice(-ROWS_KEPT));
      for (const listener of listeners) listener(more);
    },
  });
  return { sms, rows, faults, connected, onTraffic: (listener) => void listeners.push(listener) };
}
