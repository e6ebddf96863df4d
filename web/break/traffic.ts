import type { Timers } from "#contracts/ports";
import type { WireRow } from "#contracts/wire";
import { createStore, type Store } from "../store.ts";
import { type CableName, cableOf } from "./cables.ts";

/** One message on its way along a cable. */
export interface Dot {
  readonly id: number;
  readonly cable: CableName;
  readonly forth: boolean;
  readonly kind: WireRow["kind"];
}

export const TRAVEL_MS = 900;
/** Messages of one batch follow each other so closely; more than this many are not drawn one by one. */
const STEP_MS = 140;
const DRAWN_MAX = 40;

/** Messages of the wire feed as they run over the map. What the server replays is not drawn again. */
export function createTraffic(timers: Timers): {
  readonly dots: Store<readonly Dot[]>;
  show(rows: readonly WireRow[]): void;
} {
  const dots = createStore<readonly Dot[]>([]);
  let newest: number | undefined;
  /** When the last message that is already planned sets out. */
  let queued = 0;

  function launch({ seq, from, to, kind }: WireRow): void {
    const way = cableOf(from, to);
    if (way === undefined) return;
    queued += 1;
    timers.after((queued - 1) * STEP_MS, () => {
      dots.update((now) => [...now, { id: seq, kind, ...way }]);
      timers.after(STEP_MS, () => {
        queued -= 1;
      });
      timers.after(TRAVEL_MS, () => dots.update((now) => now.filter(({ id }) => id !== seq)));
    });
  }

  return {
    dots,
    show(rows) {
      const last = rows.at(-1)?.seq;
      if (last === undefined) return;
      const known = newest;
      // A server that was started anew counts from one again.
      newest = known === undefined || last >= known ? last : undefined;
      if (known === undefined) return;
      for (const row of rows.filter(({ seq }) => seq > known).slice(-DRAWN_MAX)) if (queued < DRAWN_MAX) launch(row);
    },
  };
}
