import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Link, LinkHandlers, LinkServer, LinkServerHandlers, Log, Peer, Timers } from "#contracts/ports";
import { listenFailure } from "../listen-failure.ts";
import { createDeframer, type Framing } from "./framing.ts";

export interface TcpLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  readonly timers: Timers;
  readonly log: Log;
  /** 32 bytes both ends hold; absent for a stranger's program. */
  readonly secret?: Uint8Array;
  /** How long the other end may take to prove that it has the secret. */
  readonly handshakeMs?: number;
}

export interface TcpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  readonly log: Log;
  readonly secret?: Uint8Array;
  readonly handshakeMs?: number;
}

const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 3000;
/** A peer that reads nothing must not fill our memory. */
const BACKLOG_MAX = 64 * 1024 * 1024;
const NONCE_BYTES = 16;
const BATCH_FIRST_BYTES = 4096;
const HANDSHAKE_MS = 5000;

/** The calling end: keeps one connection, makes it anew when it is cut. */
export function tcpLink(options: TcpLinkOptions): Link {
  const { timers, log } = options;
  let handlers: LinkHandlers | undefined;
  let socket: Socket | undefined;
  let ready: FrameSocket | undefined;
  let retryMs = RETRY_FIRST_MS;
  let cancelRetry = () => {};

  function dial(): void {
    if (handlers === undefined) return;
    const dialled = connect({ host: options.host, port: options.port });
    socket = dialled;
    const frames = frameSocket(dialled, options.framing, log, (frame) => {
      if (ready !== undefined) handlers?.onFrame(frame);
      else if (options.secret !== undefined) handshake.onFrame(frame);
    });
    // A port where nobody answers, or somebody else does: hang up, and try again later.
    dialled.setTimeout(options.handshakeMs ?? HANDSHAKE_MS, () => dialled.destroy());
    const up = () => {
      dialled.setTimeout(0);
      ready = frames;
      retryMs = RETRY_FIRST_MS;
      handlers?.onUp();
    };
    const handshake = callerHandshake(options.secret, frames, () => dialled.destroy(), up);
    dialled.on("connect", handshake.start);
    dialled.on("error", () => {});
    dialled.on("close", () => {
      const wasUp = ready !== undefined;
      ready = undefined;
      if (wasUp) handlers?.onDown();
      if (handlers === undefined) return;
      cancelRetry = timers.after(retryMs, dial);
      retryMs = Math.min(RETRY_MAX_MS, retryMs * 2);
    });
  }

  return {
    start(given) {
      handlers = given;
      dial();
    },
    send: (frame) => ready?.send(frame) ?? false,
    async stop() {
      const told = ready === undefined ? undefined : handlers;
      handlers = undefined;
      cancelRetry();
      ready = undefined;
      socket?.destroy();
      told?.onDown();
    },
  };
}

/** The listening end. Loopback only: apart over anything else wants mutual TLS. */
export function tcpLinkServer(options: TcpServerOptions): LinkServer {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let serial = 0;

  function accept(socket: Socket, handlers: LinkServerHandlers): void {
    sockets.add(socket);
    let open = false;
    const frames = frameSocket(socket, options.framing, options.log, (frame) =>
      open ? handlers.onFrame(peer, frame) : handshake.onFrame(frame),
    );
    socket.setTimeout(options.handshakeMs ?? HANDSHAKE_MS, () => socket.destroy());
    const peer: Peer = {
      id: `${socket.remoteAddress}:${socket.remotePort}#${++serial}`,
      send: (frame) => frames.send(frame),
      close: () => socket.destroy(),
    };
    const handshake = calleeHandshake(
      options.secret,
      frames,
      () => socket.destroy(),
      () => {
        socket.setTimeout(0);
        open = true;
        handlers.onOpen(peer);
      },
    );
    handshake.start();
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      if (open) handlers.onClose(peer);
    });
  }

  return {
    start: (handlers) =>
      new Promise((resolve, reject) => {
        server = createServer((socket) => accept(socket, handlers));
        server.on("error", (error: NodeJS.ErrnoException) => reject(listenFailure(error, options.port)));
        server.listen({ host: options.host, port: options.port }, () => resolve());
      }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    },
  };
}

interface FrameSocket {
  send(frame: Uint8Array): boolean;
}

function frameSocket(socket: Socket, framing: Framing, log: Log, onFrame: (frame: Uint8Array) => void): FrameSocket {
  socket.setNoDelay(true);
  const deframe = createDeframer(
    framing,
    // What stands behind a frame that made us hang up is not looked at.
    (frame) => socket.destroyed || onFrame(frame),
    () => {
      log.warn("tcp.badFrame", { framing: framing.name, peer: socket.remoteAddress });
      socket.destroy();
    },
  );
  socket.on("data", (chunk) => {
    try {
      deframe(chunk);
    } catch (error) {
      log.error("tcp.handlerFailed", { error });
      socket.destroy();
    }
  });
  /** Frames of one turn of the event loop leave in one write. */
  let batch: Buffer = Buffer.allocUnsafe(BATCH_FIRST_BYTES);
  let filled = 0;

  function flush(): void {
    const bytes = batch.subarray(0, filled);
    // The socket keeps what it is given until the system has taken it: the next turn gets a buffer of its own.
    batch = Buffer.allocUnsafe(Math.max(BATCH_FIRST_BYTES, filled));
    filled = 0;
    if (socket.writable) socket.write(bytes);
  }

  function makeRoom(bytes: number): void {
    if (batch.length - filled >= bytes) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * batch.length, filled + bytes));
    batch.copy(larger, 0, 0, filled);
    batch = larger;
  }

  return {
    send(frame) {
      if (
        socket.destroyed ||
        !socket.writable ||
        frame.length > framing.maxFrame ||
        socket.writableLength + filled > BACKLOG_MAX
      )
        return false;
      if (filled === 0) setImmediate(flush);
      makeRoom(framing.headBytes + frame.length);
      batch.set(framing.encodeHead(frame.length), filled);
      batch.set(frame, filled + framing.headBytes);
      filled += framing.headBytes + frame.length;
      return true;
    },
  };
}

interface Handshake {
  start(): void;
  onFrame(frame: Uint8Array): void;
}

const proof = (secret: Uint8Array, role: string, a: Uint8Array, b: Uint8Array) =>
  createHmac("sha256", secret).update(role).update(a).update(b).digest();
const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b);

/*
 * Challenge and response, both ways: server nonce → client nonce and proof → server proof. Neither end believes an address.
 */
function callerHandshake(
  secret: Uint8Array | undefined,
  frames: FrameSocket,
  refuse: () => void,
  up: () => void,
): Handshake {
  if (secret === undefined) return { start: up, onFrame() {} };
  const mine = randomBytes(NONCE_BYTES);
  let theirs: Uint8Array | undefined;
  return {
    start() {},
    onFrame(frame) {
      if (theirs === undefined) {
        theirs = frame;
        frames.send(Buffer.concat([mine, proof(secret, "caller", theirs, mine)]));
      } else if (same(frame, proof(secret, "callee", theirs, mine))) up();
      else refuse();
    },
  };
}

function calleeHandshake(
  secret: Uint8Array | undefined,
  frames: FrameSocket,
  refuse: () => void,
  up: () => void,
): Handshake {
  if (secret === undefined) return { start: up, onFrame() {} };
  const mine = randomBytes(NONCE_BYTES);
  return {
    start: () => void frames.send(mine),
    onFrame(frame) {
      const theirs = frame.subarray(0, NONCE_BYTES);
      if (!same(frame.subarray(NONCE_BYTES), proof(secret, "caller", mine, theirs))) return refuse();
      frames.send(proof(secret, "callee", mine, theirs));
      up();
    },
  };
}
