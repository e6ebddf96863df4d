import type { DeliveryReceipt } from "#contracts/ports";

/** What a deliver_sm carries of a receipt; SMSCs fill the parameters, the text, or both. */
export interface ReceiptPdu {
  readonly esm_class?: number;
  readonly receipted_message_id?: unknown;
  readonly message_state?: unknown;
  readonly short_message?: unknown;
}

export type CarrierReceipt = Omit<DeliveryReceipt, "id"> & { readonly messageId: string };

/** SMPP 3.4 §5.2.12: this deliver_sm is a receipt, not a text from a phone. */
const ESM_RECEIPT = 0x04;
/** SMPP 3.4 §5.2.28, as the states are written in texts. */
const STATES: Readonly<Record<number, string>> = {
  1: "ENROUTE",
  2: "DELIVRD",
  3: "EXPIRED",
  4: "DELETED",
  5: "UNDELIV",
  6: "ACCEPTD",
  7: "UNKNOWN",
  8: "REJECTD",
};
/** The text is on its way: no word on whether it came. */
const NOT_FINAL: ReadonlySet<string> = new Set(["ENROUTE", "ACCEPTD", "UNKNOWN"]);

/** The final word on one text, or undefined when the PDU says none. Text form: SMPP 3.4 appendix B. */
export function parseReceipt(pdu: ReceiptPdu): CarrierReceipt | undefined {
  if (((pdu.esm_class ?? 0) & ESM_RECEIPT) === 0) return undefined;
  const text = textOf(pdu.short_message);
  const messageId = textOf(pdu.receipted_message_id) || /\bid:(\S+)/i.exec(text)?.[1];
  const state =
    typeof pdu.message_state === "number"
      ? STATES[pdu.message_state]
      : /\bstat:([A-Z]+)/i.exec(text)?.[1]?.toUpperCase();
  if (messageId === undefined || state === undefined || NOT_FINAL.has(state)) return undefined;
  if (state === "DELIVRD") return { messageId, delivered: true };
  return { messageId, delivered: false, reason: state };
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value).replace(/\0+$/, "");
  const message = (value as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : "";
}

/** A decimal id in lower-case hex. */
export function hexForm(id: string): string | undefined {
  return /^\d{1,20}$/.test(id) ? BigInt(id).toString(16) : undefined;
}
