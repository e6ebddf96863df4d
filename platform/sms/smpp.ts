/// <reference path="./smpp.d.ts" />
import smpp from "smpp";
import type { DeliveryReceipt, MessageSender } from "#contracts/ports";
import { type CarrierReceipt, hexForm, parseReceipt, type ReceiptPdu } from "./receipt.ts";

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
  readonly message_id?: unknown;
}
/** What the SMSC asks of us: a line to keep alive. */
interface Request {
  response(): object;
}
interface Session {
  bind_transceiver(fields: object, done: (pdu: Pdu) => void): void;
  submit_sm(fields: object, done: (pdu: Pdu) => void): void;
  send(pdu: object): void;
  on(event: string, listener: (pdu: ReceiptPdu & Request) => void): void;
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
/** Texts whose receipt may still come. */
const AWAITED_KEPT = 10_000;
/** Receipts that overtook the answer to their text. */
const EARLY_KEPT = 100;

/**
 * Sends through a real SMSC (SMPP 3.4). One session, opened when it is needed and again after it broke. The carrier's
 * receipts name its own id of a text: those of texts sent before a restart are not recognised.
 */
export function smppSender(options: SmppOptions): MessageSender & {
  receipts(listener: (receipt: DeliveryReceipt) => void): () => void;
  close(): void;
} {
  let session: Promise<Session> | undefined;
  const sent = new Map<string, Promise<void>>();
  /** Texts that the SMSC has not answered for yet. */
  const waiting = new Set<(error: Error) => void>();
  const listeners = new Set<(receipt: DeliveryReceipt) => void>();
  const awaited = bounded<string>(AWAITED_KEPT);
  /** The same by the hex form of a decimal id: some SMSCs answer with one and receipt with the other. */
  const inHex = bounded<string>(AWAITED_KEPT);
  const early = bounded<CarrierReceipt>(EARLY_KEPT);

  function tell(id: string, { delivered, reason }: CarrierReceipt): void {
    for (const listener of listeners) listener({ id, delivered, ...(reason === undefined ? {} : { reason }) });
  }

  function onReceipt(receipt: CarrierReceipt): void {
    const id = awaited.take(receipt.messageId) ?? inHex.take(receipt.messageId.toLowerCase());
    if (id === undefined) early.put(receipt.messageId.toLowerCase(), receipt);
    else tell(id, receipt);
  }

  function expectReceipt(carrierId: unknown, id: string): void {
    if (typeof carrierId !== "string" || carrierId === "") return;
    const hex = hexForm(carrierId);
    const receipt = early.take(carrierId.toLowerCase()) ?? (hex === undefined ? undefined : early.take(hex));
    if (receipt === undefined) {
      awaited.put(carrierId, id);
      if (hex !== undefined) inHex.put(hex, id);
    } else tell(id, receipt);
  }

  function open(): Promise<Session> {
    session ??= new Promise<Session>((resolve, reject) => {
      const opened = smpp.connect({ url: `smpp://${options.host}:${options.port}` }) as unknown as Session;
      const fail = () => {
        session = undefined;
        opened.destroy();
        reject(new Error("SMSC: cannot be reached, or refused the bind"));
        for (const lost of waiting) lost(new Error("SMSC: the line broke"));
      };
      opened.on("connect", () =>
        opened.bind_transceiver({ system_id: options.systemId, password: options.password }, (pdu) =>
          pdu.command_status === OK ? resolve(opened) : fail(),
        ),
      );
      opened.on("deliver_sm", (pdu) => {
        opened.send(pdu.response());
        const receipt = parseReceipt(pdu);
        if (receipt !== undefined) onReceipt(receipt);
      });
      opened.on("enquire_link", (pdu) => opened.send(pdu.response()));
      opened.on("error", fail);
      opened.on("close", fail);
    });
    return session;
  }

  async function submit(id: string, toMobile: string, text: string): Promise<void> {
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
      bound.submit_sm(fields, (pdu) => {
        if (pdu.command_status !== OK) return done(new Error(`SMSC: refused with status ${pdu.command_status}`));
        done();
        expectReceipt(pdu.message_id, id);
      });
    });
  }

  return {
    send({ id, toMobile, text }) {
      const known = sent.get(id);
      if (known !== undefined) return known;
      const sending = submit(id, toMobile, text);
      sent.set(id, sending);
      if (sent.size > IDS_KEPT) sent.delete(sent.keys().next().value!);
      sending.catch(() => sent.delete(id));
      return sending;
    },
    receipts(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      void session?.then((opened) => opened.destroy()).catch(() => {});
      session = undefined;
    },
  };
}

/** A map that forgets its oldest entry when it is full. */
function bounded<T>(size: number): { put(key: string, value: T): void; take(key: string): T | undefined } {
  const entries = new Map<string, T>();
  return {
    put(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size > size) entries.delete(entries.keys().next().value!);
    },
    take(key) {
      const value = entries.get(key);
      entries.delete(key);
      return value;
    },
  };
}
