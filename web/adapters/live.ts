import * as v from "valibot";
import { WalletEvent } from "#contracts/wallet-api";
import type { LiveHandlers } from "../phone/ports.ts";
import { createEventReader } from "./sse.ts";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
/** The server beats every 15 seconds; a stream that is silent for longer is dead. */
const SILENCE_MS = 40_000;
const NOT_SIGNED_IN = 401;

/**
 * The wallet's events of one device. fetch, since EventSource cannot carry a bearer. A hidden tab lets its connection go:
 * a browser opens six to one host, and every tab wants some.
 */
export function followWallet(accessToken: string, deviceId: string, handlers: LiveHandlers): () => void {
  let stopped = false;
  let retryMs = FIRST_RETRY_MS;
  let abort: AbortController | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  async function connect(): Promise<void> {
    const own = new AbortController();
    abort = own;
    let silence = setTimeout(() => own.abort(), SILENCE_MS);
    try {
      const response = await fetch(`/wallet/v1/events?deviceId=${encodeURIComponent(deviceId)}`, {
        headers: { authorization: `Bearer ${accessToken}` },
        cache: "no-store",
        signal: own.signal,
      });
      if (response.status === NOT_SIGNED_IN) {
        stopped = true;
        return handlers.onRefused();
      }
      if (!response.ok || response.body === null) throw new Error(`events: status ${response.status}`);
      retryMs = FIRST_RETRY_MS;
      handlers.onUp();
      const push = createEventReader(({ event, data }) => {
        if (event !== "wallet") return;
        const parsed = v.safeParse(WalletEvent, JSON.parse(data));
        if (parsed.success) handlers.onEvent(parsed.output);
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        clearTimeout(silence);
        silence = setTimeout(() => own.abort(), SILENCE_MS);
        push(value);
      }
    } catch {
      // Cut, refused or aborted: all the same, it is tried again below.
    } finally {
      clearTimeout(silence);
    }
    if (stopped || document.hidden || abort !== own) return;
    handlers.onDown();
    retry = setTimeout(() => void connect(), retryMs);
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  }

  function onVisibility(): void {
    clearTimeout(retry);
    abort?.abort();
    if (!document.hidden) void connect();
  }
  document.addEventListener("visibilitychange", onVisibility);
  if (!document.hidden) void connect();
  return () => {
    stopped = true;
    clearTimeout(retry);
    document.removeEventListener("visibilitychange", onVisibility);
    abort?.abort();
  };
}
