import type { AcquirerTillApi, SaleView } from "#contracts/acquirer-api";
import type { Amount } from "#contracts/common";
import type { AcquirerNetworkApi } from "#contracts/evidence-api";
import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import { createFactLog } from "#party";
import { err, ok, type Result, shardOf, toHex } from "#protocol/bytes";
import { CAUSES, type Cause, type FactData } from "#protocol/diagnosis";
import type { Money } from "#protocol/money";
import { caseOf } from "./host/cases.ts";
import { evidence, journeyOfSale } from "./host/evidence.ts";
import {
  loadTerminals,
  type MerchantChange,
  seedMerchants,
  setMerchant,
  setTerminal,
  type Terminal,
} from "./host/merchants.ts";
import { createNetworkLink } from "./host/network-link.ts";
import { createPayments, type TypedCard } from "./host/payments.ts";
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
  /** What the acquirer and its terminals hold of a payment. */
  readonly evidenceApi: Calls<AcquirerNetworkApi>;
  /** The desk: closes a merchant for payments, or for taps; says what kind of shop it is. False: no such merchant. */
  setMerchant(merchantId: string, change: MerchantChange): Promise<boolean>;
  /** What is loaded into a terminal. False: no such terminal. */
  setTerminal(terminalId: string, change: Partial<Pick<Terminal, "applications" | "emvMode">>): Promise<boolean>;
  /** The host's own entry: a tap that a terminal has already carried out, or a number that the shop typed in. */
  purchase(terminalId: string, amount: Money, card: ChipData | TypedCard): Promise<SaleView>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the cardholder is asked and where contactless ends, minor units. ¥1,000 is the no-PIN limit since 2018 (spec card-product §4). */
const LIMITS = { cvmLimitMinor: 100_000n, contactlessLimitMinor: 5_000_000n };
const CHINA = "156";
const AIDS: Readonly<Record<Exclude<Terminal["applications"], "all">, readonly string[]>> = {
  debit: ["a000000333010101"],
  credit: ["a000000333010102", "a000000333010103"],
};
const HISTORY = 50;
const FAILED: ReadonlySet<Sale["state"]> = new Set<Sale["state"]>(["declined", "reversing", "reversed", "failed"]);
const CAUSE_OF_STATE: Readonly<Partial<Record<Sale["state"], Cause>>> = {
  reversing: "reversalPending",
  reversed: "answerLostReversed",
  failed: "linkNotReady",
};
/** What the terminal saw of a tap that became no payment. A card's own refusal has no cause that a terminal could know. */
const CAUSE_OF_TAP: Readonly<Partial<Record<Exclude<TapResult, { outcome: "online" }>["reason"], Cause>>> = {
  overLimit: "aboveTerminalLimit",
  cardRemoved: "tapTorn",
  cardRemovedLate: "tapTornAfterCryptogram",
  nothingArmed: "noCardArmed",
  noCommonApplication: "noCommonApplication",
  modeRefused: "readerModeUnsupported",
};

/** A sale that has no card yet: held in memory, since nothing has happened to money. */
interface Waiting {
  readonly id: string;
  readonly terminal: Terminal;
  readonly amount: Money;
  readonly pairingCode: string;
  readonly at: number;
  state: "waitingForCard" | "reading";
  /** While a card is being read: another one has come into the field. */
  collide?: () => void;
  /** What the last tap came to, when it was not a payment. */
  words?: { zh: string; en: string };
  cause?: Cause;
  caseCode?: string;
}

/** The last sale of a terminal that was approved: the same code presented again is a second tap of it. */
interface Done {
  readonly pairingCode: string;
  readonly saleId: string;
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
  const facts = createFactLog({ db, clock, party: "acquirer" });
  const done = new Map<string, Done>();

  /** A sale as the till sees it: a failed one with its case code, and with its cause where we know it ourselves. */
  async function shown(sale: Sale): Promise<SaleView> {
    if (!FAILED.has(sale.state)) return viewOf(sale);
    const cause = CAUSE_OF_STATE[sale.state];
    const caseCode = await caseOf(ports, journeyOfSale(sale));
    return { ...viewOf(sale), caseCode, ...(cause === undefined ? {} : { cause }) };
  }

  /** What stopped a sale before there was a message of it: its journey is the sale's own id. */
  async function stopped(
    one: Waiting,
    party: "terminal" | "acquirer",
    cause: Cause,
    data: FactData = {},
  ): Promise<void> {
    one.cause = cause;
    one.caseCode = await caseOf(ports, one.id);
    await facts.state({
      journeyId: one.id,
      party,
      stage: CAUSES[cause].stage,
      code: cause,
      outcome: "failed",
      data: { terminal: one.terminal.id, ...data },
    });
  }

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
      ...(one.caseCode === undefined ? {} : { caseCode: one.caseCode }),
      ...(one.cause === undefined ? {} : { cause: one.cause }),
      at: one.at,
    };
  }

  async function giveBack(
    kind: "void" | "refund",
    saleId: string,
    amount: Money | undefined,
    { idempotencyKey: id, journeyId }: CallContext,
  ): Promise<Result<SaleView, Problem>> {
    const repeated = await saleById(db, shardOf(id), id);
    if (repeated !== undefined) {
      const same =
        repeated.kind === kind &&
        repeated.originalId === saleId &&
        (amount === undefined ||
          (amount.minor === repeated.amount.minor && amount.currency === repeated.amount.currency));
      return same ? ok(await shown(repeated)) : err(problem("idempotencyMismatch"));
    }
    const original = await find(saleId);
    if (!original.ok) {
      await facts.state({ journeyId, stage: "complete", code: "refundNotMatched", outcome: "failed", data: { kind } });
      return err({ ...original.error, cause: "refundNotMatched", caseCode: await caseOf(ports, journeyId) });
    }
    const terminal = terminals.get(original.value.terminalId);
    if (original.value.kind !== "sale" || original.value.state !== "approved" || terminal === undefined)
      return err(problem("wrongState", { at: "saleId" }));
    const sum = amount ?? original.value.amount;
    if (sum.currency !== original.value.amount.currency || sum.minor <= 0n)
      return err(problem("badRequest", { at: "amount" }));
    const given = await payments.giveBack(id, kind, terminal, original.value, sum);
    return given === undefined
      ? err(problem("wrongState", { at: "amount", detail: "more than the sale has left" }))
      : ok(await shown(given));
  }

  function tapped(card: ApduChannel, terminalId: string): ApduChannel {
    const { onApdu } = ports;
    if (onApdu === undefined) return card;
    return {
      async transmit(apdu) {
        onApdu(terminalId, "command", apdu);
        const answer = await card.transmit(apdu);
        onApdu(terminalId, "response", answer);
        return answer;
      },
    };
  }

  /** Already paid: the till shows the first approval again, and nothing is charged. */
  async function secondTap(sale: Sale): Promise<SaleView> {
    const cause = "secondTapSameSale";
    const note = { stage: "complete", code: cause, outcome: "failed", data: { terminal: sale.terminalId } } as const;
    await facts.state({ journeyId: journeyOfSale(sale), ...note });
    return { ...viewOf(sale), cause };
  }

  async function notOpened(terminal: Terminal, blocked: boolean): Promise<Problem> {
    const cause: Cause = blocked ? "merchantBlocked" : "cardKindNotOpened";
    const one: Waiting = {
      id: random.uuid(),
      terminal,
      amount: { minor: 0n, currency: "156" },
      pairingCode: "",
      at: clock.now(),
      state: "waitingForCard",
    };
    await stopped(one, "acquirer", cause);
    return problem("wrongState", {
      at: "terminalId",
      cause,
      ...(one.caseCode === undefined ? {} : { caseCode: one.caseCode }),
    });
  }

  return {
    evidenceApi: evidence({ ...ports, facts }),
    async setMerchant(merchantId, change) {
      const known = await setMerchant(db, merchantId, change);
      terminals = await loadTerminals(db);
      return known;
    },
    async setTerminal(terminalId, change) {
      const known = await setTerminal(db, terminalId, change);
      terminals = await loadTerminals(db);
      return known;
    },
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
        if (terminal.blocked || !terminal.contactless) return err(await notOpened(terminal, terminal.blocked));
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
        if (stored.ok) return ok(await shown(stored.value));
        return one === undefined ? stored : ok(waitingView(one));
      },

      voidSale: ({ saleId }, context) => giveBack("void", saleId, undefined, context),
      refund: ({ saleId, amount }, context) => giveBack("refund", saleId, moneyOf(amount), context),

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
        return ok({ sales: await Promise.all((await salesOf(db, terminalId, HISTORY)).map(shown)) });
      },
    },

    async presentCard(terminalId, pairingCode, given) {
      const paid = done.get(terminalId);
      if (paid !== undefined && paid.pairingCode === pairingCode) {
        const first = await find(paid.saleId);
        if (first.ok) return secondTap(first.value);
      }
      const one = waiting.get(terminalId);
      if (one?.pairingCode === pairingCode && one.collide !== undefined) {
        one.collide();
        throw new Error("another card is in the field");
      }
      // The code is good for one tap at a time, and for this amount only.
      if (one === undefined || one.pairingCode !== pairingCode || one.state !== "waitingForCard")
        throw new Error("the terminal waits for no card");
      one.state = "reading";
      let begun = false;
      try {
        const { applications, emvMode } = one.terminal;
        const aids = applications === "all" ? {} : { aids: AIDS[applications] };
        const config: TerminalConfig = { terminalId, country: CHINA, ...LIMITS, ...aids, emvMode };
        const { card, collide, collided } = aloneInField(tapped(given, terminalId));
        one.collide = collide;
        const result = await runContactless(card, config, {
          amount: one.amount,
          type: "00",
          at: clock.now(),
          unpredictableNumber: random.bytes(4),
          sequence: ++sequence,
        });
        delete one.collide;
        if (result.outcome !== "online") {
          one.words = collided() ? SEVERAL_CARDS : wordsOfTap(result);
          const cause = collided() ? "severalCards" : CAUSE_OF_TAP[result.reason];
          if (cause !== undefined) await stopped(one, "terminal", cause, { reason: result.reason });
          return waitingView(one);
        }
        begun = true;
        const sale = await payments.purchase(one.id, one.terminal, one.amount, result.chip);
        if (sale.state === "approved") done.set(terminalId, { pairingCode, saleId: sale.id });
        return await shown(sale);
      } finally {
        // A payment that was begun is in the books, or nobody knows: a second tap must be another one.
        delete one.collide;
        if (begun) waiting.delete(terminalId);
        else one.state = "waitingForCard";
      }
    },

    async purchase(terminalId, amount, card) {
      const terminal = terminals.get(terminalId);
      if (terminal === undefined) throw new RangeError("acquirer: no such terminal");
      return shown(await payments.purchase(random.uuid(), terminal, amount, card));
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

const SEVERAL_CARDS = { zh: "感应区里有多张卡，请只出示一张", en: "Several cards in the field: present one only" };

/** A card that can be read as long as it is the only one in the field: when another comes, none can be. */
function aloneInField(card: ApduChannel): {
  readonly card: ApduChannel;
  readonly collide: () => void;
  readonly collided: () => boolean;
} {
  let collided = false;
  let reject: (error: Error) => void = () => {};
  const collision = new Promise<never>((_resolve, no) => {
    reject = no;
  });
  // Nobody may be waiting for an answer at that moment.
  collision.catch(() => {});
  return {
    card: { transmit: (apdu) => Promise.race([card.transmit(apdu), collision]) },
    collide() {
      collided = true;
      reject(new Error("another card is in the field"));
    },
    collided: () => collided,
  };
}

/** Why a tap did not become a payment, for the till. */
function wordsOfTap(result: Exclude<TapResult, { outcome: "online" }>): { zh: string; en: string } {
  switch (result.reason) {
    case "cardDeclined":
      return { zh: "卡片拒绝了交易", en: "The card declined" };
    case "overLimit":
      return { zh: "金额超出非接限额", en: "Over the contactless limit" };
    case "cardRemoved":
    case "cardRemovedLate":
      return { zh: "移开过早，请再次靠近", en: "Removed too early: hold it near again" };
    case "nothingArmed":
      return { zh: "没有可用的卡片，请在手机上选卡并验证", en: "No card is ready: choose one on the phone and verify" };
    case "noCommonApplication":
    case "modeRefused":
    case "cardRefused":
    case "badCardData":
    case "offlineCard":
      return { zh: "无法读取此卡，请换卡重试", en: "This card cannot be read: try another" };
  }
}
