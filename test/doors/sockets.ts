import { connect } from "node:net";

/**
 * Says something to a port, hangs up (once an answer has come, when one is to come), and waits until the other end has
 * hung up too.
 *
 * @returns all that was answered.
 */
export function sayTo(port: number, bytes: Uint8Array, answerComes = false): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const heard: Buffer[] = [];
    const socket = connect({ host: "127.0.0.1", port });
    // A door that cuts us off while we still talk resets the line: that is its right.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") reject(new Error("the door is gone"));
    });
    socket.on("data", (chunk) => {
      heard.push(chunk);
      if (answerComes) socket.end();
    });
    socket.on("close", () => resolve(new Uint8Array(Buffer.concat(heard))));
    socket.on("connect", () => (answerComes ? socket.write(bytes) : socket.end(bytes)));
  });
}
