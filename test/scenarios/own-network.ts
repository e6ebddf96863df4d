import { connect, createServer, type Socket } from "node:net";
import {
  answerHeader,
  answerTo,
  binary,
  type CupsHeader,
  encodeCupsFrame,
  encodePar,
  encodeTokenBlock,
  type IsoMessage,
  parseCupsFrame,
  text,
} from "#protocol/iso8583";
import { readFrames, sendFrame } from "./four-digit-frames.ts";

/** A switch that somebody else wrote, as small as one can be: purchases only, one at a time. */
export interface OwnNetwork {
  /** Numbers of the cards it has passed on to the issuer. */
  readonly pans: string[];
  stop(): Promise<void>;
}

interface TokenAnswer {
  readonly outcome: string;
  readonly pan: string;
  readonly par: string;
  readonly trid: string;
  readonly tokenExpiry: string;
  readonly assurance: string;
}

const OURS = "00010000";
const ISSUER = "99900001";

/** @param at Ports: our own for the acquirer, the token service's and the issuer's doors. */
export async function openOwnNetwork(at: {
  readonly acquirer: number;
  readonly tsp: number;
  readonly issuer: number;
}): Promise<OwnNetwork> {
  const pans: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    return socket;
  };
  let tokenAsked: (answer: TokenAnswer) => void = () => {};
  let issuerAsked: (answer: IsoMessage) => void = () => {};
  let tsp: Socket | undefined;
  let issuer: Socket | undefined;

  /** authoriseToken: a JSON array behind four bytes of length, big-endian. */
  function askTsp(request: IsoMessage): Promise<TokenAnswer> {
    tsp ??= keep(connect(at.tsp, "127.0.0.1")).on("data", (chunk: Buffer) => {
      tokenAsked((JSON.parse(chunk.subarray(4).toString("utf8")) as [TokenAnswer])[0]);
    });
    const body = Buffer.from(
      JSON.stringify([
        {
          id: 1,
          kind: "authorise",
          journeyId: `own-${text(request, 7)}-${text(request, 11)}`,
          tokenPan: text(request, 2),
          expiry: text(request, 14),
          amountMinor: text(request, 4),
          currency: text(request, 49),
          entryMode: text(request, 22),
          mcc: text(request, 18),
          processingCode: text(request, 3),
          chipData: Buffer.from(binary(request, 55)!).toString("hex"),
        },
      ]),
    );
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    tsp.write(Buffer.concat([head, body]));
    return new Promise((resolve) => {
      tokenAsked = resolve;
    });
  }

  function askIssuer(request: IsoMessage): Promise<IsoMessage> {
    if (issuer === undefined) {
      issuer = keep(connect(at.issuer, "127.0.0.1"));
      readFrames(issuer, (frame) => issuerAsked(parseCupsFrame(frame).message));
    }
    const header = { test: true, destination: ISSUER, source: OURS, rejectCode: "00000" };
    sendFrame(issuer, encodeCupsFrame(header, request));
    return new Promise((resolve) => {
      issuerAsked = resolve;
    });
  }

  async function purchase(socket: Socket, header: CupsHeader, request: IsoMessage): Promise<void> {
    const token = await askTsp(request);
    const reply = (message: IsoMessage) => sendFrame(socket, encodeCupsFrame(answerHeader(header), message));
    if (token.outcome !== "accepted") return reply(answerTo(request, "57"));
    pans.push(token.pan);
    const { 14: _, ...fields } = request.fields;
    const block = { ...token, tokenPan: text(request, 2)! };
    const answer = await askIssuer({
      mti: request.mti,
      fields: { ...fields, 2: token.pan, 56: encodePar(token.par), 63: encodeTokenBlock(block) },
    });
    reply(answerTo(request, text(answer, 39)!));
  }

  const server = createServer((socket) => {
    readFrames(keep(socket), (frame) => {
      const { header, message } = parseCupsFrame(frame);
      if (message.mti === "0200") void purchase(socket, header, message);
      else sendFrame(socket, encodeCupsFrame(answerHeader(header), answerTo(message, "00")));
    });
  });
  await new Promise<void>((resolve) => server.listen(at.acquirer, "127.0.0.1", resolve));
  return {
    pans,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
