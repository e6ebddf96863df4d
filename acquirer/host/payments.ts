import { shardOf } from "#protocol/bytes";
import {
  CUPS,
  ENTRY_MODE,
  encodeF90,
  encodeMessage,
  type FieldValue,
  type IsoMessage,
  isApproved,
  keyOf,
  POS_CONDITION,
  parseMessage,
  reversalOf,
  rrnOf,
  text,
} from "#protocol/iso8583";
import type { Money } from "#protocol/money";
import { toN12 } from "#protocol/money";
import { chinaDate, chinaTime, type Instant, instant, toF7 } from "#protocol/time";
import type { ChipData } from "../terminal/index.ts";
import type { Terminal } from "./merchants.ts";
import type { NetworkLink } from "./network-link.ts";
import type { AcquirerPorts } from "./ports.ts";
import type { Sale, SaleState } from "./sale.ts";
import { createSaleStore, openSales, saleById, takeRefund } from "./store.sql.ts";

export interface Payments {
  /** Takes a tap to its outcome. The result is durable when this resolves. */
  purchase(id: string, terminal: Terminal, amount: Money, chip: ChipData): Promise<Sale>;
  /** Undo a whole sale, or give back a part. Undefined: more than the sale has left. */
  giveBack(
    id: string,
    kind: "void" | "refund",
    terminal: Terminal,
    original: Sale,
    amount: Money,
  ): Promise<Sale | undefined>;
  /** Brings what was open when we stopped to its end, then goes on doing so. */
  start(): void;
  /** The network is there again: what is owed goes now. */
  wake(): void;
  stop(): Promise<void>;
}

export function createPayments(ports: AcquirerPorts, link: NetworkLink, stan: () => Promise<string>): Payments {
  const { db, clock, timers, log, config } = ports;
  const store = createSaleStore(db, ports.groupCommit, config.lanes);
  let running = false;
  let working: Promise<void> | undefined;
  let again = false;
  let cancel = () => {};

  /** Fields every request of a terminal carries. F7 and F11 make it unique with the acquirer. */
  async function head(terminal: Terminal, amount: Money, now: Instant): Promise<Record<number, FieldValue>> {
    const f7 = toF7(now);
    const f11 = await stan();
    return {
      4: toN12(amount),
      7: f7,
      11: f11,
      12: chinaTime(now),
      13: chinaDate(now),
      18: terminal.mcc,
      22: `${ENTRY_MODE.contactless}2`,
      25: POS_CONDITION.normal,
      32: config.institution,
      33: config.institution,
      37: rrnOf(f7, f11),
      41: terminal.id,
      42: terminal.merchantId,
      43: terminal.wireName,
      49: amount.currency,
    };
  }

  function saleFrom(
    id: string,
    kind: Sale["kind"],
    request: IsoMessage,
    amount: Money,
    terminal: Terminal,
    original: string | null,
    at: Instant,
  ): Sale {
    return {
      b: shardOf(id),
      id,
      kind,
      terminalId: terminal.id,
      amount,
      state: "sent",
      tokenSuffix: text(request, 2)!.slice(-4),
      request: encodeMessage(CUPS, request),
      rrn: text(request, 37)!,
      originalId: original,
      refundedMinor: 0n,
      responseCode: null,
      at,
    };
  }

  /** Safe-store, send, settle. Whatever the network does, the sale has exactly one outcome. */
  async function carryOut(sale: Sale, request: IsoMessage): Promise<Sale> {
    await store.keep(sale);
    const answer = await link.ask(request);
    if (answer.kind === "notSent") return settle(sale, "failed", null);
    if (answer.kind === "silent") return sale.kind === "refund" ? sale : reverse(sale, request);
    const code = text(answer.message, 39) ?? "20";
    return settle(sale, isApproved(code) ? "approved" : "declined", code);
  }

  async function settle(
    sale: Sale,
    state: SaleState,
    responseCode: string | null,
    reversal: Uint8Array | null = null,
    nextAt: Instant | null = null,
  ): Promise<Sale> {
    const first = await store.settle({ b: sale.b, id: sale.id, state, responseCode, reversal, nextAt });
    if (!first) return (await saleById(db, sale.b, sale.id)) ?? sale;
    if (sale.originalId !== null && (state === "declined" || state === "failed" || state === "reversed")) {
      const original = await saleById(db, shardOf(sale.originalId), sale.originalId);
      if (original !== undefined) await takeRefund(db, original, -sale.amount.minor);
    }
    return { ...sale, state, responseCode };
  }

  /** The reversal is durable before it is sent, and before the till hears of it. */
  async function reverse(sale: Sale, request: IsoMessage): Promise<Sale> {
    const now = clock.now();
    const reversal = reversalOf(request, { f7: toF7(now), f11: await stan() }, "98");
    const settled = await settle(sale, "reversing", null, encodeMessage(CUPS, reversal), now);
    wake();
    return settled;
  }

  /** Reversals go until acknowledged, refunds until answered; a sale that a crash left open is reversed. */
  async function sendOwed(atStart: boolean): Promise<void> {
    const now = clock.now();
    const sentBefore = instant(atStart ? now : now - config.answerMs - config.reversalRepeatMs);
    for (const sale of await openSales(db, now, sentBefore)) {
      const request = parseMessage(CUPS, sale.request);
      if (sale.kind === "refund") {
        const answer = await link.ask(request);
        if (answer.kind === "answer") {
          const code = text(answer.message, 39) ?? "20";
          await settle(sale, isApproved(code) ? "approved" : "declined", code);
        }
      } else if (sale.reversal === null) await reverse(sale, request);
      else {
        const answer = await link.ask(parseMessage(CUPS, sale.reversal));
        if (answer.kind === "answer") await settle(sale, "reversed", null);
        else await settle(sale, "reversing", null, sale.reversal, instant(clock.now() + config.reversalRepeatMs));
      }
    }
  }

  let atStart = true;
  function wake(): void {
    if (!running) return;
    if (working !== undefined) {
      again = true;
      return;
    }
    again = false;
    cancel();
    const first = atStart;
    atStart = false;
    working = sendOwed(first)
      .catch((error: unknown) => log.error("acquirer.owedFailed", { error }))
      .then(() => {
        working = undefined;
        if (again) wake();
        else if (running) cancel = timers.after(config.reversalRepeatMs, wake);
      });
  }

  return {
    async purchase(id, terminal, amount, chip) {
      const now = clock.now();
      const fields = await head(terminal, amount, now);
      const request: IsoMessage = {
        mti: "0200",
        fields: { 2: chip.tokenPan, 3: "000000", 14: chip.expiry, 23: chip.psn, 55: chip.field55, ...fields },
      };
      return carryOut(saleFrom(id, "sale", request, amount, terminal, null, now), request);
    },
    async giveBack(id, kind, terminal, original, amount) {
      if (!(await takeRefund(db, original, amount.minor))) return undefined;
      const now = clock.now();
      const sent = parseMessage(CUPS, original.request);
      const fields = {
        2: sent.fields[2]!,
        3: "200000",
        14: sent.fields[14]!,
        ...(await head(terminal, amount, now)),
        90: encodeF90(keyOf(sent)!),
      };
      // A void keeps the original's reference; a refund has its own and names the original in F90.
      const request: IsoMessage =
        kind === "void" ? { mti: "0200", fields: { ...fields, 37: original.rrn } } : { mti: "0220", fields };
      return carryOut(saleFrom(id, kind, request, amount, terminal, original.id, now), request);
    },
    start() {
      running = true;
    },
    wake,
    async stop() {
      running = false;
      cancel();
      await working;
    },
  };
}
