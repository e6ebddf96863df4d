import type { Link, LinkHandlers, LinkServerHandlers, Peer } from "#contracts/ports";
import {
  encodeTokenAnswers,
  parseTokenRequests,
  type TokenRefusal,
  type TokenRequest,
} from "#contracts/token-authorisation";
import {
  answerTo,
  encodeCupsFrame,
  type FieldValue,
  type IsoMessage,
  NETWORK_CODE,
  parseCupsFrame,
  text,
} from "#protocol/iso8583";
import { Mailbox } from "./mailbox.ts";

/*
 * Peers that a test plays by hand: each message that arrives is looked at, in order, and anything but what the script
 * wants next fails it. They answer what they are told, when they are told.
 */

const HEADER = { test: true, destination: "00010000", source: "99900010", rejectCode: "00000" };

/** The far end of a link that a party calls. */
export class ScriptedFarEnd {
  readonly frames: Mailbox<Uint8Array>;
  #handlers: LinkHandlers | undefined;
  #up = false;

  constructor(name: string) {
    this.frames = new Mailbox(name);
  }
  readonly link: Link = {
    start: (handlers) => {
      this.#handlers = handlers;
    },
    send: (frame) => {
      if (this.#up) this.frames.put(frame.slice());
      return this.#up;
    },
    stop: async () => {
      this.down();
      this.#handlers = undefined;
    },
  };
  up(): void {
    this.#up = true;
    this.#handlers?.onUp();
  }
  down(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#handlers?.onDown();
  }
  deliver(frame: Uint8Array): void {
    if (this.#up) this.#handlers?.onFrame(frame);
  }
}

/** An issuer as the network sees it, or the network as an acquirer sees it. */
export class ScriptedHost extends ScriptedFarEnd {
  /** The next message; it must be of that type. Echo tests in between are answered by themselves. */
  async next(mti: string): Promise<IsoMessage> {
    const { message } = parseCupsFrame(await this.frames.take());
    if (mti !== "0820" && message.mti === "0820" && text(message, 70) === NETWORK_CODE.echo) {
      this.answer(message, "00");
      return this.next(mti);
    }
    if (message.mti !== mti) throw new Error(`wanted ${mti}, came ${message.mti}`);
    return message;
  }
  answer(request: IsoMessage, responseCode: string, extra: Readonly<Record<number, FieldValue>> = {}): void {
    this.send(answerTo(request, responseCode, extra));
  }
  send(message: IsoMessage): void {
    this.deliver(encodeCupsFrame(HEADER, message));
  }
  /** Comes up and takes the sign-on. */
  async signOn(): Promise<void> {
    this.up();
    this.answer(await this.next("0820"), "00");
  }
  /** Messages that came unasked for. */
  async surprises(): Promise<readonly string[]> {
    return (await this.frames.rest()).map((frame) => parseCupsFrame(frame).message.mti);
  }
}

/** The TSP as the network sees it. */
export class ScriptedTsp extends ScriptedFarEnd {
  async next(kind: TokenRequest["kind"]): Promise<TokenRequest> {
    const requests = parseTokenRequests(await this.frames.take());
    if (requests.length !== 1 || requests[0]!.kind !== kind)
      throw new Error(`wanted one ${kind}, came ${requests.map((request) => request.kind).join(", ")}`);
    return requests[0]!;
  }
  accept(request: TokenRequest, pan: string): void {
    const { id } = request;
    const par = "K8B0000000000000000000000000A";
    const token = { par, trid: "10000000001", tokenExpiry: "3105", assurance: "11", holderVerified: true };
    this.deliver(encodeTokenAnswers([{ id, outcome: "accepted", pan, panExpiry: "3512", ...token }]));
  }
  refuse(request: TokenRequest, reason: TokenRefusal): void {
    this.deliver(encodeTokenAnswers([{ id: request.id, outcome: "refused", reason }]));
  }
  fail(request: TokenRequest): void {
    this.deliver(encodeTokenAnswers([{ id: request.id, outcome: "failed" }]));
  }
}

/** An acquirer at the network's door, or the network at a bank's. */
export class ScriptedCaller {
  readonly frames: Mailbox<Uint8Array>;
  readonly #handlers: LinkServerHandlers;
  readonly #peer: Peer;
  open = true;

  constructor(name: string, handlers: LinkServerHandlers) {
    this.frames = new Mailbox(name);
    this.#handlers = handlers;
    this.#peer = {
      id: name,
      send: (frame) => {
        if (this.open) this.frames.put(frame.slice());
        return this.open;
      },
      close: () => {
        this.open = false;
      },
    };
    handlers.onOpen(this.#peer);
  }
  sendFrame(frame: Uint8Array): void {
    this.#handlers.onFrame(this.#peer, frame);
  }
  send(message: IsoMessage): void {
    this.sendFrame(encodeCupsFrame(HEADER, message));
  }
  /** The answer that comes next: its F39. It must be to that request. */
  async answerTo(request: IsoMessage): Promise<string> {
    const { header, message } = parseCupsFrame(await this.frames.take());
    const wanted = answerTo(request, "00");
    const same = [2, 7, 11, 32, 33].every((field) => text(message, field) === text(wanted, field));
    if (message.mti !== wanted.mti || !same) throw new Error(`wanted ${wanted.mti}, came ${message.mti}`);
    if (header.destination !== HEADER.source) throw new Error("the answer is for somebody else");
    return text(message, 39)!;
  }
  ask(request: IsoMessage): Promise<string> {
    this.send(request);
    return this.answerTo(request);
  }
  async surprises(): Promise<readonly string[]> {
    return (await this.frames.rest()).map((frame) => parseCupsFrame(frame).message.mti);
  }
}
