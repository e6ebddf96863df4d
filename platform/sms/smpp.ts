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
interface Session {
  bind_transceiver(fields: object, done: (pdu: Pdu) => void): void;
  submit_sm(fields: object, done: (pdu: Pdu) => void): void;
  on(event: string, listener: (...args: never[]) => void): void;
  destroy(): void;
}

const OK = 0;
/** SMPP data_coding 8: UCS-2, which carries Chinese. */
const UCS2 = 8;
const INTERNATIONAL = 1;
const ISDN = 1;

/** Sends through a real SMSC (SMPP 3.4). One session, opened when it is needed and again after it broke. */
export function smppSender(options: SmppOptions): MessageSender & { close(): void } {
  let session: Promise<Session> | undefined;

  function open(): Promise<Session> {
    session ??= new Promise<Session>((resolve, reject) => {
      const opened = smpp.connect({ url: `smpp://${options.host}:${options.port}` }) as unknown as Session;
      const fail = () => {
        session = undefined;
        opened.destroy();
        reject(new Error("SMSC: cannot be reached, or refused the bind"));
      };
      opened.on("connect", () =>
        opened.bind_transceiver({ system_id: options.systemId, password: options.password }, (pdu) =>
          pdu.command_status === OK ? resolve(opened) : fail(),
        ),
      );
      opened.on("error", fail);
      opened.on("close", fail);
    });
    return session;
  }

  return {
    async send({ toMobile, text }) {
      const bound = await open();
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("SMSC: no answer")), options.answerMs ?? 10_000);
        const fields = {
          source_addr: options.source,
          destination_addr: `86${toMobile}`,
          dest_addr_ton: INTERNATIONAL,
          dest_addr_npi: ISDN,
          data_coding: UCS2,
          registered_delivery: 1,
          short_message: text,
        };
        bound.submit_sm(fields, (pdu) => {
          clearTimeout(timer);
          if (pdu.command_status === OK) resolve();
          else reject(new Error(`SMSC: refused with status ${pdu.command_status}`));
        });
      });
    },
    close() {
      void session?.then((opened) => opened.destroy()).catch(() => {});
      session = undefined;
    },
  };
}
