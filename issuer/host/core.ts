import { type ExpiryYymm, type Instant, instant, isExpired } from "#protocol/time";
import { chinaDay } from "../china-day.ts";
import type { IssuerPolicy } from "../policy.ts";
import type { Account, Authorisation, AuthorisationKind, Book, Card, Posting } from "./book.ts";

/*
 * What the bank decides, one request after the other over a book in memory. Reads no clock and writes nothing outside
 * the book. Response codes: iso8583 §6.
 */

/** Which account a request is about; found by the card number before the request queues. */
export interface Target {
  readonly b: number;
  readonly accountId: string;
  readonly cardId: string;
}

export interface FinancialRequest extends Target {
  readonly kind: Exclude<AuthorisationKind, "tombstone"> | "reversal";
  /** Of this message: F7, F11, F32, F33. */
  readonly journeyId: string;
  /** From F90; null where there is none. */
  readonly originalId: string | null;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** F14 of a message without a token; a token outlives a renewed card. */
  readonly expiry: ExpiryYymm | null;
  /** Six characters, drawn before the decision, used when it approves. */
  readonly freshAuthCode: string;
  /** F38 of a completion. */
  readonly originalAuthCode: string | null;
  readonly tokenPan: string | null;
  readonly merchantName: string;
  /** F18, the kind of shop. */
  readonly mcc: string | null;
}

export interface BalanceRequest extends Target {
  readonly kind: "balance";
}

/** Gives back what expired holds keep; answers nobody. */
export interface SweepRequest {
  readonly kind: "sweep";
  readonly b: number;
  readonly accountId: string;
}

export type HostRequest = FinancialRequest | BalanceRequest | SweepRequest;

export interface HostAnswer {
  /** F39. */
  readonly responseCode: string;
  /** F38. */
  readonly authCode?: string;
  readonly balance?: {
    readonly kind: Account["kind"];
    readonly currency: string;
    readonly postedMinor: bigint;
    readonly availableMinor: bigint;
  };
}

/** What the holder can spend. */
export function availableMinor(account: Account): bigint {
  return account.postedMinor - account.heldMinor + account.creditLimitMinor;
}

/** The book must hold the request's account and card, its own and its original's rows, and what those refer to. */
export function decide(book: Book, request: HostRequest, now: Instant, policy: IssuerPolicy["payment"]): HostAnswer {
  const account = book.accounts.get(request.accountId);
  if (account === undefined) return { responseCode: "14" };
  releaseExpiredHolds(book, account, now);
  if (request.kind === "sweep") return { responseCode: "00" };
  const card = book.cards.get(request.cardId);
  if (card === undefined) return { responseCode: "14" };
  if (request.kind === "balance") return answerBalance(account, card, now);
  const desk = new Decision(book, account, card, request, now, policy);
  return request.kind === "reversal" ? desk.reverse() : desk.decideOnce();
}

function answerBalance(account: Account, card: Card, now: Instant): HostAnswer {
  const refusal = cardRefusal(card, null, now);
  if (refusal !== undefined) return { responseCode: refusal };
  return {
    responseCode: "00",
    balance: {
      kind: account.kind,
      currency: account.currency,
      postedMinor: account.postedMinor,
      availableMinor: availableMinor(account),
    },
  };
}

const STATUS_REFUSALS: Readonly<Record<Card["status"], string | undefined>> = {
  active: undefined,
  notActivated: "21",
  lost: "41",
  frozenByHolder: "57",
  frozenByBank: "62",
  replaced: "14",
  closed: "14",
};

function cardRefusal(card: Card, expiry: ExpiryYymm | null, now: Instant): string | undefined {
  const refusal = STATUS_REFUSALS[card.status];
  if (refusal !== undefined) return refusal;
  return isExpired(card.expiry, now) || (expiry !== null && expiry !== card.expiry) ? "54" : undefined;
}

/** Expiry is checked when somebody asks, not scheduled; the book holds every open hold of an account that has one due. */
function releaseExpiredHolds(book: Book, account: Account, now: Instant): void {
  if (account.nextHoldExpiry === null || account.nextHoldExpiry > now) return;
  let next: Instant | null = null;
  for (const row of book.authorisations()) {
    if (row.accountId !== account.id || row.heldMinor === 0n || row.holdExpiresAt === null) continue;
    if (row.holdExpiresAt <= now) {
      account.heldMinor -= row.heldMinor;
      row.heldMinor = 0n;
      row.state = "expired";
      book.markChanged(row);
    } else if (next === null || row.holdExpiresAt < next) next = row.holdExpiresAt;
  }
  account.nextHoldExpiry = next;
  account.version += 1n;
}

/** One financial message on one account. */
class Decision {
  readonly #book: Book;
  readonly #account: Account;
  readonly #card: Card;
  readonly #request: FinancialRequest;
  readonly #now: Instant;
  readonly #policy: IssuerPolicy["payment"];

  constructor(
    book: Book,
    account: Account,
    card: Card,
    request: FinancialRequest,
    now: Instant,
    policy: IssuerPolicy["payment"],
  ) {
    this.#book = book;
    this.#account = account;
    this.#card = card;
    this.#request = request;
    this.#now = now;
    this.#policy = policy;
  }

  /** Everything but reversals: a repeat gets its first answer, the rest is decided and kept. */
  decideOnce(): HostAnswer {
    const request = this.#request;
    const first = this.#book.authorisation(request.accountId, request.journeyId);
    if (first !== undefined) {
      // The network has given this journey up already: an approval now would be money without a sale.
      if (first.state === "reversed") return { responseCode: "22" };
      if (first.kind !== request.kind || first.amountMinor !== request.amountMinor) return { responseCode: "94" };
      return answerOf(first);
    }
    const refusal = this.#refusal();
    const row: Authorisation = {
      b: request.b,
      accountId: request.accountId,
      journeyId: request.journeyId,
      kind: request.kind as Exclude<FinancialRequest["kind"], "reversal">,
      amountMinor: request.amountMinor,
      responseCode: refusal ?? "00",
      authCode: refusal === undefined ? request.freshAuthCode : null,
      originalId: request.originalId,
      decidedAt: this.#now,
      state: refusal === undefined ? "inForce" : "declined",
      refundedMinor: 0n,
      heldMinor: 0n,
      holdExpiresAt: request.kind === "preAuthorisation" ? instant(this.#now + this.#policy.holdMs) : null,
    };
    this.#account.version += 1n;
    this.#book.insert(row);
    if (refusal === undefined) this.#carryOut(row);
    this.#notify(refusal === undefined ? NOTICE_KINDS[request.kind] : "declined", row.responseCode);
    return answerOf(row);
  }

  #refusal(): string | undefined {
    const request = this.#request;
    if (request.currency !== this.#account.currency) return "12";
    if (request.amountMinor <= 0n) return "13";
    switch (request.kind) {
      case "purchase":
      case "preAuthorisation":
        return cardRefusal(this.#card, request.expiry, this.#now) ?? this.#accountRefusal();
      case "completion": {
        const original = this.#original();
        if (original?.kind !== "preAuthorisation" || original.state === "declined") return "25";
        if (request.originalAuthCode !== null && request.originalAuthCode !== original.authCode) return "25";
        if (original.state !== "inForce") return "12";
        return request.amountMinor > original.amountMinor ? "64" : undefined;
      }
      case "void": {
        const original = this.#original();
        if (original === undefined || original.state === "declined" || original.kind === "tombstone") return "25";
        if (original.kind === "refund" || original.kind === "void" || original.state !== "inForce") return "12";
        if (original.refundedMinor > 0n) return "12";
        return request.amountMinor !== original.amountMinor ? "64" : undefined;
      }
      case "refund": {
        const original = this.#original();
        if (original === undefined || original.state === "declined") return "25";
        if (original.kind !== "purchase" && original.kind !== "completion") return "25";
        if (original.state !== "inForce") return "12";
        return original.refundedMinor + request.amountMinor > original.amountMinor ? "64" : undefined;
      }
      case "reversal":
        throw new RangeError("decide: reversals have their own way");
    }
  }

  #accountRefusal(): string | undefined {
    const { amountMinor } = this.#request;
    // Why is nobody's business on the way: the holder is sent to the bank.
    if (this.#account.restricted) return "01";
    if (this.#isBlockedShop()) return "58";
    if (amountMinor > this.#policy.singleMaxMinor) return "61";
    if (this.#spentToday() + amountMinor > this.#policy.dayMaxMinor) return "61";
    return amountMinor > availableMinor(this.#account) ? "51" : undefined;
  }

  #isBlockedShop(): boolean {
    const { mcc } = this.#request;
    return mcc !== null && this.#policy.blockedShops[this.#card.productId]?.includes(mcc) === true;
  }

  #carryOut(row: Authorisation): void {
    switch (row.kind) {
      case "purchase":
        this.#post(-row.amountMinor, "purchase");
        this.#spend(row.amountMinor);
        break;
      case "preAuthorisation":
        this.#hold(row, row.amountMinor);
        this.#spend(row.amountMinor);
        break;
      case "completion": {
        const held = this.#original()!;
        this.#hold(held, 0n);
        this.#turn(held, "completed");
        this.#post(-row.amountMinor, "completion");
        break;
      }
      case "void": {
        const original = this.#original()!;
        this.#giveBack(original, "void");
        this.#turn(original, "voided");
        break;
      }
      case "refund": {
        const original = this.#original()!;
        original.refundedMinor += row.amountMinor;
        this.#book.markChanged(original);
        this.#post(row.amountMinor, "refund");
        break;
      }
      case "tombstone":
        throw new RangeError("decide: a tombstone is never carried out");
    }
  }

  /** 0420: undoes its original exactly once, whatever became of the card; remembers one that has not come yet. */
  reverse(): HostAnswer {
    const request = this.#request;
    if (request.originalId === null) return { responseCode: "30" };
    const original = this.#original();
    if (original === undefined) {
      this.#account.version += 1n;
      this.#book.insert({
        b: request.b,
        accountId: request.accountId,
        journeyId: request.originalId,
        kind: "tombstone",
        amountMinor: request.amountMinor,
        responseCode: "22",
        authCode: null,
        originalId: null,
        decidedAt: this.#now,
        state: "reversed",
        refundedMinor: 0n,
        heldMinor: 0n,
        holdExpiresAt: null,
      });
      return { responseCode: "00" };
    }
    if (original.state === "reversed") return { responseCode: "00" };
    if (original.kind === "refund") return { responseCode: "12" };
    if (original.amountMinor !== request.amountMinor) return { responseCode: "64" };
    if (original.kind === "void" && original.state === "inForce" && !this.#redo(original)) {
      return { responseCode: "22" };
    }
    this.#account.version += 1n;
    const moved = original.state === "inForce";
    if (moved && original.kind !== "void") this.#giveBack(original, "reversal");
    this.#turn(original, "reversed");
    if (moved) this.#notify("reversal", "00");
    return { responseCode: "00" };
  }

  /** Takes back what `original` did, except what refunds have already given. */
  #giveBack(original: Authorisation, why: "void" | "reversal"): void {
    if (original.kind === "preAuthorisation") this.#hold(original, 0n);
    else {
      const rest = original.amountMinor - original.refundedMinor;
      if (rest > 0n) this.#post(rest, why);
    }
    if (original.kind !== "completion") this.#unspend(original);
    if (original.kind === "completion") {
      const held = this.#book.authorisation(original.accountId, original.originalId!);
      if (held?.state === "completed") this.#reopen(held);
    }
  }

  /** A void that is reversed puts its sale in force again. False when something else has happened to the sale since. */
  #redo(voiding: Authorisation): boolean {
    const sale = this.#book.authorisation(voiding.accountId, voiding.originalId!);
    if (sale === undefined) return false;
    if (sale.state !== "voided") return true; // Reversed meanwhile: there is nothing to put in force.
    if (sale.kind === "preAuthorisation") {
      this.#reopen(sale);
      this.#spend(sale.amountMinor);
      return true;
    }
    if (sale.kind === "completion") {
      const held = this.#book.authorisation(sale.accountId, sale.originalId!);
      // Another completion took the hold, or it was cancelled: this one too would be more than the holder agreed to.
      if (held?.state !== "inForce" && held?.state !== "expired") return false;
      this.#hold(held, 0n);
      if (held.state === "inForce") this.#turn(held, "completed");
    } else this.#spend(sale.amountMinor);
    this.#account.version += 1n;
    this.#post(-sale.amountMinor, "reversal");
    this.#turn(sale, "inForce");
    return true;
  }

  #reopen(held: Authorisation): void {
    const open = held.holdExpiresAt !== null && held.holdExpiresAt > this.#now;
    this.#turn(held, open ? "inForce" : "expired");
    if (open) this.#hold(held, held.amountMinor);
  }

  #original(): Authorisation | undefined {
    const { accountId, originalId } = this.#request;
    return originalId === null ? undefined : this.#book.authorisation(accountId, originalId);
  }

  #turn(row: Authorisation, state: Authorisation["state"]): void {
    row.state = state;
    this.#book.markChanged(row);
  }

  #hold(row: Authorisation, minor: bigint): void {
    this.#account.heldMinor += minor - row.heldMinor;
    row.heldMinor = minor;
    this.#book.markChanged(row);
    const expires = row.holdExpiresAt;
    if (minor > 0n && expires !== null) {
      const next = this.#account.nextHoldExpiry;
      this.#account.nextHoldExpiry = next === null || expires < next ? expires : next;
    }
  }

  #post(minor: bigint, kind: Posting["kind"]): void {
    this.#account.postedMinor += minor;
    this.#book.postings.push({
      b: this.#account.b,
      accountId: this.#account.id,
      entry: this.#account.version,
      minor,
      balanceMinor: this.#account.postedMinor,
      kind,
      journeyId: this.#request.journeyId,
      words: this.#request.merchantName,
    });
  }

  #spentToday(): bigint {
    return this.#account.day === chinaDay(this.#now) ? this.#account.daySpentMinor : 0n;
  }

  #spend(minor: bigint): void {
    this.#account.daySpentMinor = this.#spentToday() + minor;
    this.#account.day = chinaDay(this.#now);
  }

  /** What was spent and undone on one day leaves room for more on it. */
  #unspend(original: Authorisation): void {
    if (chinaDay(original.decidedAt) !== chinaDay(this.#now) || this.#account.day !== chinaDay(this.#now)) return;
    const rest = this.#account.daySpentMinor - original.amountMinor;
    this.#account.daySpentMinor = rest > 0n ? rest : 0n;
  }

  #notify(kind: "payment" | "refund" | "reversal" | "declined", responseCode: string): void {
    const { tokenPan, b, accountId, amountMinor, journeyId, merchantName } = this.#request;
    if (tokenPan === null) return;
    const amount = { minor: amountMinor.toString(), currency: this.#account.currency };
    // A reversal is told under the payment that it takes back.
    const paid = this.#request.kind === "reversal" ? (this.#request.originalId ?? journeyId) : journeyId;
    const notice = { noticeId: journeyId, journeyId: paid, kind, amount, merchantName, responseCode, at: this.#now };
    this.#book.notices.push({ b, accountId, tokenPan, notice });
  }
}

const NOTICE_KINDS: Readonly<Record<FinancialRequest["kind"], "payment" | "refund" | "reversal">> = {
  purchase: "payment",
  preAuthorisation: "payment",
  completion: "payment",
  void: "reversal",
  refund: "refund",
  reversal: "reversal",
};

function answerOf(row: Authorisation): HostAnswer {
  return row.authCode === null
    ? { responseCode: row.responseCode }
    : { responseCode: row.responseCode, authCode: row.authCode };
}
