import type { Api, CallContext, Calls } from "#contracts/operation";
import type { Clock, Link } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { PartyName, WireTap } from "#contracts/wire";
import type { Result } from "#protocol/bytes";

/** A link that shows each frame to the wire view as it passes. */
export function tapLink(
  link: Link,
  tap: WireTap,
  edge: { from: PartyName; to: PartyName; kind: "token" | "iso8583" },
  clock: Clock,
): Link {
  const { from, to, kind } = edge;
  return {
    start: (handlers) =>
      link.start({
        ...handlers,
        onFrame(frame) {
          tap.record({ at: clock.now(), from: to, to: from, kind, bytes: frame });
          handlers.onFrame(frame);
        },
      }),
    send(frame) {
      const at = clock.now();
      const sent = link.send(frame);
      // Only a line that is down shows it; what is lost on the way looks sent to its sender.
      tap.record({ at, from, to, kind, bytes: frame, ...(sent ? {} : { notSent: true }) });
      return sent;
    },
    stop: () => link.stop(),
  };
}

/** One line of calls, as the wire view sees it. */
export interface CallTap {
  /**
   * Calls that show what was asked and what the caller got for it. They stand around everything else on the line, so that
   * a call which a fault swallows is seen as its caller saw it.
   */
  around<A extends Api>(api: A, calls: Calls<A>): Calls<A>;
  /** Told without having been asked, by the called side. */
  event(operation: string, value: unknown): void;
}

/** @param options `changesOnly`: what only reads is not shown. */
export function callTap(
  tap: WireTap,
  edge: { readonly from: PartyName; readonly to: PartyName },
  clock: Clock,
  options: { readonly changesOnly?: boolean } = {},
): CallTap {
  const { from, to } = edge;
  let serial = 0;
  return {
    around<A extends Api>(api: A, calls: Calls<A>): Calls<A> {
      const tapped = Object.keys(api).map((operation) => {
        const ask = calls[operation] as (request: unknown, context: CallContext) => Promise<Result<unknown, Problem>>;
        if (options.changesOnly === true && api[operation]!.readOnly === true) return [operation, ask];
        return [
          operation,
          async (request: unknown, context: CallContext) => {
            const shared = { kind: "json", operation, call: ++serial, context } as const;
            tap.record({ ...shared, at: clock.now(), from, to, part: "request", value: request });
            const answer = await ask(request, context);
            const told = answer.ok ? { value: answer.value } : { value: answer.error, refused: true as const };
            tap.record({ ...shared, at: clock.now(), from: to, to: from, part: "answer", ...told });
            return answer;
          },
        ];
      });
      return Object.fromEntries(tapped) as Calls<A>;
    },
    event(operation, value) {
      tap.record({
        kind: "json",
        operation,
        call: ++serial,
        at: clock.now(),
        from: to,
        to: from,
        part: "event",
        value,
      });
    },
  };
}
