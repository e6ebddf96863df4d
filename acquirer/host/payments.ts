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
  responseFact,
  reversalOf,
  rrnOf,
  text,
} from "#protocol/iso8583";
import type { Money } from "#protocol/money";
import { toN12 } from "#protocol/money";
import { chinaDate, chinaTime, type Instant, instant, toF7 } from "#protocol/time";
import type { ChipData } from "../terminal/index.ts";
import type { Terminal } from "./merchants.ts";
import type { NetworkAnswer, NetworkLink } from "./network-link.ts";
import type { AcquirerPorts } from "./ports.ts";
import type { Sale, SaleState } from "./sale.ts";
import { createSaleStore, declinedSales, openSales, saleById } from "./store.sql.ts";

/** F39 that says there was no answer further on: what the bank did is as unknown as after silence. */
const NO_ANSWER: ReadonlySet<string> = new Set(["68", "98"]);
const ALWAYS = instant(Number.MAX_SAFE_INTEGER);
/** States of a refund or void that gave nothing back. */
const UNDONE: ReadonlySet<SaleState> = new Set(["declined", "failed", "reversed"]);
/** So many go side by side: one that gets no answer holds up nobody else's. */
const OWED_AT_ONCE = 500;
/** No answer comes later than this. */
const LATE_MAX_MS = 86_400_000;

/** A number that was typed in at the till: nothing of a chip. */
export type TypedCard = Pick<ChipData, "tokenPan" | "expiry">;

export interface Payments {
  /** Takes a tap, or a number typed in, to its outcome. The result is durable when this resolves. */
  purchase(id: string, terminal: Terminal, amount: Money, card: ChipData | TypedCard): Promise<Sale>;
  /** Undo a whole sale, or give back a part. Undefined: more than the sale has left. A repeat by id gets the first one. */
  giveBack(
    id: string,
    kind: "void" | "refund",
    terminal: Terminal,
    original: Sale,
    amount: Money,
  ): Promise<Sale | undefined>;
  /** Brings what was open when we stopped to its end, then goes on doing so. */
  start(): void;
  /** Somebody approved what the shop was told is declined: it is reversed. Anything else that comes late changes nothing. */
  lateAnswer(answer: IsoMessage): void;
  /** The network is there again: what is owed goes now. */
  wake(): void;
  stop(): Promise<void>;
}

export function createPayments(ports: AcquirerPorts, link: NetworkLink, stan: () => Promise<string>): Payments {
  const { db, clock, timers, log, config } = ports;
  const store = createSaleStore(db, ports.groupCommit, config.lanes);
  let running = false;
  /** Sales of a former run that never got their outcome are older than this. */
  let startedAt = clock.now();
  let working: Promise<void> | undefined;
  let again: "due" | "all" | undefined;
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

  /** What is in the safe store goes out and gets its outcome. Whatever the network does, a sale has exactly one. */
  async function carryOut(sale: Sale, request: IsoMessage): Promise<Sale> {
    const answer = await link.ask(request, sale.request);
    if (answer.kind === "notSent") return settle(sale, "failed", null);
    if (sale.kind === "refund") return settleRefund(sale, answer);
    const code = answer.kind === "answer" ? (text(answer.message, 39) ?? "20") : "98";
    if (NO_ANSWER.has(code)) return reverse(sale, request);
    return settle(sale, isApproved(code) ? "approved" : "declined", code);
  }

  /** A refund is an advice and is never reversed: until somebody decides on it, it goes again. */
  async function settleRefund(sale: Sale, answer: NetworkAnswer): Promise<Sale> {
    const code = answer.kind === "answer" ? (text(answer.message, 39) ?? "20") : "98";
    if (responseFact(code).act === "retry") return putOff(sale, "sent", null);
    return settle(sale, isApproved(code) ? "approved" : "declined", code);
  }

  function putOff(sale: Sale, state: "sent" | "reversing", reversal: Uint8Array | null): Promise<Sale> {
    return settle(sale, state, null, reversal, instant(clock.now() + config.reversalRepeatMs));
  }

  async function settle(
    sale: Sale,
    state: SaleState,
    responseCode: string | null,
    reversal: Uint8Array | null = null,
    nextAt: Instant | null = null,
  ): Promise<Sale> {
    const outcome = { b: sale.b, id: sale.id, state, responseCode, reversal, nextAt };
    const first =
      sale.originalId !== null && UNDONE.has(state)
        ? await store.settleUndone(outcome, sale.originalId, sale.amount.minor)
        : await store.settle(outcome);
    return first ? { ...sale, state, responseCode } : ((await saleById(db, sale.b, sale.id)) ?? sale);
  }

  /** The reversal is durable before it is sent, and before the till hears of it. */
  async function reverse(sale: Sale, request: IsoMessage): Promise<Sale> {
    const now = clock.now();
    const reversal = reversalOf(request, { f7: toF7(now), f11: await stan() }, "98");
    const settled = await settle(sale, "reversing", null, encodeMessage(CUPS, reversal), now);
    wake("due");
    return settled;
  }

  /** Reversals go until acknowledged, refunds until decided; a sale that a crash left open is reversed. */
  async function sendOwed(which: "due" | "all"): Promise<void> {
    const now = clock.now();
    const overdue = now - config.answerMs - config.reversalRepeatMs;
    const owed = await openSales(
      db,
      { dueBy: which === "all" ? ALWAYS : now, sentBy: instant(Math.max(overdue, startedAt - 1)) },
      OWED_AT_ONCE,
    );
    await Promise.all(
      owed.map((sale) =>
        sendOne(sale).catch((error: unknown) => log.error("acquirer.owedFailed", { saleId: sale.id, error })),
      ),
    );
    if (owed.length === OWED_AT_ONCE) again ??= "due";
  }

  async function sendOne(sale: Sale & { readonly reversal: Uint8Array | null }): Promise<void> {
    const request = parseMessage(CUPS, sale.request);
    if (sale.kind === "refund") await settleRefund(sale, await link.ask(request));
    else if (sale.reversal === null) await reverse(sale, request);
    else {
      const answer = await link.ask(parseMessage(CUPS, sale.reversal));
      const code = answer.kind === "answer" ? (text(answer.message, 39) ?? "20") : "98";
      if (responseFact(code).act === "retry") await putOff(sale, "reversing", sale.reversal);
      else {
        if (!isApproved(code)) log.warn("acquirer.reversalRefused", { saleId: sale.id, responseCode: code });
        await settle(sale, "reversed", null);
      }
    }
  }

  async function reverseDeclined(answer: IsoMessage): Promise<void> {
    const now = clock.now();
    const since = instant(now - LATE_MAX_MS);
    for (const sale of await declinedSales(db, text(answer, 41) ?? "", text(answer, 37) ?? "", since)) {
      const request = parseMessage(CUPS, sale.request);
      if (text(request, 7) !== text(answer, 7) || text(request, 11) !== text(answer, 11)) continue;
      log.warn("acquirer.lateApproval", { saleId: sale.id });
      const reversal = reversalOf(request, { f7: toF7(now), f11: await stan() }, "98");
      if (await store.reopen(sale, encodeMessage(CUPS, reversal), now)) wake("due");
      else log.error("acquirer.lateApprovalStands", { saleId: sale.id });
    }
  }

  function wake(which: "due" | "all"): void {
    if (!running) return;
    if (working !== undefined) {
      again = again === "all" ? "all" : which;
      return;
    }
    again = undefined;
    cancel();
    working = sendOwed(which)
      .catch((error: unknown) => log.error("acquirer.owedFailed", { error }))
      .then(() => {
        working = undefined;
        if (again !== undefined) wake(again);
        else if (running) cancel = timers.after(config.reversalRepeatMs, () => wake("due"));
      });
  }

  return {
    async purchase(id, terminal, amount, card) {
      const now = clock.now();
      const fields = {
        2: card.tokenPan,
        3: "000000",
        14: card.expiry,
        ...(await head(terminal, amount, now)),
        ...("field55" in card ? { 23: card.psn, 55: card.field55 } : { 22: `${ENTRY_MODE.manual}2` }),
      };
      const request: IsoMessage = { mti: "0200", fields };
      const sale = saleFrom(id, "sale", request, amount, terminal, null, now);
      await store.keep(sale);
      return carryOut(sale, request);
    },
    async giveBack(id, kind, terminal, original, amount) {
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
      const sale = saleFrom(id, kind, request, amount, terminal, original.id, now);
      const kept = await store.keepGiveBack(sale, original);
      if (kept === "tooMuch") return undefined;
      return kept === "repeated" ? saleById(db, sale.b, id) : carryOut(sale, request);
    },
    start() {
      running = true;
      startedAt = clock.now();
    },
    lateAnswer(answer) {
      // Refunds are advices: nobody may reverse them.
      if (!/^0[12]10$/.test(answer.mti) || !isApproved(text(answer, 39))) return;
      reverseDeclined(answer).catch((error: unknown) => log.error("acquirer.lateApprovalFailed", { error }));
    },
    wake: () => wake("all"),
    async stop() {
      running = false;
      cancel();
      await working;
    },
  };
}
