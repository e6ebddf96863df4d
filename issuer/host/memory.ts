import type { Instant } from "#protocol/time";
import { type Account, Book, type Card } from "./book.ts";
import type { HostRequest } from "./core.ts";
import type { HostStore } from "./store.ts";

/** A store that need not read what it has just written. */
export interface HostMemory extends HostStore {
  /** From now on these are read. */
  forget(accountIds: Iterable<string>): void;
}

interface Remembered {
  readonly account: Account;
  readonly cards: ReadonlyMap<string, Card>;
}

/** Accounts remembered, the longest here first to go: about 100 MB when full. */
const REMEMBERED_MAX = 200_000;

/**
 * Keeps each account as its last batch left it, with the cards that paid from it. Whoever else writes an account or one of its
 * cards raises the account's version, so a write on what is remembered misses it, and it is read. Purchases alone are decided
 * from memory, and only approved: all else is read. A repeat is none until its row is in the way of the write, which is then
 * taken back whole and decided on what is read.
 */
export function remembering(store: HostStore): HostMemory {
  const known = new Map<string, Remembered>();

  function forget(accountIds: Iterable<string>): void {
    for (const id of accountIds) known.delete(id);
  }

  function mayServe(request: HostRequest, now: Instant): boolean {
    const found = known.get(request.accountId);
    if (found === undefined || request.kind !== "purchase" || !found.cards.has(request.cardId)) return false;
    const { nextHoldExpiry } = found.account;
    return nextHoldExpiry === null || nextHoldExpiry > now;
  }

  function remember(book: Book, accounts: readonly Account[]): void {
    const cards = new Map(accounts.map((account) => [account.id, new Map<string, Card>()]));
    for (const card of book.cards.values()) cards.get(card.accountId)?.set(card.id, card);
    for (const account of accounts) {
      known.delete(account.id);
      if (known.size >= REMEMBERED_MAX) known.delete(known.keys().next().value!);
      known.set(account.id, { account: { ...account }, cards: cards.get(account.id)! });
    }
  }

  return {
    forget,
    async read(requests, now) {
      const asked = new Set(requests.map((request) => request.accountId));
      for (const request of requests) if (!mayServe(request, now)) asked.delete(request.accountId);
      const rest = requests.filter((request) => !asked.has(request.accountId));
      const book = rest.length === 0 ? new Book() : await store.read(rest, now);
      for (const id of asked) {
        const { account, cards } = known.get(id)!;
        book.addRemembered({ ...account }, cards.values());
      }
      return book;
    },
    async write(book, now) {
      const touched = book.touchedAccounts().map(({ account }) => account);
      try {
        const stale = await store.write(book, now);
        remember(
          book,
          touched.filter(({ id }) => !stale.has(id)),
        );
        forget(stale);
        return stale;
      } catch (error) {
        // What was written, if anything, is found when the requests are read as repeats of themselves.
        forget(touched.map(({ id }) => id));
        if (book.remembered.size === 0) throw error;
        return new Set(touched.map(({ id }) => id));
      }
    },
  };
}
