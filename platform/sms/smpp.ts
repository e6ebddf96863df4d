/// <reference path="./smpp.d.ts" />
import smpp from "smpp";
import type { MessageSender } from "#contracts/ports";

export interface SmppOptions {
  readonly host: string;
  readonly port: number;
  readonly systemId: string;
  readonly password: string;
  /** Who the text is from, as the carrier registered it. */
  readonly source: string;
  readonly answerMs?: number;
}

interface Pdu {
  readonly command_status: number;
}
/** What the SMSC asks of us: a receipt to take, a line to keep alive. */
interface Request {
  response(): object;
}
interface Session {
  bind_transceiver(fields: object, done: (pdu: Pdu) => void): void;
  submit_sm(fields: object, done: (pdu: Pdu) => void): void;
  send(pdu: object): void;
  on(event: string, listener: (...args: never[]) => void): void;
  destroy(): void;
}

const OK = 0;
/** SMPP data_coding 8: UCS-2, which carries Chinese. */
const UCS2 = 8;
const INTERNATIONAL = 1;
const ISDN = 1;
/** What one text carries; longer ones go as a payload, which the SMSC cuts. */
const TEXT_BYTES_MAX = 140;
/** Ids of texts that were sent, so that a repeat is not. */
const IDS_KEPT = 10_000;

/** Sends through a real SMSC (SMPP 3.4). One session, opened when it is needed and again after it broke. */
export function smppSender(options: SmppOptions): MessageSender & { close(): void } {
  let session: Promise<Session> | undefined;
  const sent = new Map<string, Promise<void>>();
  /** Texts that the SMSC has not answered for yet. */
  const waiting = new Set<(error: Error) => void>();

  function open(): Promise<Session> {
    session ??= new Promise<Session>((resolve, reject) => {
      const opened = smpp.connect({ url: `smpp://${options.host}:${options.port}` }) as unknown as Session;
      const fail = () => {
        session = undefined;
        opened.destroy();
        reject(new Error("SMSC: cannot be reached, or refused the bind"));
        for (const lost of waiting) lost(new Error("SMSC: the line broke"));
      };
      const answer = (pdu: Request) => opened.send(pdu.response());
      opened.on("connect", () =>
        opened.bind_transceiver({ system_id: options.systemId, password: options.password }, (pdu) =>
          pdu.command_status === OK ? resolve(opened) : fail(),
        ),
      );
      opened.on("deliver_sm", answer);
      opened.on("enquire_link", answer);
      opened.on("error", fail);
      opened.on("close", fail);
    });
    return session;
  }

  async function submit(toMobile: string, text: string): Promise<void> {
    const bound = await open();
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error) => {
        clearTimeout(timer);
        waiting.delete(done);
        if (error === undefined) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => done(new Error("SMSC: no answer")), options.answerMs ?? 10_000);
      waiting.add(done);
      const fields = {
        source_addr: options.source,
        destination_addr: `86${toMobile}`,
        dest_addr_ton: INTERNATIONAL,
        dest_addr_npi: ISDN,
        data_coding: UCS2,
        registered_delivery: 1,
        ...(text.length * 2 <= TEXT_BYTES_MAX ? { short_message: text } : { message_payload: text }),
      };
      bound.submit_sm(fields, (pdu) =>
        done(pdu.command_status === OK ? undefined : new Error(`SMSC: refused with status ${pdu.command_status}`)),
      );
    });
  }

  return {
    send({ id, toMobile, text }) {
      const known = sent.get(id);
      if (known !== undefined) return known;
      const sending = submit(toMobile, text);
      sent.set(id, sending);
      if (sent.size > IDS_KEPT) sent.delete(sent.keys().next().value!);
      sending.catch(() => sent.delete(id));
      return sending;
    },
    close() {
      void session?.then((opened) => opened.destroy()).catch(() => {});
      session = undefined;
    },
  };
}
