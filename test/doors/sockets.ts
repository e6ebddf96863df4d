import { connect } from "node:net";

/**
 * Says something to a port and hangs up, then waits until the other end has hung up too.
 *
 * @param lingerMs how long an answer is waited for before we hang up: a door may have to look something up first.
 * @returns all that was answered.
 */
export function sayTo(port: number, bytes: Uint8Array, lingerMs = 0): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const heard: Buffer[] = [];
    const socket = connect({ host: "127.0.0.1", port });
    // A door that cuts us off while we still talk resets the line: that is its right.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") reject(new Error("the door is gone"));
    });
    const timer = lingerMs === 0 ? undefined : setTimeout(() => socket.end(), lingerMs);
    socket.on("data", (chunk) => {
      heard.push(chunk);
      if (lingerMs > 0) socket.end();
    });
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(new Uint8Array(Buffer.concat(heard)));
    });
    socket.on("connect", () => (lingerMs > 0 ? socket.write(bytes) : socket.end(bytes)));
  });
}
