import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";

/** A card in a terminal's field, whatever carries its APDUs. */
export interface ApduChannel {
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
}

export interface FieldOptions {
  /** Names we are called by. */
  readonly hosts: ReadonlySet<string>;
  /** Origins whose pages may open the field; a headless device sends none. */
  readonly origins: ReadonlySet<string>;
  readonly answerWithinMs: number;
  present(terminalId: string, pairingCode: string, card: ApduChannel): Promise<unknown>;
}

/** The largest short-form answer: 256 bytes of data and the status word. */
const MAX_ANSWER_BYTES = 258;

/**
 * The terminal's field: `/field/{terminalId}?code={pairingCode}`. The terminal sends one binary frame an APDU, the device
 * answers each with one. Closing the socket is taking the card away.
 */
export function attachField(server: Server, options: FieldOptions): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A peer that resets the line while it is being refused must not take the process along.
    socket.on("error", () => socket.destroy());
    const [, terminalId, code] = /^\/field\/([A-Z0-9]{8})\?code=([0-9a-f]{1,64})$/.exec(request.url ?? "") ?? [];
    const { origin, host } = request.headers;
    if (terminalId === undefined || code === undefined) return refuse(socket, "404 Not Found");
    if (!options.hosts.has(host ?? "") || (origin !== undefined && !options.origins.has(origin)))
      return refuse(socket, "403 Forbidden");
    sockets.handleUpgrade(request, socket, head, (ws) => {
      options
        .present(terminalId, code, channelOf(ws, options.answerWithinMs))
        .then((outcome) => ws.close(1000, JSON.stringify({ outcome }).slice(0, 120)))
        .catch(() => ws.close(1008, "not waiting for a card"));
    });
  });
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function channelOf(ws: WebSocket, answerWithinMs: number): ApduChannel {
  let waiting: { resolve(answer: Uint8Array): void; reject(error: Error): void } | undefined;
  const removed = () => {
    waiting?.reject(new Error("card removed"));
    waiting = undefined;
  };
  ws.on("message", (data: Buffer, isBinary: boolean) => {
    const asked = waiting;
    if (!isBinary || data.length < 2 || data.length > MAX_ANSWER_BYTES || asked === undefined) {
      removed();
      return ws.close(1003, "wants one answer an APDU");
    }
    waiting = undefined;
    asked.resolve(new Uint8Array(data));
  });
  ws.on("close", removed);
  ws.on("error", removed);
  return {
    transmit: (apdu) =>
      new Promise((resolve, reject) => {
        if (ws.readyState !== ws.OPEN) return reject(new Error("card removed"));
        const timer = setTimeout(() => {
          // The terminal does not wait for the closing handshake of a device that is silent.
          removed();
          ws.close(1008, "no answer");
        }, answerWithinMs);
        waiting = {
          resolve: (answer) => {
            clearTimeout(timer);
            resolve(answer);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        };
        ws.send(apdu);
      }),
  };
}
