import type { Socket } from "node:net";

/** Frames of a stranger's program: four ASCII digits of length, then the message; "0000" keeps the line alive. */
export function readFrames(socket: Socket, onFrame: (frame: Uint8Array) => void): void {
  let held = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const length = held.length < 4 ? Number.NaN : Number(held.subarray(0, 4).toString("latin1"));
      if (Number.isNaN(length) || held.length < 4 + length) return;
      const frame = new Uint8Array(held.subarray(4, 4 + length));
      held = held.subarray(4 + length);
      if (length > 0) onFrame(frame);
    }
  });
}

export function sendFrame(socket: Socket, frame: Uint8Array): void {
  socket.write(String(frame.length).padStart(4, "0"));
  socket.write(frame);
}
