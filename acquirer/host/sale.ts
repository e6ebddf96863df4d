import type { SaleView } from "#contracts/acquirer-api";
import type { Words } from "#contracts/common";
import { responseFact } from "#protocol/iso8583";
import type { CurrencyCode, Money } from "#protocol/money";
import type { Instant } from "#protocol/time";

export type SaleKind = "sale" | "refund" | "void";
export type SaleState = SaleView["state"];

/** One sale, refund or void, as the acquirer keeps it. */
export interface Sale {
  readonly b: number;
  readonly id: string;
  readonly kind: SaleKind;
  readonly terminalId: string;
  readonly amount: Money;
  readonly state: SaleState;
  readonly tokenSuffix: string;
  /** The request as it was sent: what a reversal or refund is made from. CUPS, without header. */
  readonly request: Uint8Array;
  readonly rrn: string;
  readonly originalId: string | null;
  readonly refundedMinor: bigint;
  readonly responseCode: string | null;
  readonly at: Instant;
}

export interface SaleRow {
  readonly b: number;
  readonly id: string;
  readonly kind: string;
  readonly terminal_id: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly state: string;
  readonly token_suffix: string;
  readonly request: Uint8Array;
  readonly rrn: string;
  readonly original_id: string | null;
  readonly refunded_minor: bigint;
  readonly response_code: string | null;
  readonly at: bigint;
}

export function saleOf(row: SaleRow): Sale {
  return {
    b: row.b,
    id: row.id,
    kind: row.kind as SaleKind,
    terminalId: row.terminal_id,
    amount: { minor: row.amount_minor, currency: row.currency as CurrencyCode },
    state: row.state as SaleState,
    tokenSuffix: row.token_suffix,
    request: row.request,
    rrn: row.rrn,
    originalId: row.original_id,
    refundedMinor: row.refunded_minor,
    responseCode: row.response_code,
    at: Number(row.at) as Instant,
  };
}

export function viewOf(sale: Sale): SaleView {
  return {
    saleId: sale.id,
    terminalId: sale.terminalId,
    kind: sale.kind,
    amount: { minor: sale.amount.minor.toString(), currency: sale.amount.currency },
    state: sale.state,
    ...(sale.responseCode === null ? {} : { responseCode: sale.responseCode }),
    words: wordsOf(sale.state, sale.responseCode),
    tokenSuffix: sale.tokenSuffix,
    rrn: sale.rrn,
    refundedMinor: sale.refundedMinor.toString(),
    at: sale.at,
  };
}

/** What the till shows. */
export function wordsOf(state: SaleState, responseCode: string | null): Words {
  switch (state) {
    case "waitingForCard":
      return { zh: "请将手机靠近", en: "Hold the phone near" };
    case "sent":
      return { zh: "正在授权…", en: "Authorising…" };
    case "approved":
      return { zh: "交易成功", en: "Approved" };
    case "declined": {
      const { zh, en } = responseFact(responseCode ?? "05");
      return { zh, en };
    }
    case "reversing":
      return { zh: "未收到应答，正在冲正，不会扣款", en: "No answer: being reversed, no money will move" };
    case "reversed":
      return { zh: "未收到应答，已冲正，未扣款", en: "No answer: reversed, no money moved" };
    case "cancelled":
      return { zh: "已取消", en: "Cancelled" };
    case "failed":
      return { zh: "网络不可用，未发起交易", en: "The network cannot be reached: nothing was sent" };
  }
}
