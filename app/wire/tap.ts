import type { Clock, Link } from "#contracts/ports";
import type { PartyName, WireEvent, WireTap } from "#contracts/wire";
import { fromUtf8 } from "#protocol/bytes";

/** A link that shows each frame to the wire view as it passes. */
export function tapLink(
  link: Link,
  tap: WireTap,
  edge: { from: PartyName; to: PartyName; kind: WireEvent["kind"] },
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
      const sent = link.send(frame);
      if (sent) tap.record({ at: clock.now(), from, to, kind, bytes: frame });
      return sent;
    },
    stop: () => link.stop(),
  };
}

export function tapJson(tap: WireTap, edge: { from: PartyName; to: PartyName }, clock: Clock) {
  return (name: string, direction: "request" | "answer", json: string): void => {
    const [from, to] = direction === "request" ? [edge.from, edge.to] : [edge.to, edge.from];
    tap.record({ at: clock.now(), from, to, kind: "json", label: `${name} ${direction}`, bytes: fromUtf8(json) });
  };
}
