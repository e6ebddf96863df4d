import * as v from "valibot";
import type { BankAppApi } from "#contracts/bank-app-api";
import { CardData } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { sameHolderName } from "#protocol/holder";
import { Pan } from "#protocol/pan";
import type { AppParts, BankSession } from "../bank-app/sign-in.ts";
import { openJson } from "../binding/parts.ts";
import { panHmac } from "../cards/directory.ts";
import { productById, productOf } from "../cards/products.ts";
import { BLOCK_CAUSES } from "../cards/status.ts";
import { findCard, findCardById, type HeldCard, holdCard } from "../cards/store.ts";
import { changeOnce } from "../change.ts";
import { chinaDay } from "../china-day.ts";
import { refused } from "../hops.ts";
import type { Target } from "../host/core.ts";
import { quoteFee } from "./fees.ts";
import { holdAccounts, type MovingAccount, post } from "./ledger.ts";
import { payOff } from "./paying-in.ts";

/** Of the card that gets the money only its number is wanted. */
const Destination = v.pick(CardData, ["pan"]);

type TransferCalls = "quoteTransfer" | "transfer" | "fees";

interface QuoteRow {
  readonly id: string;
  readonly card_id: string;
  readonly to_bank: string;
  readonly merchant_category: string | null;
  readonly amount_minor: bigint;
  readonly fee_minor: bigint;
  readonly rule_id: string;
  readonly valid_until: bigint;
  readonly transfer_id: string | null;
}

/** Money that the customer sends: what it costs is quoted first, and what was quoted is what is taken. */
export function transfers(parts: AppParts, who: BankSession): Pick<Calls<BankAppApi>, TransferCalls> {
  const { db, clock, random, keys, policy } = parts;
  const { customerId } = who;

  return {
    async fees() {
      const { waivers, rules } = policy.fees;
      return ok({ rules: [...waivers, ...rules].map(({ ruleId, words }) => ({ ruleId, words: { ...words } })) });
    },

    async quoteTransfer({ fromCardId, toBank, merchantCategory, amount }) {
      const card = await ownCard(db, fromCardId);
      if (card === undefined) return err(problem("notFound", { at: "fromCardId" }));
      const amountMinor = BigInt(amount.minor);
      if (amountMinor <= 0n)
        return err(problem("badRequest", { at: "amount.minor", detail: "wants a sum above zero" }));
      if (amount.currency !== card.currency) return err(problem("badRequest", { at: "amount.currency" }));
      const order = {
        toBank,
        amountMinor,
        productId: card.productId,
        ...(merchantCategory === undefined ? {} : { merchantCategory }),
      };
      const { feeMinor, ruleId, words } = quoteFee(policy.fees, order);
      const quoteId = random.uuid();
      const validUntil = clock.now() + policy.transfer.quoteMs;
      await db.query(
        {
          text: `insert into fee_quote (id, customer_id, card_id, to_bank, merchant_category, amount_minor, fee_minor,
            rule_id, valid_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        },
        [quoteId, customerId, fromCardId, toBank, merchantCategory ?? null, amountMinor, feeMinor, ruleId, validUntil],
      );
      const fee = { minor: feeMinor.toString(), currency: amount.currency };
      return ok({ quoteId, amount, fee, words: { ...words }, validUntil });
    },

    transfer: (request, context) => carryOut(request, context),
  };

  async function ownCard(queries: Queries, cardId: string) {
    const rows = await queries.query<{ customer_id: string; product_id: string; currency: "156" }>(
      {
        text: `select c.customer_id, c.product_id, a.currency from card c join account a on a.b = c.b and a.id = c.account_id
          where c.id = $1`,
      },
      [cardId],
    );
    const row = rows[0];
    return row?.customer_id === customerId ? { productId: row.product_id, currency: row.currency } : undefined;
  }

  async function carryOut(request: Parameters<Calls<BankAppApi>["transfer"]>[0], context: CallContext) {
    const opened = request.toPanJwe === undefined ? undefined : await openJson(keys, request.toPanJwe, Destination);
    const pan = opened === undefined ? undefined : Pan.parse(opened.pan);
    if (request.toPanJwe !== undefined && pan?.ok !== true) return err(problem("badCiphertext", { at: "toPanJwe" }));
    return changeOnce(parts, `customer:${customerId}`, "transfer", request, context, async (tx) => {
      const quote = await takeQuote(tx, request.quoteId);
      if (!quote.ok) return quote;
      const { amount_minor: amount, fee_minor: fee, to_bank: toBank } = quote.value;
      const to = await destination(tx, toBank, pan?.ok === true ? pan.value : undefined, request);
      if (!to.ok) return to;
      const from = (await findCardById(tx, quote.value.card_id))!;
      const source = await holdCard(tx, from);
      if (to.value?.accountId === from.accountId) return err(problem("badRequest", { at: "toCardId" }));
      const accounts = await holdAccounts(tx, [from, ...(to.value === undefined ? [] : [to.value])]);
      const refusal = await refusalOf(tx, source, accounts.get(from.accountId)!, amount, fee);
      if (refusal !== undefined) return err(refusal);

      const now = clock.now();
      const transferId = random.uuid();
      const account = accounts.get(from.accountId)!;
      const own = to.value !== undefined;
      await post(tx, account, -amount, own ? "transfers" : "clearing", "transfer", transferId, request.toName, now);
      if (fee > 0n) await post(tx, account, -fee, "fees", "fee", transferId, "手续费 Fee", now);
      if (to.value !== undefined) {
        const credited = accounts.get(to.value.accountId)!;
        await post(tx, credited, amount, "transfers", "transfer", transferId, who.name, now);
        await payOff(parts, tx, to.value, amount);
      }
      await tx.query(
        {
          text: `insert into transfer (id, quote_id, account_id, to_bank, to_account_id, amount_minor, fee_minor, day, at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        },
        [
          transferId,
          quote.value.id,
          from.accountId,
          toBank,
          to.value?.accountId ?? null,
          amount,
          fee,
          chinaDay(now),
          now,
        ],
      );
      await tx.query({ text: "update fee_quote set transfer_id = $2 where id = $1" }, [quote.value.id, transferId]);
      const money = (minor: bigint) => ({ minor: minor.toString(), currency: "156" as const });
      return ok({
        transferId,
        amount: money(amount),
        fee: money(fee),
        balanceMinor: account.postedMinor.toString(),
      });
    });
  }

  /** A quote serves once, its own customer, while it holds. */
  async function takeQuote(tx: Queries, quoteId: string): Promise<Result<QuoteRow, Problem>> {
    const rows = await tx.query<QuoteRow>(
      { text: "select * from fee_quote where id = $1 and customer_id = $2 for update" },
      [quoteId, customerId],
    );
    const quote = rows[0];
    if (quote === undefined) return err(problem("notFound", { at: "quoteId" }));
    if (quote.transfer_id !== null) return err(problem("wrongState", { at: "quoteId", detail: "used" }));
    if (quote.valid_until <= clock.now()) return err(problem("wrongState", { at: "quoteId", detail: "too old" }));
    return ok(quote);
  }

  /** Where the money goes: an account of this bank, or away (undefined). A name that is not the account's stops it. */
  async function destination(
    tx: Queries,
    toBank: string,
    pan: Pan | undefined,
    request: { readonly toCardId?: string | undefined; readonly toName: string },
  ): Promise<Result<Target | undefined, Problem>> {
    const ours = pan !== undefined && productOf(pan.expose()) !== undefined;
    if (toBank !== "own")
      return pan === undefined || ours ? err(problem("badRequest", { at: "toPanJwe" })) : ok(undefined);
    const target =
      request.toCardId !== undefined
        ? await findCardById(tx, request.toCardId)
        : pan === undefined
          ? undefined
          : await findCard(tx, panHmac(keys, pan));
    const at = request.toCardId === undefined ? "toPanJwe" : "toCardId";
    // Read, not held: two customers who send each other money must not wait for each other.
    const rows =
      target === undefined
        ? []
        : await tx.query<{ holder_name: string; base_status: string }>(
            {
              text: `select u.holder_name, c.base_status from card c join customer u on u.b = c.customer_b and u.id = c.customer_id
                where c.b = $1 and c.id = $2`,
            },
            [target.b, target.cardId],
          );
    const holder = rows[0];
    // One answer for a number that nobody has and a name that is another's.
    const fits = holder !== undefined && sameHolderName(holder.holder_name, request.toName);
    if (target === undefined || !fits || holder.base_status === "closed")
      return err(refused("badRequest", ["nameMismatch"], { at }));
    return ok({ b: target.b, accountId: target.accountId, cardId: target.cardId });
  }

  async function refusalOf(
    tx: Queries,
    card: HeldCard,
    source: MovingAccount,
    amount: bigint,
    fee: bigint,
  ): Promise<Problem | undefined> {
    const { account, state } = card;
    const { singleMaxMinor, dayMaxMinor, classDayMaxMinor } = policy.transfer;
    // A credit line is not to be sent away.
    if (productById(card.productId).kind === "credit") return problem("cardNotSupported", { at: "quoteId" });
    const stopped: readonly Cause[] = [
      ...(state.base === "closed" ? (["cardClosed"] as const) : []),
      ...(state.base === "replaced" ? (["cardReplaced"] as const) : []),
      ...state.blocks.map((block) => BLOCK_CAUSES[block]),
      ...(account.restricted ? (["accountRestricted"] as const) : []),
      ...(card.customer.counterOnly ? (["remoteUseSuspended"] as const) : []),
    ];
    if (stopped.length > 0) return refused("wrongState", stopped, { at: "quoteId" });
    if (amount > singleMaxMinor) return refused("wrongState", ["limitPerPayment"], { at: "quoteId" });
    const rows = await tx.query<{ sent: bigint }>(
      {
        text: "select coalesce(sum(amount_minor), 0)::bigint as sent from transfer where account_id = $1 and day = $2",
      },
      [card.accountId, chinaDay(clock.now())],
    );
    const dayMax = classDayMaxMinor[account.class] ?? dayMaxMinor;
    if (rows[0]!.sent + amount > dayMax) return refused("wrongState", ["limitPerDay"], { at: "quoteId" });
    if (amount + fee > source.postedMinor - source.heldMinor)
      return refused("wrongState", ["fundsInsufficient"], { at: "quoteId" });
    return undefined;
  }
}
