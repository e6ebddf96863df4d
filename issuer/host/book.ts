import type { PaymentNotice } from "#contracts/common";
import type { CurrencyCode } from "#protocol/money";
import type { ExpiryYymm, Instant } from "#protocol/time";

/*
 * The book is what a batch knows in memory: the rows it read and what the decisions made of them. Only core.ts writes in it.
 */

/** As cards/status.ts makes it: the one word that a payment needs. */
export type CardStatus = "active" | "notActivated" | "lost" | "frozenByHolder" | "frozenByBank" | "replaced" | "closed";

export interface Card {
  readonly id: string;
  readonly accountId: string;
  readonly status: CardStatus;
  readonly expiry: ExpiryYymm;
  readonly productId: string;
}

export interface Account {
  readonly b: number;
  readonly id: string;
  readonly kind: "debit" | "credit";
  readonly currency: CurrencyCode;
  readonly creditLimitMinor: bigint;
  /** By order of an authority: nothing may leave it. */
  readonly restricted: boolean;
  /** The holder's money at the bank; below zero: owed to it. */
  postedMinor: bigint;
  /** Sum of the open holds. */
  heldMinor: bigint;
  /** China day of `daySpentMinor` (chinaDay). */
  day: number;
  daySpentMinor: bigint;
  nextHoldExpiry: Instant | null;
  version: bigint;
}

export type AuthorisationKind = "purchase" | "preAuthorisation" | "completion" | "void" | "refund" | "tombstone";

/**
 * `inForce`: approved, and nothing undid it. `completed`: a pre-authorisation whose completion took its hold. `expired`:
 * one whose hold ran out. `voided`: undone by the merchant. `reversed`: undone by the network, or a tombstone.
 */
export type AuthorisationState = "inForce" | "declined" | "completed" | "expired" | "voided" | "reversed";

/** One decided message, kept under its journey: it is the first answer to every repeat, and what later messages refer to. */
export interface Authorisation {
  readonly b: number;
  readonly accountId: string;
  readonly journeyId: string;
  readonly kind: AuthorisationKind;
  readonly amountMinor: bigint;
  readonly responseCode: string;
  readonly authCode: string | null;
  readonly originalId: string | null;
  readonly decidedAt: Instant;
  state: AuthorisationState;
  refundedMinor: bigint;
  /** Open hold of a pre-authorisation. */
  heldMinor: bigint;
  readonly holdExpiresAt: Instant | null;
}

/** A movement between an account and the shard's clearing account, at the moment of its batch. */
export interface Posting {
  readonly b: number;
  readonly accountId: string;
  readonly entry: bigint;
  readonly minor: bigint;
  readonly balanceMinor: bigint;
  readonly kind: "purchase" | "completion" | "refund" | "void" | "reversal";
  readonly journeyId: string;
  /** Merchant name, for the statement. */
  readonly words: string;
}

/** For the TSP, by the outbox. */
export interface NoticeToSend {
  readonly b: number;
  readonly accountId: string;
  readonly tokenPan: string;
  readonly notice: PaymentNotice;
}

export class Book {
  readonly accounts: Map<string, Account> = new Map();
  readonly cards: Map<string, Card> = new Map();
  readonly #authorisations = new Map<string, Authorisation>();
  readonly #readVersions = new Map<string, bigint>();
  readonly #inserted = new Set<Authorisation>();
  readonly #changed = new Set<Authorisation>();
  /** Accounts that were not read for this batch (memory.ts). */
  readonly remembered: Set<string> = new Set();
  readonly postings: Posting[] = [];
  readonly notices: NoticeToSend[] = [];

  addAccount(account: Account): void {
    if (this.accounts.has(account.id)) return;
    this.accounts.set(account.id, account);
    this.#readVersions.set(account.id, account.version);
  }
  addRemembered(account: Account, cards: Iterable<Card>): void {
    this.addAccount(account);
    this.remembered.add(account.id);
    for (const card of cards) this.cards.set(card.id, card);
  }
  /** A row that was read; one already here stays, since it may be newer. */
  addAuthorisation(row: Authorisation): void {
    const key = authorisationKey(row.accountId, row.journeyId);
    if (!this.#authorisations.has(key)) this.#authorisations.set(key, row);
  }
  authorisation(accountId: string, journeyId: string): Authorisation | undefined {
    return this.#authorisations.get(authorisationKey(accountId, journeyId));
  }
  authorisations(): Iterable<Authorisation> {
    return this.#authorisations.values();
  }
  insert(row: Authorisation): void {
    this.addAuthorisation(row);
    this.#inserted.add(row);
  }
  markChanged(row: Authorisation): void {
    if (!this.#inserted.has(row)) this.#changed.add(row);
  }
  /** Accounts some decision touched, with the version that was read. */
  touchedAccounts(): readonly { readonly account: Account; readonly readVersion: bigint }[] {
    return [...this.accounts.values()]
      .map((account) => ({ account, readVersion: this.#readVersions.get(account.id)! }))
      .filter(({ account, readVersion }) => account.version !== readVersion);
  }
  get inserted(): readonly Authorisation[] {
    return [...this.#inserted];
  }
  get changed(): readonly Authorisation[] {
    return [...this.#changed];
  }
}

function authorisationKey(accountId: string, journeyId: string): string {
  return `${accountId} ${journeyId}`;
}
