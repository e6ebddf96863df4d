import type { Link, LinkHandlers, LinkServer, LinkServerHandlers, Peer, Random, Timers } from "#contracts/ports";

/** How badly a wire treats its frames; each is a chance in a thousand. */
export interface Faults {
  readonly lose: number;
  readonly double: number;
  /** Held up for up to `lateMs`: other frames overtake it, time-outs pass. */
  readonly late: number;
  readonly lateMs: number;
}

export const NO_FAULTS: Faults = { lose: 0, double: 0, late: 0, lateMs: 0 };

/** Every frame takes a moment, and a different one, so that even an honest wire brings two frames in any order. */
const MOMENT_MS = 40;
const CONNECT_MS = 20;

/**
 * A wire between two parties of the simulation, on its clock and its randomness: it loses, doubles, delays and reorders
 * frames, can be cut and mended, and either end can die and come back. `onSent` sees every frame as it enters.
 */
export class Wire {
  faults: Faults = NO_FAULTS;
  #caller: LinkHandlers | undefined;
  #callee: LinkServerHandlers | undefined;
  #peer: Peer | undefined;
  #mended = true;
  /** Frames that a test has stopped on their way, and which direction it stops. */
  #held: { deliver(): void }[] = [];
  #holding: ReadonlySet<">" | "<"> = new Set();
  #generation = 0;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #onSent: (direction: ">" | "<", frame: Uint8Array) => void;

  constructor(timers: Timers, random: Random, onSent: (direction: ">" | "<", frame: Uint8Array) => void) {
    this.#timers = timers;
    this.#random = random;
    this.#onSent = onSent;
  }

  readonly link: Link = {
    start: (handlers) => {
      this.#caller = handlers;
      this.#dial();
    },
    send: (frame) => {
      const born = this.#generation;
      const up = this.#peer !== undefined;
      if (up) this.#carry(">", frame, (copy) => born === this.#generation && this.#callee?.onFrame(this.#peer!, copy));
      return up;
    },
    stop: async () => this.callerDies(),
  };
  readonly server: LinkServer = {
    start: async (handlers) => {
      this.#callee = handlers;
      this.#dial();
    },
    stop: async () => this.calleeDies(),
  };

  cut(): void {
    this.#mended = false;
    this.#hangUp();
  }
  mend(): void {
    this.#mended = true;
    this.#dial();
  }
  /** Stops every frame of these directions until it is let go. */
  hold(...directions: (">" | "<")[]): void {
    this.#holding = new Set(directions);
  }
  /** Lets them go, in the order they came or the other way round. Gives their number. */
  letGo(order: "asTheyCame" | "lastFirst" = "asTheyCame"): number {
    const frames = order === "asTheyCame" ? this.#held : this.#held.reverse();
    this.#held = [];
    this.#holding = new Set();
    frames.forEach(({ deliver }, i) => {
      this.#timers.after(1 + i, deliver);
    });
    return frames.length;
  }
  callerDies(): void {
    this.#caller = undefined;
    this.#hangUp();
  }
  calleeDies(): void {
    this.#callee = undefined;
    this.#hangUp();
  }

  #dial(): void {
    this.#timers.after(1 + this.#random.below(CONNECT_MS), () => {
      if (this.#peer !== undefined || !this.#mended || this.#caller === undefined || this.#callee === undefined) return;
      const born = ++this.#generation;
      const peer: Peer = {
        id: `peer ${born}`,
        send: (frame) => {
          const up = born === this.#generation && this.#peer !== undefined;
          if (up) this.#carry("<", frame, (copy) => born === this.#generation && this.#caller?.onFrame(copy));
          return up;
        },
        close: () => {
          if (born === this.#generation) this.#hangUp();
        },
      };
      this.#peer = peer;
      this.#callee.onOpen(peer);
      this.#caller.onUp();
    });
  }
  #hangUp(): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#peer = undefined;
    this.#generation += 1;
    this.#callee?.onClose(peer);
    this.#caller?.onDown();
    this.#dial();
  }
  #carry(direction: ">" | "<", frame: Uint8Array, deliver: (copy: Uint8Array) => unknown): void {
    this.#onSent(direction, frame);
    if (this.#holding.has(direction)) {
      const copy = frame.slice();
      this.#held.push({ deliver: () => void deliver(copy) });
      return;
    }
    const hits = (chance: number) => this.#random.below(1000) < chance;
    if (hits(this.faults.lose)) return;
    for (let copies = hits(this.faults.double) ? 2 : 1; copies > 0; copies--) {
      const copy = frame.slice();
      const delay = hits(this.faults.late) ? this.#random.below(this.faults.lateMs) : this.#random.below(MOMENT_MS);
      this.#timers.after(1 + delay, () => deliver(copy));
    }
  }
}
