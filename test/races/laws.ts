import { expect } from "vitest";
import { CUPS, journeyIdOf, keyOf, messageClass, parseMessage, text } from "#protocol/iso8583";
import type { Tables, World } from "./world.ts";

/** A sale, refund or void in the acquirer's books, with the names the others know it by. */
interface Booked {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly amount: bigint;
  readonly journeyId: string;
}

export async function booked(tables: Tables): Promise<readonly Booked[]> {
  const rows = await tables.db.acquirer.query<{
    id: string;
    kind: string;
    state: string;
    amount_minor: bigint;
    request: Uint8Array;
  }>({ text: "select id, kind, state, amount_minor, request from sale order by at, id" });
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    state: row.state,
    amount: row.amount_minor,
    journeyId: journeyIdOf(keyOf(parseMessage(CUPS, row.request))!),
  }));
}

/** Nothing is left under way anywhere. */
export async function allEnded(tables: Tables): Promise<boolean> {
  const open = await booked(tables);
  const owed = await tables.db.network.query({ text: "select 1 from owed_reversal" });
  return owed.length === 0 && open.every(({ state }) => state !== "sent" && state !== "reversing");
}

/** What must hold whatever was lost, doubled, late, cut or killed, once everything has had its time. */
export async function expectLaws(tables: Tables, world: World): Promise<void> {
  const books = await booked(tables);
  for (const sale of books) expect(["approved", "declined", "reversed", "failed"], sale.id).toContain(sale.state);
  expect(await tables.db.network.query({ text: "select journey_id from owed_reversal" })).toEqual([]);

  // Each approval has its posting, once; nothing else has moved money in the end.
  const moved = new Map<string, bigint>();
  const postings = await tables.db.issuer.query<{ journey_id: string; kind: string; minor: bigint }>({
    text: "select journey_id, kind, minor from posting where kind <> 'opening'",
  });
  const authorisations = await tables.db.issuer.query<{ journey_id: string; kind: string; state: string }>({
    text: "select journey_id, kind, state from authorisation",
  });
  const stateOf = new Map(authorisations.map((row) => [row.journey_id, row.state]));
  for (const { journey_id, minor } of postings) moved.set(journey_id, (moved.get(journey_id) ?? 0n) + minor);
  for (const { id, kind, state, amount, journeyId } of books) {
    const here = `${id} ${kind} ${state}`;
    const own = postings.filter((posting) => posting.journey_id === journeyId);
    if (state === "approved") {
      expect(moved.get(journeyId), here).toBe(kind === "sale" ? -amount : amount);
      expect(own, here).toHaveLength(1);
      expect(["inForce", "voided"], here).toContain(stateOf.get(journeyId));
    } else expect([undefined, "declined", "reversed"], here).toContain(stateOf.get(journeyId));
  }
  const total = (rows: readonly Booked[]) => rows.reduce((sum, row) => sum + row.amount, 0n);
  const approved = books.filter(({ state }) => state === "approved");
  const paid = total(approved.filter(({ kind }) => kind === "sale"));
  const givenBack = total(approved.filter(({ kind }) => kind !== "sale"));
  expect(postings.reduce((sum, posting) => sum + posting.minor, 0n)).toBe(givenBack - paid);
  const audit = await tables.db.issuer.query<{ wrong: bigint }>({
    text: `select count(*)::bigint as wrong from account a where posted_minor <>
      (select coalesce(sum(minor), 0) from posting p where p.b = a.b and p.account_id = a.id) or held_minor <> 0`,
  });
  expect(audit[0]!.wrong).toBe(0n);

  // No ATC was accepted twice.
  const twice = await tables.db.tsp.query({
    text: "select token_pan, atc from spent group by token_pan, atc having count(*) > 1",
  });
  expect(twice).toEqual([]);

  // What a till was shown as final stays so.
  for (const [id, state] of world.shown) {
    const now = books.find((sale) => sale.id === id)?.state ?? "";
    if (state === "approved") expect(now, id).toBe("approved");
    // Declined, and then reversed because somebody approved it behind the shop's back: no money either way.
    if (state === "declined") expect(["declined", "reversed"], id).toContain(now);
  }

  // The bank gives a payment one answer; after it was reversed, only 22.
  const answers = new Map<string, string>();
  const reversed = new Set<string>();
  for (const { wire, direction, message } of world.sent) {
    if (wire !== "networkToIssuer" || direction !== "<" || message.mti === "0820" || message.mti === "0830") continue;
    if (messageClass(message) === "reversal") {
      const original = text(message, 90)!;
      if (text(message, 39) === "00") reversed.add(original.slice(0, 20));
      continue;
    }
    const name = `${message.mti.slice(0, 2)}${message.mti[2] === "1" ? "0" : "2"}0${text(message, 11)}${text(message, 7)}`;
    const code = text(message, 39)!;
    const first = answers.get(name) ?? code;
    answers.set(name, first);
    expect(code, name).toBe(reversed.has(name) ? "22" : first);
  }

  // Every reversal the acquirer sent was acknowledged, and every lost answer had one.
  const asked = world.sent.filter(({ wire, direction }) => wire === "acquirerToNetwork" && direction === ">");
  for (const sale of books.filter(({ state }) => state === "reversed")) {
    const reversals = asked.filter(({ message }) => message.mti === "0420");
    expect(reversals.length, sale.id).toBeGreaterThan(0);
  }
}
