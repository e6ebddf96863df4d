import type { Field } from "../phone/ports.ts";

/** Closed by the terminal because it waits for no card, or for another one. */
const POLICY_VIOLATION = 1008;
const NORMAL = 1000;

/** The terminal's field as a WebSocket: one binary frame an APDU. The terminal closes it when it has what it wants. */
export const field: Field = {
  hold(terminalId, pairingCode, answer) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/field/${terminalId}?code=${pairingCode}`);
    socket.binaryType = "arraybuffer";
    return new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return socket.close();
        answer(new Uint8Array(data)).then(
          (response) => {
            if (socket.readyState === WebSocket.OPEN) socket.send(new Uint8Array(response));
          },
          () => socket.close(),
        );
      };
      socket.onclose = ({ code }) =>
        resolve(code === NORMAL ? "released" : code === POLICY_VIOLATION ? "notWaiting" : "unreachable");
    });
  },
};
