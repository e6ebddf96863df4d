import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SaleView } from "#contracts/acquirer-api";
import type { Db } from "#contracts/ports";
import { openPostgres, type PostgresDb } from "#platform/postgres";
import { CUPS, journeyIdOf, keyOf, parseMessage } from "#protocol/iso8583";

/*
 * The parties' tables as they lie on the disk, looked at from outside: what they say of each other after a crash.
 */

export interface Books {
  readonly acquirer: PostgresDb;
  readonly network: PostgresDb;
  readonly tsp: PostgresDb;
  readonly issuer: PostgresDb;
  close(): Promise<void>;
}

/** The embedded server of a data folder, where it listens now. */
export function openBooks(dataDir: string): Books {
  const password = readFileSync(join(dataDir, "postgres.password"), "utf8");
  const port = readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8")
    .split("\n")[3]!
    .trim();
  const open = (party: string) =>
    openPostgres(`postgres://kabao:${password}@127.0.0.1:${port}/postgres`, `kabao_${party}`, { poolSize: 1 });
  const books = { acquirer: open("acquirer"), network: open("network"), tsp: open("tsp"), issuer: open("issuer") };
  return {
    ...books,
    async close() {
      for (const db of Object.values(books)) await db.close();
    },
  };
}

/** How much is still under way: sales without an outcome, reversals without an acknowledgement, notices not delivered. */
export async function underWay(books: Books): Promise<number> {
  const count = async (db: Db, text: string) => Number((await db.query<{ n: bigint }>({ text }))[0]!.n);
  return (
    (await count(
      books.acquirer,
      "select count(*)::bigint as n from sale where state not in ('approved', 'declined', 'reversed', 'failed')",
    )) +
    (await count(books.network, "select count(*)::bigint as n from owed_reversal")) +
    (await count(books.issuer, "select count(*)::bigint as n from outbox")) +
    (await count(books.tsp, "select count(*)::bigint as n from outbox"))
  );
}

export interface Findings {
  readonly sales: number;
  readonly approved: number;
  readonly reversed: number;
  readonly atcs: number;
  /** What must not be, in words; empty when all is sound. */
  readonly faults: readonly string[];
}

interface SaleRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly amount_minor: bigint;
  readonly refunded_minor: bigint;
  readonly original_id: string | null;
  readonly request: Uint8Array;
}

/**
 * What holds of acquirer, TSP and bank together once nothing is under way.
 *
 * @param seen what tills showed, by sale.
 * @param journals each phone's journal, whose lines say which ATCs it took.
 */
export async function auditBooks(
  books: Books,
  seen: ReadonlyMap<string, SaleView["state"]>,
  journals: readonly string[],
): Promise<Findings> {
  const faults: string[] = [];
  const sales = await books.acquirer.query<SaleRow>({
    text: "select id, kind, state, amount_minor, refunded_minor, original_id, request from sale",
  });
  const postings = await books.issuer.query<{ journey_id: string; account_id: string; minor: bigint; kind: string }>({
    text: "select journey_id, account_id, minor, kind from posting",
  });
  const byJourney = new Map<string, bigint[]>();
  for (const { journey_id, minor } of postings) {
    const list = byJourney.get(journey_id);
    if (list === undefined) byJourney.set(journey_id, [minor]);
    else list.push(minor);
  }
  const authorisations = new Map(
    (
      await books.issuer.query<{ journey_id: string; state: string }>({
        text: "select journey_id, state from authorisation",
      })
    ).map((row) => [row.journey_id, row.state]),
  );

  const traces = new Set<string>();
  const states = new Map(sales.map((sale) => [sale.id, sale.state]));
  const given = new Map<string, bigint>();
  let paidMinor = 0n;
  for (const sale of sales) {
    const key = keyOf(parseMessage(CUPS, sale.request))!;
    const journeyId = journeyIdOf(key);
    const here = `${sale.kind} ${sale.id} (${sale.state})`;
    if (traces.has(journeyId)) faults.push(`${here}: its trace number was used before`);
    traces.add(journeyId);
    const moved = byJourney.get(journeyId) ?? [];
    const state = authorisations.get(journeyId);
    if (sale.state === "approved") {
      const signed = sale.kind === "sale" ? -sale.amount_minor : sale.amount_minor;
      if (moved.length !== 1 || moved[0] !== signed)
        faults.push(`${here}: the bank moved ${moved.join(", ") || "nothing"}`);
      if (state !== "inForce" && state !== "voided") faults.push(`${here}: the bank calls it ${state}`);
      paidMinor -= signed;
      if (sale.original_id !== null)
        given.set(sale.original_id, (given.get(sale.original_id) ?? 0n) + sale.amount_minor);
    } else if (state !== undefined && state !== "declined" && state !== "reversed")
      faults.push(`${here}: the bank calls it ${state}`);
  }
  for (const sale of sales)
    if (sale.kind === "sale" && sale.refunded_minor !== (given.get(sale.id) ?? 0n))
      faults.push(`sale ${sale.id}: ${sale.refunded_minor} reserved for refunds, ${given.get(sale.id) ?? 0n} given`);

  // What a till showed as final is so.
  for (const [id, shown] of seen)
    if (shown === "approved" ? states.get(id) !== shown : shown === "declined" && states.get(id) === "approved")
      faults.push(`sale ${id}: the till showed ${shown}, the books say ${states.get(id) ?? "nothing"}`);

  // Money: each account is its entries, all entries are the opening less what was paid.
  const opening = postings.filter(({ kind }) => kind === "opening").reduce((sum, { minor }) => sum + minor, 0n);
  const all = postings.reduce((sum, { minor }) => sum + minor, 0n);
  if (all !== opening - paidMinor)
    faults.push(`money: ${opening - all} left the accounts, shops were paid ${paidMinor}`);
  const accounts = await books.issuer.query<{ id: string }>({
    text: `select a.id from account a where a.held_minor <> 0 or a.posted_minor <>
      (select coalesce(sum(p.minor), 0) from posting p where p.b = a.b and p.account_id = a.id)`,
  });
  for (const { id } of accounts) faults.push(`account ${id}: its balance is not what its entries say`);

  // ATCs: the TSP accepted each once, and none that no phone took; no phone took one twice.
  const spent = await books.tsp.query<{ token_pan: string; token_ref: string; atc: number }>({
    text: "select s.token_pan, t.token_ref, s.atc from spent s join token t on t.b = s.b and t.token_pan = s.token_pan",
  });
  const accepted = new Set<string>();
  for (const { token_ref, atc } of spent) {
    if (accepted.has(`${token_ref} ${atc}`)) faults.push(`ATC ${atc}: accepted twice`);
    accepted.add(`${token_ref} ${atc}`);
  }
  const taken = new Set<string>();
  for (const journal of journals) {
    for (const line of readFileSync(journal, "utf8").split("\n").slice(0, -1)) {
      const change = JSON.parse(line) as { do: string; tokenRef?: string; atc?: number };
      if (change.do !== "take" && change.do !== "count") continue;
      if (taken.has(`${change.tokenRef} ${change.atc}`)) faults.push(`ATC ${change.atc}: taken twice by a phone`);
      taken.add(`${change.tokenRef} ${change.atc}`);
    }
  }
  for (const one of accepted)
    if (!taken.has(one)) faults.push(`ATC ${one.split(" ")[1]}: accepted, and no phone took it`);

  return {
    sales: sales.length,
    approved: sales.filter(({ state }) => state === "approved").length,
    reversed: sales.filter(({ state }) => state === "reversed").length,
    atcs: accepted.size,
    faults,
  };
}
