import * as v from "valibot";
import { Amount, At, Empty, Id, Suffix, Words } from "./common.ts";
import { CaseCode, CauseSchema } from "./facts.ts";
import { operation } from "./operation.ts";

export const SaleView = v.object({
  saleId: Id,
  terminalId: v.string(),
  kind: v.picklist(["sale", "refund", "void"]),
  amount: Amount,
  state: v.picklist(["waitingForCard", "sent", "approved", "declined", "reversing", "reversed", "cancelled", "failed"]),
  /** F39 once there is one. */
  responseCode: v.optional(v.string()),
  /** What the till shows. */
  words: Words,
  tokenSuffix: v.optional(Suffix),
  rrn: v.optional(v.string()),
  /** What refunds have taken from a sale so far, minor units. */
  refundedMinor: v.optional(v.string()),
  /** On every sale that failed: leads to the whole story. */
  caseCode: v.optional(CaseCode),
  /** Why it failed, where till or acquirer know it themselves. */
  cause: v.optional(CauseSchema),
  at: At,
});
export type SaleView = v.InferOutput<typeof SaleView>;

/** What the acquirer offers a merchant's till. */
export const acquirerTillApi = {
  terminals: operation({
    summary: "The merchant's terminals",
    request: Empty,
    answer: v.object({
      terminals: v.array(v.object({ terminalId: v.string(), merchantName: v.string(), mcc: v.string() })),
    }),
    readOnly: true,
  }),
  startSale: operation({
    summary: "Arm a terminal for one amount; a card may now enter its field at /field/{terminalId}",
    request: v.object({ terminalId: v.pipe(v.string(), v.regex(/^[A-Z0-9]{8}$/)), amount: Amount }),
    answer: v.object({ sale: SaleView, pairingCode: v.string() }),
  }),
  cancelSale: operation({ summary: "Stop waiting for a card", request: v.object({ saleId: Id }), answer: SaleView }),
  sale: operation({
    summary: "A sale as it stands",
    request: v.object({ saleId: Id }),
    answer: SaleView,
    readOnly: true,
  }),
  voidSale: operation({ summary: "Undo a whole sale of today", request: v.object({ saleId: Id }), answer: SaleView }),
  refund: operation({
    summary: "Give back part or all of a sale",
    request: v.object({ saleId: Id, amount: Amount }),
    answer: SaleView,
  }),
  totals: operation({
    summary: "A terminal's day",
    request: v.object({ terminalId: v.string() }),
    answer: v.object({
      sales: v.number(),
      salesMinor: v.string(),
      refunds: v.number(),
      refundsMinor: v.string(),
      netMinor: v.string(),
    }),
    readOnly: true,
  }),
  history: operation({
    summary: "The last sales of a terminal",
    request: v.object({ terminalId: v.string() }),
    answer: v.object({ sales: v.array(SaleView) }),
    readOnly: true,
  }),
} as const;
export type AcquirerTillApi = typeof acquirerTillApi;
