import type { Context } from "hono";
import { streamSSE } from "hono/streaming";

export interface EventStream {
  send(event: string, data: unknown): void;
  /** Ends the answer; the reader may come again. */
  close(): void;
}

const KEEP_ALIVE_MS = 15_000;

/** A Server-Sent Events answer. `open` gets the stream and gives back what to do when the reader goes. */
export function eventStream(context: Context, open: (stream: EventStream) => () => void): Response {
  return streamSSE(context, async (stream) => {
    let last = Promise.resolve();
    const write = (message: { event: string; data: string }) => {
      last = last.then(() => stream.writeSSE(message)).catch(() => {});
    };
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    stream.onAbort(end);
    const close = open({ send: (event, data) => write({ event, data: JSON.stringify(data) }), close: end });
    const beat = setInterval(() => write({ event: "beat", data: "" }), KEEP_ALIVE_MS);
    await ended;
    clearInterval(beat);
    close();
  });
}
