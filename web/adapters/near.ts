import type { NearField, WaitingTerminal } from "../till/field.ts";

const CHANNEL = "kabao/near";
type Said = { readonly kind: "who" } | { readonly kind: "waiting"; readonly terminal: WaitingTerminal | undefined };

/** A till tells phones in other windows of this browser that its field is on: they lie on the same counter. */
export function announceNear(near: NearField): void {
  const channel = new BroadcastChannel(CHANNEL);
  const say = () => channel.postMessage({ kind: "waiting", terminal: near.get() } satisfies Said);
  near.subscribe(say);
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.kind === "who" && near.get() !== undefined) say();
  };
}

/** A phone in a window of its own hears of the tills in others. */
export function hearNear(near: NearField): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.kind === "waiting") near.set(data.terminal);
  };
  channel.postMessage({ kind: "who" } satisfies Said);
}
