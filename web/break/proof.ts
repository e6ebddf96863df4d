import type { SaleView } from "#contracts/acquirer-api";
import type { Customer, DeskAccount } from "#contracts/desk-api";

/** How things stand with one card, everywhere. */
export interface Standing {
  readonly at: number;
  readonly postedMinor: bigint;
  readonly heldMinor: bigint;
  /** Over the whole ledger: zero, or something was made of nothing. */
  readonly entriesSumMinor: bigint;
  readonly accountsAgree: boolean;
  readonly openHolds: number;
  readonly texts: number;
  /** Living device cards of this card. */
  readonly tokens: number;
  /** Bookings on the account. */
  readonly lines: number;
}

/** What the till did with this phone's card since then. */
export interface Done {
  readonly sales: number;
  readonly salesMinor: bigint;
  readonly backMinor: bigint;
  readonly failed: number;
}

export interface Proof {
  readonly before: Standing;
  readonly now: Standing;
  readonly done: Done;
  readonly checks: readonly { readonly name: CheckName; readonly holds: boolean }[];
}
export type CheckName = "moneyOnce" | "noHold" | "ledgerZero" | "oneToken";

/** Sums up what the till says of the cards with these device numbers. */
export function doneSince(sales: readonly SaleView[], since: number, tokenSuffixes: ReadonlySet<string>): Done {
  const mine = sales.filter(
    ({ at, tokenSuffix }) => at >= since && tokenSuffix !== undefined && tokenSuffixes.has(tokenSuffix),
  );
  const approved = mine.filter(({ state }) => state === "approved");
  const sum = (some: readonly SaleView[]) => some.reduce((total, { amount }) => total + BigInt(amount.minor), 0n);
  const paid = approved.filter(({ kind }) => kind === "sale");
  return {
    sales: paid.length,
    salesMinor: sum(paid),
    backMinor: sum(approved.filter(({ kind }) => kind !== "sale")),
    failed: mine.filter(({ state }) => state === "declined" || state === "reversed" || state === "failed").length,
  };
}

/** The money that left the account is what the till took, to the cent; nothing is held; the ledger sums to zero; one living device card. */
export function prove(before: Standing, now: Standing, done: Done): Proof {
  const left = before.postedMinor - before.heldMinor - (now.postedMinor - now.heldMinor);
  return {
    before,
    now,
    done,
    checks: [
      { name: "moneyOnce", holds: left === done.salesMinor - done.backMinor },
      { name: "noHold", holds: now.heldMinor === before.heldMinor },
      { name: "ledgerZero", holds: now.entriesSumMinor === 0n && now.accountsAgree },
      { name: "oneToken", holds: now.tokens <= 1 },
    ],
  };
}

/** @param customers who has this card, as the desk finds them. */
export function livingTokens(customers: readonly Customer[], { cardId }: DeskAccount): number {
  return customers
    .flatMap(({ tokens }) => tokens)
    .filter((token) => token.cardId === cardId && (token.status === "active" || token.status === "suspended")).length;
}
