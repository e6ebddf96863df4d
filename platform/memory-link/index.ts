import type { Link, LinkHandlers, LinkServer, LinkServerHandlers, Peer } from "#contracts/ports";

export interface MemoryLink {
  readonly link: Link;
  readonly server: LinkServer;
  /** Cuts the wire: frames in flight are lost, both sides are told. */
  cut(): void;
  /** Mends it. */
  mend(): void;
}

/** Two parties in one process, still meeting in frames: each frame is copied and delivered later, in order. */
export function memoryLink(): MemoryLink {
  let caller: LinkHandlers | undefined;
  let callee: LinkServerHandlers | undefined;
  let up = false;
  let mended = true;
  let generation = 0;

  const later = (work: () => void) => {
    const born = generation;
    setImmediate(() => {
      if (!up || born !== generation) return;
      try {
        work();
      } catch {
        // As over a wire: a handler that throws loses its peer, not the process.
        down();
      }
    });
  };
  const peer: Peer = {
    id: "memory",
    send(frame) {
      if (!up) return false;
      const copy = frame.slice();
      later(() => caller?.onFrame(copy));
      return true;
    },
    close: () => down(),
  };
  const connect = () => {
    if (up || !mended || caller === undefined || callee === undefined) return;
    up = true;
    generation += 1;
    callee.onOpen(peer);
    caller.onUp();
  };
  const down = () => {
    if (!up) return;
    up = false;
    callee?.onClose(peer);
    caller?.onDown();
  };

  return {
    link: {
      start(handlers) {
        caller = handlers;
        setImmediate(connect);
      },
      send(frame) {
        if (!up) return false;
        const copy = frame.slice();
        later(() => callee?.onFrame(peer, copy));
        return true;
      },
      async stop() {
        down();
        caller = undefined;
      },
    },
    server: {
      async start(handlers) {
        callee = handlers;
        setImmediate(connect);
      },
      async stop() {
        down();
        callee = undefined;
      },
    },
    cut() {
      mended = false;
      down();
    },
    mend() {
      mended = true;
      connect();
    },
  };
}
