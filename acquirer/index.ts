import type { AcquirerTillApi, SaleView } from "#contracts/acquirer-api";
import type { Amount } from "#contracts/common";
import type { Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result, shardOf, toHex } from "#protocol/bytes";
import type { Money } from "#protocol/money";
import { loadTerminals, seedMerchants, type Terminal } from "./host/merchants.ts";
import { createNetworkLink } from "./host/network-link.ts";
import { createPayments } from "./host/payments.ts";
import type { AcquirerPorts } from "./host/ports.ts";
import { type Sale, viewOf, wordsOf } from "./host/sale.ts";
import { saleById, salesOf, totalsOf } from "./host/store.sql.ts";
import { traceNumbers } from "./host/trace-numbers.ts";
import {
  type ApduChannel,
  type ChipData,
  runContactless,
  type TapResult,
  type TerminalConfig,
} from "./terminal/index.ts";

export { migrations } from "./host/migrations.ts";
export { type AcquirerConfig, type AcquirerPorts, DEFAULT_ACQUIRER } from "./host/ports.ts";

/** ACQUIRER: merchants and terminals, the contactless kernel, sales with a safe store. */
export interface Acquirer {
  readonly till: Calls<AcquirerTillApi>;
  /** A card in an armed terminal's field. Rejects when the terminal waits for none or the code is wrong. */
  presentCard(terminalId: string, pairingCode: string, card: ApduChannel): Promise<SaleView>;
  /** The host's own entry: a tap that a terminal has already carried out. */
  purchase(terminalId: string, amount: Money, chip: ChipData): Promise<SaleView>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the cardholder is asked and where contactless ends, minor units. ¥1,000 is the no-PIN limit since 2018 (spec card-product §4). */
const LIMITS = { cvmLimitMinor: 100_000n, contactlessLimitMinor: 5_000_000n };
const CHINA = "156";
const HISTORY = 50;

/** A sale that has no card yet: held in memory, since nothing has happened to money. */
interface Waiting {
  readonly id: string;
  readonly terminal: Terminal;
  readonly amount: Money;
  readonly pairingCode: string;
  readonly at: number;
  state: "waitingForCard" | "reading";
  /** What the last tap came to, when it was not a payment. */
  words?: { zh: string; en: string };
}

export function createAcquirer(ports: AcquirerPorts): Acquirer {
  const { db, clock, random, log } = ports;
  const stan = traceNumbers(db);
  const link = createNetworkLink({
    link: ports.network,
    clock,
    timers: ports.timers,
    log,
    config: ports.config,
    stan,
    onUp: () => payments.wake(),
    onLateAnswer: (answer) => payments.lateAnswer(answer),
  });
  const payments = createPayments(ports, link, stan);
  const waiting = new Map<string, Waiting>();
  let terminals: ReadonlyMap<string, Terminal> = new Map();
  let sequence = 0;

  const find = async (saleId: string): Promise<Result<Sale, Problem>> => {
    const sale = await saleById(db, shardOf(saleId), saleId);
    return sale === undefined ? err(problem("notFound", { at: "saleId" })) : ok(sale);
  };
  const waitingOf = (saleId: string) => [...waiting.values()].find((one) => one.id === saleId);

  function waitingView(one: Waiting, state: SaleView["state"] = "waitingForCard"): SaleView {
    return {
      saleId: one.id,
      terminalId: one.terminal.id,
      kind: "sale",
      amount: { minor: one.amount.minor.toString(), currency: one.amount.currency },
      state,
      words: one.words ?? wordsOf(state, null),
      at: one.at,
    };
  }

  async function giveBack(
    kind: "void" | "refund",
    saleId: string,
    amount: Money | undefined,
    id: string,
  ): Promise<Result<SaleView, Problem>> {
    const repeated = await saleById(db, shardOf(id), id);
    if (repeated !== undefined) {
      const same =
        repeated.kind === kind &&
        repeated.originalId === saleId &&
        (amount === undefined ||
          (amount.minor === repeated.amount.minor && amount.currency === repeated.amount.currency));
      return same ? ok(viewOf(repeated)) : err(problem("idempotencyMismatch"));
    }
    const original = await find(saleId);
    if (!original.ok) return original;
    const terminal = terminals.get(original.value.terminalId);
    if (original.value.kind !== "sale" || original.value.state !== "approved" || terminal === undefined)
      return err(problem("wrongState", { at: "saleId" }));
    const sum = amount ?? original.value.amount;
    if (sum.currency !== original.value.amount.currency || sum.minor <= 0n)
      return err(problem("badRequest", { at: "amount" }));
    const done = await payments.giveBack(id, kind, terminal, original.value, sum);
    return done === undefined
      ? err(problem("wrongState", { at: "amount", detail: "more than the sale has left" }))
      : ok(viewOf(done));
  }

  function tapped(card: ApduChannel): ApduChannel {
    const { onApdu } = ports;
    if (onApdu === undefined) return card;
    return {
      async transmit(apdu) {
        onApdu("command", apdu);
        const answer = await card.transmit(apdu);
        onApdu("response", answer);
        return answer;
      },
    };
  }

  return {
    till: {
      terminals: async () =>
        ok({
          terminals: [...terminals.values()].map(({ id, merchantName, mcc }) => ({
            terminalId: id,
            merchantName,
            mcc,
          })),
        }),

      async startSale({ terminalId, amount }) {
        const terminal = terminals.get(terminalId);
        if (terminal === undefined) return err(problem("notFound", { at: "terminalId" }));
        const sum = moneyOf(amount);
        if (sum.minor <= 0n) return err(problem("badRequest", { at: "amount.minor", detail: "wants more than zero" }));
        if (waiting.get(terminalId)?.state === "reading")
          return err(problem("wrongState", { at: "terminalId", detail: "a card is being read" }));
        const one: Waiting = {
          id: random.uuid(),
          terminal,
          amount: sum,
          pairingCode: toHex(random.bytes(16)),
          at: clock.now(),
          state: "waitingForCard",
        };
        waiting.set(terminalId, one);
        return ok({ sale: waitingView(one), pairingCode: one.pairingCode });
      },

      async cancelSale({ saleId }) {
        const one = waitingOf(saleId);
        if (one === undefined) return err(problem("notFound", { at: "saleId" }));
        if (one.state === "reading") return err(problem("wrongState", { at: "saleId" }));
        waiting.delete(one.terminal.id);
        return ok(waitingView(one, "cancelled"));
      },

      async sale({ saleId }) {
        const one = waitingOf(saleId);
        const stored = await find(saleId);
        if (stored.ok) return ok(viewOf(stored.value));
        return one === undefined ? stored : ok(waitingView(one));
      },

      voidSale: ({ saleId }, context) => giveBack("void", saleId, undefined, context.idempotencyKey),
      refund: ({ saleId, amount }, context) => giveBack("refund", saleId, moneyOf(amount), context.idempotencyKey),

      async totals({ terminalId }) {
        if (!terminals.has(terminalId)) return err(problem("notFound", { at: "terminalId" }));
        const { sales, salesMinor, refunds, refundsMinor } = await totalsOf(db, terminalId, clock.now());
        return ok({
          sales,
          salesMinor: `${salesMinor}`,
          refunds,
          refundsMinor: `${refundsMinor}`,
          netMinor: `${salesMinor - refundsMinor}`,
        });
      },

      async history({ terminalId }) {
        if (!terminals.has(terminalId)) return err(problem("notFound", { at: "terminalId" }));
        return ok({ sales: (await salesOf(db, terminalId, HISTORY)).map(viewOf) });
      },
    },

    async presentCard(terminalId, pairingCode, card) {
      const one = waiting.get(terminalId);
      // The code is good for one tap at a time, and for this amount only.
      if (one === undefined || one.pairingCode !== pairingCode || one.state !== "waitingForCard")
        throw new Error("the terminal waits for no card");
      one.state = "reading";
      let begun = false;
      try {
        const config: TerminalConfig = { terminalId, country: CHINA, ...LIMITS };
        const result = await runContactless(tapped(card), config, {
          amount: one.amount,
          type: "00",
          at: clock.now(),
          unpredictableNumber: random.bytes(4),
          sequence: ++sequence,
        });
        if (result.outcome !== "online") {
          one.words = wordsOfTap(result);
          return waitingView(one);
        }
        begun = true;
        return viewOf(await payments.purchase(one.id, one.terminal, one.amount, result.chip));
      } finally {
        // A payment that was begun is in the books, or nobody knows: a second tap must be another one.
        if (begun) waiting.delete(terminalId);
        else one.state = "waitingForCard";
      }
    },

    async purchase(terminalId, amount, chip) {
      const terminal = terminals.get(terminalId);
      if (terminal === undefined) throw new RangeError("acquirer: no such terminal");
      return viewOf(await payments.purchase(random.uuid(), terminal, amount, chip));
    },

    async start() {
      await seedMerchants(db);
      terminals = await loadTerminals(db);
      payments.start();
      link.start();
    },
    async stop() {
      await link.stop();
      await payments.stop();
    },
  };
}

function moneyOf(amount: Amount): Money {
  return { minor: BigInt(amount.minor), currency: amount.currency };
}

/** Why a tap did not become a payment, for the till. */
function wordsOfTap(result: Exclude<TapResult, { outcome: "online" }>): { zh: string; en: string } {
  switch (result.reason) {
    case "cardDeclined":
      return { zh: "卡片拒绝了交易", en: "The card declined" };
    case "overLimit":
      return { zh: "金额超出非接限额", en: "Over the contactless limit" };
    case "cardRemoved":
      return { zh: "移开过早，请再次靠近", en: "Removed too early: hold it near again" };
    case "noCommonApplication":
      return { zh: "没有可用的卡片，请在手机上选卡并验证", en: "No card is ready: choose one on the phone and verify" };
    case "cardRefused":
    case "badCardData":
    case "offlineCard":
      return { zh: "无法读取此卡，请换卡重试", en: "This card cannot be read: try another" };
  }
}
