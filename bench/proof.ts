import type { Db } from "#contracts/ports";
import { openPartyDb, type World } from "./world.ts";

/** What must be so after any load, read from the parties' own books. */
export interface Proof {
  readonly holds: boolean;
  /** Each claim with what was found; the first words say what was claimed. */
  readonly claims: readonly { readonly claim: string; readonly holds: boolean; readonly found: string }[];
}

interface Seen {
  readonly approved: number;
  readonly others: number;
}

/** Reads all books once the load is over. `seen`: what the terminals of the chain were told; `bankAlone`: payments asked of the bank by its own door. */
export async function prove(world: World, seen: Seen, bankAlone: number): Promise<Proof> {
  const [acquirer, tsp, issuer] = ["acquirer", "tsp", "issuer"].map((party) =>
    openPartyDb(world, party as "acquirer" | "tsp" | "issuer"),
  ) as [ReturnType<typeof openPartyDb>, ReturnType<typeof openPartyDb>, ReturnType<typeof openPartyDb>];
  try {
    const sales = await one<{ approved: bigint; open: bigint }>(
      acquirer,
      `select count(*) filter (where state = 'approved')::bigint as approved,
        count(*) filter (where state in ('sent', 'reversing'))::bigint as open from sale`,
    );
    const spent = await one<{ n: bigint; counters: bigint; beyond: bigint }>(
      tsp,
      `select count(*)::bigint as n, count(distinct (token_pan, atc))::bigint as counters,
        count(*) filter (where s.atc > u.atc_high)::bigint as beyond
        from spent s join token_use u using (b, token_pan)`,
    );
    const books = await one<{ postings: bigint; payments: bigint; moved: bigint; wrong: bigint; notices: bigint }>(
      issuer,
      `select
        (select count(*) from posting where kind = 'purchase')::bigint as postings,
        (select count(*) from authorisation where kind = 'purchase' and state = 'inForce')::bigint as payments,
        ((select coalesce(sum(posted_minor), 0) from account) - (select coalesce(sum(minor), 0) from posting))::bigint as moved,
        (select count(*) from account a join (
          select b, account_id, sum(minor) as minor from posting group by b, account_id
        ) p on p.b = a.b and p.account_id = a.id where a.posted_minor <> p.minor)::bigint as wrong,
        (select count(*) from outbox)::bigint as notices`,
    );
    const chain = books.postings - BigInt(bankAlone);
    const claims = [
      claim("every sale has its outcome", sales.open === 0n, `${sales.open} open`),
      claim(
        "as many approved sales as the terminals saw",
        sales.approved === BigInt(seen.approved),
        `${sales.approved} sales, ${seen.approved} seen, ${seen.others} ended otherwise`,
      ),
      claim(
        "as many postings as approved sales",
        chain === sales.approved && books.payments === books.postings,
        `${chain} postings of the chain, ${bankAlone} of the bank alone, ${books.payments} authorisations in force`,
      ),
      claim(
        "the ledger balances",
        books.moved === 0n && books.wrong === 0n,
        `${books.moved} fen, ${books.wrong} accounts off`,
      ),
      claim(
        "no ATC is spent twice",
        spent.n === spent.counters && spent.beyond === 0n && spent.n >= sales.approved,
        `${spent.n} spent, ${spent.counters} different`,
      ),
      claim(
        "a notice lies durable for each payment",
        books.notices === books.postings,
        `${books.notices} in the outbox`,
      ),
    ];
    return { holds: claims.every(({ holds }) => holds), claims };
  } finally {
    for (const db of [acquirer, tsp, issuer]) await db.close();
  }
}

function claim(words: string, holds: boolean, found: string) {
  return { claim: words, holds, found };
}

async function one<Row extends object>(db: Db, text: string): Promise<Row> {
  return (await db.query<Row>({ text }))[0]!;
}
