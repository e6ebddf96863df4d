import type { StandingFault } from "#contracts/sandbox-api";
import type { WireRow } from "#contracts/wire";

/** A text message as the demo's inbox shows it. */
export interface Sms {
  readonly id: string;
  readonly toMobile: string;
  readonly text: string;
  readonly at: number;
}

export interface DemoHandlers {
  /** The stream is up: the server now tells everything it has kept, from the start. */
  onUp(): void;
  onDown(): void;
  onSms(messages: readonly Sms[]): void;
  onWire(rows: readonly WireRow[]): void;
  /** What is broken on the lines, whole, at each change. */
  onFaults(faults: readonly StandingFault[]): void;
}

/** Events come one by one, a replay by the hundred: they are handed on together. */
const GATHER_MS = 40;
const AGAIN_MS = 3_000;

/** The demo's inbox and wire in one stream, or the inbox alone, while this tab can be seen. */
export function followDemo(handlers: DemoHandlers, hears: "everything" | "messages"): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let sms: Sms[] = [];
  let rows: WireRow[] = [];

  function flush(): void {
    timer = undefined;
    if (sms.length > 0) handlers.onSms(sms);
    if (rows.length > 0) handlers.onWire(rows);
    sms = [];
    rows = [];
  }
  function gather(): void {
    timer ??= setTimeout(flush, GATHER_MS);
  }
  function open(): void {
    source = new EventSource(hears === "messages" ? "/demo/v1/events?only=sms" : "/demo/v1/events");
    source.onopen = () => {
      sms = [];
      rows = [];
      handlers.onUp();
    };
    source.onerror = () => {
      handlers.onDown();
      // The browser tries again by itself unless the answer was no stream at all.
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
    };
    source.addEventListener("sms", (event) => {
      sms.push(JSON.parse(event.data) as Sms);
      gather();
    });
    source.addEventListener("faults", (event) => handlers.onFaults(JSON.parse(event.data) as StandingFault[]));
    source.addEventListener("wire", (event) => {
      rows.push(JSON.parse(event.data) as WireRow);
      gather();
    });
  }
  function onVisibility(): void {
    clearTimeout(again);
    source?.close();
    if (!document.hidden) open();
  }
  document.addEventListener("visibilitychange", onVisibility);
  if (!document.hidden) open();
  return () => {
    clearTimeout(timer);
    clearTimeout(again);
    document.removeEventListener("visibilitychange", onVisibility);
    source?.close();
  };
}
