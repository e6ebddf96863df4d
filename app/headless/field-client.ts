import { WebSocket } from "ws";

/**
 * Holds a device to a terminal's field until the terminal lets go. Resolves with the number of APDUs answered.
 *
 * @param fieldUrl ws://host:port/field/{terminalId}?code={pairingCode}
 * @param answer   The card application: one command APDU in, one response APDU out. When it rejects, the device is taken away.
 */
export function holdToField(fieldUrl: string, answer: (apdu: Uint8Array) => Promise<Uint8Array>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(fieldUrl);
    let answered = 0;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (!isBinary) return socket.close();
      answer(new Uint8Array(data)).then(
        (response) => {
          answered += 1;
          if (socket.readyState === socket.OPEN) socket.send(response);
        },
        () => socket.close(),
      );
    });
    socket.on("close", (code) => {
      if (code === 1000) resolve(answered);
      else reject(new Error(`the terminal let go: code ${code}`));
    });
    socket.on("error", () => reject(new Error("the terminal's field cannot be reached")));
  });
}
